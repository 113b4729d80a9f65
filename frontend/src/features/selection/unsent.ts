/** A list of wishes that was changed and not handed in yet: kept in this browser, on the list that it was begun on. */
import { draftOf, keepDraft } from "../../api/drafts";
import type { components } from "../../api/schema.gen";
import type { Groups } from "./groups";

export type Own = components["schemas"]["PreferencesRead"];
export type Written = { groups: Groups; places: number };

const nameOf = (round_id: number, { side, subject_id }: Own): string => `wishes ${round_id} ${side} ${subject_id}`;
const versionOf = ({ submitted_at }: Own): number => (submitted_at ? Date.parse(submitted_at) : 0);

/** What was written; `isStale` where another list was handed in since. */
export function unsentOf(round_id: number, of: Own): (Written & { isStale: boolean }) | null {
  const found = draftOf<Written>(nameOf(round_id, of));
  return found && { ...found.body, isStale: found.version !== versionOf(of) };
}

export const keepUnsent = (round_id: number, of: Own, { groups, places }: Written): void =>
  keepDraft(nameOf(round_id, of), { version: versionOf(of), body: { groups, places } });

export const forgetUnsent = (round_id: number, of: Own): void => keepDraft(nameOf(round_id, of), null);
