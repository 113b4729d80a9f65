import { useEffect, useState } from "react";
import { type Refusal, refusalOf } from "../api/refusal";
import { request } from "../api/request";
import type { components } from "../api/schema.gen";
import { freshKey } from "../api/send";
import { Demonstration, Refused } from "./Frame";
import { endText, momentText } from "./time";
import { useLoaded } from "./useLoaded";
import { useLanguage, useSay } from "./words";

type Door = components["schemas"]["DoorRead"];
type SignedIn = components["schemas"]["SignedIn"];

/** What the code at the door of a session leads to: one household signs in, while the session takes place. */
export function DoorPage({ door }: { door: string }) {
  const say = useSay();
  const language = useLanguage();
  const address = `/api/v1/service_sessions/doors/${encodeURIComponent(door)}`;
  const { data, refusal, reload } = useLoaded<Door>(address);
  const [number, setNumber] = useState<number | null>(null);
  if (refusal) return <Refused refusal={refusal} language={language} onRetry={reload} />;
  if (!data) return <p className="soft loading">{say("door_loading")}</p>;
  return (
    <>
      {data.is_demonstration && <Demonstration />}
      <Head door={data} />
      {number !== null && (
        <section className="panel" role="status">
          <p className="good">{say("door_done")}</p>
          <p className="code">{number}</p>
          <p>{say("door_number")}</p>
        </section>
      )}
      {number === null && data.is_open && <SignIn address={address} onDone={setNumber} />}
      {number === null && !data.is_open && <p className="panel">{say("door_shut")}</p>}
    </>
  );
}

function Head({ door }: { door: Door }) {
  const say = useSay();
  const language = useLanguage();
  useEffect(() => {
    document.title = door.title;
  }, [door.title]);
  return (
    <header className="head">
      <p className="place">{door.place}</p>
      <h1>{door.title}</h1>
      <p>{say("door_by", { by: language === "en" ? door.contractor_en : door.contractor_zh })}</p>
      <ul className="terms">
        <li>
          {say("door_hours", { from: momentText(door.starts_at, language), to: endText(door.ends_at, language) })}
        </li>
      </ul>
    </header>
  );
}

function SignIn({ address, onDone }: { address: string; onDone: (number: number) => void }) {
  const say = useSay();
  const language = useLanguage();
  const [household, setHousehold] = useState("");
  const [refusal, setRefusal] = useState<Refusal | null>(null);
  const [sending, setSending] = useState(false);
  const [key, setKey] = useState(freshKey);
  const send = async (): Promise<void> => {
    setSending(true);
    setRefusal(null);
    try {
      const body = { household };
      onDone((await request<SignedIn>(address, { method: "POST", body, key })).number);
    } catch (error) {
      setRefusal(refusalOf(error));
    } finally {
      setSending(false);
    }
  };
  return (
    <form
      className="panel"
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
    >
      <label className="field">
        {say("door_household")}
        <input
          className="text"
          autoComplete="off"
          maxLength={60}
          required
          value={household}
          aria-invalid={refusal !== null}
          aria-describedby="household-fault household-hint"
          onChange={(event) => {
            setHousehold(event.target.value);
            setKey(freshKey());
          }}
        />
      </label>
      <p id="household-hint" className="soft">
        {say("door_hint")}
      </p>
      <p id="household-fault" className="fault" aria-live="polite">
        {refusal?.sentence(language)}
      </p>
      <button type="submit" className="button primary" disabled={sending}>
        {say("door_sign_in")}
      </button>
    </form>
  );
}
