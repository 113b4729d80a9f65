import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Alert, Button, Progress } from "antd";
import { useTranslation } from "react-i18next";
import { request } from "../../api/request";
import type { components } from "../../api/schema.gen";
import { chosen } from "../../ui/chosen";
import { momentText } from "../../ui/format";
import { Money } from "../../ui/Money";
import { RefusalAlert } from "../../ui/RefusalAlert";
import { ownFirst, pointsText } from "./sets";

type Lot = components["schemas"]["LotComparisonRead"];
type Run = components["schemas"]["InclusionRead"];
type Row = components["schemas"]["InclusionRow"];

/** "Why not me?": for each loser what the best set would lose by taking it in. */
export function Inclusion({ of, tender }: { of: Lot; tender: number }) {
  const { t } = useTranslation();
  return (
    <div className="inclusion" role="group" aria-labelledby={`why-${of.lot}`}>
      <h3 id={`why-${of.lot}`}>{t("tenders.inclusion.title")}</h3>
      <p className="prose">{t("tenders.inclusion.how")}</p>
      {of.inclusion ? <Prices of={of.inclusion} /> : <p className="soft">{t("tenders.inclusion.none")}</p>}
      {of.actions.includes("price_inclusion") && <Ask lot={of.lot} tender={tender} />}
    </div>
  );
}

function Ask({ lot, tender }: { lot: string; tender: number }) {
  const { t } = useTranslation();
  const cache = useQueryClient();
  const ask = useMutation({
    mutationFn: () => request(`/api/v1/awards/results/${tender}/price_inclusion`, { method: "POST", body: { lot } }),
    onSettled: () => cache.invalidateQueries(),
  });
  return (
    <>
      <Button onClick={() => ask.mutate()} loading={ask.isPending}>
        {t("rooms.awards.action.price_inclusion")}
      </Button>
      <RefusalAlert error={ask.error} />
    </>
  );
}

function Prices({ of }: { of: Run }) {
  const { t, i18n } = useTranslation();
  const share = of.total ? Math.round((of.done / of.total) * 100) : 100;
  return (
    <>
      {of.is_outdated && <Alert type="warning" showIcon title={t("rooms.awards.field.is_outdated")} />}
      {of.status === "failed" && (
        <Alert type="error" showIcon title={t("tenders.inclusion.failed", { code: of.fault ?? "" })} />
      )}
      {(of.status === "waiting" || of.status === "running") && (
        <div role="status">
          <Progress percent={share} aria-label={t("tenders.inclusion.progress", { done: of.done, total: of.total })} />
          <p className="soft">{t("tenders.inclusion.progress", { done: of.done, total: of.total })}</p>
        </div>
      )}
      {of.proven_at && (
        <p className="soft">
          {t("tenders.inclusion.proven", { at: momentText(of.proven_at, i18n.language), total: of.total })}
        </p>
      )}
      {of.best && (
        <p>
          {t("tenders.inclusion.against", { count: of.best.bids.length, score: of.best.score })}{" "}
          <Money of={of.best.amount} />
        </p>
      )}
      <ol className="result-cards prices">
        {ownFirst(of.rows).map((row) => (
          <Priced key={row.bid_id} of={row} />
        ))}
      </ol>
    </>
  );
}

function Priced({ of }: { of: Row }) {
  const { t, i18n } = useTranslation();
  return (
    <li className={of.is_own ? "row-own" : undefined}>
      <p className="result-card-head">
        <span className="figures">{of.place}</span> {chosen(of, "applicant", i18n.language)}
        {of.is_own && <span className="own"> {t("tenders.result.own")}</span>}
      </p>
      <p className="soft">
        {of.bid} {of.title} · {t("rooms.awards.field.score")} <span className="figures">{of.score}</span>
      </p>
      <p>{useCost()(of)}</p>
    </li>
  );
}

const names = (bids: Row["joined"]): string => bids.map((bid) => bid.bid).join(" ");

function useCost(): (row: Row) => string {
  const { t } = useTranslation();
  return (row) => {
    if (row.price === null) return t("tenders.inclusion.never", { reason: t(`rooms.awards.reason.${row.reason}`) });
    const parts = [
      Number(row.price) === 0
        ? t("tenders.inclusion.free")
        : t("tenders.inclusion.cost", { price: pointsText(row.price) }),
    ];
    if (row.instead_of.length > 0) parts.push(t("tenders.inclusion.instead", { bids: names(row.instead_of) }));
    if (row.joined.length > 0) parts.push(t("tenders.inclusion.joined", { bids: names(row.joined) }));
    return parts.join(t("tenders.inclusion.then")) + t("tenders.inclusion.stop");
  };
}
