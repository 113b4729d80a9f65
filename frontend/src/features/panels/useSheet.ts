import { useCallback, useState } from "react";
import { api, ifMatch } from "../../api/client";
import type { components } from "../../api/schema.gen";
import { useAutosave } from "../../ui/form/useAutosave";

type Bid = components["schemas"]["ScoringBidRead"];
export type Marks = Readonly<Record<string, string>>;

/** The sum of marks given as decimal text, to the hundredth, without passing through a float. */
export const totalOf = (marks: Marks): string => {
  const cents = Object.values(marks).reduce((sum, mark) => sum + Math.round(Number(mark) * 100), 0);
  return String(cents / 100);
};

/** A judge's own sheet, saved as one goes; `missing`: the criteria without a mark. */
export function useSheet(tenderId: number, bid: Bid) {
  const save = useCallback(
    async (given: Marks, version: number): Promise<number> => {
      const { data } = await api.PUT("/api/v1/panels/{tender_id}/bids/{bid_id}/sheet", {
        params: { path: { tender_id: tenderId, bid_id: bid.bid_id }, header: ifMatch(version) },
        body: { marks: given },
      });
      return data?.version ?? version;
    },
    [bid.bid_id, tenderId],
  );
  const saving = useAutosave<Marks>(`sheet ${tenderId} ${bid.bid_id}`, bid.sheet?.version ?? 0, save);
  const [marks, setMarks] = useState<Marks>(saving.begun?.body ?? bid.sheet?.marks ?? {});
  const change = (code: string, mark: string | null): void => {
    const { [code]: _, ...others } = marks;
    const next = mark === null ? others : { ...others, [code]: mark };
    setMarks(next);
    saving.change(next);
  };
  const giveUp = (): void => {
    saving.giveUp();
    setMarks(bid.sheet?.marks ?? {});
  };
  const missing = bid.criteria.filter(({ code }) => marks[code] === undefined);
  return { ...saving, giveUp, marks, change, total: totalOf(marks), missing };
}
