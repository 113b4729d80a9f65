import { Button, Input } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { components } from "../../api/schema.gen";
import { useSession } from "../../api/session";
import { ActionBar } from "../../ui/ActionBar";
import { chosen } from "../../ui/chosen";
import { StatusTag } from "../../ui/StatusTag";
import { type Certificate, type Checked, ranksTogether } from "./certificate";

type Pair = components["schemas"]["PairRead"];
type Seat = components["schemas"]["Seat"];
export type Seats = { needs: readonly Seat[]; offers: readonly Seat[] };
type Named = { pair: Pair; need: Seat | undefined; offer: Seat | undefined; isOwn: boolean };

const FIRST = 10;

/** Who got whom: the reader's own pairs first, then those that await something; the rest on demand. */
export function Pairs({ of, certificate, seats }: { of: readonly Pair[]; certificate: Certificate; seats: Seats }) {
  const { t } = useTranslation();
  const [words, setWords] = useState("");
  const [all, setAll] = useState(false);
  const { data: session } = useSession();
  const ranks = ranksTogether(certificate);
  const wanted = named(of, seats, session?.current?.party?.id)
    .filter(mentions(words))
    .sort(
      (one, other) => Number(other.isOwn) - Number(one.isOwn) || other.pair.actions.length - one.pair.actions.length,
    );
  const rows = all ? wanted : wanted.slice(0, FIRST);
  return (
    <section aria-labelledby="pairs">
      <h2 id="pairs">{t("selection.round.pairs")}</h2>
      <p className="soft">{t(of.length === 0 ? "selection.round.no_pairs" : "selection.round.ranks_how")}</p>
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
        {rows.map((row) => (
          <li key={row.pair.id}>
            <PairShown of={row} rank={ranks.get(`${row.need?.key} ${row.offer?.key}`)} />
          </li>
        ))}
      </ul>
      {wanted.length > rows.length && (
        <Button onClick={() => setAll(true)}>{t("selection.round.all_pairs", { count: wanted.length })}</Button>
      )}
    </section>
  );
}

function named(pairs: readonly Pair[], seats: Seats, own: number | undefined): Named[] {
  const needs = new Map(seats.needs.map((seat) => [seat.id, seat]));
  const offers = new Map(seats.offers.map((seat) => [seat.id, seat]));
  return pairs.map((pair) => ({
    pair,
    need: needs.get(pair.need_id),
    offer: offers.get(pair.offer_id),
    isOwn: own !== undefined && [pair.need_party_id, pair.offer_party_id].includes(own),
  }));
}

const namesOf = (seat: Seat | undefined) => [seat?.party_zh, seat?.party_en];

/** Whether a title or a name on either side contains what was typed. */
function mentions(words: string): (of: Named) => boolean {
  const wanted = words.trim().toLowerCase();
  return ({ pair, need, offer }) =>
    [pair.need_title, pair.offer_title, ...namesOf(need), ...namesOf(offer)].join(" ").toLowerCase().includes(wanted);
}

function PairShown({ of: { pair, need, offer, isOwn }, rank }: { of: Named; rank: Checked | undefined }) {
  const { t, i18n } = useTranslation();
  return (
    <>
      {isOwn && <p className="pair-own">{t("selection.round.own")}</p>}
      <div className="pair">
        <div>
          <strong>{pair.need_title}</strong>
          <div className="soft">{need && chosen(need, "party", i18n.language)}</div>
          {rank && <div className="rank-given">{t("selection.round.need_rank", { rank: rank.seeker_rank })}</div>}
        </div>
        <span className="pair-sign" aria-hidden>
          ↔
        </span>
        <div>
          <strong>{pair.offer_title}</strong>
          <div className="soft">{offer && chosen(offer, "party", i18n.language)}</div>
          {rank && <div className="rank-given">{t("selection.round.offer_rank", { rank: rank.provider_rank })}</div>}
        </div>
        <StatusTag status={pair.status} />
      </div>
      <ActionBar of={pair} feature="selection/pairs" />
    </>
  );
}
