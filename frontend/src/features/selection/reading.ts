/** What the eye should meet first in a ranking: the reasons that count, and how far a row moved. */
import type { components } from "../../api/schema.gen";

export type Reason = components["schemas"]["ExplanationRead"];
type Placed = { id: number; place: number };

/** Points of 100 that a criterion brings, and those it could have brought. */
export const gained = (reason: Reason): number => 100 * Number(reason.contribution);
export const missed = (reason: Reason): number =>
  reason.value === null ? 0 : 100 * (Number(reason.weight) - Number(reason.contribution));

const WORTH_TELLING = 3;

/** The two reasons that bring most and the one that costs most; a third that brings, where nothing costs much. */
export function telling(reasons: readonly Reason[]): { speaks: Reason[]; against: Reason | null } {
  const comparable = reasons.filter(({ value }) => value !== null);
  const worst = ordered(comparable, missed)[0];
  const against = worst && missed(worst) >= WORTH_TELLING ? worst : null;
  const helpful = comparable.filter((reason) => reason !== against && gained(reason) >= WORTH_TELLING);
  return { speaks: ordered(helpful, gained).slice(0, against ? 2 : 3), against };
}

const ordered = (reasons: readonly Reason[], by: (reason: Reason) => number): Reason[] =>
  [...reasons].sort((one, other) => by(other) - by(one));

export type Move = { kind: "up" | "down"; by: number } | { kind: "new" } | { kind: "stays" };

/** Against the published ranking; a row that was not among those shown is new. */
export function moveOf(published: readonly Placed[], row: Placed): Move {
  const before = published.find(({ id }) => id === row.id);
  if (!before) return { kind: "new" };
  const by = before.place - row.place;
  if (by === 0) return { kind: "stays" };
  return by > 0 ? { kind: "up", by } : { kind: "down", by: -by };
}

export function moves(
  published: readonly Placed[],
  tried: readonly Placed[],
): { up: number; down: number; entered: number; left: number } {
  const kinds = tried.map((row) => moveOf(published, row).kind);
  const counted = (kind: Move["kind"]): number => kinds.filter((each) => each === kind).length;
  const left = published.filter(({ id }) => tried.every((row) => row.id !== id)).length;
  return { up: counted("up"), down: counted("down"), entered: counted("new"), left };
}

/** A score of 100 points, to the last digit that places are told apart by. */
export const pointsOf = (score: string | number): string => (100 * Number(score)).toFixed(2);

/** Whether somebody else stands at the same place. */
export const isShared = (rows: readonly Placed[], row: Placed): boolean =>
  rows.some(({ id, place }) => id !== row.id && place === row.place);

/** A share of the 200 draws as whole per cent; halves are kept where rounding would make "all" or "none" of it. */
export function percentOf(share: string): string {
  const exact = 100 * Number(share);
  const atTheEnds = (exact < 1 || exact > 99) && !Number.isInteger(exact);
  return `${atTheEnds ? exact.toFixed(1) : Math.round(exact)}%`;
}

export type Firmness = "both" | "not_first" | "neither";

export const firmnessOf = ({ first, top_five }: { first: string; top_five: string }): Firmness =>
  Number(first) > 0 ? "both" : Number(top_five) > 0 ? "not_first" : "neither";
