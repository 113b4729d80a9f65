import type { Language } from "../api/refusal";
import { type Entered, type Fault, OPEN_LIMIT, optionsOf, placesOf } from "../questionnaire/answers";
import { Matrix, Multi, Ranking, Single } from "./Choices";
import { type Answers, type Definition, type Question, inLanguage } from "../questionnaire/definition";
import { type Say, useLanguage, useSay } from "./words";

export type Said = Fault | { said: string };

type Props = {
  definition: Definition;
  question: Question;
  number: number;
  entered: Entered;
  answers: Answers;
  fault: Said | undefined;
  onChange: (value: unknown) => void;
};

const faultText = (fault: Said, say: Say, language: Language): string => {
  if ("said" in fault) return fault.said;
  return fault.message ? inLanguage(fault.message, language) : say(`fault_${fault.key}`, fault.facts);
};

/** The element a fault moves the focus to. */
export const placeOf = (name: string): string => `question-${name}`;

/** A blank answer that is optional needs no way back; everything else a thumb can set, a thumb can unset. */
const isClearable = ({ type, required }: Question, answers: Answers, name: string): boolean =>
  !required && answers[name] !== undefined && (type === "single" || type === "rating_matrix");

export function QuestionCard(props: Props) {
  const { question, number, answers, fault, onChange } = props;
  const language = useLanguage();
  const say = useSay();
  if (question.type === "note") return <p className="note">{inLanguage(question.label, language)}</p>;
  const id = placeOf(question.name);
  const described = [question.hint && `${id}-hint`, fault && `${id}-fault`].filter(Boolean).join(" ") || undefined;
  return (
    <fieldset
      id={id}
      className={fault ? "question question-faulty" : "question"}
      tabIndex={-1}
      aria-describedby={described}
    >
      <legend id={`${id}-label`}>
        <span className="number" aria-hidden="true">
          {number}
        </span>
        <span>
          <span className="hidden">{say("question", { number })} </span>
          {inLanguage(question.label, language)}
          {question.required && <span className="required"> {say("required")}</span>}
        </span>
      </legend>
      {question.hint && (
        <p id={`${id}-hint`} className="soft hint">
          {inLanguage(question.hint, language)}
        </p>
      )}
      <Control {...props} />
      {isClearable(question, answers, question.name) && (
        <button type="button" className="link" onClick={() => onChange(undefined)}>
          {say("clear")}
        </button>
      )}
      {fault && (
        <p id={`${id}-fault`} className="fault">
          {faultText(fault, say, language)}
        </p>
      )}
    </fieldset>
  );
}

function Control(props: Props) {
  const { definition, question, answers, onChange } = props;
  const options = optionsOf(definition, question, answers);
  const own = answers[question.name];
  const chosen = Array.isArray(own) ? own : [];
  switch (question.type) {
    case "single":
      return (
        <Single
          question={question}
          options={options}
          value={typeof own === "string" ? own : undefined}
          onChange={onChange}
        />
      );
    case "multi":
      return <Multi question={question} options={options} value={chosen} onChange={onChange} />;
    case "ranking":
      if (options.length === 0) return <Source definition={definition} question={question} />;
      return (
        <Ranking
          question={question}
          options={options}
          value={chosen}
          places={placesOf(question, options)}
          onChange={onChange}
        />
      );
    case "rating_matrix":
      return <Matrix question={question} options={options} value={isRatings(own) ? own : {}} onChange={onChange} />;
    default:
      return <Field {...props} />;
  }
}

/** What is typed: a number, a day or words. */
function Field({ question, entered, fault, onChange }: Props) {
  const say = useSay();
  const value = entered[question.name];
  const text = typeof value === "string" || typeof value === "number" ? String(value) : "";
  const field = {
    "aria-labelledby": `${placeOf(question.name)}-label`,
    "aria-invalid": fault !== undefined,
    value: text,
    onChange: ({ target }: { target: { value: string } }) => onChange(target.value),
  };
  if (question.type === "number")
    return (
      <input
        {...field}
        className="text short"
        inputMode="decimal"
        autoComplete="off"
        placeholder={say("number_hint")}
      />
    );
  if (question.type === "date") return <input {...field} className="text short" type="date" />;
  return (
    <>
      <textarea {...field} className="text" rows={4} maxLength={OPEN_LIMIT} />
      {text.length > OPEN_LIMIT / 2 && (
        <p className="soft count">{say("open_count", { count: text.length, max: OPEN_LIMIT })}</p>
      )}
    </>
  );
}

const isRatings = (own: unknown): own is Record<string, string> =>
  typeof own === "object" && own !== null && !Array.isArray(own);

function Source({ definition, question }: { definition: Definition; question: Question }) {
  const say = useSay();
  const asked = definition.questions.filter(({ type }) => type !== "note");
  const number = asked.findIndex(({ name }) => name === question.derived_from) + 1;
  return <p className="soft">{say("rank_source", { number })}</p>;
}
