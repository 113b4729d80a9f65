import { Table } from "antd";
import { useTranslation } from "react-i18next";
import { type Topic, following } from "../../api/changes";
import { $api } from "../../api/client";
import { fileAt } from "../../api/paths";
import { languageOf } from "../../api/refusal";
import type { components } from "../../api/schema.gen";
import { ExportButton } from "../../ui/ExportButton";
import { Fetched } from "../../ui/Pending";
import { StatusTag } from "../../ui/StatusTag";
import { reachable } from "../../ui/reachable";
import { OnPaper } from "./OnPaper";

type Panel = components["schemas"]["PanelRead"];
type Row = components["schemas"]["SheetRow"];

export const EVERY = 10_000; // milliseconds between two looks while sheets come in

/** Sheets of this panel come in, and the reader is none of its judges. */
export const comingIn = (panel?: Panel): readonly Topic[] =>
  !panel?.appointed_at || panel.closed_at || panel.members.some(({ is_me }) => is_me)
    ? []
    : [`panel:${panel.tender_id}`];

/** Who has delivered which sheet, as they come in: who scored how is told once scoring is closed. */
export function Sheets({ panel }: { panel: Panel }) {
  const { t, i18n } = useTranslation();
  const path = { tender_id: panel.tender_id };
  const sheets = $api.useQuery(
    "get",
    "/api/v1/panels/{tender_id}/sheets",
    { params: { path } },
    following(() => comingIn(panel), EVERY),
  );
  return (
    <section aria-labelledby="sheets">
      <h2 id="sheets">{t("panels.sheets")}</h2>
      <Fetched query={sheets}>
        {(rows) => (
          <>
            <p>
              {t("panels.come_in", { count: rows.filter(({ status }) => status === "delivered").length })}{" "}
              {panel.missing && panel.missing.length > 0 && t("panels.missing", { count: panel.missing.length })}
            </p>
            <Matrix rows={rows} />
            <ExportButton
              at={fileAt("/api/v1/panels/{tender_id}/sheets/export", path, {
                format: "xlsx",
                headings: languageOf(i18n.language),
              })}
            />
          </>
        )}
      </Fetched>
      {panel.actions.includes("enter") && <OnPaper panel={panel} rows={sheets.data ?? []} />}
    </section>
  );
}

/** Bids downwards, judges across. */
function Matrix({ rows }: { rows: readonly Row[] }) {
  const { t } = useTranslation();
  const judges = [...new Set(rows.map(({ judge }) => judge))].toSorted();
  const bids = [...new Set(rows.map(({ bid }) => bid))].toSorted();
  const at = new Map(rows.map((row) => [`${row.bid} ${row.judge}`, row]));
  if (rows.length === 0) return <p className="soft">{t("panels.no_sheets")}</p>;
  return (
    <Table<{ bid: string }>
      rowKey="bid"
      size="small"
      pagination={false}
      ref={reachable}
      scroll={{ x: "max-content" }}
      dataSource={bids.map((bid) => ({ bid }))}
      columns={[
        { key: "bid", title: t("panels.bid"), fixed: "left", render: (_, row) => row.bid },
        ...judges.map((judge) => ({
          key: judge,
          title: judge,
          render: (_: unknown, { bid }: { bid: string }) => <Cell of={at.get(`${bid} ${judge}`)} />,
        })),
      ]}
    />
  );
}

function Cell({ of }: { of: Row | undefined }) {
  if (!of) return <span className="soft">—</span>;
  if (of.total !== null) return <span className="figures">{Number(of.total)}</span>;
  return <StatusTag status={of.status} room="panels" />;
}
