import { useState } from "react";
import { type Refusal, refusalOf } from "../api/refusal";
import { request } from "../api/request";
import type { components } from "../api/schema.gen";
import { freshKey } from "../api/send";
import { Household } from "./Household";
import { endText } from "./time";
import { useLanguage, useSay } from "./words";

type Opinion = components["schemas"]["Opinion"];
const OPINIONS: readonly Opinion[] = ["yes", "partly", "no"];
const QUESTIONS = ["as_announced", "again"] as const;
type Said = Partial<Record<(typeof QUESTIONS)[number], Opinion>>;
type Props = { address: string; until: string; household: string; onHousehold: (household: string) => void };

/** Two questions to whoever was there, answered once; the answers are only counted. */
export function SessionFeedback({ address, until, household, onHousehold }: Props) {
  const say = useSay();
  const language = useLanguage();
  const [said, setSaid] = useState<Said>({});
  const { refusal, sending, done, send } = useSending(`${address}/feedback`, { household, ...said });
  if (done) {
    return (
      <section className="panel" role="status">
        <p className="good">{say("feedback_done")}</p>
        <p>{say("feedback_next", { until: endText(until, language) })}</p>
      </section>
    );
  }
  return (
    <form
      className="panel"
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
    >
      <h2>{say("feedback_title")}</h2>
      <p className="soft">{say("feedback_what", { until: endText(until, language) })}</p>
      {QUESTIONS.map((name) => (
        <Asked
          key={name}
          name={name}
          value={said[name]}
          onChange={(opinion) => setSaid({ ...said, [name]: opinion })}
        />
      ))}
      <Household value={household} onChange={onHousehold} refusal={refusal} />
      <button type="submit" className="button primary" disabled={sending}>
        {say("feedback_send")}
      </button>
    </form>
  );
}

/** One key for what is sent: what is sent again after a network that failed is taken once. */
function useSending(address: string, body: Said & { household: string }) {
  const [refusal, setRefusal] = useState<Refusal | null>(null);
  const [sending, setSending] = useState(false);
  const [done, setDone] = useState(false);
  const [letter, setLetter] = useState({ text: "", key: freshKey() });
  const send = async (): Promise<void> => {
    const text = JSON.stringify(body);
    const key = letter.text === text ? letter.key : freshKey();
    setLetter({ text, key });
    setSending(true);
    setRefusal(null);
    try {
      await request(address, { method: "POST", body, key });
      setDone(true);
    } catch (error) {
      setRefusal(refusalOf(error));
    } finally {
      setSending(false);
    }
  };
  return { refusal, sending, done, send };
}

type AskedProps = {
  name: (typeof QUESTIONS)[number];
  value: Opinion | undefined;
  onChange: (opinion: Opinion) => void;
};

function Asked({ name, value, onChange }: AskedProps) {
  const say = useSay();
  return (
    <fieldset className="asked">
      <legend>{say(`feedback_${name}`)}</legend>
      <div className="options">
        {OPINIONS.map((opinion) => (
          <label key={opinion} className="option">
            <input type="radio" name={name} required checked={value === opinion} onChange={() => onChange(opinion)} />
            <span className="mark" aria-hidden="true" />
            <span>{say(`${name}_${opinion}`)}</span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}
