import { describe, expect, it } from "vitest";
import { addressOf, askOf, isTried, type Tried, triedIn } from "./tryOut";

const UNTRIED: Tried = { shares: null, budget: null, without: [] };
const TRIED: Tried = {
  shares: { text: 90, category: 10, population: 0, coverage: 0, budget: 0, time: 0, capacity: 0, rating: 0 },
  budget: "12000.50",
  without: ["coverage", "dates"],
};

describe("a try-out", () => {
  it("asks for the published ranking as long as nothing is tried", () => {
    expect(isTried(UNTRIED)).toBe(false);
    expect(askOf(UNTRIED, null)).toEqual({ without: [] });
  });

  it("asks with decimal weights, the other budget, the conditions left out and the one in question", () => {
    expect(askOf(TRIED, 57)).toEqual({
      weights: {
        text: "0.90",
        category: "0.10",
        population: "0.00",
        coverage: "0.00",
        budget: "0.00",
        time: "0.00",
        capacity: "0.00",
        rating: "0.00",
      },
      budget: "12000.50",
      without: ["coverage", "dates"],
      about: 57,
    });
  });

  it("is the same after travelling in an address", () => {
    expect(addressOf(TRIED)).toEqual({ weights: "90-10-0-0-0-0-0-0", budget: "12000.50", without: "coverage.dates" });
    expect(triedIn(addressOf(TRIED))).toEqual(TRIED);
    expect(triedIn(addressOf(UNTRIED))).toEqual(UNTRIED);
  });

  it("is taken from a number that somebody typed into the address", () => {
    expect(triedIn({ budget: 5000 }).budget).toBe("5000");
  });

  it.each([
    { weights: "1-2-3" },
    { budget: "-5" },
    { budget: "1.234" },
    { budget: "lots" },
    { without: "everything" },
    { weights: ["a"], budget: {}, without: 7 },
  ])("ignores what an address garbles: %o", (address) => {
    expect(triedIn(address)).toEqual(UNTRIED);
  });
});
