import { CheckCircleFilled } from "@ant-design/icons";
import { Table } from "antd";
import type { ColumnsType } from "antd/es/table";
import { useTranslation } from "react-i18next";
import type { components } from "../../api/schema.gen";
import { Money } from "../../ui/Money";
import { useNarrow } from "../../ui/media";
import { RulesCompared } from "./RulesCompared";
import { chosen } from "../../ui/chosen";
import { reachable } from "../../ui/reachable";

type Lot = components["schemas"]["LotResultRead"];
type Row = components["schemas"]["ResultRow"];
type Corrected = components["schemas"]["SheetCorrection"];

/** `isFinal`: the awards are confirmed; before that they are proposed. */
export function LotResult({ of, corrected, isFinal }: { of: Lot; corrected: readonly Corrected[]; isFinal: boolean }) {
  const { t, i18n } = useTranslation();
  const narrow = useNarrow();
  const won = of.rows.filter(stands).length;
  return (
    <section className="lot" aria-labelledby={`lot-${of.lot}`}>
      <header className="lot-head">
        <h2 id={`lot-${of.lot}`}>
          {of.lot} {chosen(of, "title", i18n.language)}
        </h2>
        <p className="soft">
          {t(isFinal ? "tenders.result.lot" : "tenders.result.lot_proposed", { won, places: of.places })}{" "}
          <Money of={of.amount} /> / <Money of={of.budget} />
        </p>
      </header>
      {narrow ? (
        <Cards rows={of.rows} corrected={corrected} />
      ) : (
        <Rows rows={of.rows} corrected={corrected} caption={of.lot} />
      )}
      <RulesCompared of={of} />
    </section>
  );
}

/** Whether the bid gets the amount beside it, as far as the result goes. */
export const stands = ({ amount, status }: Row): boolean =>
  amount !== null && status !== "declined" && status !== "revoked";

function useOutcome(): (row: Row) => string {
  const { t } = useTranslation();
  return (row) => {
    if (row.amount && !stands(row)) return t(`rooms.awards.status.awards.${row.status}`);
    if (row.amount) {
      const outcome = t(row.status === "confirmed" ? "tenders.result.won" : "tenders.result.proposed");
      if (Number(row.amount.amount) === Number(row.asked.amount)) return outcome;
      return t(row.cut_accepted_at ? "tenders.result.cut" : "tenders.result.cut_open", { outcome });
    }
    const reason = t(`rooms.awards.reason.${row.reason}`);
    return row.blocked_by ? t("tenders.result.because", { reason, bid: row.blocked_by }) : reason;
  };
}

function Outcome({ row }: { row: Row }) {
  const outcome = useOutcome()(row);
  if (!stands(row)) return <span className="soft">{outcome}</span>;
  return (
    <strong className="won">
      <CheckCircleFilled aria-hidden /> {outcome}
    </strong>
  );
}

/** How many sheets of a bid were corrected after delivery; below the lots it says which and why. */
function CorrectedCount({ bid, corrected }: { bid: string; corrected: readonly Corrected[] }) {
  const { t } = useTranslation();
  const count = corrected.filter((sheet) => sheet.bid === bid).length;
  return count > 0 && <span className="tag-corrected">{t("tenders.result.corrected_count", { count })}</span>;
}

function Rows({ rows, corrected, caption }: { rows: Row[]; corrected: readonly Corrected[]; caption: string }) {
  const { t, i18n } = useTranslation();
  const columns: ColumnsType<Row> = [
    { key: "place", title: t("rooms.awards.field.place"), align: "right", width: 70, render: (_, row) => row.place },
    {
      key: "applicant",
      title: t("tenders.result.applicant"),
      render: (_, row) => (
        <>
          <div>{chosen(row, "applicant", i18n.language)}</div>
          <div className="soft">
            {row.bid} {row.title}
            {row.is_own && <span className="own"> {t("tenders.result.own")}</span>}
            <CorrectedCount bid={row.bid} corrected={corrected} />
          </div>
        </>
      ),
    },
    {
      key: "score",
      title: t("rooms.awards.field.score"),
      align: "right",
      width: 90,
      render: (_, row) => <span className="figures">{row.score}</span>,
    },
    {
      key: "asked",
      title: t("rooms.awards.field.asked"),
      align: "right",
      width: 140,
      render: (_, row) => <Money of={row.asked} />,
    },
    {
      key: "amount",
      title: t("rooms.awards.field.amount"),
      align: "right",
      width: 140,
      render: (_, row) => row.amount && <Money of={row.amount} />,
    },
    { key: "outcome", title: t("tenders.result.outcome"), width: 260, render: (_, row) => <Outcome row={row} /> },
  ];
  return (
    <Table<Row>
      aria-label={caption}
      rowKey="bid"
      dataSource={rows}
      columns={columns}
      pagination={false}
      ref={reachable}
      scroll={{ x: 900 }}
      rowClassName={(row) => [stands(row) ? "row-won" : "", row.is_own ? "row-own" : ""].join(" ")}
    />
  );
}

function Cards({ rows, corrected }: { rows: Row[]; corrected: readonly Corrected[] }) {
  const { t, i18n } = useTranslation();
  return (
    <ol className="result-cards">
      {rows.map((row) => (
        <li key={row.bid} className={stands(row) ? "row-won" : undefined}>
          <p className="result-card-head">
            <span className="figures">{row.place}</span> {chosen(row, "applicant", i18n.language)}
          </p>
          <p className="soft">
            {row.bid} {row.title}
            {row.is_own && <span className="own"> {t("tenders.result.own")}</span>}
            <CorrectedCount bid={row.bid} corrected={corrected} />
          </p>
          <p>
            {t("rooms.awards.field.score")} <span className="figures">{row.score}</span> ·{" "}
            {t("rooms.awards.field.asked")} <Money of={row.asked} />
            {row.amount && (
              <>
                {" · "}
                {t("rooms.awards.field.amount")} <Money of={row.amount} />
              </>
            )}
          </p>
          <p>
            <Outcome row={row} />
          </p>
        </li>
      ))}
    </ol>
  );
}
