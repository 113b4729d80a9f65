import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { act, renderHook } from "@testing-library/react";
import { afterEach, expect, test, vi } from "vitest";
import { createElement, type ReactNode } from "react";
import { draftOf, keepDraft } from "../../api/drafts";
import type { components } from "../../api/schema.gen";
import { totalOf, useSheet } from "./useSheet";

type Bid = components["schemas"]["ScoringBidRead"];
const BID = { bid_id: 7, criteria: [{ code: "C1" }, { code: "C2" }], sheet: null } as unknown as Bid;

afterEach(() => {
  localStorage.clear();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const shown = (bid: Bid) =>
  renderHook((given: Bid) => useSheet(1, given), {
    initialProps: bid,
    wrapper: ({ children }: { children: ReactNode }) =>
      createElement(QueryClientProvider, { client: new QueryClient() }, children),
  });

/** The server's answers, one after the other; the bodies that reached it. */
function serving(...answers: (() => Response)[]): unknown[] {
  const bodies: unknown[] = [];
  vi.stubGlobal("fetch", async (sent: Request) => {
    bodies.push(await sent.clone().json());
    const next = answers[Math.min(bodies.length, answers.length) - 1];
    if (!next) throw new TypeError("no line");
    return next();
  });
  return bodies;
}

const lost = (): Response => {
  throw new TypeError("no line");
};
const saved = (): Response => Response.json({ version: 3 });

test("marks add up to the hundredth", () => {
  expect(totalOf({ C1: "0.1", C2: "0.2", C3: "18.50" })).toBe("18.8");
});

test("a mark given while the line is lost is kept, and saved when it is back", async () => {
  vi.useFakeTimers({ shouldAdvanceTime: true });
  const bodies = serving(lost, saved);
  const { result } = shown(BID);
  act(() => result.current.change("C1", "18"));
  await act(() => vi.advanceTimersByTimeAsync(1_000));
  await vi.waitFor(() => expect(result.current.state).toBe("waiting"));
  expect(draftOf("sheet 1 7")).toEqual({ version: 0, body: { C1: "18" } });
  await act(() => vi.advanceTimersByTimeAsync(6_000));
  await vi.waitFor(() => expect(result.current.state).toBe("saved"));
  expect(bodies.at(-1)).toEqual({ marks: { C1: "18" } });
  expect(draftOf("sheet 1 7")).toBeNull();
});

test("what was not saved yet is there when the page comes back", () => {
  keepDraft("sheet 1 7", { version: 0, body: { C2: "9" } });
  const { result } = shown(BID);
  expect(result.current.marks).toEqual({ C2: "9" });
  expect(result.current.missing.map(({ code }) => code)).toEqual(["C1"]);
});

const LATER = { ...BID, sheet: { version: 5, marks: { C1: "12" } } } as unknown as Bid;

test("marks begun before the sheet was changed elsewhere are not put over it unasked", async () => {
  vi.useFakeTimers({ shouldAdvanceTime: true });
  const bodies = serving(saved);
  keepDraft("sheet 1 7", { version: 4, body: { C1: "18" } });
  const { result } = shown(LATER);
  await act(() => vi.advanceTimersByTimeAsync(6_000));
  expect([result.current.state, bodies]).toEqual(["stale", []]);
  act(() => result.current.giveUp());
  expect([result.current.marks, draftOf("sheet 1 7")]).toEqual([{ C1: "12" }, null]);
});

test("a sheet changed elsewhere meanwhile asks which shall stand, and the judge's own can be insisted on", async () => {
  vi.useFakeTimers({ shouldAdvanceTime: true });
  const outdated = (): Response => Response.json({ status: 412, code: "VersionOutdated" }, { status: 412 });
  const bodies = serving(outdated, saved);
  const { result, rerender } = shown(BID);
  act(() => result.current.change("C1", "18"));
  await act(() => vi.advanceTimersByTimeAsync(1_000));
  await vi.waitFor(() => expect(result.current.state).toBe("stale"));
  rerender(LATER);
  act(() => result.current.insist());
  await vi.waitFor(() => expect(result.current.state).toBe("saved"));
  expect(bodies).toEqual([{ marks: { C1: "18" } }, { marks: { C1: "18" } }]);
});
