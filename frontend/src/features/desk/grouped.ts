import type { components } from "../../api/schema.gen";

export type Waiting = components["schemas"]["WaitingRead"];
export const GROUPS = ["overdue", "week", "later", "undated"] as const;
export type Group = (typeof GROUPS)[number];

const DAY = 86_400_000;
const WEEK = 7 * DAY;

export const daysLate = (due: string, at: string): number =>
  Math.floor((new Date(at).getTime() - new Date(due).getTime()) / DAY);

function groupOf({ due_at }: Waiting, at: string): Group {
  if (due_at === null) return "undated";
  const left = new Date(due_at).getTime() - new Date(at).getTime();
  if (left <= 0) return "overdue";
  return left <= WEEK ? "week" : "later";
}

/** What waits, by urgency at the server's clock; the order within a group is the server's. */
export function grouped(items: readonly Waiting[], at: string): Record<Group, Waiting[]> {
  const groups: Record<Group, Waiting[]> = { overdue: [], week: [], later: [], undated: [] };
  for (const item of items) groups[groupOf(item, at)].push(item);
  return groups;
}
