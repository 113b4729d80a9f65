import { useInfiniteQuery } from "@tanstack/react-query";
import { Button, Select, Table } from "antd";
import type { ColumnsType } from "antd/es/table";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { type ListPath, type PartsOf, type QueryOf, type RowOf, filled } from "../api/paths";
import { type Query, request } from "../api/request";
import { Empty } from "./Empty";
import { ExportButton } from "./ExportButton";
import { type Filter, FilterBar } from "./FilterBar";
import type { Address } from "./address";
import { Link } from "./Link";
import { useNarrow } from "./media";
import { Pending } from "./Pending";
import { RefusalAlert } from "./RefusalAlert";
import { type Search, useFilters } from "./search";

type Listed<T> = {
  items: T[];
  next_cursor?: string | null;
  total?: number | null;
  is_more?: boolean;
  actions?: readonly string[];
};

export type Column<T> = {
  key: string;
  title: string;
  render: (row: T) => ReactNode;
  /** The server's name of the order, when the list can be sorted by this column. */
  sort?: string;
  align?: "right";
  width?: number | string;
  /** Where it is narrow rows are cards: `title` heads the card, `hidden` is left out, others are label and value. */
  phone?: "title" | "hidden";
};

type RowProps<T> = {
  columns: readonly Column<T>[];
  rowKey: (row: T) => string | number;
  /** The row's own page. */
  to?: (row: T) => Address;
};

type Props<P extends ListPath> = RowProps<RowOf<P>> & {
  /** The list's address, without query: "/api/v1/needs". */
  from: P;
  /** What fills the address where it names a thing: `{ wave_id: 7 }`. */
  parts?: PartsOf<P>;
  filters?: readonly Filter<keyof QueryOf<P> & string>[];
  /** What the list is narrowed to, whatever is chosen. */
  always?: QueryOf<P>;
  empty: { title: string; hint: string; action?: ReactNode };
  /** Where the same list comes as a workbook, under the same filters. */
  exportAt?: (query: QueryOf<P>) => string;
  /** What can be done with the list as a whole, for those who may read it; `actions` are what the server grants. */
  above?: ReactNode | ((actions: readonly string[]) => ReactNode);
  /** The way to a new row, for those to whom the list grants the verb. */
  create?: { granted: string; label: string; to: Address };
  caption: string;
};

/** A list of the API: its filters, its rows (cards where it is narrow), the next page of it, and the whole as a file. */
export function DataTable<P extends ListPath>(props: Props<P>) {
  const {
    from,
    parts = {} as PartsOf<P>,
    filters = [],
    always,
    empty,
    exportAt,
    above,
    create,
    caption,
    ...shown
  } = props;
  const narrow = useNarrow();
  const [search, change] = useFilters();
  const query = { ...only(search, [...filters.map(({ name }) => name), "sort"]), ...(always as Query) };
  const list = useInfiniteQuery({
    queryKey: [from, parts, query],
    queryFn: ({ pageParam }) =>
      request<Listed<RowOf<P>>>(filled(from, parts), { query: { ...query, cursor: pageParam } }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor ?? null,
  });
  const rows = list.data?.pages.flatMap((page) => page.items) ?? [];
  const [first] = list.data?.pages ?? [];
  const actions = first?.actions ?? [];
  const offered = filters.filter((one) => one.kind !== "only" || !one.granted || actions.includes(one.granted));

  return (
    <section className="list" aria-label={caption}>
      {list.isSuccess && (typeof above === "function" ? above(actions) : above)}
      {create && actions.includes(create.granted) && (
        <Link to={create.to} className="button-link">
          {create.label}
        </Link>
      )}
      <div className="list-head">
        <FilterBar filters={offered} search={search} onChange={change} />
        {narrow && <Order columns={shown.columns} sort={search.sort} onChange={(sort) => change({ sort })} />}
        {exportAt && rows.length > 0 && <ExportButton at={exportAt(query as QueryOf<P>)} />}
      </div>
      {list.error && <RefusalAlert error={list.error} onRetry={() => void list.refetch()} />}
      {list.isPending && <Pending />}
      {list.isSuccess && rows.length === 0 && <Empty {...empty} />}
      {rows.length > 0 && typeof first?.total === "number" && (
        <Total of={first.total} isMore={first.is_more ?? false} />
      )}
      {rows.length > 0 && <Rows {...shown} rows={rows} search={search} change={change} narrow={narrow} />}
      {list.hasNextPage && (
        <More shown={rows.length} loading={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()} />
      )}
    </section>
  );
}

function Total({ of, isMore }: { of: number; isMore: boolean }) {
  const { t, i18n } = useTranslation();
  return (
    <p className="list-total soft" aria-live="polite">
      {t(isMore ? "ui.table.total_more" : "ui.table.total", { total: of.toLocaleString(i18n.language) })}
    </p>
  );
}

function More({ shown, loading, onClick }: { shown: number; loading: boolean; onClick: () => void }) {
  const { t } = useTranslation();
  return (
    <p className="list-foot soft" aria-live="polite">
      {t("ui.table.shown", { count: shown })}
      <Button loading={loading} onClick={onClick}>
        {t("ui.table.more")}
      </Button>
    </p>
  );
}

/** Rows that come whole, without filters or a next page: a table, or cards where it is narrow. */
export function WholeTable<T extends object>({
  caption,
  ...shown
}: RowProps<T> & { caption: string; rows: readonly T[] }) {
  const narrow = useNarrow();
  return (
    <div className="list" role="group" aria-label={caption}>
      <Rows {...shown} search={{}} change={() => undefined} narrow={narrow} />
    </div>
  );
}

type RowsProps<T> = RowProps<T> & {
  rows: readonly T[];
  search: Search;
  change: (wanted: Search) => void;
  narrow: boolean;
};

function Rows<T extends object>({ rows, search, change, narrow, ...shown }: RowsProps<T>) {
  if (narrow) return <Cards rows={rows} {...shown} />;
  return (
    <Table<T>
      rowKey={shown.rowKey}
      dataSource={rows}
      columns={antdColumns(shown.columns, shown.to, search.sort)}
      pagination={false}
      showSorterTooltip={false}
      onChange={(_, __, sorter) => change({ sort: sortOf(Array.isArray(sorter) ? sorter[0] : sorter) })}
    />
  );
}

type OrderProps<T> = {
  columns: readonly Column<T>[];
  sort: string | string[] | undefined;
  onChange: (sort: string | undefined) => void;
};

/** Where rows are cards there are no headings to sort by. */
function Order<T>({ columns, sort, onChange }: OrderProps<T>) {
  const { t } = useTranslation();
  const options = columns.flatMap(({ sort: by, title }) =>
    by
      ? [
          { value: by, label: t("ui.table.ascending", { column: title }) },
          { value: `-${by}`, label: t("ui.table.descending", { column: title }) },
        ]
      : [],
  );
  if (options.length === 0) return null;
  return (
    <Select<string>
      className="filter-choice"
      allowClear
      aria-label={t("ui.table.order")}
      placeholder={t("ui.table.order")}
      options={options}
      {...(typeof sort === "string" && { value: sort })}
      onChange={(chosen: string | undefined) => onChange(chosen)}
    />
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
  to: RowProps<T>["to"],
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

type CardsProps<T> = RowProps<T> & { rows: readonly T[] };

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
