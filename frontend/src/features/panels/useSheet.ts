import { useCallback, useEffect, useRef, useState } from "react";
import { api, ifMatch } from "../../api/client";
import { keep, kept } from "../../api/kept";
import { refusalOf } from "../../api/refusal";
import type { components } from "../../api/schema.gen";

type Bid = components["schemas"]["ScoringBidRead"];
export type Marks = Readonly<Record<string, string>>;
export type Saving = "saved" | "saving" | "waiting" | "refused";

const PAUSE = 800;
const AGAIN = 5_000;

/** The sum of marks given as decimal text, to the hundredth, without passing through a float. */
export const totalOf = (marks: Marks): string => {
  const cents = Object.values(marks).reduce((sum, mark) => sum + Math.round(Number(mark) * 100), 0);
  return String(cents / 100);
};

/**
 * A judge's own sheet: kept in the browser with every change, saved after a short pause, and again while the line is
 * lost; what was kept and not yet saved is there when the page comes back.
 */
export function useSheet(tenderId: number, bid: Bid) {
  const name = `sheet ${tenderId} ${bid.bid_id}`;
  const [marks, setMarks] = useState<Marks>(() => begun(name) ?? bid.sheet?.marks ?? {});
  const [state, setState] = useState<Saving>("saved");
  const [error, setError] = useState<unknown>(null);
  const version = useRef(bid.sheet?.version ?? 0);
  const latest = useRef(marks);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);

  const saveNow = useCallback(async (): Promise<void> => {
    clearTimeout(timer.current);
    if (kept(name) === null) return;
    const sent = latest.current;
    setState("saving");
    try {
      const { data } = await api.PUT("/api/v1/panels/{tender_id}/bids/{bid_id}/sheet", {
        params: { path: { tender_id: tenderId, bid_id: bid.bid_id }, header: ifMatch(version.current) },
        body: { marks: sent },
      });
      version.current = data?.version ?? version.current;
      setError(null);
      if (latest.current === sent) keep(name, null);
      setState("saved");
    } catch (thrown) {
      const refusal = refusalOf(thrown);
      if (refusal.status > 0 && refusal.status < 500) {
        setError(refusal);
        setState("refused");
        return;
      }
      setState("waiting");
    }
  }, [bid.bid_id, name, tenderId]);

  const change = (code: string, mark: string | null): void => {
    const { [code]: _, ...others } = latest.current;
    latest.current = mark === null ? others : { ...others, [code]: mark };
    setMarks(latest.current);
    keep(name, JSON.stringify(latest.current));
    clearTimeout(timer.current);
    timer.current = setTimeout(() => void saveNow(), PAUSE);
  };

  useEffect(() => {
    if (state !== "waiting") return;
    const again = setTimeout(() => void saveNow(), AGAIN);
    return () => clearTimeout(again);
  }, [state, saveNow]);

  useEffect(() => {
    if (kept(name) !== null) timer.current = setTimeout(() => void saveNow(), PAUSE);
    return () => clearTimeout(timer.current);
  }, [name, saveNow]);

  const missing = bid.criteria.filter(({ code }) => marks[code] === undefined);
  return { marks, change, total: totalOf(marks), state, error, missing, saveNow };
}

function begun(name: string): Marks | null {
  try {
    return JSON.parse(kept(name) ?? "null") as Marks | null;
  } catch {
    return null;
  }
}
