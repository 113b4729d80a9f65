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
  return rows.toSorted((one, other) => one.bid.place - other.bid.place || one.bid.bid.localeCompare(other.bid.bid));
}
