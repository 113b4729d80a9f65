import { useState } from "react";
import { type Refusal, refusalOf } from "../api/refusal";
import { request } from "../api/request";
import { placeText } from "./AnswerPage";
import { type Answer, type Definition, type Question, inLanguage } from "../questionnaire/definition";
import type { Receipt } from "./answering";
import { Demonstration, Refused } from "./Frame";
import { Outcomes } from "./Outcomes";
import { SurveyForm } from "./SurveyForm";
import { momentText } from "./time";
import { useLoaded } from "./useLoaded";
import { statusText, useLanguage, useSay } from "./words";

const CODE = /^[0-9A-Z]{8}$/;
const typed = (text: string): string => text.replaceAll(/[\s-]/g, "").toUpperCase();

/** The code travels behind the # of the address: browsers never send that part to a server or in a referrer. */
const codeInAddress = (): string => typed(decodeURIComponent(location.hash.slice(1)));

export function ReceiptPage() {
  const say = useSay();
  const language = useLanguage();
  const [code, setCode] = useState(() => (CODE.test(codeInAddress()) ? codeInAddress() : null));
  const address = code && `/api/v1/surveys/receipts/${code}`;
  const { data, refusal, reload, put } = useLoaded<Receipt>(address);
  const leave = (): void => {
    history.replaceState(null, "", location.pathname);
    setCode(null);
  };
  const isUnknown = refusal !== null && refusal.status > 0 && refusal.status < 500;
  if (!address || isUnknown) return <CodeForm key={code} typed={code ?? ""} refusal={refusal} onCode={setCode} />;
  if (!data && !refusal) return <p className="soft loading">{say("loading")}</p>;
  return (
    <>
      {refusal && <Refused refusal={refusal} language={language} onRetry={reload} />}
      {data && <Shown address={address} receipt={data} onChanged={put} />}
      <p>
        <button type="button" className="link" onClick={leave}>
          {say("receipt_other")}
        </button>
      </p>
    </>
  );
}

type CodeProps = { typed: string; refusal: Refusal | null; onCode: (code: string) => void };

/** Asks for the code; one that leads nowhere stays where it was typed, to be put right. */
function CodeForm({ typed: first, refusal, onCode }: CodeProps) {
  const say = useSay();
  const language = useLanguage();
  const [text, setText] = useState(first);
  const [wrong, setWrong] = useState(false);
  return (
    <form
      className="panel"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        if (CODE.test(typed(text))) onCode(typed(text));
        else setWrong(true);
      }}
    >
      <h1>{say("receipt_title")}</h1>
      <p>{say("receipt_what")}</p>
      <label className="field">
        {say("receipt_code")}
        <input
          className="text code-field"
          autoComplete="off"
          autoCapitalize="characters"
          spellCheck={false}
          maxLength={12}
          value={text}
          aria-invalid={wrong || refusal !== null}
          aria-describedby="code-fault"
          onChange={(event) => setText(event.target.value)}
        />
      </label>
      <p id="code-fault" className="fault" aria-live="polite">
        {wrong ? say("receipt_fault") : refusal?.sentence(language)}
      </p>
      <button type="submit" className="button primary">
        {say("receipt_open")}
      </button>
    </form>
  );
}

type ShownProps = { address: string; receipt: Receipt; onChanged: (receipt: Receipt) => void };

type Mode = "look" | "correct" | "withdraw";

/** What a resident may still change about what was sent: the answers, or that they count. */
function useChanges({ address, receipt, onChanged }: ShownProps) {
  const [mode, setMode] = useState<Mode>("look");
  const [entered, setEntered] = useState<Record<string, unknown>>(receipt.answers);
  const [refusal, setRefusal] = useState<Refusal | null>(null);
  const [sending, setSending] = useState(false);
  const [corrected, setCorrected] = useState(false);

  const change = async (wanted: () => Promise<Receipt>): Promise<boolean> => {
    setSending(true);
    setRefusal(null);
    try {
      onChanged(await wanted());
      setMode("look");
      return true;
    } catch (error) {
      setRefusal(refusalOf(error));
      return false;
    } finally {
      setSending(false);
    }
  };
  const correct = async (answers: unknown): Promise<void> =>
    setCorrected(await change(() => request<Receipt>(address, { method: "PUT", body: { answers } })));
  const withdraw = async (): Promise<boolean> =>
    change(() => request<Receipt>(`${address}/withdraw`, { method: "POST" }));
  return { mode, setMode, entered, setEntered, refusal, sending, corrected, correct, withdraw };
}

type Changes = ReturnType<typeof useChanges>;

