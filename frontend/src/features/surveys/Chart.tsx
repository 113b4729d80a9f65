import { useEffect, useRef } from "react";

/** A share of one option with its interval, all between 0 and 1. */
export type Bar = { label: string; share: number; low: number; high: number; words: string };

const LINE = 34; // pixels a bar

/** Bars with their intervals, drawn once what draws them is there: it weighs more than the page. The same stands in words
 * in a table beneath, for whoever does not see them. */
export function Chart({ bars, label }: { bars: readonly Bar[]; label: string }) {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const frame = place.current;
    if (!frame) return;
    let gone = false;
    const drawn = import("./bars").then(({ drawBars }) => (gone ? null : drawBars(frame, bars)));
    return () => {
      gone = true;
      void drawn.then((clear) => clear?.());
    };
  }, [bars]);
  return (
    <div ref={place} className="chart" role="img" aria-label={label} style={{ height: bars.length * LINE + 32 }} />
  );
}
