import { useTranslation } from "react-i18next";
import type { components } from "../../api/schema.gen";
import { Money } from "../../ui/Money";

type Lot = components["schemas"]["LotResultRead"];
const RULES = ["skip", "trim", "optimise"] as const;

/** What each rule for a lot over its budget decides; the one in the notice counts, the others show what it cost. */
export function RulesCompared({ of }: { of: Lot }) {
  const { t } = useTranslation();
  const decided = new Set(of.alternatives[of.rule]?.awards ?? []);
  return (
    <div className="rules" role="group" aria-label={t("tenders.rules.title")}>
      <h3>{t("tenders.rules.title")}</h3>
      <ul>
        {RULES.filter((rule) => of.alternatives[rule]).map((rule) => {
          const how = of.alternatives[rule];
          if (!how) return null;
          const gained = how.awards.filter((bid) => !decided.has(bid));
          const lost = [...decided].filter((bid) => !how.awards.includes(bid));
          return (
            <li key={rule} className={rule === of.rule ? "rule rule-chosen" : "rule"}>
              <p className="rule-name">
                {t(`rooms.awards.rule.${rule}`)}
                {rule === of.rule && <span className="rule-mark">{t("tenders.rules.chosen")}</span>}
              </p>
              <p className="soft">{t(`tenders.rules.${rule}`)}</p>
              <p className="figures">
                {t("tenders.rules.paid", { count: how.awards.length, score: how.score })}{" "}
                <Money of={{ amount: how.amount, currency: "CNY" }} />
              </p>
              <p>
                {gained.length + lost.length === 0
                  ? t(rule === of.rule ? "tenders.rules.decided" : "tenders.rules.same")
                  : t("tenders.rules.differs", { gained: gained.join(" ") || "—", lost: lost.join(" ") || "—" })}
              </p>
            </li>
          );
        })}
      </ul>
    </div>
  );
}
