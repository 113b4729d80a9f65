import { type ReactNode, useEffect, useState } from "react";
import { type Language, type Refusal, languageOf } from "../api/refusal";
import { keep, kept } from "../api/kept";
import { Speech, useSay } from "./words";

/** The frame of both pages: language and type size, kept in this browser and shared with the main application. */
export function Frame({ children }: { children: ReactNode }) {
  const [language, setLanguage] = useState<Language>(() => languageOf(kept("language") ?? "zh"));
  const [large, setLarge] = useState(() => kept("large-type") === "yes");
  useEffect(() => {
    document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
    keep("language", language);
  }, [language]);
  useEffect(() => {
    document.documentElement.classList.toggle("large", large);
    keep("large-type", large ? "yes" : null);
  }, [large]);
  return (
    <Speech value={language}>
      <Bar
        large={large}
        onLarge={setLarge}
        onLanguage={() => setLanguage(language === "zh" ? "en" : "zh")}
        language={language}
      />
      <main>{children}</main>
    </Speech>
  );
}

type BarProps = { large: boolean; onLarge: (large: boolean) => void; onLanguage: () => void; language: Language };

function Bar({ large, onLarge, onLanguage, language }: BarProps) {
  const say = useSay();
  return (
    <header className="bar">
      <img src="/mark.svg" alt="" width={28} height={28} />
      <span className="bar-tools">
        <button type="button" className="tool" aria-pressed={large} onClick={() => onLarge(!large)}>
          {say("large_type")}
        </button>
        <button type="button" className="tool" lang={language === "zh" ? "en" : "zh-CN"} onClick={onLanguage}>
          {say("other_language")}
        </button>
      </span>
    </header>
  );
}

export function Demonstration() {
  const say = useSay();
  return <p className="demonstration">{say("demonstration")}</p>;
}

/** A refusal instead of the page, with the ways on from here. */
export function Refused({ refusal, language, onRetry }: { refusal: Refusal; language: Language; onRetry: () => void }) {
  const say = useSay();
  return (
    <section className="panel">
      <p role="alert">{refusal.sentence(language)}</p>
      <p className="row">
        {(refusal.status === 0 || refusal.status >= 500) && (
          <button type="button" className="button primary" onClick={onRetry}>
            {say("retry")}
          </button>
        )}
        <a className="button" href="/r">
          {say("to_receipt")}
        </a>
      </p>
    </section>
  );
}
