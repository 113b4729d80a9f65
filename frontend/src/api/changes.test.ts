import { QueryClient, QueryObserver } from "@tanstack/react-query";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { followChanges, following } from "./changes";

class Source extends EventTarget {
  static all: Source[] = [];
  isClosed = false;
  constructor(readonly url: string) {
    super();
    Source.all.push(this);
  }
  close(): void {
    this.isClosed = true;
  }
  say(type: string, data = "follows"): void {
    this.dispatchEvent(new MessageEvent(type, { data }));
  }
}

const MINUTE = 60_000;
const last = (): Source => Source.all.at(-1) ?? new Source("none");
const open = (): Source[] => Source.all.filter(({ isClosed }) => !isClosed);
const looks = (hidden: boolean): void => {
  vi.spyOn(document, "hidden", "get").mockReturnValue(hidden);
  document.dispatchEvent(new Event("visibilitychange"));
};
let cache: QueryClient;

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("EventSource", Source);
  Source.all = [];
  cache = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  followChanges(cache);
});

afterEach(() => {
  cache.clear();
  vi.useRealTimers();
  vi.restoreAllMocks();
});

const signIn = (seat: number | null): void =>
  void cache.setQueryData(["session"], { account_id: seat, current: seat && { id: seat } });

/** Somebody looks at a wave, and at their inbox beside it: how often each was asked for. */
async function shown() {
  const asked = { wave: 0, inbox: 0 };
  const look = (name: keyof typeof asked, options: ReturnType<typeof following>) =>
    new QueryObserver<number>(cache, {
      queryKey: [name],
      queryFn: () => (asked[name] += 1),
      ...options,
    }).subscribe(() => {});
  const leave = look(
    "wave",
    following(() => ["wave:12"], 10_000),
  );
  look(
    "inbox",
    following(() => ["notifications"], MINUTE),
  );
  await vi.advanceTimersByTimeAsync(200);
  return { asked, leave };
}

test("what a page shows is followed, and asked for again when it has changed", async () => {
  signIn(3);
  const { asked, leave } = await shown();
  expect(last().url).toBe("/api/v1/changes?topic=notifications&topic=wave%3A12");
  last().say("ready");
  last().say("message", "wave:12");
  await vi.advanceTimersByTimeAsync(200);
  expect(asked).toEqual({ wave: 2, inbox: 1 });
  leave();
  await vi.advanceTimersByTimeAsync(200);
  expect(open().map(({ url }) => url)).toEqual(["/api/v1/changes?topic=notifications"]);
});

test("while the stream tells, nobody asks at intervals; once it is silent or breaks, pages ask again", async () => {
  signIn(3);
  const { asked } = await shown();
  last().say("ready");
  last().say("message", "wave:12");
  for (let beats = 0; beats < 8; beats++) {
    await vi.advanceTimersByTimeAsync(15_000);
    last().say("beat");
  }
  expect(asked.wave).toBe(2);
  await vi.advanceTimersByTimeAsync(55_000);
  expect(Source.all).toHaveLength(2);
  expect(asked.wave).toBeGreaterThan(2);
});

test("a stream that is refused leaves the pages to themselves, and is asked for again after a minute", async () => {
  signIn(3);
  const { asked } = await shown();
  last().say("error");
  await vi.advanceTimersByTimeAsync(MINUTE - 1000);
  expect([Source.all.length, open().length, asked.wave]).toEqual([1, 0, 7]);
  await vi.advanceTimersByTimeAsync(1000);
  expect(open()).toHaveLength(1);
});

test("nothing is followed by who is not signed in, or looks at another page", async () => {
  signIn(null);
  await shown();
  expect(Source.all).toEqual([]);
  signIn(3);
  await vi.advanceTimersByTimeAsync(200);
  expect(open()).toHaveLength(1);
  looks(true);
  await vi.advanceTimersByTimeAsync(200);
  expect(open()).toEqual([]);
  looks(false);
  signIn(4);
  await vi.advanceTimersByTimeAsync(200);
  expect([open().length, Source.all.length]).toEqual([1, 2]);
});
