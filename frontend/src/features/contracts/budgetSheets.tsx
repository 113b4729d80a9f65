/** Proposing a budget, asking for changes, stating expenses, submitting an audit report. */
import { Select } from "antd";
import { useTranslation } from "react-i18next";
import type { components } from "../../api/schema.gen";
import type { ActionFormProps } from "../../ui/ActionBar";
import { Field, LineField, ProseField } from "../../ui/form/Field";
import { FormSheet } from "../../ui/form/FormSheet";
import { Rows } from "../../ui/form/Rows";
import { DayInput, MoneyInput } from "../../ui/form/inputs";
import { moneyText } from "../../ui/format";
import type { ContractBudget } from "./Budget";

type Proposed = components["schemas"]["BudgetPropose"];
type Stated = components["schemas"]["ExpenseState"];
type Submitted = components["schemas"]["AuditSubmit"];
type Props = ActionFormProps<ContractBudget>;

/** Lines are numbered by their place. */
export function ProposeForm({ of, send, sending, cancel }: Props) {
  const { t, i18n } = useTranslation();
  const english = i18n.language === "en";
  const kinds = of.kinds.map((each) => ({ value: each.code, label: english ? each.en : each.zh }));
  const fresh = { kind: of.kinds[0]?.code };
  const numbered = (body: Proposed): unknown =>
    send({ lines: body.lines.map((line, place) => ({ ...line, code: String(place + 1) })) });
  const before = of.lines.map(({ kind, name, approved }) => ({ kind, name, approved }));
  return (
    <FormSheet<Proposed>
      room="budgets"
      initial={{ lines: (before.length > 0 ? before : [fresh]) as Proposed["lines"] }}
      draft={`budget ${of.contract_id}`}
      send={numbered}
      sending={sending}
      cancel={cancel}
      submit={t("rooms.budgets.action.propose")}
    >
      <p>{t("contracts.budget.amount", { amount: moneyText(of.amount, i18n.language) })}</p>
      <Rows name="lines" fresh={fresh} add={t("contracts.budget.add_line")}>
        {(at) => (
          <>
            <LineField name={[at, "name"]} required limit={100} />
            <Field name={[at, "kind"]} required>
              <Select options={kinds} />
            </Field>
            <Field name={[at, "approved"]} required>
              <MoneyInput />
            </Field>
          </>
        )}
      </Rows>
    </FormSheet>
  );
}

function useLines(of: ContractBudget): { value: number; label: string }[] {
  const { t, i18n } = useTranslation();
  const left = (line: ContractBudget["lines"][number]): string =>
    t("contracts.budget.left", { amount: moneyText({ amount: line.left, currency: "CNY" }, i18n.language) });
  return of.lines.map((line) => ({ value: line.id, label: `${line.name} · ${left(line)}` }));
}

export function AskForm({ of, send, sending, cancel }: Props) {
  const { t } = useTranslation();
  const lines = useLines(of);
  return (
    <FormSheet room="budgets" send={send} sending={sending} cancel={cancel} submit={t("rooms.budgets.action.ask")}>
      <p>{t("contracts.budget.follows.ask")}</p>
      <Field name="from_id" required>
        <Select options={lines} />
      </Field>
      <Field name="to_id" required>
        <Select options={lines} />
      </Field>
      <Field name="amount" required>
        <MoneyInput />
      </Field>
      <ProseField name="reason" required rows={3} limit={2000} />
    </FormSheet>
  );
}

function Spent() {
  return (
    <>
      <Field name="starts_on" required>
        <DayInput />
      </Field>
      <Field name="ends_on" required>
        <DayInput />
      </Field>
      <Field name="spent" required>
        <MoneyInput />
      </Field>
      <LineField name="voucher" required limit={100} />
      <ProseField name="note" rows={2} limit={1000} />
    </>
  );
}

export function StateForm({ of, send, sending, cancel }: Props) {
  const { t } = useTranslation();
  const lines = useLines(of);
  return (
    <FormSheet<Stated>
      room="budgets"
      draft={`expense ${of.contract_id}`}
      send={send}
      sending={sending}
      cancel={cancel}
      submit={t("rooms.budgets.action.state")}
    >
      <p>{t("contracts.budget.follows.state")}</p>
      <Field name="line_id" required>
        <Select options={lines} />
      </Field>
      <Spent />
    </FormSheet>
  );
}

type Statement = ContractBudget["statements"][number];

export function RestateForm({ of, send, sending, cancel }: ActionFormProps<Statement>) {
  const { t } = useTranslation();
  const { starts_on, ends_on, spent, voucher, note } = of;
  return (
    <FormSheet
      room="budgets"
      initial={{ starts_on, ends_on, spent, voucher, note }}
      send={send}
      sending={sending}
      cancel={cancel}
      submit={t("rooms.budgets.action.restate")}
    >
      <p>{t("contracts.budget.follows.restate")}</p>
      <Spent />
    </FormSheet>
  );
}

const KINDS: readonly Submitted["kind"][] = ["midterm", "final"];

export function SubmitForm({ of, send, sending, cancel }: Props) {
  const { t } = useTranslation();
  return (
    <FormSheet<Submitted>
      room="budgets"
      draft={`audit ${of.contract_id}`}
      send={send}
      sending={sending}
      cancel={cancel}
      submit={t("rooms.budgets.action.submit")}
    >
      <p>{t("contracts.budget.follows.submit")}</p>
      <Field name="kind" required>
        <Select options={KINDS.map((value) => ({ value, label: t(`rooms.budgets.kind.${value}`) }))} />
      </Field>
      <ProseField name="opinion" required rows={5} limit={8000} />
      <ProseField name="embezzlement" rows={2} limit={4000} />
    </FormSheet>
  );
}
