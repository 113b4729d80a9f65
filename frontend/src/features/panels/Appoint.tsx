import { useQueryClient } from "@tanstack/react-query";
import { Checkbox, Form, Select } from "antd";
import { useTranslation } from "react-i18next";
import { $api } from "../../api/client";
import type { components } from "../../api/schema.gen";
import { Field, LineField } from "../../ui/form/Field";
import { PartySelect } from "../../ui/form/choices";
import { FormSheet } from "../../ui/form/FormSheet";
import { Rows } from "../../ui/form/Rows";
import { Fetched } from "../../ui/Pending";

type Body = Pick<components["schemas"]["PanelCreate"], "members">;
type Judge = components["schemas"]["JudgeAccount"];

const FIRST: Body = {
  members: [1, 2, 3, 4, 5].map((seat) => ({ ref: `J${seat}`, name: "", role_zh: "", role_en: "", is_expert: true })),
};

/** Who is to sit on the panel: judges with an account score on screen, the others on paper. */
export function Appoint({ tender }: { tender: { id: number } }) {
  const judges = $api.useQuery("get", "/api/v1/panels/judges", {}, { retry: false });
  return <Fetched query={judges}>{(found) => <Seats tenderId={tender.id} judges={found} />}</Fetched>;
}

function Seats({ tenderId, judges }: { tenderId: number; judges: readonly Judge[] }) {
  const { t } = useTranslation();
  const cache = useQueryClient();
  const appoint = $api.useMutation("post", "/api/v1/panels", { onSuccess: () => void cache.invalidateQueries() });
  return (
    <section aria-labelledby="appoint" className="panel">
      <h2 id="appoint">{t("rooms.panels.action.appoint")}</h2>
      <p className="soft">{t("panels.appoint_hint")}</p>
      <FormSheet<Body>
        room="panels"
        initial={FIRST}
        draft={`panel ${tenderId}`}
        send={(body) => appoint.mutateAsync({ body: { ...body, tender_id: tenderId } })}
        sending={appoint.isPending}
        error={appoint.error}
        submit={t("rooms.panels.action.appoint")}
      >
        <Rows
          name="members"
          fresh={{ ref: "", name: "", role_zh: "", role_en: "", is_expert: true }}
          add={t("panels.add_seat")}
        >
          {(at) => (
            <>
              <LineField name={[at, "ref"]} label={t("rooms.panels.field.seat")} required limit={20} />
              <Field name={[at, "account_id"]} label={t("panels.account")}>
                <Select
                  allowClear
                  showSearch={{ optionFilterProp: "label" }}
                  placeholder={t("panels.on_paper")}
                  options={judges.map(({ id, display_name }) => ({ value: id, label: display_name }))}
                />
              </Field>
              <LineField name={[at, "name"]} label={t("panels.name")} required limit={100} />
              <LineField name={[at, "role_zh"]} label={t("rooms.panels.field.role")} required limit={100} />
              <Field name={[at, "party_id"]} label={t("panels.works_at")}>
                <PartySelect />
              </Field>
              <Form.Item name={[at, "is_expert"]} valuePropName="checked">
                <Checkbox>{t("rooms.panels.field.is_expert")}</Checkbox>
              </Form.Item>
            </>
          )}
        </Rows>
      </FormSheet>
    </section>
  );
}
