import { useInfiniteQuery, useMutation, useQueryClient } from "@tanstack/react-query";
import { Button } from "antd";
import type { MouseEvent } from "react";
import { useTranslation } from "react-i18next";
import { request } from "../../api/client";
import { languageOf } from "../../api/refusal";
import type { components } from "../../api/schema.gen";
import { partyName, useActAs, useSession } from "../../api/session";
import { Empty } from "../../ui/Empty";
import { momentText } from "../../ui/format";
import { Link, useGo } from "../../ui/Link";
import { Page } from "../../ui/Page";
import { Fetched } from "../../ui/Pending";
import { RefusalAlert } from "../../ui/RefusalAlert";
import { PAGES } from "../../ui/things";
import "./notifications.css";

type Told = components["schemas"]["NotificationRead"];
type Listed = components["schemas"]["Page_NotificationRead_"];
const FROM = "/api/v1/notifications";

/** Everything one was told, the newest first; a click opens what it is about and marks it as read. */
export default function Inbox() {
  const { t } = useTranslation();
  const cache = useQueryClient();
  const list = useInfiniteQuery({
    queryKey: [FROM],
    queryFn: ({ pageParam }) => request<Listed>(FROM, { query: { cursor: pageParam } }),
    initialPageParam: null as string | null,
    meta: { topics: () => ["notifications"] },
    getNextPageParam: (page) => page.next_cursor ?? null,
  });
  const readAll = useMutation({
    mutationFn: () => request(`${FROM}/open`, { method: "POST" }),
    onSuccess: () => cache.invalidateQueries(),
  });
  const told = list.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <Page
      title={t("notifications.title")}
      subtitle={t("notifications.subtitle")}
      action={
        told.some(({ opened_at }) => !opened_at) && (
          <Button loading={readAll.isPending} onClick={() => readAll.mutate()}>
            {t("notifications.read_all")}
          </Button>
        )
      }
    >
      <RefusalAlert error={readAll.error} />
      <Fetched query={list}>{() => <Rows of={told} />}</Fetched>
      {list.hasNextPage && (
        <Button loading={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
          {t("notifications.more")}
        </Button>
      )}
    </Page>
  );
}

function Rows({ of }: { of: readonly Told[] }) {
  const { t } = useTranslation();
  if (of.length === 0) return <Empty title={t("notifications.none")} hint={t("notifications.none_hint")} />;
  return (
    <ul className="inbox">
      {of.map((told) => (
        <li key={told.id}>
          <Row of={told} />
        </li>
      ))}
    </ul>
  );
}

function Row({ of }: { of: Told }) {
  const { t, i18n } = useTranslation();
  const { seat, open, error } = useOpening(of);
  return (
    <>
      <Link to={PAGES[of.thing](of.thing_id)} className={of.opened_at ? "told" : "told told-unread"} onClick={open}>
        <span className="told-text">{languageOf(i18n.language) === "zh" ? of.text_zh : of.text_en}</span>
        <span className="soft figures">{momentText(of.created_at, i18n.language)}</span>
        {!of.opened_at && <span className="told-mark">{t("notifications.unread")}</span>}
        {seat && <span className="soft">{t("notifications.as", { seat })}</span>}
      </Link>
      <RefusalAlert error={error} />
    </>
  );
}

/** Opening marks as read, on the way; what was told in another seat is opened from there. */
function useOpening({ id, thing, thing_id, membership_id, opened_at }: Told) {
  const { t, i18n } = useTranslation();
  const cache = useQueryClient();
  const go = useGo();
  const { data: session } = useSession();
  const mark = useMutation({
    mutationFn: () => request(`${FROM}/${id}/open`, { method: "POST" }),
    onSuccess: () =>
      cache.invalidateQueries({ predicate: ({ queryKey }) => queryKey.some((part) => String(part).startsWith(FROM)) }),
  });
  const actAs = useActAs();
  const other = session?.memberships.find((each) => each.id === membership_id && each.id !== session.current?.id);
  const open = (event: MouseEvent): void => {
    if (!opened_at) mark.mutate();
    if (!other) return;
    event.preventDefault();
    actAs.mutate(other.id, { onSuccess: () => go(PAGES[thing](thing_id)) });
  };
  const seat = other && [t(`role.${other.role}`), partyName(other.party, i18n.language)].filter(Boolean).join(" · ");
  return { seat, open, error: actAs.error };
}
