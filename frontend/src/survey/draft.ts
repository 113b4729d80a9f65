/**
 * What a resident has filled in, kept on the phone until it is sent. Once sending has begun the very same bytes are
 * sent again under the same key until the server answers, so a lost answer never makes a second response.
 */
import type { Answering } from "./answering";
import { keep, kept } from "../api/kept";
import type { Entered } from "../questionnaire/answers";

export type Letter = { key: string; body: { answers: unknown; seconds: number } };
export type Draft = { entered: Entered; seconds: number; letter?: Letter };

const nameOf = (token: string): string => `survey:${token}`;

export function readDraft(token: string): Draft {
  try {
    const draft = JSON.parse(kept(nameOf(token)) ?? "{}") as Partial<Draft>;
    return { entered: draft.entered ?? {}, seconds: draft.seconds ?? 0, ...(draft.letter && { letter: draft.letter }) };
  } catch {
    return { entered: {}, seconds: 0 };
  }
}

export const keepDraft = (token: string, draft: Draft): void => keep(nameOf(token), JSON.stringify(draft));
export const dropDraft = (token: string): void => keep(nameOf(token), null);

/** What the page of thanks says; kept for this visit alone, since a code opens the answers. */
export type Sent = { code: string; demonstration: boolean; closes_at: string | null; purpose: Answering["purpose"] };

export function readSent(token: string): Sent | null {
  return JSON.parse(sessionStorage.getItem(`sent:${token}`) ?? "null") as Sent | null;
}

export function keepSent(token: string, sent: Sent): void {
  sessionStorage.setItem(`sent:${token}`, JSON.stringify(sent));
  keep(`answered:${token}`, "yes");
}

/** Whether an answer to this link has gone out from this phone before. */
export const hasAnswered = (token: string): boolean => kept(`answered:${token}`) !== null;
