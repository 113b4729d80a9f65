import { useEffect, useMemo, useRef, useState } from "react";
import { type Refusal, languageOf } from "../api/refusal";
import { serverNow } from "../api/send";
import { type Entered, faults, reading } from "./answers";
import type { Answers, Definition } from "./definition";
import { QuestionCard, type Said, placeOf } from "./QuestionCard";
import { useLanguage, useSay } from "./words";

type Props = {
  definition: Definition;
  entered: Entered;
  onChange: (entered: Entered) => void;
  onSend: (answers: Answers) => void;
  sendLabel: string;
  sending: boolean;
  refusal: Refusal | null;
};

/** The day in Shanghai, which the conditions of a questionnaire may ask for. */
const today = (): string => serverNow().toLocaleDateString("sv-SE", { timeZone: "Asia/Shanghai" });

/** What is asked and answered so far; faults once it was to be sent, those the server found among them. */
function useForm({ definition, entered, onSend, refusal }: Props) {
  const language = useLanguage();
  const [checked, setChecked] = useState(false);
  const { shown, answers } = useMemo(() => reading(definition, entered, today()), [definition, entered]);
  const found: Map<string, Said> = checked ? faults(definition, entered, today()) : new Map();
  for (const row of refusal?.rows ?? []) {
    if (!found.has(row.column)) found.set(row.column, { said: row.messages[languageOf(language)] });
  }
  const send = (): void => {
    setChecked(true);
    const [first] = faults(definition, entered, today()).keys();
    if (first === undefined) onSend(answers);
    else document.getElementById(placeOf(first))?.focus();
  };
  return { shown, answers, found, send, wrong: checked ? found.size : 0 };
}

/** One calm page to scroll: everything in view, nothing lost by a wrong tap, faults said at their question. */
export function SurveyForm(props: Props) {
  const { definition, entered, onChange, sendLabel, sending, refusal } = props;
  const say = useSay();
  const language = useLanguage();
  const head = useRef<HTMLParagraphElement>(null);
  const { shown, answers, found, send, wrong } = useForm(props);
  const asked = shown.filter(({ type }) => type !== "note");
  const answered = asked.filter(({ name }) => answers[name] !== undefined).length;

  useEffect(() => {
    if (!refusal) return;
    const first = refusal.rows[0] && document.getElementById(placeOf(refusal.rows[0].column));
    (first ?? head.current)?.focus();
  }, [refusal]);

  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <Progress answered={answered} all={asked.length} />
      {refusal && (
        <p className="alert" role="alert" tabIndex={-1} ref={head}>
          {refusal.sentence(language)}
        </p>
      )}
      {shown.map((question) => (
        <QuestionCard
          key={question.name}
          definition={definition}
          question={question}
          number={asked.indexOf(question) + 1}
          entered={entered}
          answers={answers}
          fault={found.get(question.name)}
          onChange={(value) => onChange({ ...entered, [question.name]: value })}
        />
      ))}
      <div className="send">
        {wrong > 0 && (
          <p className="fault" role="alert">
            {say("check", { count: wrong })}
          </p>
        )}
        <button type="submit" className="button primary" disabled={sending}>
          {sending ? say("sending") : sendLabel}
        </button>
      </div>
    </form>
  );
}

function Progress({ answered, all }: { answered: number; all: number }) {
  const say = useSay();
  const text = say("answered", { answered, all });
  return (
    <div className="progress">
      <progress value={answered} max={Math.max(all, 1)} aria-label={text} />
      <span>{text}</span>
    </div>
  );
}
