import { act, renderHook } from "@testing-library/react";
import { afterEach, expect, test, vi } from "vitest";
import type { components } from "../../api/schema.gen";
import { totalOf, useSheet } from "./useSheet";

type Bid = components["schemas"]["ScoringBidRead"];
const BID = { bid_id: 7, criteria: [{ code: "C1" }, { code: "C2" }], sheet: null } as unknown as Bid;

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
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
  const { result } = renderHook(() => useSheet(1, BID));
  act(() => result.current.change("C1", "18"));
  await act(() => vi.advanceTimersByTimeAsync(1_000));
  await vi.waitFor(() => expect(result.current.state).toBe("waiting"));
  expect(localStorage.getItem("sheet 1 7")).toBe('{"C1":"18"}');
  await act(() => vi.advanceTimersByTimeAsync(6_000));
  await vi.waitFor(() => expect(result.current.state).toBe("saved"));
  expect(bodies.at(-1)).toEqual({ marks: { C1: "18" } });
  expect(localStorage.getItem("sheet 1 7")).toBeNull();
});

test("what was not saved yet is there when the page comes back", () => {
  localStorage.setItem("sheet 1 7", '{"C2":"9"}');
  const { result } = renderHook(() => useSheet(1, BID));
  expect(result.current.marks).toEqual({ C2: "9" });
  expect(result.current.missing.map(({ code }) => code)).toEqual(["C1"]);
});
