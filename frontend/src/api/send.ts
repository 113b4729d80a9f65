/** One door for every request: idempotency keys, the server's clock, refusals. Used by both entries. */
import { noConnection, refusalFrom } from "./refusal";

/** Keys of POSTs without an answer yet, by address and body: the same request sent again carries the same key. */
const unanswered = new Map<string, string>();
let serverAhead = 0;
/** How often a busy server is asked again, and for how many seconds it may put us off. */
const PATIENCE = 4;
const LONGEST_WAIT = 5;

/** The server's time as far as its last answer told it; deadlines are counted from this, not from the visitor's clock. */
export const serverNow = (): Date => new Date(Date.now() + serverAhead);

/** What carries a request to the server; rejects where the line is down. */
export type Carry = (request: Request) => Promise<Response>;

export async function send(request: Request, named?: string, carry: Carry = (sent) => fetch(sent)): Promise<Response> {
  const intent = request.method === "POST" ? (named ?? (await intentOf(request))) : null;
  if (intent !== null && !request.headers.has("Idempotency-Key")) {
    request.headers.set("Idempotency-Key", keyOf(intent));
  }
  const response = await patiently(request, carry);
  noteClock(response);
  if (intent !== null && response.status < 500) unanswered.delete(intent);
  if (!response.ok) throw await refusalFrom(response);
  return response;
}

/** A server under load says when to come again (503, Retry-After) and has changed nothing: it is asked again. */
async function patiently(request: Request, carry: Carry): Promise<Response> {
  for (let tries = 1; ; tries++) {
    const response = await carry(request.clone()).catch(() => {
      throw noConnection();
    });
    const seconds = Number(response.headers.get("Retry-After") ?? Number.NaN);
    if (response.status !== 503 || !(seconds <= LONGEST_WAIT) || tries > PATIENCE) return response;
    await response.text(); // unread, an answer holds its connection, of which a browser has six
    await new Promise((resume) => setTimeout(resume, (seconds + Math.random()) * 1000));
  }
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
