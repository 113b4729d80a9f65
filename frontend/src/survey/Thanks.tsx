import { useEffect, useRef, useState } from "react";
import type { Sent } from "./draft";
import { Demonstration } from "./Frame";
import { endText } from "./time";
import { useLanguage, useSay } from "./words";

export function Thanks({ code, demonstration, closes_at, purpose }: Sent) {
  const say = useSay();
  const language = useLanguage();
  const [copied, setCopied] = useState(false);
  const head = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    scrollTo(0, 0);
    head.current?.focus();
  }, []);
  const copy = (): void => void navigator.clipboard.writeText(code).then(() => setCopied(true));
  return (
    <>
      {demonstration && <Demonstration />}
      <section className="panel thanks">
        <h1 tabIndex={-1} ref={head}>
          {say("thanks")}
        </h1>
        <p>{say("thanks_what")}</p>
        <p className="code">{code}</p>
        {"clipboard" in navigator && (
          <button type="button" className="button" onClick={copy} aria-live="polite">
            {copied ? say("copied") : say("copy")}
          </button>
        )}
        <h2>{say("next")}</h2>
        <ol>
          <li>{closes_at ? say("next_closes", { at: endText(closes_at, language) }) : say("next_open")}</li>
          {purpose === "need" ? (
            <>
              <li>{say("next_results")}</li>
              <li>{say("next_needs")}</li>
            </>
          ) : (
            <li>{say("next_service")}</li>
          )}
        </ol>
        <h2>{say("thanks_use")}</h2>
        <ul>
          <li>{say("use_look")}</li>
          <li>{say("use_withdraw")}</li>
          <li>{say(purpose === "need" ? "use_follow" : "use_follow_service")}</li>
        </ul>
        <a className="button primary" href={`/r#${code}`}>
          {say("to_receipt")}
        </a>
      </section>
    </>
  );
}
