/** Work begun in this browser and not sent yet: apart for every account, since several people share a computer. */
import { forget, keep, kept } from "./kept";

/** `version` is that of the thing as it was when the work began; 0 for something new. */
export type Draft<Body> = { version: number; body: Body };

const whose = { account: "nobody" };

const nameOf = (name: string): string => `draft ${whose.account} ${name}`;

/** From now on drafts are those of this account. */
export function keepDraftsFor(account: number | null | undefined): void {
  whose.account = String(account ?? "nobody");
}

export function draftOf<Body>(name: string): Draft<Body> | null {
  try {
    return JSON.parse(kept(nameOf(name)) ?? "null") as Draft<Body> | null;
  } catch {
    return null;
  }
}

export const keepDraft = <Body>(name: string, draft: Draft<Body> | null): void =>
  keep(nameOf(name), draft && JSON.stringify(draft));

/** Who signs out leaves nothing behind for the next at this computer. */
export const forgetDrafts = (): void => forget(nameOf(""));
