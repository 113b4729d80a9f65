import { InputNumber, Select } from "antd";
import { useTranslation } from "react-i18next";
import type { components } from "../../api/schema.gen";
import { Field, LineField, ProseField } from "../../ui/form/Field";
import { FormSheet } from "../../ui/form/FormSheet";
import { PlacesSelect } from "../../ui/form/choices";
import { DayInput } from "../../ui/form/inputs";
import { SuggestedCategories, SuggestedPopulations } from "../../ui/form/suggested";

export type OfferBody = components["schemas"]["OfferCreate"];

type Props = {
  initial?: Partial<OfferBody>;
  draft: string;
  version?: number;
  send: (body: OfferBody) => Promise<unknown>;
  sending: boolean;
  error: unknown;
  cancel: () => void;
};

/** What an offer says. */
export function OfferForm(sheet: Props) {
  const { t } = useTranslation();
  return (
    <FormSheet<OfferBody> room="offers" submit={t("action.save")} {...sheet}>
      <LineField name="title" required limit={200} />
      <ProseField name="description" limit={5000} />
      <Field name="coverage_codes" extra={t("offers.form.coverage")}>
        <PlacesSelect />
      </Field>
      <Field name="category_codes">
        <SuggestedCategories />
      </Field>
      <Field name="population_codes">
        <SuggestedPopulations />
      </Field>
      <div className="form-columns">
        <Field name="price" extra={t("offers.form.price")}>
          <InputNumber<string> stringMode min="0" precision={2} inputMode="decimal" className="input-money" />
        </Field>
        <LineField name="price_unit" limit={20} extra={t("offers.form.unit")} />
        <LineField name="capacity" limit={200} extra={t("offers.form.capacity")} />
        <LineField name="schedule" limit={200} extra={t("offers.form.schedule")} />
        <Field name="available_from">
          <DayInput />
        </Field>
        <Field name="available_until">
          <DayInput />
        </Field>
      </div>
      <Field name="qualifications" extra={t("offers.form.qualifications")}>
        <Select mode="tags" open={false} suffixIcon={null} tokenSeparators={["、", "，", ",", "；", ";"]} />
      </Field>
    </FormSheet>
  );
}
