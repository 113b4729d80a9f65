import { expect, test } from "vitest";
import type { components } from "../../api/schema.gen";
import { bidRows, ownFirst, pointsText, unlike } from "./sets";

type AwardSet = components["schemas"]["AwardSet"];

const set = (...bids: [string, number, string][]): AwardSet =>
  ({ bids: bids.map(([bid, place, amount]) => ({ bid, place, amount: { amount, currency: "CNY" } })) }) as AwardSet;

test("every bid that some set awards stands once, by place, with what each set gives it", () => {
  const rows = bidRows([set(["B2", 1, "10.00"], ["B9", 3, "5.00"]), set(["B2", 1, "8.00"], ["B4", 2, "7.00"])]);
  expect(rows.map((row) => [row.bid.bid, row.amounts.map((amount) => amount?.amount), row.differs])).toEqual([
    ["B2", ["10.00", "8.00"], false],
    ["B4", [undefined, "7.00"], true],
    ["B9", ["5.00", undefined], true],
  ]);
});

test("sets that award nothing make no rows", () => {
  expect(bidRows([set(), set()])).toEqual([]);
});

test("a set that does not do what the decision does says which way", () => {
  const rows = bidRows([set(["B2", 1, "10.00"], ["B9", 3, "5.00"]), set(["B2", 1, "8.00"], ["B4", 2, "7.00"])]);
  expect(rows.map((row) => [unlike(row, 0), unlike(row, 1)])).toEqual([
    [null, null],
    [null, "gained"],
    [null, "lost"],
  ]);
});

test.each([
  ["3.2000", "3.2"],
  ["12.0000", "12"],
  ["0.0001", "0.0001"],
  ["100", "100"],
])("%s points are written %s", (points, text) => {
  expect(pointsText(points)).toBe(text);
});

test("one's own losers come first, the rest by place", () => {
  const rows = [
    { bid: "B4", place: 4, is_own: false },
    { bid: "B9", place: 9, is_own: true },
    { bid: "B2", place: 2, is_own: false },
  ];
  expect(ownFirst(rows).map(({ bid }) => bid)).toEqual(["B9", "B2", "B4"]);
});
