import { ArrowDownOutlined, ArrowUpOutlined, PlusOutlined } from "@ant-design/icons";
import { Button, Checkbox } from "antd";
import { useTranslation } from "react-i18next";
import type { components } from "../../api/schema.gen";
import { chosen } from "../../ui/chosen";
import { Link } from "../../ui/Link";
import { series } from "../../ui/theme";
import { WhyList } from "../../ui/WhyList";
import type { Adding } from "./adding";
import { usePhrase } from "./phrase";
import { firmnessOf, gained, missed, type Move, percentOf, pointsOf, type Reason, telling } from "./reading";
import { TermsShown } from "./Terms";
import type { Direction } from "./tryOut";
import { CRITERIA } from "./weights";

type Ranked = components["schemas"]["RankedRead"];
/** `toggle` null: as many are chosen as fit side by side. */
export type Comparing = { isChosen: boolean; toggle: (() => void) | null };

/** One offer or need: place, who it is, what speaks for it and against it, how firmly it stands; the rest on demand. */
export function RankedRow({
  row,
  to,
  move,
  shared,
  isDoubted,
  comparing,
  adding,
}: {
  row: Ranked;
  to: Direction["to"];
  move: Move | null;
  shared: boolean;
  /** Whether even the first place probably does not fit: how firm the order is says nothing then. */
  isDoubted: boolean;
  comparing: Comparing;
  adding: Adding | null;
}) {
  const { t, i18n } = useTranslation();
  return (
    <li className={move ? "ranked ranked-tried" : "ranked"} id={`row-${row.id}`}>
      <div className="ranked-head">
        <span className="ranked-place figures">{row.place}</span>
        <div className="ranked-who">
          <Link to={`/${to}/${row.id}`}>{row.title}</Link>
          <div className="soft">
            {chosen(row, "party", i18n.language)} {shared && t("selection.ranking.shared", { place: row.place })}
          </div>
        </div>
        {move && <Moved move={move} />}
        <span className="ranked-score figures">
          <span className="unseen">{t("field.score")} </span>
          {pointsOf(row.score)}
        </span>
      </div>
      <TermsShown of={row.terms} />
      <Parts reasons={row.explanation} />
      <Telling reasons={row.explanation} />
      <div className="ranked-foot">
        {!isDoubted && <Firmness of={row.robustness} />}
        <details className="ranked-all">
          <summary>{t("selection.ranking.all")}</summary>
          <AllReasons reasons={row.explanation} />
        </details>
      </div>
      <div className="ranked-take">
        <Checkbox
          checked={comparing.isChosen}
          disabled={!comparing.toggle}
          onChange={() => comparing.toggle?.()}
          aria-label={t("selection.compare.choose_named", { title: row.title })}
        >
          {t("selection.compare.choose")}
        </Checkbox>
        {adding && <AddWish id={row.id} title={row.title} adding={adding} />}
      </div>
    </li>
  );
}

/** Into the list of wishes of the open round, or at which place of it. */
function AddWish({ id, title, adding }: { id: number; title: string; adding: Adding }) {
  const { t } = useTranslation();
  const place = adding.placeOf(id);
  if (place === null) return null;
  if (place > 0) return <span className="soft">{t("selection.wish.placed", { place })}</span>;
  return (
    <Button
      icon={<PlusOutlined aria-hidden />}
      aria-label={t("selection.wish.add_named", { title })}
      onClick={() => adding.add(id)}
    >
      {t("selection.wish.add")}
    </Button>
  );
}

export function Moved({ move }: { move: Move }) {
  const { t } = useTranslation();
  if (move.kind === "stays") return <span className="moved soft">{t("selection.move.stays")}</span>;
  if (move.kind === "new") {
    return (
      <span className="moved moved-new">
        <PlusOutlined aria-hidden /> {t("selection.move.new")}
      </span>
    );
  }
  const Arrow = move.kind === "up" ? ArrowUpOutlined : ArrowDownOutlined;
  return (
    <span className={`moved moved-${move.kind} figures`}>
      <Arrow aria-hidden />
      <span className="unseen">{t(`selection.move.${move.kind}`)}</span> {move.by}
    </span>
  );
}

/** One colour for each criterion, in the bar and beside the reasons; the last two share the quietest. */
const colourOf = (criterion: string): string =>
  series[
    Math.min(
      CRITERIA.findIndex((each) => each === criterion),
      series.length - 1,
    )
  ] ?? series[0];

/** The score as one bar out of 100, each criterion with what it brings. */
function Parts({ reasons }: { reasons: readonly Reason[] }) {
  const { t } = useTranslation();
  const parts = reasons.filter((reason) => gained(reason) > 0);
  const said = parts.map((reason) => `${t(`selection.criterion.${reason.criterion}`)} ${Math.round(gained(reason))}`);
  return (
    <div
      className="parts"
      role="img"
      aria-label={t("selection.ranking.parts", { parts: said.join(t("selection.comma")) })}
    >
      {parts.map((reason) => (
        <span
          key={reason.criterion}
          style={{ width: `${gained(reason)}%`, background: colourOf(reason.criterion) }}
          title={`${t(`selection.criterion.${reason.criterion}`)} ${Math.round(gained(reason))}`}
        />
      ))}
    </div>
  );
}

function Telling({ reasons }: { reasons: readonly Reason[] }) {
  const { t } = useTranslation();
  const phrase = usePhrase();
  const { speaks, against } = telling(reasons);
  const line = (reason: Reason, points: string, costs = false) => (
    <li key={reason.criterion} className={costs ? "telling-costs" : undefined}>
      <span className="swatch" style={{ background: colourOf(reason.criterion) }} aria-hidden />
      <span>
        <strong>{t(`selection.criterion.${reason.criterion}`)}</strong>{" "}
        <span className="figures telling-points">{points}</span>
        <span className="telling-why">
          {phrase(costs && reason.code === "shared_words" ? { ...reason, code: "few_shared_words" } : reason)}
        </span>
      </span>
    </li>
  );
  return (
    <ul className="telling">
      {speaks.map((reason) => line(reason, t("selection.ranking.brings", { points: Math.round(gained(reason)) })))}
      {against && line(against, t("selection.ranking.costs", { points: Math.round(missed(against)) }), true)}
    </ul>
  );
}

function Firmness({ of }: { of: Ranked["robustness"] }) {
  const { t } = useTranslation();
  const said = t(`selection.firmness.${firmnessOf(of)}`, { first: percentOf(of.first), five: percentOf(of.top_five) });
  return <p className="soft firmness">{said}</p>;
}

function AllReasons({ reasons }: { reasons: readonly Reason[] }) {
  const { t } = useTranslation();
  const phrase = usePhrase();
  return (
    <WhyList
      reasons={reasons.map((reason) => ({
        key: reason.criterion,
        label: t(`selection.criterion.${reason.criterion}`),
        value: reason.value === null ? null : Number(reason.value),
        ...(reason.value === null ? {} : { weight: Number(reason.weight) }),
        note: phrase(reason),
      }))}
    />
  );
}
