import { expect, test } from "vitest";
import type { components } from "../../api/schema.gen";
import { bidRows } from "./sets";

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
