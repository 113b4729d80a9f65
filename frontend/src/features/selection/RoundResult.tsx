import { Button, Input } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { $api } from "../../api/client";
import type { components } from "../../api/schema.gen";
import { useSession } from "../../api/session";
import { ActionBar } from "../../ui/ActionBar";
import { chosen } from "../../ui/chosen";
import { Fetched } from "../../ui/Pending";
import { StatusTag } from "../../ui/StatusTag";
import { type Certificate, ranksTogether } from "./certificate";
import { CertificateShown } from "./CertificateShown";
import { FairnessReport } from "./FairnessReport";

type Round = components["schemas"]["RoundRead"];
type Pair = components["schemas"]["PairRead"];
export type Seat = components["schemas"]["Seat"];
type Unmatched = Partial<Record<"needs" | "offers", Record<string, string>>>;

const FIRST = 10;

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
  const checked = certificate.data as Certificate | undefined;
  return (
    <>
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
      {seats && <Unpaired of={(round.unmatched ?? {}) as Unmatched} seats={seats} />}
      <Fetched query={fairness}>{(it) => <FairnessReport of={it} />}</Fetched>
    </>
  );
}

type Seats = { needs: readonly Seat[]; offers: readonly Seat[] };

function Pairs({ of, certificate, seats }: { of: readonly Pair[]; certificate: Certificate; seats: Seats }) {
  const { t, i18n } = useTranslation();
  const [words, setWords] = useState("");
  const [all, setAll] = useState(false);
  const { data: session } = useSession();
  const ranks = ranksTogether(certificate);
  const own = session?.current?.party?.id;
  const needs = new Map(seats.needs.map((seat) => [seat.id, seat]));
  const offers = new Map(seats.offers.map((seat) => [seat.id, seat]));
  const named = of.map((pair) => ({
    pair,
    need: needs.get(pair.need_id),
    offer: offers.get(pair.offer_id),
    isOwn: own !== undefined && [pair.need_party_id, pair.offer_party_id].includes(own),
  }));
  const wanted = named
    .filter(({ pair, need, offer }) =>
      [
        pair.need_title,
        pair.offer_title,
        need?.party_name_zh,
        offer?.party_name_zh,
        need?.party_name_en,
        offer?.party_name_en,
      ]
        .join(" ")
        .toLowerCase()
        .includes(words.trim().toLowerCase()),
    )
    .sort(
      (one, other) => Number(other.isOwn) - Number(one.isOwn) || other.pair.actions.length - one.pair.actions.length,
    );
  const rows = all ? wanted : wanted.slice(0, FIRST);
  return (
    <section aria-labelledby="pairs">
      <h2 id="pairs">{t("selection.round.pairs")}</h2>
      {of.length === 0 ? (
        <p className="soft">{t("selection.round.no_pairs")}</p>
      ) : (
        <p className="soft">{t("selection.round.ranks_how")}</p>
      )}
      {of.length > FIRST && (
        <Input.Search
          className="pairs-search"
          allowClear
          value={words}
          aria-label={t("selection.round.search")}
          placeholder={t("selection.round.search")}
          onChange={({ target }) => setWords(target.value)}
        />
      )}
      {of.length > 0 && wanted.length === 0 && <p className="soft">{t("selection.round.nothing_found")}</p>}
      <ul className="pairs">
        {rows.map(({ pair, need, offer, isOwn }) => {
          const rank = need && offer && ranks.get(`${need.key} ${offer.key}`);
          return (
            <li key={pair.id}>
              {isOwn && <p className="pair-own">{t("selection.round.own")}</p>}
              <div className="pair">
                <div>
                  <strong>{pair.need_title}</strong>
                  <div className="soft">{need && chosen(need, "party_name", i18n.language)}</div>
                  {rank && (
                    <div className="rank-given">{t("selection.round.need_rank", { rank: rank.seeker_rank })}</div>
                  )}
                </div>
                <span className="pair-sign" aria-hidden>
                  ↔
                </span>
                <div>
                  <strong>{pair.offer_title}</strong>
                  <div className="soft">{offer && chosen(offer, "party_name", i18n.language)}</div>
                  {rank && (
                    <div className="rank-given">{t("selection.round.offer_rank", { rank: rank.provider_rank })}</div>
                  )}
                </div>
                <StatusTag status={pair.status} />
              </div>
              <ActionBar of={pair} feature="selection/pairs" />
            </li>
          );
        })}
      </ul>
      {wanted.length > rows.length && (
        <Button onClick={() => setAll(true)}>{t("selection.round.all_pairs", { count: wanted.length })}</Button>
      )}
    </section>
  );
}

/** Those without a partner, by reason: one line each side and reason, the names on demand. */
function Unpaired({ of, seats }: { of: Unmatched; seats: Seats }) {
  const { t, i18n } = useTranslation();
  const sides = (["needs", "offers"] as const).map((side) => ({ side, keys: Object.entries(of[side] ?? {}) }));
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
                      {seat && <span className="soft">{chosen(seat, "party_name", i18n.language)}</span>}
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
