import { useCallback, useEffect, useRef, useState } from "react";
import { type Language, type Refusal, refusalOf } from "../api/refusal";
import { request } from "../api/request";
import { freshKey } from "../api/send";
import type { Entered } from "../questionnaire/answers";
import { type Answers, inLanguage } from "../questionnaire/definition";
import type { Answering, Place } from "./answering";
import { type Letter, type Sent, dropDraft, hasAnswered, keepDraft, keepSent, readDraft, readSent } from "./draft";
import { Demonstration, Refused } from "./Frame";
import { SurveyForm } from "./SurveyForm";
import { Thanks } from "./Thanks";
import { endText } from "./time";
import { useLoaded } from "./useLoaded";
import { useLanguage, useSay } from "./words";

const addressOf = (token: string): string => `/api/v1/surveys/answering/${encodeURIComponent(token)}`;

export function AnswerPage({ token }: { token: string }) {
  const say = useSay();
  const language = useLanguage();
  const [sent, setSent] = useState<Sent | null>(() => readSent(token));
  const { data, refusal, reload } = useLoaded<Answering>(sent === null ? addressOf(token) : null);
  if (sent !== null) return <Thanks {...sent} />;
  if (refusal) return <Refused refusal={refusal} language={language} onRetry={reload} />;
  if (!data) return <p className="soft loading">{say("loading")}</p>;
  const finish = (code: string): void => {
    const told = { code, demonstration: data.demonstration, closes_at: data.wave.closes_at, purpose: data.purpose };
    dropDraft(token);
    keepSent(token, told);
    setSent(told);
  };
  return (
    <>
      {data.demonstration && <Demonstration />}
      <Head answering={data} />
      {data.wave.open && hasAnswered(token) && <p className="good">{say("answered_before")}</p>}
      {data.wave.open ? <Answered token={token} answering={data} onReceipt={finish} /> : <Closed />}
    </>
  );
}

export const placeText = ({ path }: Place, language: Language): string =>
  [...path].reverse().join(language === "en" ? ", " : " · ");

type HeadProps = { answering: Answering; isWhole?: boolean };

/** Who asks, what for, how long it takes and until when. `isWhole`: this is the page, and called by its title. */
export function Head({ answering: { survey, purpose, wave, asked_by, minutes }, isWhole = true }: HeadProps) {
  const say = useSay();
  const language = useLanguage();
  const title = inLanguage(survey.title, language);
  useEffect(() => {
    if (isWhole) document.title = title;
  }, [title, isWhole]);
  return (
    <header className="head">
      <p className="place">{placeText(wave.community, language)}</p>
      <h1>{title}</h1>
      {wave.open && <p>{say("asks", { by: inLanguage(asked_by, language) })}</p>}
      <p>{survey.intro ? inLanguage(survey.intro, language) : say(purpose === "need" ? "why" : "why_service")}</p>
      {wave.open && (
        <ul className="terms">
          <li>{say(minutes === 1 ? "minute" : "minutes", { count: minutes })}</li>
          <li>{say("no_name")}</li>
          {wave.closes_at && <li>{say("closes", { at: endText(wave.closes_at, language) })}</li>}
        </ul>
      )}
      {wave.open && (
        <details className="privacy">
          <summary>{say("privacy_title")}</summary>
          <p>{say("privacy")}</p>
        </details>
      )}
    </header>
  );
}

function Closed() {
  const say = useSay();
  return (
    <section className="panel">
      <p>
        <strong>{say("closed")}</strong>
      </p>
      <p>{say("closed_hint")}</p>
      <a className="button" href="/r">
        {say("to_receipt")}
      </a>
    </section>
  );
}

type AnsweredProps = { token: string; answering: Answering; onReceipt: (code: string) => void };

function Answered({ token, answering, onReceipt }: AnsweredProps) {
  const say = useSay();
  const [first] = useState(() => readDraft(token));
  const [entered, setEntered] = useState<Entered>(first.entered);
  const [letter, setLetter] = useState<Letter | null>(first.letter ?? null);
  const [refusal, setRefusal] = useState<Refusal | null>(null);
  const [posting, setPosting] = useState(first.letter !== undefined);
  const seconds = useSeconds(first.seconds);

  useEffect(() => {
    keepDraft(token, { entered, seconds: seconds.current, ...(letter && { letter }) });
  }, [token, entered, letter, seconds]);

  const post = useCallback(
    async (sent: Letter) => {
      setPosting(true);
      try {
        const { receipt_code } = await request<{ receipt_code: string }>(addressOf(token), {
          method: "POST",
          body: sent.body,
          key: sent.key,
        });
        onReceipt(receipt_code);
      } catch (error) {
        const refused = refusalOf(error);
        setPosting(false);
        if (refused.status > 0 && refused.status < 500) {
          setLetter(null);
          setRefusal(refused);
        }
      }
    },
    [token, onReceipt],
  );
  useRetries(letter, post);

  if (letter && !posting) return <Waiting onRetry={() => void post(letter)} />;
  return (
    <>
      <SurveyForm
        definition={answering.survey}
        entered={entered}
        onChange={setEntered}
        sendLabel={say("send")}
        sending={posting}
        refusal={refusal}
        onSend={(answers: Answers) => {
          const fresh = { key: freshKey(), body: { answers, seconds: seconds.current } };
          setRefusal(null);
          setPosting(true);
          setLetter(fresh);
        }}
      />
      <p className="soft kept">{say("kept")}</p>
    </>
  );
}

/** Sends the letter as soon as it is there, and again whenever the phone is back online. */
function useRetries(letter: Letter | null, post: (letter: Letter) => Promise<void>): void {
  const latest = useRef(post);
  useEffect(() => {
    latest.current = post;
  }, [post]);
  useEffect(() => {
    if (!letter) return;
    const now = (): void => void latest.current(letter);
    now();
    addEventListener("online", now);
    return () => removeEventListener("online", now);
  }, [letter]);
}

/** Seconds the page was in view: how long answering took, without the time the phone lay aside. */
function useSeconds(before: number): { readonly current: number } {
  const seconds = useRef(before);
  useEffect(() => {
    const tick = setInterval(() => {
      if (!document.hidden) seconds.current += 1;
    }, 1000);
    return () => clearInterval(tick);
  }, []);
  return seconds;
}

function Waiting({ onRetry }: { onRetry: () => void }) {
  const say = useSay();
  return (
    <section className="panel" role="alert">
      <h2>{say("waiting_title")}</h2>
      <p>{say("waiting")}</p>
      <button type="button" className="button primary" onClick={onRetry}>
        {say("try_again")}
      </button>
    </section>
  );
}
