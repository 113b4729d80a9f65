import { useTranslation } from "react-i18next";
import { languageOf } from "../../api/refusal";
import { useTerms } from "../../api/reference";
import { moneyText } from "../../ui/format";
import type { Bid, Tender } from "./BidPage";

/** What was handed in, to be read: answers, then each part as lines. */
export function ApplicationShown({ bid, tender }: { bid: Bid; tender: Tender }) {
  const { t, i18n } = useTranslation();
  const language = languageOf(i18n.language);
  const cell = useCell();
  const said = bid.application;
  return (
    <section aria-labelledby="said" className="panel">
      <h2 id="said">{t("bids.said")}</h2>
      {bid.plan && <p className="prose">{bid.plan}</p>}
      {said && (
        <dl>
          {tender.application_form?.questions?.questions
            .filter(({ type, name }) => type !== "note" && said.answers[name] !== undefined)
            .map((question) => (
              <div key={question.name}>
                <dt>{question.label[language]}</dt>
                <dd className="prose">
                  {[said.answers[question.name]]
                    .flat()
                    .map((one) => question.options.find(({ name }) => name === one)?.label[language] ?? String(one))
                    .join(t("bids.comma"))}
                </dd>
              </div>
            ))}
        </dl>
      )}
      {said &&
        tender.application_form?.parts
          .filter(({ part }) => said[part].length > 0)
          .map(({ part }) => (
            <div key={part}>
              <h3>{t(`rooms.bids.part.${part}`)}</h3>
              <ul>
                {said[part].map((line, at) => (
                  // oxlint-disable-next-line react/no-array-index-key -- lines of a document have no other name
                  <li key={at}>{Object.values(line).map(cell).filter(Boolean).join(" · ")}</li>
                ))}
              </ul>
            </div>
          ))}
    </section>
  );
}

/** A value of a line in words: money, a group of people, a number, a text. */
function useCell(): (value: unknown) => string {
  const { i18n } = useTranslation();
  const term = useTerms(i18n.language);
  return (value) => {
    if (value === null || value === undefined) return "";
    if (typeof value === "object") return moneyText(value as { amount: string; currency: string }, i18n.language);
    return /^P\d+$/.test(String(value)) ? term(String(value)) : String(value);
  };
}
