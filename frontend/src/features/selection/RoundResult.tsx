import { useTranslation } from "react-i18next";
import { $api } from "../../api/client";
import type { components } from "../../api/schema.gen";
import { chosen } from "../../ui/chosen";
import { Fetched } from "../../ui/Pending";
import { CertificateShown } from "./CertificateShown";
import { FairnessReport } from "./FairnessReport";
import { Pairs, type Seats } from "./Pairs";

type Round = components["schemas"]["RoundRead"];
type Pair = components["schemas"]["PairRead"];
type Unmatched = components["schemas"]["UnmatchedRead"];

const STATES = ["confirmed", "declined", "lapsed", "proposed"] as const;

/** What came of a round: that nobody can object, who got whom, who got nobody and why, and how fairly it turned out. */
export function RoundResult({ round }: { round: Round }) {
  const path = { round_id: round.id };
  const certificate = $api.useQuery("get", "/api/v1/selection/rounds/{round_id}/certificate", { params: { path } });
  const pairs = $api.useQuery("get", "/api/v1/selection/rounds/{round_id}/pairs", { params: { path } });
  const fairness = $api.useQuery("get", "/api/v1/selection/rounds/{round_id}/fairness", { params: { path } });
  const needs = $api.useQuery("get", "/api/v1/selection/rounds/{round_id}/seats", {
    params: { path, query: { side: "need" } },
  });
  const offers = $api.useQuery("get", "/api/v1/selection/rounds/{round_id}/seats", {
    params: { path, query: { side: "offer" } },
  });
  const seats = needs.data && offers.data ? { needs: needs.data, offers: offers.data } : null;
  const checked = certificate.data;
  return (
    <>
      {round.pairs && <Answered of={round.pairs} />}
      <Fetched query={certificate}>
        {() =>
          seats && checked ? (
            <CertificateShown of={checked} round={round} seats={[...seats.needs, ...seats.offers]} />
          ) : null
        }
      </Fetched>
      <Fetched query={pairs}>
        {(it) => (seats && checked ? <Pairs of={it} certificate={checked} seats={seats} /> : null)}
      </Fetched>
      {seats && round.unmatched && pairs.data && (
        <Unpaired of={withUnconfirmed(round.unmatched, seats, pairs.data)} seats={seats} />
      )}
      <Fetched query={fairness}>{(it) => <FairnessReport of={it} />}</Fetched>
    </>
  );
}

/** What became of the proposed pairs: a proposal is no success before both sides have said yes. */
function Answered({ of }: { of: NonNullable<Round["pairs"]> }) {
  const { t } = useTranslation();
  const count = (status: Pair["status"]): number => of[status] ?? 0;
  const total = Object.values(of).reduce((sum, each) => sum + each, 0);
  const parts = STATES.filter((status) => count(status) > 0);
  return (
    <p className="summary-lead">
      {t("selection.answered.total", { count: total })}
      {parts
        .map((status) => t(`selection.answered.${status}`, { count: count(status) }))
        .join(t("selection.answered.comma"))}
    </p>
  );
}

/** Whoever was proposed a pair that did not come to stand is without a partner as well. */
function withUnconfirmed(of: Unmatched, seats: Seats, pairs: readonly Pair[]): Unmatched {
  const standing = pairs.filter(({ status }) => status === "confirmed" || status === "proposed");
  const paired = { needs: standing.map((pair) => pair.need_id), offers: standing.map((pair) => pair.offer_id) };
  const left = (side: "needs" | "offers"): Record<string, string> =>
    Object.fromEntries(
      seats[side]
        .filter(({ id, key }) => !(key in of[side]) && !paired[side].includes(id))
        .map(({ key }) => [key, "unconfirmed"]),
    );
  return { needs: { ...of.needs, ...left("needs") }, offers: { ...of.offers, ...left("offers") } };
}

/** Those without a partner, by reason: one line each side and reason, the names on demand. */
function Unpaired({ of, seats }: { of: Unmatched; seats: Seats }) {
  const { t, i18n } = useTranslation();
  const sides = (["needs", "offers"] as const).map((side) => ({ side, keys: Object.entries(of[side]) }));
  return (
    <section aria-labelledby="unmatched">
      <h2 id="unmatched">{t("selection.round.unmatched")}</h2>
      {sides.map(({ side, keys }) => (
        <div key={side}>
          <p>
            {t(keys.length === 0 ? `selection.round.all_${side}` : `selection.round.some_${side}`, {
              count: keys.length,
            })}
          </p>
          {byReason(keys).map(({ reason, of: ids }) => (
            <details key={reason} className="more">
              <summary>
                {t(`selection.unmatched.${side}.${reason}`)} <span className="figures">({ids.length})</span>
              </summary>
              <ul className="unmatched-list">
                {ids.map((key) => {
                  const seat = seats[side].find((each) => each.key === key);
                  return (
                    <li key={key}>
                      {seat?.title ?? key}{" "}
                      {seat && <span className="soft">{chosen(seat, "party", i18n.language)}</span>}
                    </li>
                  );
                })}
              </ul>
            </details>
          ))}
        </div>
      ))}
    </section>
  );
}

function byReason(keys: readonly [string, string][]): { reason: string; of: string[] }[] {
  const reasons = [...new Set(keys.map(([, reason]) => reason))];
  return reasons.map((reason) => ({ reason, of: keys.filter(([, each]) => each === reason).map(([key]) => key) }));
}
