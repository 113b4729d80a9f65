/** What has to be said when a budget, a change, an expense or an audit report is decided on. */
import { useTranslation } from "react-i18next";
import type { ActionFormProps } from "../../ui/ActionBar";
import { Field, LineField, ProseField } from "../../ui/form/Field";
import { FormSheet } from "../../ui/form/FormSheet";
import { MoneyInput } from "../../ui/form/inputs";
import type { ContractBudget } from "./Budget";

type Said = {
  verb: "return" | "grant" | "refuse" | "flag";
  field: "reason" | "opinion";
  optional?: boolean;
  danger?: boolean;
};

function said<T>({ verb, field, optional = false, danger = false }: Said) {
  return function SaidForm({ send, sending, cancel }: ActionFormProps<T>) {
    const { t } = useTranslation();
    return (
      <FormSheet
        room="budgets"
        send={send}
        sending={sending}
        cancel={cancel}
        submit={t(`rooms.budgets.action.${verb}`)}
        danger={danger}
      >
        <p>{t(`contracts.budget.follows.${verb}`)}</p>
        <ProseField name={field} required={!optional} rows={4} limit={2000} />
      </FormSheet>
    );
  };
}

export const ReturnForm = said<ContractBudget>({ verb: "return", field: "reason" });
export const GrantForm = said<ContractBudget["changes"][number]>({ verb: "grant", field: "opinion", optional: true });
export const RefuseForm = said<ContractBudget["changes"][number]>({ verb: "refuse", field: "opinion", danger: true });
export const FlagForm = said<ContractBudget["lines"][number]>({ verb: "flag", field: "reason" });

export function DisallowForm({ send, sending, cancel }: ActionFormProps<ContractBudget["statements"][number]>) {
  const { t } = useTranslation();
  return (
    <FormSheet room="budgets" send={send} sending={sending} cancel={cancel} submit={t("rooms.budgets.action.disallow")}>
      <p>{t("contracts.budget.follows.disallow")}</p>
      <Field name="amount" label={t("rooms.budgets.field.disallowed")} required>
        <MoneyInput />
      </Field>
      <ProseField name="reason" required rows={3} limit={2000} />
    </FormSheet>
  );
}

export function SignAuditForm({ send, sending, cancel }: ActionFormProps<ContractBudget["audits"][number]>) {
  const { t } = useTranslation();
  return (
    <FormSheet room="budgets" send={send} sending={sending} cancel={cancel} submit={t("rooms.budgets.action.sign")}>
      <p>{t("contracts.budget.follows.sign")}</p>
      <LineField name="name" label={t("rooms.budgets.field.signer")} required limit={100} />
    </FormSheet>
  );
}
