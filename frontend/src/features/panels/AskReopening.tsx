import { useQueryClient } from "@tanstack/react-query";
import { Select } from "antd";
import { useTranslation } from "react-i18next";
import { $api } from "../../api/client";
import { languageOf } from "../../api/refusal";
import type { components } from "../../api/schema.gen";
import { Field, ProseField } from "../../ui/form/Field";
import { FormSheet } from "../../ui/form/FormSheet";

type Asked = components["schemas"]["ReopeningAsk"];
type Props = { tenderId: number; bidId: number; judge?: string };

/** A delivered sheet is reopened only on a ground that the rules name, and by a second person. */
export function AskReopening({ tenderId, bidId, judge }: Props) {
  const { t, i18n } = useTranslation();
  const cache = useQueryClient();
  const panel = $api.useQuery("get", "/api/v1/panels/{tender_id}", { params: { path: { tender_id: tenderId } } });
  const ask = $api.useMutation("post", "/api/v1/panels/{tender_id}/bids/{bid_id}/reopen", {
    onSuccess: () => void cache.invalidateQueries(),
  });
  const path = { tender_id: tenderId, bid_id: bidId };
  return (
    <details className="ask-reopening">
      <summary>{t("rooms.panels.action.reopen")}</summary>
      <FormSheet<Asked>
        send={(body) => ask.mutateAsync({ params: { path }, body: { ...body, judge: judge ?? null } })}
        sending={ask.isPending}
        error={ask.error}
        submit={t("rooms.panels.action.reopen")}
      >
        <Field name="ground" label={t("panels.ground")} required>
          <Select
            options={
              panel.data?.grounds.map((each) => ({ value: each.code, label: each[languageOf(i18n.language)] })) ?? []
            }
          />
        </Field>
        <ProseField name="reason" label={t("panels.reason")} required rows={3} />
      </FormSheet>
    </details>
  );
}
