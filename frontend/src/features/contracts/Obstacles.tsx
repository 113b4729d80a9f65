import { useTranslation } from "react-i18next";
import { $api } from "../../api/client";
import type { components } from "../../api/schema.gen";
import { Deadline } from "../../ui/Deadline";
import { type MoneyValue, dayText, moneyText } from "../../ui/format";
import { Money } from "../../ui/Money";
import { Fetched } from "../../ui/Pending";
import { chosen } from "../../ui/chosen";

type Standing = components["schemas"]["StandingRead"];
type Obstacle = components["schemas"]["ObstacleRead"];

/** What stands between the contractor and the money: the same lines for everybody whom the contract concerns. */
export function Obstacles({ contractId }: { contractId: number }) {
  const { t } = useTranslation();
  const params = { path: { contract_id: contractId } };
  const found = $api.useQuery("get", "/api/v1/overviews/contracts/{contract_id}/obstacles", { params });
  return (
    <section className="obstacles" aria-labelledby="obstacles">
      <h2 id="obstacles">{t("contracts.obstacles.title")}</h2>
      <Fetched query={found}>
        {({ items, excess }) => (
          <>
            {Number(excess.amount) > 0 && <Excess of={excess} />}
            <ol className="obstacle-list">
              {items.map((each) => (
                <li key={each.name} className={`obstacle-part stand-${each.stand}`}>
                  <Part of={each} />
                </li>
              ))}
            </ol>
          </>
        )}
      </Fetched>
    </section>
  );
}

/** The contractor's turn, for once. */
function Excess({ of }: { of: MoneyValue }) {
  const { t, i18n } = useTranslation();
  const facts = { amount: moneyText(of, i18n.language), who: t("role.organization") };
  return <p className="milestone-late">{t("contracts.obstacles.excess", facts)}</p>;
}

function Part({ of }: { of: Standing }) {
  const { t, i18n } = useTranslation();
  const isWaiting = of.stand === "waiting";
  const settles = of.name === "settlement";
  const isUnknown = of.obstacles.some(({ gate }) => gate === "final_audit"); // how much, the audit says
  return (
    <>
      <h3>
        {chosen(of, "label", i18n.language)} {isUnknown && t("contracts.obstacles.at_most")}{" "}
        <Money of={of.stand === "paid" ? of.paid : of.left} />
      </h3>
      {Number(of.cut.amount) > 0 && !settles && (
        <p className="soft">{t("contracts.obstacles.cut", { amount: moneyText(of.cut, i18n.language) })}</p>
      )}
      {!isWaiting && (
        <p>
          {t(`contracts.obstacles.${settles && of.stand === "paid" ? "settled" : of.stand}`, {
            who: t("role.purchaser"),
          })}
        </p>
      )}
      {isWaiting && of.obstacles.length === 0 && <p>{t("contracts.obstacles.waits")}</p>}
      <ul className="obstacle-turns">
        {of.obstacles.map((each) => (
          <li key={`${each.gate} ${each.finding_id} ${each.role}`}>
            <One of={each} />
          </li>
        ))}
      </ul>
    </>
  );
}

function One({ of }: { of: Obstacle }) {
  const { t, i18n } = useTranslation();
  const who = chosen(of, "party", i18n.language) || t(`role.${of.role}`);
  const what = t(`rooms.${of.room}.action.${of.verb}`);
  return (
    <>
      <strong>{of.gate ? t(`rooms.contracts.gate.${of.gate}`) : t("contracts.obstacles.finding")}</strong>{" "}
      <span>{t("contracts.obstacles.turn", { who, what })}</span>{" "}
      {of.until &&
        (of.is_late ? (
          <span className="milestone-late">
            {t("contracts.obstacles.late", { day: dayText(of.until, i18n.language) })}
          </span>
        ) : (
          <Deadline at={of.until} label={t("contracts.obstacles.until")} rule={of.rule || undefined} compact />
        ))}
    </>
  );
}
