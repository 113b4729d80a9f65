import { Alert, Button } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { $api } from "../../api/client";
import { chosen } from "../../ui/chosen";
import { Link, useNumber } from "../../ui/Link";
import { Page } from "../../ui/Page";
import { Fetched } from "../../ui/Pending";
import { RefusalAlert } from "../../ui/RefusalAlert";
import { WhyNot } from "./Absence";
import type { Sought } from "./Advertise";
import { type Adding, useAdding } from "./adding";
import { Compare, MOST } from "./Compare";
import { Levers } from "./Levers";
import { Doubt } from "./Doubt";
import { NearMisses, Relax } from "./NearMisses";
import { type Comparing, RankedRow } from "./RankedRow";
import { isShared, moveOf, moves } from "./reading";
import { type Direction, type Ranking, type TryOut, isTried, useTryOut } from "./tryOut";
import "./selection.css";
import "./ranking.css";

export function OffersForNeed() {
  const need_id = useNumber("need_id");
  const need = $api.useQuery("get", "/api/v1/needs/{need_id}", { params: { path: { need_id } } });
  return (
    <Shown
      key={need_id}
      id={need_id}
      title={need.data?.title ?? ""}
      budget={need.data?.budget?.amount ?? null}
      mayEdit={need.data?.actions.includes("edit") ?? false}
      need={need.data}
      direction={{ from: "needs", to: "offers" }}
    />
  );
}

export function NeedsForOffer() {
  const offer_id = useNumber("offer_id");
  const offer = $api.useQuery("get", "/api/v1/offers/{offer_id}", { params: { path: { offer_id } } });
  return (
    <Shown
      key={offer_id}
      id={offer_id}
      title={offer.data?.title ?? ""}
      budget={null}
      mayEdit={offer.data?.actions.includes("edit") ?? false}
      direction={{ from: "offers", to: "needs" }}
    />
  );
}

type Props = {
  id: number;
  title: string;
  budget: string | null;
  mayEdit: boolean;
  need?: Sought | undefined;
  direction: Direction;
};

function Shown({ id, title, budget, mayEdit, need, direction }: Props) {
  const { t } = useTranslation();
  const tryOut = useTryOut(direction, id);
  const { from, to } = direction;
  return (
    <Page
      title={t(`selection.ranking.${to}`)}
      subtitle={t("selection.ranking.how")}
      crumbs={[
        { label: t(`nav.${from}`), to: `/${from}` },
        { label: title, to: `/${from}/${id}` },
      ]}
    >
      <Fetched query={tryOut.published}>
        {(published) => (
          <div className="ranking-page">
            <Levers tryOut={tryOut} direction={direction} budget={budget} />
            <div className="ranking-main">
              <Results
                published={published}
                shown={tryOut.shown ?? published}
                direction={direction}
                tryOut={tryOut}
                mayEdit={mayEdit}
                need={need}
              />
            </div>
          </div>
        )}
      </Fetched>
    </Page>
  );
}

const FIRST = 10;

function Results({
  published,
  shown,
  direction: { from, to },
  tryOut,
  mayEdit,
  need,
}: {
  published: Ranking;
  shown: Ranking;
  direction: Direction;
  tryOut: TryOut;
  mayEdit: boolean;
  need: Sought | undefined;
}) {
  const { t } = useTranslation();
  const [all, setAll] = useState(false);
  const [compared, setCompared] = useState<readonly number[]>([]);
  const adding = useAdding(from === "needs" ? "need" : "offer", shown.subject_id);
  const tried = isTried(tryOut.tried);
  const rows = all ? shown.rows : shown.rows.slice(0, FIRST);
  const more = shown.rows.length - rows.length;
  return (
    <>
      <Doubt of={shown} to={to} tryOut={tryOut} mayEdit={mayEdit} need={need} />
      <WhyNot of={shown} to={to} tryOut={tryOut} onShow={() => setAll(true)} />
      {tried && <Trying published={published} shown={shown} tryOut={tryOut} />}
      <RefusalAlert error={tryOut.refusal} />
      <Relax of={shown} to={to} tryOut={tryOut} />
      <ol className="ranking" aria-busy={tryOut.isMoving}>
        {rows.map((row) => (
          <RankedRow
            key={row.id}
            row={row}
            to={to}
            shared={isShared(shown.rows, row)}
            isDoubted={shown.fit.is_doubtful}
            move={tried ? moveOf(published.rows, row) : null}
            comparing={comparing(row.id, compared, setCompared)}
            adding={adding}
          />
        ))}
      </ol>
      {more > 0 && <Button onClick={() => setAll(true)}>{t("selection.ranking.more", { count: more })}</Button>}
      {shown.below > 0 && <p className="soft">{t("selection.ranking.below", { count: shown.below })}</p>}
      <NearMisses of={shown} to={to} />
      <Taken
        rows={shown.rows.filter(({ id }) => compared.includes(id))}
        isDoubted={shown.fit.is_doubtful}
        to={to}
        adding={adding}
        clear={() => setCompared([])}
      />
    </>
  );
}

function comparing(id: number, compared: readonly number[], compare: (ids: readonly number[]) => void): Comparing {
  const isChosen = compared.includes(id);
  if (isChosen) return { isChosen, toggle: () => compare(compared.filter((each) => each !== id)) };
  return { isChosen, toggle: compared.length < MOST ? () => compare([...compared, id]) : null };
}

type TakenProps = {
  rows: Ranking["rows"];
  isDoubted: boolean;
  to: Direction["to"];
  adding: Adding | null;
  clear: () => void;
};

/** What was taken from the list so far stays in sight: rows to be compared, wishes to be handed in. */
function Taken({ rows, isDoubted, to, adding, clear }: TakenProps) {
  const { t, i18n } = useTranslation();
  const [open, setOpen] = useState(false);
  if (rows.length === 0 && !adding?.isUnsent) return null;
  return (
    <div className="taken" role="status">
      {rows.length > 0 && (
        <span className="taken-part">
          {t("selection.compare.chosen", { count: rows.length })}
          <Button type="primary" disabled={rows.length < 2} onClick={() => setOpen(true)}>
            {t("selection.compare.title")}
          </Button>
          <Button onClick={clear}>{t("selection.compare.clear")}</Button>
        </span>
      )}
      {adding?.isUnsent && (
        <span className="taken-part">
          {t("selection.wish.unsent", { count: adding.count, round: chosen(adding.round, "title", i18n.language) })}
          <Link to={`/rounds/${adding.round.id}`}>{t("selection.wish.go")}</Link>
        </span>
      )}
      {open && rows.length > 1 && <Compare rows={rows} isDoubted={isDoubted} to={to} onClose={() => setOpen(false)} />}
    </div>
  );
}

/** Nobody should take a try-out for the ranking: said above the list for as long as it lasts. */
function Trying({ published, shown, tryOut }: { published: Ranking; shown: Ranking; tryOut: TryOut }) {
  const { t } = useTranslation();
  const told = moves(published.rows, shown.rows);
  const unmoved = told.up + told.down + told.entered + told.left === 0;
  return (
    <Alert
      className="trying"
      type="warning"
      showIcon
      title={t("selection.try.sign")}
      description={
        <span aria-live="polite">
          {tryOut.isMoving
            ? t("selection.try.moving")
            : unmoved
              ? t("selection.try.unmoved")
              : t("selection.try.moved", { ...told, admitted: shown.admitted, before: published.admitted })}
        </span>
      }
      action={<Button onClick={tryOut.untry}>{t("selection.try.back")}</Button>}
    />
  );
}
