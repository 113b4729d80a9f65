import { Skeleton } from "antd";
import { type ReactNode, use } from "react";
import { useTranslation } from "react-i18next";
import { refusalOf } from "../api/refusal";
import { InPage, Page } from "./Page";
import { RefusalAlert } from "./RefusalAlert";

/** Grey lines in the place of what is being fetched. */
export function Pending({ rows = 6 }: { rows?: number }) {
  const { t } = useTranslation();
  return (
    <div role="status" aria-label={t("ui.loading")}>
      <Skeleton active title paragraph={{ rows }} />
    </div>
  );
}

type Query<T> = { data: T | undefined; error: unknown; isPending: boolean; refetch: () => unknown };

/** A query's three faces: waiting, refused, there. `<Fetched query={q}>{(need) => …}</Fetched>` */
export function Fetched<T>({ query, children }: { query: Query<T>; children: (data: T) => ReactNode }) {
  if (query.data !== undefined) return children(query.data);
  if (query.error) return <Refused query={query} />;
  return <Pending />;
}

/** What could not be fetched; where that is the page itself, it has a title all the same. What was refused is refused
 * again: only a lost connection or a server in trouble is worth another try. */
function Refused({ query }: { query: Pick<Query<unknown>, "error" | "refetch"> }) {
  const { t } = useTranslation();
  const { status } = refusalOf(query.error);
  const again = status === 0 || status >= 500 ? { onRetry: () => void query.refetch() } : {};
  const alert = <RefusalAlert error={query.error} {...again} />;
  return use(InPage) ? alert : <Page title={t(status === 404 ? "ui.lost.title" : "ui.refusal.title")}>{alert}</Page>;
}
