import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { type Fairness, mostTaken, sharePercent, type Tally, verdictOn } from "./fairness";

type Row = { key: string; name: string; tally: Tally };

/** How fairly a round turned out, in words for somebody who is no statistician; the figures below. */
export function FairnessReport({ of }: { of: Fairness }) {
  const { t } = useTranslation();
  const most = mostTaken(of);
  const size = verdictOn(of);
  const sides: Row[] = (["needs", "offers"] as const).map((side) => ({
    key: side,
    name: t(`selection.fairness.${side}`),
    tally: of[side],
  }));
  const sizes: Row[] = of.by_size.map((each) => ({
    key: each.size,
    name: t(`selection.fairness.${each.size}`, { places: of.small_up_to }),
    tally: each.tally,
  }));
  return (
    <section className="fairness" aria-labelledby="fairness">
      <h2 id="fairness">{t("selection.fairness.title")}</h2>
      <ul className="fairness-words">
        <li>
          {t("selection.fairness.said_needs", {
            matched: of.needs.matched,
            members: of.needs.members,
            share: sharePercent(of.needs.share),
            rank: rankOf(of.needs),
          })}
        </li>
        <li>
          {t("selection.fairness.said_offers", {
            matched: of.offers.matched,
            members: of.offers.members,
            share: sharePercent(of.offers.share),
            rank: rankOf(of.offers),
          })}
          {most !== null &&
            ` ${t("selection.fairness.scarce", { places: of.offers.places, needs: of.needs.members, most: sharePercent(most) })}`}
        </li>
        <li>
          {t(`selection.fairness.verdict.${size.verdict}`, {
            small: sharePercent(size.small?.share ?? null),
            large: sharePercent(size.large?.share ?? null),
            gap: Math.round(100 * Math.abs(size.gap)),
            places: of.small_up_to,
          })}
        </li>
      </ul>
      <Tallies caption={t("selection.fairness.by_side")} rows={sides} />
      <Tallies
        caption={t("selection.fairness.by_size")}
        rows={sizes}
        note={t("selection.fairness.size_note", { places: of.small_up_to })}
      />
      {of.by_district.length > 1 && (
        <Tallies caption={t("selection.fairness.by_district")} rows={areas(of.by_district)} />
      )}
      <Tallies caption={t("selection.fairness.by_street")} rows={areas(of.by_street)} />
    </section>
  );
}

const areas = (list: Fairness["by_district"]): Row[] =>
  list.map(({ area, name, tally }) => ({ key: area, name: name || area, tally }));

const rankOf = ({ mean_rank }: Tally): string => (mean_rank === null ? "—" : Number(mean_rank).toFixed(1));

function Tallies({ caption, rows, note }: { caption: string; rows: readonly Row[]; note?: string }) {
  const { t } = useTranslation();
  if (rows.length === 0) return null;
  return (
    <table className="tallies">
      <caption>
        {caption}
        {note && <span className="soft"> {note}</span>}
      </caption>
      <thead>
        <tr>
          <th scope="col">{t("selection.fairness.group")}</th>
          <th scope="col">{t("selection.fairness.members")}</th>
          <th scope="col">{t("selection.fairness.mutual")}</th>
          <th scope="col">{t("selection.fairness.matched")}</th>
          <th scope="col">{t("selection.fairness.share")}</th>
          <th scope="col">{t("selection.fairness.mean_rank")}</th>
        </tr>
      </thead>
      <tbody>
        {rows.map(({ key, name, tally }) => (
          <tr key={key}>
            <th scope="row">
              {name} {tally.few && <span className="few">{t("selection.fairness.few")}</span>}
            </th>
            <Figure label={t("selection.fairness.members")}>{tally.members}</Figure>
            <Figure label={t("selection.fairness.mutual")}>{tally.mutual}</Figure>
            <Figure label={t("selection.fairness.matched")}>{tally.matched}</Figure>
            <Figure label={t("selection.fairness.share")}>
              <span className="share-track" aria-hidden>
                <span style={{ width: sharePercent(tally.share ?? 0) }} />
              </span>
              {sharePercent(tally.share)}
            </Figure>
            <Figure label={t("selection.fairness.mean_rank")}>{rankOf(tally)}</Figure>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** On a phone rows stand as cards, so each figure carries its heading. */
function Figure({ label, children }: { label: string; children: ReactNode }) {
  return (
    <td className="figures" data-label={label}>
      {children}
    </td>
  );
}
