/** What figures of fairness say in words, and how careful one should be with them. */
import type { components } from "../../api/schema.gen";

export type Fairness = components["schemas"]["FairnessRead"];
export type Tally = Fairness["needs"];

/** Shares this close are called alike: ten per cent of ten members is one member. */
const ALIKE = 0.1;

export type Verdict = "too_few" | "alike" | "small_behind" | "large_behind" | "one_size";

/** Small organisations against large ones. */
export function verdictOn(report: Fairness): {
  verdict: Verdict;
  small: Tally | null;
  large: Tally | null;
  gap: number;
} {
  const of = (size: "small" | "large"): Tally | null =>
    report.by_size.find((each) => each.size === size)?.tally ?? null;
  const [small, large] = [of("small"), of("large")];
  if (!small || !large) return { verdict: "one_size", small, large, gap: 0 };
  const gap = Number(large.share ?? 0) - Number(small.share ?? 0);
  if (small.few || large.few) return { verdict: "too_few", small, large, gap };
  if (Math.abs(gap) < ALIKE) return { verdict: "alike", small, large, gap };
  return { verdict: gap > 0 ? "small_behind" : "large_behind", small, large, gap };
}

/** More places than needs: how many of the places can be taken at most, as a share; null where needs are not scarcer. */
export function mostTaken({ needs, offers }: Fairness): number | null {
  return offers.places > needs.members ? needs.members / offers.places : null;
}

export const sharePercent = (share: string | number | null): string =>
  share === null ? "—" : `${Math.round(100 * Number(share))}%`;