function Shown(props: ShownProps) {
  const { receipt } = props;
  const say = useSay();
  const language = useLanguage();
  const changes = useChanges(props);
  const { mode, corrected, refusal } = changes;
  return (
    <>
      {receipt.demonstration && <Demonstration />}
      <header className="head">
        <p className="place">{placeText(receipt.wave.community, language)}</p>
        <h1>{inLanguage(receipt.survey.title, language)}</h1>
        <p className="soft">
          {say("receipt_sent", { at: momentText(receipt.submitted_at, language) })} ·{" "}
          {statusText(receipt.status, language)}
        </p>
      </header>
      {corrected && receipt.status !== "withdrawn" && <Done text={say("corrected")} />}
      {receipt.status === "withdrawn" && <Done text={say("withdrawn")} />}
      {mode !== "correct" && refusal && (
        <p className="alert" role="alert">
          {refusal.sentence(language)}
        </p>
      )}
      {mode === "correct" ? (
        <Correcting receipt={receipt} changes={changes} />
      ) : (
        <>
          <Outcomes address={props.address} />
          {receipt.status !== "withdrawn" && <OwnAnswers definition={receipt.survey} answers={receipt.answers} />}
          {mode === "withdraw" ? (
            <Withdrawing changes={changes} />
          ) : (
            <ChangeButtons receipt={receipt} changes={changes} />
          )}
        </>
      )}
    </>
  );
}

function Done({ text }: { text: string }) {
  return (
    <p className="good" role="status">
      {text}
    </p>
  );
}

function Correcting({ receipt, changes }: { receipt: Receipt; changes: Changes }) {
  const say = useSay();
  return (
    <>
      <SurveyForm
        definition={receipt.survey}
        entered={changes.entered}
        onChange={changes.setEntered}
        sendLabel={say("correct_send")}
        sending={changes.sending}
        refusal={changes.refusal}
        onSend={(answers) => void changes.correct(answers)}
      />
      <button type="button" className="link" onClick={() => changes.setMode("look")}>
        {say("correct_cancel")}
      </button>
    </>
  );
}

function Withdrawing({ changes }: { changes: Changes }) {
  const say = useSay();
  return (
    <section className="panel" role="alertdialog" aria-label={say("withdraw")}>
      <p>{say("withdraw_ask")}</p>
      <p className="row">
        <button
          type="button"
          className="button danger"
          disabled={changes.sending}
          onClick={() => void changes.withdraw()}
        >
          {say("withdraw_yes")}
        </button>
        <button type="button" className="button" onClick={() => changes.setMode("look")}>
          {say("withdraw_no")}
        </button>
      </p>
    </section>
  );
}

function ChangeButtons({ receipt: { actions }, changes }: { receipt: Receipt; changes: Changes }) {
  const say = useSay();
  return (
    <p className="row">
      {actions.includes("correct") && (
        <button type="button" className="button primary" onClick={() => changes.setMode("correct")}>
          {say("correct")}
        </button>
      )}
      {actions.includes("withdraw") && (
        <button type="button" className="button" onClick={() => changes.setMode("withdraw")}>
          {say("withdraw")}
        </button>
      )}
    </p>
  );
}

function OwnAnswers({ definition, answers }: { definition: Definition; answers: Receipt["answers"] }) {
  const say = useSay();
  const language = useLanguage();
  return (
    <details className="panel">
      <summary>{say("own_answers")}</summary>
      <dl className="own">
        {definition.questions
          .filter(({ type }) => type !== "note")
          .map((question) => (
            <div key={question.name}>
              <dt>{inLanguage(question.label, language)}</dt>
              <dd>
                {answerText(definition, question, answers[question.name], language) ?? (
                  <span className="soft">{say("no_answer")}</span>
                )}
              </dd>
            </div>
          ))}
      </dl>
    </details>
  );
}

/** An answer in words: labels of options instead of their names. */
export function answerText(
  definition: Definition,
  question: Question,
  answer: Answer | undefined,
  language: "zh" | "en",
): string | null {
  if (answer === undefined) return null;
  const source = definition.questions.find(({ name }) => name === question.derived_from);
  const worded = (name: string): string => {
    const option = [...(question.options ?? []), ...(source?.options ?? [])].find((one) => one.name === name);
    return option ? inLanguage(option.label, language) : name;
  };
  const separator = language === "en" ? ", " : "、";
  if (Array.isArray(answer)) {
    return question.type === "ranking"
      ? answer.map((name, place) => `${place + 1}. ${worded(name)}`).join(" ")
      : answer.map(worded).join(separator);
  }
  if (typeof answer === "object") {
    return (question.rows ?? [])
      .filter(({ name }) => answer[name] !== undefined)
      .map(({ name, label }) => `${inLanguage(label, language)} ${worded(answer[name] ?? "")}`)
      .join(separator);
  }
  return question.type === "single" ? worded(String(answer)) : String(answer);
}
