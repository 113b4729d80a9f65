import { describe, expect, it } from "vitest";
import { addTo, moved, placedBefore, tied, wishesFrom, without } from "./groups";

describe("a list of wishes", () => {
  it("takes new ones last and lets go without leaving a gap", () => {
    expect(addTo([[1]], 2)).toEqual([[1], [2]]);
    expect(without([[1], [2], [3]], 2)).toEqual([[1], [3]]);
  });
  it("moves one place at a time, and not beyond the ends", () => {
    expect(moved([[1], [2], [3]], 3, -1)).toEqual([[1], [3], [2]]);
    expect(moved([[1], [2], [3]], 1, 1)).toEqual([[2], [1], [3]]);
    expect(moved([[1], [2]], 1, -1)).toEqual([[1], [2]]);
    expect(moved([[1], [2]], 2, 1)).toEqual([[1], [2]]);
  });
  it("is put before another by dragging, out of a tie too", () => {
    expect(placedBefore([[1], [2], [3]], 3, 1)).toEqual([[3], [1], [2]]);
    expect(placedBefore([[1], [2, 3]], 3, 2)).toEqual([[1], [3], [2]]);
    expect(placedBefore([[1], [2]], 2, 2)).toEqual([[1], [2]]);
  });
  it("begins with the best of a ranking, alike where they share a place", () => {
    const rows = [1, 2, 2, 4].map((place, at) => ({ id: at + 7, place }));
    expect(wishesFrom(rows, 3)).toEqual([[7], [8, 9]]);
  });
  it("ties with the one above, and steps out of a tie", () => {
    expect(tied([[1], [2], [3]], 2)).toEqual([[1, 2], [3]]);
    expect(tied([[1], [2]], 1)).toEqual([[1], [2]]);
    expect(moved([[1, 2], [3]], 2, 1)).toEqual([[1], [2], [3]]);
    expect(moved([[1, 2], [3]], 2, -1)).toEqual([[2], [1], [3]]);
  });
});
