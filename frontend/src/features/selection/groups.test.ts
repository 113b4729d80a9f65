import { describe, expect, it } from "vitest";
import { addTo, moved, tied, without } from "./groups";

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
  it("ties with the one above, and steps out of a tie", () => {
    expect(tied([[1], [2], [3]], 2)).toEqual([[1, 2], [3]]);
    expect(tied([[1], [2]], 1)).toEqual([[1], [2]]);
    expect(moved([[1, 2], [3]], 2, 1)).toEqual([[1], [2], [3]]);
    expect(moved([[1, 2], [3]], 2, -1)).toEqual([[2], [1], [3]]);
  });
});
