/** One door for every request: idempotency keys, the server's clock, refusals. Used by both entries. */
import { noConnection, refusalFrom } from "./refusal";

/** Keys of POSTs without an answer yet, by address and body: the same request sent again carries the same key. */
const unanswered = new Map<string, string>();
let serverAhead = 0;

/** The server's time as far as its last answer told it; deadlines are counted from this, not from the visitor's clock. */
export const serverNow = (): Date => new Date(Date.now() + serverAhead);

export async function send(request: Request, named?: string): Promise<Response> {
  const intent = request.method === "POST" ? (named ?? (await intentOf(request))) : null;
  if (intent !== null && !request.headers.has("Idempotency-Key")) {
    request.headers.set("Idempotency-Key", keyOf(intent));
  }
  const response = await fetch(request).catch(() => {
    throw noConnection();
  });
  noteClock(response);
  if (intent !== null && response.status < 500) unanswered.delete(intent);
  if (!response.ok) throw await refusalFrom(response);
  return response;
}

/** 128 random bits as hex; unlike crypto.randomUUID this also works without HTTPS, on an office network. */
export function freshKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function keyOf(intent: string): string {
  const key = unanswered.get(intent) ?? freshKey();
  unanswered.set(intent, key);
  return key;
}

async function intentOf(request: Request): Promise<string> {
  return `${request.url} ${await request.clone().text()}`;
}

function noteClock(response: Response): void {
  const said = Date.parse(response.headers.get("Date") ?? "");
  if (!Number.isNaN(said)) serverAhead = said - Date.now();
}
