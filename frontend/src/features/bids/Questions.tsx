import { Checkbox, Form, InputNumber, Radio } from "antd";
import { useTranslation } from "react-i18next";
import { languageOf } from "../../api/refusal";
import { type Entered, reading } from "../../questionnaire/answers";
import { type Definition, inLanguage, type Question } from "../../questionnaire/definition";
import { today } from "../../questionnaire/today";
import { Field, LineField, ProseField } from "../../ui/form/Field";
import { DayInput } from "../../ui/form/inputs";

const ANSWERS = ["application", "answers"];

/** The questions of a notice's own that apply after what was answered, in its order; a note begins a section. */
export function Questions({ of }: { of: Definition }) {
  const { i18n } = useTranslation();
  const answers = Form.useWatch(ANSWERS, { preserve: true }) as Entered | undefined;
  return reading(of, answers ?? {}, today()).shown.map((question) =>
    question.type === "note" ? (
      <h3 key={question.name}>{inLanguage(question.label, languageOf(i18n.language))}</h3>
    ) : (
      <One key={question.name} of={question} />
    ),
  );
}

function One({ of }: { of: Question }) {
  const { i18n } = useTranslation();
  const language = languageOf(i18n.language);
  const hint = of.hint && inLanguage(of.hint, language);
  const field = { name: [...ANSWERS, of.name], label: inLanguage(of.label, language), extra: hint };
  const options = of.options.map((option) => ({ value: option.name, label: inLanguage(option.label, language) }));
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
          <InputNumber inputMode="decimal" className="input-count" {...(of.whole && { precision: 0 })} />
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
