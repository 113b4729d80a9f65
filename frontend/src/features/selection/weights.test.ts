import { expect, test } from "vitest";
import { CRITERIA, fromAddress, inAddress, rebalanced, type Shares, sharesFrom, slid, still, written } from "./weights";

const PUBLISHED: Shares = {
  text: 27,
  category: 33,
  population: 20,
  coverage: 5,
  budget: 5,
  time: 3,
  capacity: 4,
  rating: 3,
};
const total = (shares: Shares): number => CRITERIA.reduce((all, criterion) => all + shares[criterion], 0);

test("weights are read from and written as decimal shares that make one", () => {
  const wire = {
    text: "0.27",
    category: "0.33",
    population: "0.20",
    coverage: "0.05",
    budget: "0.05",
    time: "0.03",
    capacity: "0.04",
    rating: "0.03",
  };
  expect(sharesFrom(wire)).toEqual(PUBLISHED);
  expect(written(PUBLISHED)).toEqual(wire);
});

test("weights published in thirds and eighths still make 100 in whole per cent", () => {
  const eighths = Object.fromEntries(CRITERIA.map((criterion) => [criterion, "0.125"])) as Record<
    (typeof CRITERIA)[number],
    string
  >;
  expect(Object.values(sharesFrom(eighths))).toEqual([13, 13, 13, 13, 12, 12, 12, 12]);
});

test("weights share the rest in proportion when one is moved", () => {
  expect(rebalanced(PUBLISHED, "text", 65)).toEqual({
    text: 65,
    category: 16,
    population: 10,
    coverage: 2,
    budget: 2,
    time: 2,
    capacity: 2,
    rating: 1,
  });
});

test("weights make 100 wherever any of them is put", () => {
  const totals = CRITERIA.flatMap((criterion) =>
    Array.from({ length: 101 }, (_, value) => total(rebalanced(PUBLISHED, criterion, value))),
  );
  expect(new Set(totals)).toEqual(new Set([100]));
});

test("weights cannot leave 0 to 100", () => {
  expect(rebalanced(PUBLISHED, "text", 140).text).toBe(100);
  expect(rebalanced(PUBLISHED, "text", -3).text).toBe(0);
});

test("weights share alike when all the others stand at nothing", () => {
  const alone = rebalanced(PUBLISHED, "rating", 100);
  expect(rebalanced(alone, "rating", 30)).toEqual({
    text: 10,
    category: 10,
    population: 10,
    coverage: 10,
    budget: 10,
    time: 10,
    capacity: 10,
    rating: 30,
  });
});

test("weights come back when a slider is pushed to the end and back", () => {
  const there = slid(still(PUBLISHED), "budget", 100);
  expect(slid(there, "budget", 5).shares).toEqual(PUBLISHED);
});

test("weights go on from where they stand when another slider is taken", () => {
  const first = slid(still(PUBLISHED), "budget", 25).shares;
  expect(slid(slid(still(PUBLISHED), "budget", 25), "time", 10).shares).toEqual(rebalanced(first, "time", 10));
});

test("weights travel in the address", () => {
  expect(inAddress(PUBLISHED)).toBe("27-33-20-5-5-3-4-3");
  expect(fromAddress("27-33-20-5-5-3-4-3")).toEqual(PUBLISHED);
});

test.each([undefined, "", "100", "27-33-20-5-5-3-4-4", "27-33-20-5-5-3-4-x", "130--30-0-0-0-0-0-0"])(
  "weights are not taken from %s",
  (text) => {
    expect(fromAddress(text)).toBeNull();
  },
);
