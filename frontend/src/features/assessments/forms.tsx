/** What has to be said when assessors are seated, results computed, objections raised and decided. */
import { Select } from "antd";
import { useTranslation } from "react-i18next";
import { $api } from "../../api/client";
import type { components } from "../../api/schema.gen";
import type { ActionFormProps, Actionable } from "../../ui/ActionBar";
import { Field, ProseField } from "../../ui/form/Field";
import { FormSheet } from "../../ui/form/FormSheet";

type Assessment = components["schemas"]["AssessmentRead"];
type Seated = components["schemas"]["AssessorSeat"];
type Computed = components["schemas"]["AssessmentCompute"];
type Props = ActionFormProps<Assessment>;

const useLanguage = (): "zh" | "en" => (useTranslation().i18n.language.startsWith("zh") ? "zh" : "en");

const seated = ({ who }: { who: string }): Seated => {
  const [group = "", account] = who.split(" ");
  return { group, account_id: Number(account) };
};

export function SeatForm({ of, send, sending, cancel }: Props) {
  const { t } = useTranslation();
  const language = useLanguage();
  const params = { path: { assessment_id: of.id } };
  const known = $api.useQuery("get", "/api/v1/assessments/{assessment_id}/assessors", { params });
  const options = of.terms.groups.map((group) => ({
    label: group[language],
    options: (known.data ?? [])
      .filter((each) => each.group === group.code)
      .map((each) => ({
        value: `${each.group} ${each.account_id}`,
        label: [each.name, each[`party_${language}`]].filter(Boolean).join(" · "),
      })),
  }));
  return (
    <FormSheet<{ who: string }>
      room="assessments"
      send={(body) => send(seated(body))}
      sending={sending}
      cancel={cancel}
      submit={t("rooms.assessments.action.seat")}
    >
      <Field name="who" label={t("rooms.assessments.field.account_id")} required>
        <Select options={options} loading={known.isPending} showSearch optionFilterProp="label" />
      </Field>
    </FormSheet>
  );
}

export function ComputeForm({ of, send, sending, cancel }: Props) {
  const { t } = useTranslation();
  const language = useLanguage();
  const options = [
    { value: "", label: t("assessments.no_exclusion") },
    ...of.terms.exclusions.map((each) => ({ value: each.code, label: each[language] })),
  ];
  return (
    <FormSheet<Computed>
      room="assessments"
      initial={{ exclusion: "", reason: "" }}
      send={send}
      sending={sending}
      cancel={cancel}
      submit={t("rooms.assessments.action.compute")}
    >
      {of.terms.exclusions.length > 0 && (
        <>
          <Field name="exclusion">
            <Select options={options} />
          </Field>
          <ProseField name="reason" rows={2} limit={2000} />
        </>
      )}
    </FormSheet>
  );
}

function said<T extends Actionable>(verb: string, field: "reason" | "statement" | "answer", danger = false) {
  return function SaidForm({ send, sending, cancel }: ActionFormProps<T>) {
    const { t } = useTranslation();
    const submit = t(`rooms.assessments.action.${verb}`);
    return (
      <FormSheet room="assessments" {...{ send, sending, cancel, submit, danger }}>
        <ProseField name={field} required rows={4} limit={2000} />
      </FormSheet>
    );
  };
}

export const CancelForm = said<Assessment>("cancel", "reason", true);
export const ObjectForm = said<Assessment>("object", "statement");
export const UpholdForm = said<Assessment>("uphold", "answer");
export const ReviseForm = said<Assessment>("revise", "answer");
export const RecuseForm = said<Actionable>("recuse", "reason", true);
export const ReopenForm = said<Actionable>("reopen", "reason");
