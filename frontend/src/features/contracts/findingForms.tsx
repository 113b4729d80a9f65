/** What has to be said when something is found wanting, answered and settled. */
import { Checkbox, Select } from "antd";
import { useTranslation } from "react-i18next";
import type { components } from "../../api/schema.gen";
import type { ActionFormProps, Actionable } from "../../ui/ActionBar";
import { CountField, Field, LineField, ProseField } from "../../ui/form/Field";
import { FormSheet } from "../../ui/form/FormSheet";
import { DayInput } from "../../ui/form/inputs";

type Finding = components["schemas"]["ContractFinding"];
type Raised = components["schemas"]["FindingRaise"];
type Props = ActionFormProps<Finding>;
const SEVERITIES: readonly Raised["severity"][] = ["minor", "major"];
const DAYS = 10; // proposed; the district sets how many

export function RaiseForm({ send, sending, cancel }: ActionFormProps<Actionable>) {
  const { t } = useTranslation();
  return (
    <FormSheet<Raised>
      room="findings"
      initial={{ severity: "minor", working_days: DAYS, is_holding: false }}
      send={send}
      sending={sending}
      cancel={cancel}
      submit={t("rooms.findings.action.raise")}
    >
      <p>{t("contracts.findings.follows.raise")}</p>
      <ProseField name="requirement" required rows={4} limit={4000} />
      <LineField name="basis" limit={400} />
      <Field name="severity" required>
        <Select options={SEVERITIES.map((value) => ({ value, label: t(`rooms.findings.severity.${value}`) }))} />
      </Field>
      <CountField name="working_days" required />
      <Field name="is_holding" valuePropName="checked" label="">
        <Checkbox>{t("rooms.findings.field.is_holding")}</Checkbox>
      </Field>
    </FormSheet>
  );
}

type Said = {
  verb: "answer" | "accept" | "reject" | "waive";
  field: "answer" | "opinion" | "reason";
  danger?: boolean;
};

function said({ verb, field, danger = false }: Said) {
  return function SaidForm({ of, send, sending, cancel }: Props) {
    const { t } = useTranslation();
    const before = verb === "answer" ? of.requirement : of.answers.at(-1)?.answer;
    return (
      <FormSheet
        room="findings"
        send={send}
        sending={sending}
        cancel={cancel}
        submit={t(`rooms.findings.action.${verb}`)}
        danger={danger}
      >
        <p>{t(`contracts.findings.follows.${verb}`)}</p>
        {before && <blockquote className="prose milestone-quoted">{before}</blockquote>}
        <ProseField name={field} required rows={5} limit={4000} />
      </FormSheet>
    );
  };
}

export const AnswerForm = said({ verb: "answer", field: "answer" });
export const AcceptAnswerForm = said({ verb: "accept", field: "opinion" });
export const RejectAnswerForm = said({ verb: "reject", field: "opinion", danger: true });
export const WaiveForm = said({ verb: "waive", field: "reason", danger: true });

export function ExtendForm({ send, sending, cancel }: Props) {
  const { t } = useTranslation();
  return (
    <FormSheet room="findings" send={send} sending={sending} cancel={cancel} submit={t("rooms.findings.action.extend")}>
      <p>{t("contracts.findings.follows.extend")}</p>
      <Field name="due_on" required>
        <DayInput />
      </Field>
      <ProseField name="reason" required rows={3} limit={4000} />
    </FormSheet>
  );
}
