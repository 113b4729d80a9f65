import { afterEach, expect, test, vi } from "vitest";
import { Refusal } from "./refusal";
import { address, request, upload } from "./request";

const problem = {
  type: "about:blank",
  title: "BidTooLate",
  status: 409,
  code: "BidTooLate",
  messages: { zh: "投标已截止。", en: "Bidding has closed." },
  facts: { closed_at: "2018-09-20T09:00:00Z" },
  rows: [],
};

function answering(...answers: (() => Response)[]): Request[] {
  const seen: Request[] = [];
  vi.stubGlobal("fetch", async (sent: Request) => {
    seen.push(sent);
    const answer = answers[seen.length - 1];
    if (!answer) throw new TypeError("network");
    return answer();
  });
  return seen;
}
const keys = (seen: Request[]): (string | null)[] => seen.map((one) => one.headers.get("Idempotency-Key"));
const refused = (path: string, body: unknown = {}): Promise<Refusal> =>
  request(path, { method: "POST", body }).then(
    () => Promise.reject(new Error("was not refused")),
    (error: unknown) => error as Refusal,
  );

afterEach(() => vi.unstubAllGlobals());

test("a problem becomes a refusal with the sentence in the reader's language", async () => {
  answering(() => Response.json(problem, { status: 409 }));
  const refusal = await refused("/api/v1/bids");
  expect([refusal.code, refusal.status]).toEqual(["BidTooLate", 409]);
  expect(refusal.sentence("zh-CN")).toBe("投标已截止。");
  expect(refusal.sentence("en")).toBe("Bidding has closed.");
  expect(refusal.facts).toEqual({ closed_at: "2018-09-20T09:00:00Z" });
});

test("an answer that is no problem of ours still gets a sentence", async () => {
  answering(() => new Response("<h1>Bad gateway</h1>", { status: 502 }));
  const refusal = await refused("/api/v1/bids");
  expect([refusal.code, refusal.status]).toEqual(["Unexpected", 502]);
  expect(refusal.sentence("en")).toContain("not completed");
});

test("a request that never arrived is retried under the same key, and the next one gets a new key", async () => {
  const done = (): Response => Response.json({});
  const seen = answering(
    () => {
      throw new TypeError("network");
    },
    () => new Response("", { status: 503 }),
    done,
    done,
  );
  expect((await refused("/api/v1/bids", { amount: "1.00" })).code).toBe("NoConnection");
  expect((await refused("/api/v1/bids", { amount: "1.00" })).status).toBe(503);
  await request("/api/v1/bids", { method: "POST", body: { amount: "1.00" } });
  await request("/api/v1/bids", { method: "POST", body: { amount: "1.00" } });
  const [first, second, third, fourth] = keys(seen);
  expect([second, third]).toEqual([first, first]);
  expect(fourth).not.toBe(first);
});

test("the same file sent again after a lost connection carries the same key", async () => {
  const seen = answering(
    () => {
      throw new TypeError("network");
    },
    () => Response.json({ taken: 2 }),
  );
  const file = new File(["a,b"], "needs.csv", { lastModified: 7 });
  await expect(upload("/api/v1/needs/import", file)).rejects.toBeInstanceOf(Refusal);
  await expect(upload("/api/v1/needs/import", file)).resolves.toEqual({ taken: 2 });
  expect(keys(seen)[1]).toBe(keys(seen)[0]);
});

test("an edit names the version it edits, and only a POST carries a key", async () => {
  const seen = answering(() => Response.json({}));
  await request("/api/v1/needs/7", { method: "PUT", body: { title: "x" }, version: 3 });
  expect(seen[0]?.headers.get("If-Match")).toBe('"3"');
  expect(keys(seen)).toEqual([null]);
});

test("empty filters leave the address, lists repeat the name", () => {
  expect(address("/api/v1/needs", { q: "", area: null, category: ["01", "02"], open: true })).toBe(
    "/api/v1/needs?category=01&category=02&open=true",
  );
});

const busy = (seconds: string): Response => new Response("busy", { status: 503, headers: { "Retry-After": seconds } });

test("a busy server that says when to come again is asked again, under the same key", async () => {
  vi.useFakeTimers();
  const puttingOff = [busy("1"), busy("1")] as const;
  const seen = answering(
    () => puttingOff[0],
    () => puttingOff[1],
    () => Response.json({ taken: 1 }),
  );
  const answered = request("/api/v1/bids", { method: "POST", body: { amount: "1.00" } });
  await vi.runAllTimersAsync();
  await expect(answered).resolves.toEqual({ taken: 1 });
  expect(new Set(keys(seen)).size).toBe(1);
  expect(puttingOff.map(({ bodyUsed }) => bodyUsed)).toEqual([true, true]);
  vi.useRealTimers();
});

test("a server that stays busy, or is for long, is not waited for", async () => {
  vi.useFakeTimers();
  for (const [seconds, tries] of [
    ["1", 5],
    ["60", 1],
  ] as const) {
    const seen = answering(...Array.from({ length: 9 }, () => () => busy(seconds)));
    const answered = request("/api/v1/needs").catch((error: unknown) => error);
    await vi.runAllTimersAsync();
    expect([await answered, seen.length]).toEqual([expect.any(Refusal), tries]);
  }
  vi.useRealTimers();
});
