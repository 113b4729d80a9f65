import { useTranslation } from "react-i18next";
import { $api } from "../../api/client";
import type { components } from "../../api/schema.gen";
import { Empty } from "../../ui/Empty";
import { Link } from "../../ui/Link";
import { Money } from "../../ui/Money";
import { Fetched } from "../../ui/Pending";
import { StatusTag } from "../../ui/StatusTag";

type Row = components["schemas"]["ScoringBidRow"];

/** A judge's own list: every bid to score, how far one is, and the next one to open. */
export function ToScore({ tenderId }: { tenderId: number }) {
  const { t } = useTranslation();
  const bids = $api.useQuery("get", "/api/v1/panels/{tender_id}/bids", { params: { path: { tender_id: tenderId } } });
  return (
    <section aria-labelledby="to-score">
      <h2 id="to-score">{t("panels.to_score")}</h2>
      <Fetched query={bids}>
        {(rows) =>
          rows.length === 0 ? (
            <Empty title={t("panels.nothing")} hint={t("panels.nothing_hint")} />
          ) : (
            <>
              <p>
                {t("panels.progress", {
                  done: rows.filter(({ status }) => status === "delivered").length,
                  all: rows.length,
                })}
              </p>
              <ul className="to-score">
                {rows.map((row) => (
                  <li key={row.bid_id}>
                    <One tenderId={tenderId} row={row} />
                  </li>
                ))}
              </ul>
            </>
          )
        }
      </Fetched>
    </section>
  );
}

function One({ tenderId, row }: { tenderId: number; row: Row }) {
  const { t } = useTranslation();
  return (
    <Link to={`/panels/${tenderId}/bids/${row.bid_id}`} className="to-score-row">
      <span>
        <strong>
          {row.position ? `${row.position}. ` : ""}
          {row.title}
        </strong>
        <span className="soft">
          {[row.lot, row.ref, row.applicant].filter(Boolean).join(" · ")} · <Money of={row.amount} />
        </span>
      </span>
      <span className="figures">{row.total !== null && t("panels.points", { points: Number(row.total) })}</span>
      <StatusTag status={row.status} room="panels" />
    </Link>
  );
}
