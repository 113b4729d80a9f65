import { Modal, Table } from "antd";
import type { CSSProperties, ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { components } from "../../api/schema.gen";
import { chosen } from "../../ui/chosen";
import { Link } from "../../ui/Link";
import { usePhrase } from "./phrase";
import { firmnessOf, gained, percentOf, pointsOf, type Reason } from "./reading";
import { useTerms } from "./Terms";
import type { Direction } from "./tryOut";
import { CRITERIA } from "./weights";

type Ranked = components["schemas"]["RankedRead"];
type Props = { rows: readonly Ranked[]; isDoubted: boolean; to: Direction["to"]; onClose: () => void };
type Line = { key: string; label: string; cells: ReactNode[] };

/** How many fit side by side. */
export const MOST = 3;

/** Two or three places of a ranking side by side: terms first, then what each criterion brought and why. */
export function Compare({ rows, isDoubted, to, onClose }: Props) {
  const { t, i18n } = useTranslation();
  const lines = useLines(rows, isDoubted);
  return (
    <Modal open title={t("selection.compare.title")} onCancel={onClose} footer={null} width={1040}>
      <Table
        className="compare"
        tableLayout="fixed"
        style={{ "--columns": rows.length } as CSSProperties}
        dataSource={lines}
        pagination={false}
        columns={[
          {
            title: <span className="unseen">{t("selection.compare.what")}</span>,
            dataIndex: "label",
            rowScope: "row",
            width: "8.5em",
          },
          ...rows.map((row, at) => ({
            key: row.id,
            title: (
              <>
                <Link to={`/${to}/${row.id}`}>{row.title}</Link>
                <div className="soft compare-whose">{chosen(row, "party", i18n.language)}</div>
              </>
            ),
            render: ({ cells }: Line) => cells[at],
          })),
        ]}
      />
    </Modal>
  );
}

/** How firm the order is says nothing where even the first probably does not fit. */
function useLines(rows: readonly Ranked[], isDoubted: boolean): Line[] {
  const { t } = useTranslation();
  const termsOf = useTerms();
  const terms = rows.map((row) => termsOf(row.terms));
  const firm = ({ robustness: of }: Ranked): string =>
    t(`selection.firmness.${firmnessOf(of)}`, { first: percentOf(of.first), five: percentOf(of.top_five) });
  return [
    {
      key: "place",
      label: t("selection.compare.place"),
      cells: rows.map(({ place, score }) => t("selection.compare.placed", { place, score: pointsOf(score) })),
    },
    ...(terms[0] ?? []).map(({ key, label }, at) => ({
      key,
      label,
      cells: terms.map((each) => each[at]?.said || "—"),
    })),
    ...CRITERIA.map((criterion) => ({
      key: criterion,
      label: t("selection.compare.criterion", { name: t(`selection.criterion.${criterion}`) }),
      cells: rows.map((row) => <Why key={row.id} of={row.explanation.find((each) => each.criterion === criterion)} />),
    })),
    ...(isDoubted ? [] : [{ key: "firmness", label: t("selection.compare.firmness"), cells: rows.map(firm) }]),
  ];
}

/** What a criterion brought of what it could have brought, and why. */
function Why({ of }: { of: Reason | undefined }) {
  const { t } = useTranslation();
  const phrase = usePhrase();
  if (!of) return <>—</>;
  const points = { points: Math.round(gained(of)), most: Math.round(100 * Number(of.weight)) };
  return (
    <>
      {of.value !== null && <span className="figures compare-points">{t("selection.compare.points", points)}</span>}
      {phrase(of)}
    </>
  );
}
