import { useEffect, useMemo, useRef, useState } from "react";
import { type Refusal, languageOf } from "../api/refusal";
import { type Entered, faults, reading } from "../questionnaire/answers";
import type { Answers, Definition } from "../questionnaire/definition";
import { QuestionCard, type Said, placeOf } from "./QuestionCard";
import { today } from "../questionnaire/today";
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

/** With fewer answers than this, a person is asked whether that is all. */
const FEW = 3;

/** What is asked and answered so far; faults once it was to be sent, those the server found among them. */
function useForm({ definition, entered, onSend, refusal }: Props) {
  const language = useLanguage();
  const [checked, setChecked] = useState(false);
  const [doubted, setDoubted] = useState(false);
  const { shown, answers } = useMemo(() => reading(definition, entered, today()), [definition, entered]);
  const found: Map<string, Said> = checked ? faults(definition, entered, today()) : new Map();
  for (const row of refusal?.rows ?? []) {
    if (!found.has(row.column)) found.set(row.column, { said: row.messages[languageOf(language)] });
  }
  const asked = shown.filter(({ type }) => type !== "note");
  const answered = asked.filter(({ name }) => answers[name] !== undefined).length;
  const send = (): void => {
    setChecked(true);
    const [first] = faults(definition, entered, today()).keys();
    if (first !== undefined) document.getElementById(placeOf(first))?.focus();
    else if (answered < Math.min(FEW, asked.length)) setDoubted(true);
    else onSend(answers);
  };
  const goOn = (): void => {
    setDoubted(false);
    const blank = asked.find(({ name }) => answers[name] === undefined);
    if (blank) document.getElementById(placeOf(blank.name))?.focus();
  };
  const sendAll = (): void => onSend(answers);
  return { shown, asked, answers, answered, found, send, doubted, goOn, sendAll, wrong: checked ? found.size : 0 };
}

/** One calm page to scroll: everything in view, nothing lost by a wrong tap, faults said at their question. */
export function SurveyForm(props: Props) {
  const { definition, entered, onChange, sendLabel, sending, refusal } = props;
  const say = useSay();
  const language = useLanguage();
  const head = useRef<HTMLParagraphElement>(null);
  const { shown, asked, answers, answered, found, send, doubted, goOn, sendAll, wrong } = useForm(props);

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
        {doubted && answered < FEW ? (
          <Few answered={answered} all={asked.length} goOn={goOn} send={sendAll} sending={sending} />
        ) : (
          <button type="submit" className="button primary" disabled={sending}>
            {sending ? say("sending") : sendLabel}
          </button>
        )}
      </div>
    </form>
  );
}

type FewProps = { answered: number; all: number; goOn: () => void; send: () => void; sending: boolean };

/** A form that is nearly empty may have been sent by a slip of the thumb. */
function Few({ answered, all, goOn, send, sending }: FewProps) {
  const say = useSay();
  const question = useRef<HTMLParagraphElement>(null);
  useEffect(() => question.current?.focus(), []);
  return (
    <section className="panel" role="alertdialog" aria-labelledby="few">
      <p id="few" tabIndex={-1} ref={question}>
        {say(answered === 0 ? "few_none" : "few", { answered, all })}
      </p>
      <button type="button" className="button primary" onClick={goOn}>
        {say("few_go_on")}
      </button>
      <button type="button" className="button" onClick={send} disabled={sending}>
        {sending ? say("sending") : say("few_send")}
      </button>
    </section>
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
