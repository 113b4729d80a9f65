import { useTranslation } from "react-i18next";
import type { components } from "../../api/schema.gen";
import { numberText } from "../../ui/format";
import { CountField, Field, LineField, ProseField } from "../../ui/form/Field";
import { FormSheet } from "../../ui/form/FormSheet";
import { DayInput, MoneyInput } from "../../ui/form/inputs";
import { SuggestedCategory, SuggestedPopulations } from "../../ui/form/suggested";
import { intervalText } from "./interval";

export type NeedBody = components["schemas"]["NeedCreate"];
type Need = components["schemas"]["NeedRead"];

type Props = {
  need?: Need;
  draft: string;
  version?: number;
  send: (body: NeedBody) => Promise<unknown>;
  sending: boolean;
  error: unknown;
  cancel: () => void;
};

/** A need as the form holds it. */
const bodyOf = (need: Need): Partial<NeedBody> => ({
  ...need,
  evidence_note: need.evidence.note,
  no_evidence_reason: need.evidence.no_evidence_reason,
});

/** What a need says, its evidence first: without that it is not shown to anybody. */
export function NeedForm({ need, ...sheet }: Props) {
  const { t } = useTranslation();
  return (
    <FormSheet<NeedBody> room="needs" {...(need && { initial: bodyOf(need) })} submit={t("action.save")} {...sheet}>
      <section aria-labelledby="evidence">
        <h2 id="evidence">{t("field.evidence")}</h2>
        {need?.evidence.survey_result_id ? (
          <Surveyed of={need.evidence} />
        ) : (
          <p className="soft">{t("needs.form.why")}</p>
        )}
        <ProseField name="evidence_note" label={t("rooms.needs.field.evidence.note")} limit={5000} rows={2} />
        <ProseField
          name="no_evidence_reason"
          label={t("rooms.needs.field.evidence.no_evidence_reason")}
          extra={t("needs.form.no_evidence")}
          limit={1000}
          rows={2}
        />
      </section>
      <section aria-labelledby="asked">
        <h2 id="asked">{t("needs.form.asked")}</h2>
        <LineField name="title" required limit={200} />
        <ProseField name="description" limit={5000} />
        <Field name="category_code">
          <SuggestedCategory />
        </Field>
        <Field name="population_codes">
          <SuggestedPopulations />
        </Field>
        <div className="form-columns">
          <CountField name="beneficiaries" min={1} unit={t("needs.form.people")} />
          <Field name="budget">
            <MoneyInput />
          </Field>
          <CountField name="period_months" min={1} max={60} />
          <Field name="starts_on">
            <DayInput />
          </Field>
          <Field name="expires_on" extra={t("needs.form.expires")}>
            <DayInput />
          </Field>
        </div>
        <ProseField name="requirements" limit={5000} rows={2} />
      </section>
    </FormSheet>
  );
}

/** What residents said, as a sentence; the figures stand as they stood when the need was drafted. */
export function Surveyed({ of }: { of: Need["evidence"] }) {
  const { t, i18n } = useTranslation();
  const { share, low, high, n } = of;
  if (!share || !low || !high || !n) return <p>{t("needs.evidence_withheld")}</p>;
  return (
    <p>
      {t("needs.surveyed", { n: numberText(n, i18n.language), ...intervalText({ share, low, high }, i18n.language) })}
    </p>
  );
}
