import { useQueryClient } from "@tanstack/react-query";
import { Checkbox } from "antd";
import { useTranslation } from "react-i18next";
import { $api, ifMatch } from "../../api/client";
import type { components } from "../../api/schema.gen";
import { Field, LineField } from "../../ui/form/Field";
import { FormSheet } from "../../ui/form/FormSheet";
import { DayInput } from "../../ui/form/inputs";
import { Rows } from "../../ui/form/Rows";

type Contract = components["schemas"]["ContractRead"];
type Body = components["schemas"]["ContractUpdate"];

/** The terms of a draft. The amount is what was awarded, and a day to sign by that the law sets is not asked. */
export function EditContract({ of, leave }: { of: Contract; leave: () => void }) {
  const { t } = useTranslation();
  const cache = useQueryClient();
  const edit = $api.useMutation("put", "/api/v1/contracts/{contract_id}", {
    onSuccess: async () => {
      await cache.invalidateQueries();
      leave();
    },
  });
  const { title, starts_on, ends_on, targets, contract_by, asks_willingness } = of;
  const terms = { title, starts_on, ends_on, targets, asks_willingness };
  return (
    <FormSheet<Body>
      room="contracts"
      initial={of.due_by_law ? terms : { ...terms, contract_by }}
      send={(body) =>
        edit.mutateAsync({
          params: { path: { contract_id: of.id }, header: ifMatch(of.version) },
          body,
        })
      }
      sending={edit.isPending}
      error={edit.error}
      submit={t("action.save")}
      cancel={leave}
    >
      <LineField name="title" label={t("contracts.title")} required limit={200} />
      <Field name="starts_on" required>
        <DayInput />
      </Field>
      <Field name="ends_on" required>
        <DayInput />
      </Field>
      {!of.due_by_law && (
        <Field name="contract_by">
          <DayInput />
        </Field>
      )}
      <Field name="asks_willingness" valuePropName="checked" extra={t("contracts.asks_willingness_hint")}>
        <Checkbox>{t("contracts.asks_willingness")}</Checkbox>
      </Field>
      <h3>{t("rooms.contracts.field.targets")}</h3>
      <Rows name="targets" fresh={{ quantity: "" }} add={t("contracts.add_target")}>
        {(at) => (
          <>
            <LineField name={[at, "what"]} required limit={500} />
            <LineField name={[at, "quantity"]} limit={50} />
          </>
        )}
      </Rows>
    </FormSheet>
  );
}
