import { Checkbox, Radio } from "antd";
import { useTranslation } from "react-i18next";
import { languageOf } from "../../api/refusal";
import type { components } from "../../api/schema.gen";
import { Field, LineField, ProseField } from "../../ui/form/Field";
import { DayInput, DecimalInput } from "../../ui/form/inputs";

type Question = components["schemas"]["Question"];

/** The questions of a notice's own, in its order; a note begins a section. */
export function Questions({ of }: { of: readonly Question[] }) {
  const { t, i18n } = useTranslation();
  const language = languageOf(i18n.language);
  return of.map((question) =>
    question.type === "note" ? (
      <h3 key={question.name}>{question.label[language]}</h3>
    ) : (
      <One
        key={question.name}
        of={question}
        hint={[question.hint?.[language], question.shown_if && t("bids.may_not_apply")].filter(Boolean).join(" ")}
      />
    ),
  );
}

function One({ of, hint }: { of: Question; hint: string }) {
  const { i18n } = useTranslation();
  const language = languageOf(i18n.language);
  const field = { name: ["application", "answers", of.name], label: of.label[language], extra: hint };
  const options = of.options.map((option) => ({ value: option.name, label: option.label[language] }));
  switch (of.type) {
    case "single":
      return (
        <Field {...field}>
          <Radio.Group options={options} className="stacked" />
        </Field>
      );
    case "multi":
      return (
        <Field {...field}>
          <Checkbox.Group options={options} className="stacked" />
        </Field>
      );
    case "number":
      return (
        <Field {...field}>
          <DecimalInput />
        </Field>
      );
    case "date":
      return (
        <Field {...field}>
          <DayInput />
        </Field>
      );
    case "open":
      return <ProseField {...field} rows={3} />;
    default:
      return <LineField {...field} />;
  }
}
