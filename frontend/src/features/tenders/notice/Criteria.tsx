import { Button, Form, InputNumber, Select, Switch } from "antd";
import type { TFunction } from "i18next";
import { useTranslation } from "react-i18next";
import type { components } from "../../../api/schema.gen";
import { Field, LineField } from "../../../ui/form/Field";
import { Rows } from "../../../ui/form/Rows";

type Criterion = components["schemas"]["CriterionInput"];

/** What is scored, with the points it can have: together a hundred. */
export function Criteria() {
  const { t } = useTranslation();
  const form = Form.useFormInstance();
  const criteria = Form.useWatch<Criterion[] | undefined>("criteria") ?? [];
  const marked = criteria.filter((each) => each?.label_zh && !each.is_price);
  return (
    <fieldset className="form-part">
      <legend>{t("notice.part.criteria")}</legend>
      <Rows
        name="criteria"
        add={t("notice.add_criterion")}
        fresh={{ code: `C${criteria.length + 1}`, label_en: "", is_price: false }}
      >
        {(at) => (
          <div className="criterion-row">
            <LineField name={[at, "code"]} required limit={40} className="lot-code" />
            <LineField name={[at, "label_zh"]} required limit={200} className="lot-title" />
            <LineField name={[at, "label_en"]} limit={400} className="lot-title" />
            <Field name={[at, "maximum"]} required>
              <InputNumber<string> stringMode min="0" max="100" className="input-count" />
            </Field>
            <Field name={[at, "is_price"]} valuePropName="checked">
              <Switch />
            </Field>
          </div>
        )}
      </Rows>
      <Sum of={criteria} />
      {criteria.length === 0 && (
        <Button onClick={() => form.setFieldValue("criteria", usual(t))}>{t("notice.usual_criteria")}</Button>
      )}
      <Field name="tie_criterion" extra={t("notice.hint.tie_criterion")}>
        <Select allowClear options={marked.map((each) => ({ value: each.code, label: each.label_zh }))} />
      </Field>
    </fieldset>
  );
}

const USUAL = { fit: 25, plan: 30, team: 20, budget: 15, effect: 10 };

const usual = (t: TFunction): Criterion[] =>
  Object.entries(USUAL).map(([name, maximum], at) => ({
    code: `C${at + 1}`,
    label_zh: t(`notice.usual.${name}`, { lng: "zh" }),
    label_en: t(`notice.usual.${name}`, { lng: "en" }),
    maximum: String(maximum),
    is_price: false,
  }));

function Sum({ of }: { of: readonly Criterion[] }) {
  const { t } = useTranslation();
  const sum = of.reduce((total, each) => total + Number(each?.maximum ?? 0), 0);
  if (of.length === 0) return null;
  const wrong = sum < 100 ? "notice.sum_short" : "notice.sum_over";
  return (
    <p className={sum === 100 ? "sum sum-right" : "sum sum-wrong"} aria-live="polite">
      {t("notice.sum", { sum })} {sum === 100 ? t("notice.sum_right") : t(wrong, { points: Math.abs(100 - sum) })}
    </p>
  );
}
