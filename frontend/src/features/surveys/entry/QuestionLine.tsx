import { Input } from "antd";
import type { KeyboardEventHandler } from "react";
import { useTranslation } from "react-i18next";
import { languageOf } from "../../../api/refusal";
import { worded } from "../SurveyFigures";
import { type Definition, type Question, linesOf, optionsOf } from "../responses/answered";
import type { Fault } from "./typed";

type Props = {
  definition: Definition;
  question: Question;
  number: number;
  text: string;
  /** What is made of the text. */
  answer: unknown;
  fault: Fault | undefined;
  isGap: boolean;
  /** What the server has said against it. */
  refused: Record<"zh" | "en", string> | undefined;
  /** What was typed the first time, where it was something else. */
  before: { answer: unknown } | undefined;
  onKeyDown: KeyboardEventHandler<HTMLInputElement>;
  onLeave: () => void;
  onChange: (text: string) => void;
};

/** One question of the sheet: what it asks, one line to type in, what was understood, what is wrong. */
export function QuestionLine(props: Props) {
  const { definition, question, number, text, answer, onKeyDown, onLeave, onChange } = props;
  const { t, i18n } = useTranslation();
  const id = `entry-${question.name}`;
  const said = useSaid(props);
  const understood = linesOf(definition, question, answer, i18n.language);
  return (
    <li className={said ? "entry-line entry-line-faulty" : "entry-line"}>
      <label htmlFor={id}>
        <span className="figures soft">{number}</span> {worded(question.label, i18n.language, question.name)}
      </label>
      <Input
        id={id}
        data-entry={question.name}
        autoComplete="off"
        value={text}
        {...(said && { status: "error" as const, "aria-invalid": true })}
        aria-describedby={`${id}-said`}
        onKeyDown={onKeyDown}
        onBlur={() => text !== "" && onLeave()}
        onChange={({ target }) => onChange(target.value)}
      />
      <Options definition={definition} question={question} answer={answer} />
      <p id={`${id}-said`} aria-live="polite" className={said ? "entry-fault" : "entry-understood"}>
        {said ??
          (understood.length > 0
            ? `${t("surveys.entry.understood")}${understood.join("；")}`
            : props.isGap && t("surveys.entry.gap"))}
      </p>
    </li>
  );
}

function useSaid({ definition, question, fault, refused, before }: Props): string | undefined {
  const { t, i18n } = useTranslation();
  const language = languageOf(i18n.language);
  if (before) {
    const first = linesOf(definition, question, before.answer, language).join("；");
    return t("surveys.entry.differs", { first: first || t("surveys.responses.blank") });
  }
  if (refused) return refused[language];
  if (!fault) return undefined;
  return fault.message ? worded(fault.message, language, "") : t(`surveys.entry.fault.${fault.key}`, fault.facts ?? {});
}

/** What there is to choose, each with the number that is typed for it; rows are typed one after the other. */
function Options({ definition, question, answer }: { definition: Definition; question: Question; answer: unknown }) {
  const { i18n } = useTranslation();
  const options = optionsOf(definition, question);
  const chosen = new Set([typeof answer === "object" && answer ? Object.values(answer) : (answer ?? [])].flat());
  if (options.length === 0) return null;
  return (
    <p className="entry-options">
      {(question.rows ?? []).length > 0 && (
        <span className="soft">
          {(question.rows ?? []).map(({ name, label }) => worded(label, i18n.language, name)).join(" → ")}
        </span>
      )}
      {options.map(({ name, label }, at) => (
        <span key={name} className={chosen.has(name) ? "entry-chosen" : undefined}>
          <span className="figures">{at + 1}</span> {worded(label, i18n.language, name)}
        </span>
      ))}
    </p>
  );
}
