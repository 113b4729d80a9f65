import { FileExcelOutlined } from "@ant-design/icons";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Button, Table } from "antd";
import type { ColumnsType } from "antd/es/table";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { languageOf } from "../api/refusal";
import { type Query, address, request } from "../api/request";
import { Empty } from "./Empty";
import { type Filter, FilterBar } from "./FilterBar";
import { usePhone } from "./media";
import { Pending } from "./Pending";
import { RefusalAlert } from "./RefusalAlert";
import { type Search, useFilters } from "./search";

type Cursored<T> = { items: T[]; next_cursor?: string | null };

export type Column<T> = {
  key: string;
  title: string;
  render: (row: T) => ReactNode;
  /** The server's name of the order, when the list can be sorted by this column. */
  sort?: string;
  align?: "right";
  width?: number | string;
  /** On a phone rows are cards: `title` heads the card, `hidden` is left out, others are label and value. */
  phone?: "title" | "hidden";
};

type Props<T> = {
  /** GET address of the list, without query: "/api/v1/needs". */
  from: string;
  columns: readonly Column<T>[];
  rowKey: (row: T) => string | number;
  /** The row's own page. */
  to?: (row: T) => string;
  filters?: readonly Filter[];
  /** Query parameters that always apply. */
  fixed?: Query;
  empty: { title: string; hint: string; action?: ReactNode };
  /** Where the same list comes as a workbook (default `${from}/export`); null where it does not. */
  exportFrom?: string | null;
  caption: string;
};

export function DataTable<T extends object>(props: Props<T>) {
  const { from, columns, rowKey, to, filters = [], fixed = {}, empty, exportFrom = `${from}/export`, caption } = props;
  const { t, i18n } = useTranslation();
  const phone = usePhone();
  const [search, change] = useFilters();
  const query: Query = { ...fixed, ...only(search, [...filters.map(({ name }) => name), "sort"]) };
  const list = useInfiniteQuery({
    queryKey: [from, query],
    queryFn: ({ pageParam }) => request<Cursored<T>>(from, { query: { ...query, cursor: pageParam } }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor ?? null,
  });
  const rows = list.data?.pages.flatMap((page) => page.items) ?? [];

  return (
    <section className="list" aria-label={caption}>
      <div className="list-head">
        <FilterBar filters={filters} search={search} onChange={change} />
        {exportFrom !== null && rows.length > 0 && (
          <Button
            href={address(exportFrom, { ...query, format: "xlsx", headings: languageOf(i18n.language) })}
            icon={<FileExcelOutlined aria-hidden />}
            download
          >
            {t("ui.table.export")}
          </Button>
        )}
      </div>
      {list.error && <RefusalAlert error={list.error} onRetry={() => void list.refetch()} />}
      {list.isPending && <Pending />}
      {list.isSuccess && rows.length === 0 && <Empty {...empty} />}
      {rows.length > 0 &&
        (phone ? (
          <Cards rows={rows} columns={columns} rowKey={rowKey} to={to} />
        ) : (
          <Table<T>
            rowKey={rowKey}
            dataSource={rows}
            columns={antdColumns(columns, to, search.sort)}
            pagination={false}
            scroll={{ x: "max-content" }}
            showSorterTooltip={false}
            onChange={(_, __, sorter) => change({ sort: sortOf(Array.isArray(sorter) ? sorter[0] : sorter) })}
          />
        ))}
      {rows.length > 0 && (
        <p className="list-foot soft" aria-live="polite">
          {t(list.hasNextPage ? "ui.table.shown" : "ui.table.all", { count: rows.length })}
          {list.hasNextPage && (
            <Button loading={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
              {t("ui.table.more")}
            </Button>
          )}
        </p>
      )}
    </section>
  );
}

function only(search: Search, names: readonly string[]): Query {
  return Object.fromEntries(names.map((name) => [name, search[name]]));
}

function sortOf(sorter: { columnKey?: unknown; order?: "ascend" | "descend" | null } | undefined): string | undefined {
  if (!sorter?.order || typeof sorter.columnKey !== "string") return undefined;
  return sorter.order === "descend" ? `-${sorter.columnKey}` : sorter.columnKey;
}

function antdColumns<T extends object>(
  columns: readonly Column<T>[],
  to: Props<T>["to"],
  sort: string | string[] | undefined,
): ColumnsType<T> {
  return columns.map(({ key, title, render, sort: by, align, width }, index) => ({
    key: by ?? key,
    title,
    ...(align && { align, className: "figures" }),
    ...(width !== undefined && { width }),
    ...(by && {
      sorter: true,
      sortOrder: sort === by ? "ascend" : sort === `-${by}` ? "descend" : null,
    }),
    render: (_: unknown, row: T) => (index === 0 && to ? <Link to={to(row)}>{render(row)}</Link> : render(row)),
  }));
}

type CardsProps<T> = Pick<Props<T>, "columns" | "rowKey"> & { rows: readonly T[]; to: Props<T>["to"] };

function Cards<T extends object>({ rows, columns, rowKey, to }: CardsProps<T>) {
  const head = columns.find(({ phone }) => phone === "title") ?? columns[0];
  const rest = columns.filter((column) => column !== head && column.phone !== "hidden");
  return (
    <ul className="cards">
      {rows.map((row) => (
        <li key={rowKey(row)} className="card">
          <h2>{head && (to ? <Link to={to(row)}>{head.render(row)}</Link> : head.render(row))}</h2>
          <dl>
            {rest.map(({ key, title, render }) => (
              <div key={key}>
                <dt>{title}</dt>
                <dd>{render(row)}</dd>
              </div>
            ))}
          </dl>
        </li>
      ))}
    </ul>
  );
}
