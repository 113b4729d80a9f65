import { CheckOutlined, MinusOutlined, PlusOutlined } from "@ant-design/icons";
import { Table } from "antd";
import type { ColumnsType } from "antd/es/table";
import { useTranslation } from "react-i18next";
import type { components } from "../../api/schema.gen";
import { chosen } from "../../ui/chosen";
import { Money } from "../../ui/Money";
import { useNarrow } from "../../ui/media";
import { reachable } from "../../ui/reachable";
import { type BidRow, bidRows, unlike } from "./sets";

type Lot = components["schemas"]["LotComparisonRead"];
type AwardSet = components["schemas"]["AwardSet"];

/** The sets side by side: first what each adds up to, then who wins in which. */
export function AwardSets({ of }: { of: Lot }) {
  const narrow = useNarrow();
  return (
    <>
      <div className="rules sets">
        <ul>
          {of.sets.map((set) => (
            <li key={set.method + set.is_decided} className={set.is_decided ? "rule rule-chosen" : "rule"}>
              <SetFacts of={set} />
            </li>
          ))}
        </ul>
      </div>
      {!narrow && <Winners of={of} />}
    </>
  );
}

function SetFacts({ of }: { of: AwardSet }) {
  const { t } = useTranslation();
  const narrow = useNarrow();
  return (
    <>
      <p className="rule-name">
        {t(`rooms.awards.rule.${of.method}`)}
        {of.is_decided && <span className="rule-mark">{t("tenders.compare.decided")}</span>}
      </p>
      <p className="soft">{t([`tenders.rules.${of.method}`, `tenders.compare.${of.method}`])}</p>
      <p className="figures">
        {t("tenders.rules.paid", { count: of.number, score: of.score })} <Money of={of.amount} />
      </p>
      {of.bound !== null && <p>{t("tenders.compare.proof", { bound: of.bound })}</p>}
      {of.is_decided ? narrow && <p>{of.bids.map((bid) => bid.bid).join(" ")}</p> : <Differences of={of} />}
    </>
  );
}

function Differences({ of }: { of: AwardSet }) {
  const { t } = useTranslation();
  if (of.gained.length + of.lost.length === 0) return <p>{t("tenders.compare.same")}</p>;
  const names = (bids: AwardSet["gained"]): string => bids.map((bid) => bid.bid).join(" ");
  return (
    <>
      {of.gained.length > 0 && (
        <p>
          <PlusOutlined aria-hidden /> {t("tenders.compare.gained", { bids: names(of.gained) })}
        </p>
      )}
      {of.lost.length > 0 && (
        <p>
          <MinusOutlined aria-hidden /> {t("tenders.compare.lost", { bids: names(of.lost) })}
        </p>
      )}
    </>
  );
}

/** Where a set differs from the decision it says so, by a sign and a word. */
function Unlike({ how }: { how: ReturnType<typeof unlike> }) {
  const { t } = useTranslation();
  if (how === null) return null;
  const Sign = how === "gained" ? PlusOutlined : MinusOutlined;
  return (
    <span className="unlike">
      <Sign aria-hidden /> {t(`tenders.compare.${how}_here`)}
    </span>
  );
}

/** What an applicant gets in one of the sets. */
function Won({ row, number }: { row: BidRow; number: number }) {
  const { t } = useTranslation();
  const amount = row.amounts[number];
  const how = unlike(row, number);
  return (
    <>
      {!amount && !how && <span className="soft">{t("tenders.compare.out")}</span>}
      {amount && (
        <span className="won">
          <CheckOutlined aria-label={t("tenders.result.won")} /> <Money of={amount} />
        </span>
      )}
      <Unlike how={how} />
    </>
  );
}

function Winners({ of }: { of: Lot }) {
  const { t, i18n } = useTranslation();
  const columns: ColumnsType<BidRow> = [
    {
      key: "place",
      title: t("rooms.awards.field.place"),
      align: "right",
      width: 70,
      render: (_, row) => row.bid.place,
    },
    {
      key: "applicant",
      title: t("tenders.result.applicant"),
      render: (_, row) => (
        <>
          <div>{chosen(row.bid, "applicant", i18n.language)}</div>
          <div className="soft">
            {row.bid.bid} {row.bid.title}
            {row.bid.is_own && <span className="own"> {t("tenders.result.own")}</span>}
          </div>
        </>
      ),
    },
    {
      key: "score",
      title: t("rooms.awards.field.score"),
      align: "right",
      width: 90,
      render: (_, row) => <span className="figures">{row.bid.score}</span>,
    },
    ...of.sets.map((set, number) => ({
      key: set.method + number,
      title: t(`rooms.awards.rule.${set.method}`) + (set.is_decided ? ` · ${t("tenders.compare.decided")}` : ""),
      width: 148,
      render: (_: unknown, row: BidRow) => <Won row={row} number={number} />,
    })),
  ];
  return (
    <Table<BidRow>
      aria-label={t("tenders.compare.winners", { lot: of.lot })}
      rowKey={(row) => row.bid.bid}
      dataSource={bidRows(of.sets)}
      columns={columns}
      pagination={false}
      ref={reachable}
      scroll={{ x: 900 }}
      rowClassName={(row) => (row.differs ? "row-differs" : "")}
    />
  );
}
