import { useEffect, useState } from "react";
import { type Refusal, refusalOf } from "../api/refusal";
import { request } from "../api/request";
import type { components } from "../api/schema.gen";
import { freshKey } from "../api/send";
import { Demonstration, Refused } from "./Frame";
import { Household } from "./Household";
import { SessionFeedback } from "./SessionFeedback";
import { endText, momentText } from "./time";
import { useLoaded } from "./useLoaded";
import { useLanguage, useSay } from "./words";

type Door = components["schemas"]["DoorRead"];
type SignedIn = components["schemas"]["SignedIn"];

/** What the code at the door of a session leads to: a household signs in while the session takes place, and until some
 * days after says how it was. */
export function DoorPage({ door }: { door: string }) {
  const say = useSay();
  const language = useLanguage();
  const address = `/api/v1/service_sessions/doors/${encodeURIComponent(door)}`;
  const { data, refusal, reload } = useLoaded<Door>(address);
  const [number, setNumber] = useState<number | null>(null);
  const [household, setHousehold] = useState("");
  const [listed, setListed] = useState<Refusal | null>(null);
  if (refusal) return <Refused refusal={refusal} language={language} onRetry={reload} />;
  if (!data) return <p className="soft loading">{say("door_loading")}</p>;
  const signsIn = data.is_open && number === null && listed === null;
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
      {signsIn && (
        <SignIn
          address={address}
          household={household}
          onHousehold={setHousehold}
          onDone={setNumber}
          onListed={setListed}
        />
      )}
      {listed && (
        <p className="panel" role="status">
          {listed.sentence(language)}
        </p>
      )}
      {data.reason && <p className="panel">{say("door_cancelled", { reason: data.reason })}</p>}
      {number === null && !data.is_open && !data.reason && <p className="panel">{say("door_shut")}</p>}
      {data.takes_feedback && !signsIn && (
        <SessionFeedback
          address={address}
          until={data.feedback_until}
          household={household}
          onHousehold={setHousehold}
        />
      )}
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

type SignInProps = {
  address: string;
  household: string;
  onHousehold: (household: string) => void;
  onDone: (number: number) => void;
  onListed: (refusal: Refusal) => void;
};

function SignIn({ address, household, onHousehold, onDone, onListed }: SignInProps) {
  const say = useSay();
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
      const refused = refusalOf(error);
      if (refused.code === "HouseholdSignedIn") onListed(refused);
      else setRefusal(refused);
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
      <Household
        value={household}
        onChange={(typed) => {
          onHousehold(typed);
          setKey(freshKey());
        }}
        refusal={refusal}
      />
      <button type="submit" className="button primary" disabled={sending}>
        {say("door_sign_in")}
      </button>
    </form>
  );
}
