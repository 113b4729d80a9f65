import { describe, expect, it } from "vitest";
import { firmnessOf, isShared, moveOf, moves, percentOf, pointsOf, type Reason, telling } from "./reading";

const reason = (criterion: string, value: string | null, weight: string, contribution: string): Reason => ({
  criterion,
  value,
  weight,
  contribution,
  code: "",
  facts: {},
});
const names = (reasons: readonly Reason[]): string[] => reasons.map(({ criterion }) => criterion);

describe("places and scores", () => {
  it("are told apart by every digit that is shown", () => {
    expect([pointsOf("0.6549"), pointsOf("0.6550"), pointsOf(1)]).toEqual(["65.49", "65.50", "100.00"]);
  });

  it("say where a place is shared", () => {
    const rows = [1, 2, 2].map((place, id) => ({ id, place }));
    expect(rows.map((row) => isShared(rows, row))).toEqual([false, true, true]);
  });
});

describe("the reasons that count", () => {
  it("are the two that bring most and the one that costs most", () => {
    const { speaks, against } = telling([
      reason("text", "0.4", "0.32", "0.13"),
      reason("category", "0.9", "0.37", "0.34"),
      reason("population", "1", "0.16", "0.16"),
      reason("budget", "1", "0.05", "0.05"),
    ]);
    expect(names(speaks)).toEqual(["category", "population"]);
    expect(against?.criterion).toBe("text");
  });

  it("are three that bring where nothing costs much", () => {
    const { speaks, against } = telling([
      reason("text", "0.97", "0.3", "0.291"),
      reason("category", "1", "0.4", "0.4"),
      reason("population", "1", "0.2", "0.2"),
      reason("budget", "1", "0.1", "0.1"),
    ]);
    expect(names(speaks)).toEqual(["category", "text", "population"]);
    expect(against).toBeNull();
  });

  it("leave out what could not be compared", () => {
    expect(telling([reason("rating", null, "0", "0")])).toEqual({ speaks: [], against: null });
  });
});

describe("a try-out against the published ranking", () => {
  const published = [
    { id: 1, place: 1 },
    { id: 2, place: 2 },
    { id: 3, place: 3 },
  ];

  it("tells of each row how far it moved", () => {
    expect(moveOf(published, { id: 3, place: 1 })).toEqual({ kind: "up", by: 2 });
    expect(moveOf(published, { id: 1, place: 2 })).toEqual({ kind: "down", by: 1 });
    expect(moveOf(published, { id: 2, place: 2 })).toEqual({ kind: "stays" });
    expect(moveOf(published, { id: 9, place: 1 })).toEqual({ kind: "new" });
  });

  it("is summed up, with those that dropped out", () => {
    const tried = [
      { id: 3, place: 1 },
      { id: 1, place: 2 },
      { id: 9, place: 3 },
    ];
    expect(moves(published, tried)).toEqual({ up: 1, down: 1, entered: 1, left: 1 });
  });
});

describe("robustness in words", () => {
  it.each([
    ["0.785", "79%"],
    ["1.000", "100%"],
    ["0.995", "99.5%"],
    ["0.000", "0%"],
    ["0.005", "0.5%"],
  ])("writes %s as %s", (share, text) => {
    expect(percentOf(share)).toBe(text);
  });

  it("tells never first from never among five", () => {
    expect(firmnessOf({ first: "0.010", top_five: "1.000" })).toBe("both");
    expect(firmnessOf({ first: "0.000", top_five: "0.010" })).toBe("not_first");
    expect(firmnessOf({ first: "0.000", top_five: "0.000" })).toBe("neither");
  });
});
