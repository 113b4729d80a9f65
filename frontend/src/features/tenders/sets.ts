/** The bids of a lot's award sets as the rows of one table. */
import type { components } from "../../api/schema.gen";

type AwardSet = components["schemas"]["AwardSet"];
type Bid = components["schemas"]["ComparedBid"];

export type BidRow = {
  bid: Bid;
  /** Per set, in its order, what the set gives the bid; nothing where it does not award it. */
  amounts: (Bid["amount"] | undefined)[];
  /** Whether the sets disagree about this bid. */
  differs: boolean;
};

/** Every bid that some set awards, by place. */
export function bidRows(sets: readonly AwardSet[]): BidRow[] {
  const bids = new Map(sets.flatMap((set) => set.bids).map((bid) => [bid.bid, bid]));
  const rows = [...bids.values()].map((bid) => {
    const amounts = sets.map((set) => set.bids.find((each) => each.bid === bid.bid)?.amount);
    return { bid, amounts, differs: amounts.some((amount) => amount === undefined) };
  });
  return rows.sort((one, other) => one.bid.place - other.bid.place || one.bid.bid.localeCompare(other.bid.bid));
}

/** Whether a set does what the decision (the first set) does not: awards the bid, or does not. */
export function unlike({ amounts }: BidRow, number: number): "gained" | "lost" | null {
  const [decided, here] = [amounts[0] !== undefined, amounts[number] !== undefined];
  if (decided === here) return null;
  return here ? "gained" : "lost";
}

/** "3.2000" → "3.2": points are decimal text and stay so. */
export const pointsText = (points: string): string => (points.includes(".") ? points.replace(/\.?0+$/, "") : points);

/** One's own bids first, the rest by place. */
export const ownFirst = <Row extends { is_own: boolean; place: number }>(rows: readonly Row[]): Row[] =>
  [...rows].sort((one, other) => Number(other.is_own) - Number(one.is_own) || one.place - other.place);
