/**
 * Live changes: while somebody looks at a page, one stream of server-sent events names the topics that have changed, and
 * the queries that show them are asked again. Where it cannot be opened, or breaks, they are asked at intervals.
 */
import type { Query, QueryClient } from "@tanstack/react-query";
import { fileAt } from "./paths";
import { type Session, sessionQuery } from "./session";

export type Topic = "jobs" | "notifications" | `${"comparison" | "panel" | "wave"}:${number}`;
type Topics<Data> = (data?: Data) => readonly Topic[];

declare module "@tanstack/react-query" {
  interface Register {
    queryMeta: { topics?: Topics<never> };
  }
}

const AT_REST = 300_000; // ms between two questions while the stream tells, should it ever forget to
const SETTLED = 100; // ms: the queries of a page come and go together
const REMEMBERED = 10_000; // ms for which a stream tells afterwards what changed before it was open; the server's 15 s
const SILENCE = 50_000; // ms: three heartbeats that did not come
const SOON = 1_000; // ms until a stream that broke is opened again, and two more by chance: not all at once
const LATER = 60_000; // ms until one that was refused is

/** What the open stream tells of; nothing while there is none. */
let told: ReadonlySet<string> = new Set();

/** Options of a query that shows what `topics` name, none of them where nothing can change any more: asked again when
 * they change, and where no stream says so `every` so many milliseconds. */
export function following<Data>(topics: Topics<Data>, every: number | ((data?: Data) => number)) {
  return {
    meta: { topics },
    refetchInterval: ({ state: { data } }: { state: { data: Data | undefined } }): number | false => {
      const shown = topics(data);
      if (shown.length === 0) return false;
      if (shown.every((topic) => told.has(topic))) return AT_REST;
      return typeof every === "number" ? every : every(data);
    },
  };
}

const topicsOf = ({ meta, state }: Query): readonly Topic[] =>
  (meta?.topics as Topics<unknown> | undefined)?.(state.data) ?? [];

/** Follows what the pages show, from now on. */
export function followChanges(cache: QueryClient): void {
  const stream = new Stream(cache);
  let waits = false;
  const look = (): void => {
    waits = false;
    stream.follow();
  };
  const lookSoon = (): void => {
    if (!waits) setTimeout(look, SETTLED);
    waits = true;
  };
  cache.getQueryCache().subscribe(lookSoon);
  document.addEventListener("visibilitychange", lookSoon);
}

class Stream {
  private source: EventSource | null = null;
  private followed = "";
  private alarm: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly cache: QueryClient) {}

  /** Opens the stream anew when somebody else, or something else, is to be followed than until now. A page that is not
   * looked at follows nothing: browsers open six connections to a server at most, for all their tabs together. */
  follow(): void {
    const seat = this.cache.getQueryData<Session>(sessionQuery.queryKey)?.current?.id;
    const queries = this.cache.getQueryCache().findAll({ type: "active" });
    const topics = document.hidden || !seat ? [] : [...new Set(queries.flatMap(topicsOf))].toSorted();
    const wanted = topics.length > 0 ? [seat, ...topics].join(" ") : "";
    if (wanted === this.followed) return;
    this.followed = wanted;
    this.close();
    if (wanted) this.open(topics);
  }

  private open(topics: readonly Topic[]): void {
    const source = new EventSource(fileAt("/api/v1/changes", {}, { topic: [...topics] }));
    this.source = source;
    const broken = (): void => this.broken(topics);
    const lives = (): void => this.wake(broken, SILENCE);
    source.addEventListener("ready", () => {
      told = new Set(topics);
      lives();
      this.askAgain((query) => topicsOf(query).length > 0 && query.isStaleByTime(REMEMBERED));
    });
    source.addEventListener("beat", lives);
    source.addEventListener("message", ({ data }: MessageEvent<Topic>) => {
      lives();
      this.askAgain((query) => topicsOf(query).includes(data));
    });
    source.addEventListener("error", broken);
  }

  /** The pages go on by themselves, from now on at their own intervals. */
  private broken(topics: readonly Topic[]): void {
    const pause = told.size > 0 ? SOON + 2 * SOON * Math.random() : LATER;
    this.close();
    this.askAgain((query) => topicsOf(query).length > 0);
    this.wake(() => this.open(topics), pause);
  }

  private close(): void {
    clearTimeout(this.alarm);
    this.source?.close();
    told = new Set();
  }

  private wake(then: () => void, after: number): void {
    clearTimeout(this.alarm);
    this.alarm = setTimeout(then, after);
  }

  private askAgain(which: (query: Query) => boolean): void {
    void this.cache.invalidateQueries({ predicate: which });
  }
}
