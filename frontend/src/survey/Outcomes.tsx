import type { Outcome } from "./answering";
import { Refused } from "./Frame";
import { useLoaded } from "./useLoaded";
import { type Say, statusText, useLanguage, useSay } from "./words";

/** Which needs came of this survey, how each stands, who serves it, and what neighbours said before, meanwhile and at its end. */
export function Outcomes({ address }: { address: string }) {
  const say = useSay();
  const language = useLanguage();
  const { data, refusal, reload } = useLoaded<{ outcomes: Outcome[] }>(`${address}/path`);
  const found = data?.outcomes;
  return (
    <section className="panel">
      <h2>{say("outcomes")}</h2>
      {refusal && <Refused refusal={refusal} language={language} onRetry={reload} />}
      {!found && !refusal && <p className="soft">{say("outcomes_loading")}</p>}
      {found?.length === 0 && <p className="soft">{say("outcomes_none")}</p>}
      <ul className="outcomes">
        {found?.map((outcome) => (
          <li key={outcome.need_id}>
            <One of={outcome} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function One({ of }: { of: Outcome }) {
  const say = useSay();
  const language = useLanguage();
  const lines = [
    served(of, say, language),
    wanted(of.willingness, say),
    content(of.satisfaction, say),
    accepted(of.acceptance, say),
  ];
  return (
    <>
      {!of.is_own && <span className="soft">{of.community} </span>}
      <a href={`/needs/${of.need_id}`}>{of.title}</a> <span className="tag">{statusText(of.status, language)}</span>
      {lines.map((line) => line && <p key={line}>{line}</p>)}
    </>
  );
}

function served({ contract: { partner, state } }: Outcome, say: Say, language: "zh" | "en"): string {
  if (!partner || state !== "done") return "";
  return say("outcome_by", { by: language === "en" ? partner.name_en : partner.name_zh });
}

function wanted(of: Outcome["willingness"], say: Say): string {
  if (!of || !isVerdict(of.said)) return "";
  return [say(`wanted_${of.said}`), figures(of.answers, of.ayes, say)].join("");
}

/** Nothing while they are asked, and where it would tell what each of a few said. */
function content(of: Outcome["satisfaction"], say: Say): string {
  if (!of?.share || of.answers === null) return "";
  return say("content", { share: `${(Number(of.share) * 100).toFixed(1)}%`, answers: of.answers });
}

function accepted({ said, answers, accepting }: Outcome["acceptance"], say: Say): string {
  return said === "undecided" ? "" : [say(`said_${said}`), figures(answers, accepting, say)].join("");
}

const VERDICTS = ["willing", "unwilling", "undecided"] as const;
const isVerdict = (said: string): said is (typeof VERDICTS)[number] => VERDICTS.some((one) => one === said);

/** Nothing where so few answered, or agreed, or did not, that it would tell what each of them said. */
function figures(answers: number | null, ayes: number | null, say: Say): string {
  if (answers === null) return "";
  return ayes === null ? say("outcome_answers", { answers }) : say("outcome_counts", { answers, ayes });
}
