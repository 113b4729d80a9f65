/** Requests by address, for what the typed client does not cover: buttons named by the server, files, both entries. */
import { send } from "./send";

export type Query = Record<string, string | number | boolean | readonly string[] | null | undefined>;
type Options = {
  method?: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  query?: Query;
  body?: unknown;
  version?: number | string;
  key?: string;
};

/** The entity tag of a version, as If-Match wants it. */
export const etag = (version: number | string): string => `"${version}"`;

export function address(path: string, query: Query = {}): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    for (const one of Array.isArray(value) ? value : [value]) {
      if (one !== null && one !== undefined && one !== "") search.append(name, String(one));
    }
  }
  return search.size > 0 ? `${path}?${search}` : path;
}

/** JSON in, JSON out (undefined for 204); a File or FormData is sent as it is; throws a Refusal. */
export async function request<T = unknown>(path: string, options: Options = {}): Promise<T> {
  const { method = "GET", query, body, version, key } = options;
  const raw = body instanceof FormData;
  const headers = new Headers({ Accept: "application/json" });
  if (body !== undefined && !raw) headers.set("Content-Type", "application/json");
  if (version !== undefined) headers.set("If-Match", etag(version));
  if (key !== undefined) headers.set("Idempotency-Key", key);
  const response = await send(
    new Request(new URL(address(path, query), location.href), {
      method,
      headers,
      body: raw ? body : body === undefined ? null : JSON.stringify(body),
    }),
    raw ? `${path} ${partsOf(body)}` : undefined,
  );
  return (response.status === 204 ? undefined : await response.json()) as T;
}

/** One file under the form field `upload`, telling how much of it (0 to 1) is on the other side. */
export async function uploadTelling<T>(path: string, file: File, tell: (share: number) => void): Promise<T> {
  const form = new FormData();
  form.set("upload", file);
  const asked = new Request(new URL(path, location.href), { method: "POST", headers: { Accept: "application/json" } });
  return (await (await send(asked, `${path} ${partsOf(form)}`, (sent) => carried(sent, form, tell))).json()) as T;
}

/** By XMLHttpRequest, since `fetch` does not tell how far a body has gone. */
function carried(asked: Request, form: FormData, tell: (share: number) => void): Promise<Response> {
  return new Promise((resolve, reject) => {
    const sent = new XMLHttpRequest();
    sent.open(asked.method, asked.url);
    asked.headers.forEach((value, name) => sent.setRequestHeader(name, value));
    sent.upload.addEventListener("progress", ({ loaded, total }) => tell(total ? loaded / total : 0));
    sent.addEventListener("load", () => {
      const lines = sent.getAllResponseHeaders().trim().split(/\r?\n/);
      const headers = lines.map((line) => line.split(/:\s*(.*)/, 2) as [string, string]);
      resolve(new Response(sent.responseText, { status: sent.status, headers }));
    });
    for (const lost of ["error", "timeout", "abort"]) sent.addEventListener(lost, () => reject(new TypeError(lost)));
    sent.send(form);
  });
}

/** A multipart body differs on each try by its boundary; its parts do not. */
function partsOf(form: FormData): string {
  const parts = [...form].map(([name, part]) =>
    typeof part === "string" ? `${name}=${part}` : `${name}=${part.name}:${part.size}:${part.lastModified}`,
  );
  return parts.join("&");
}

/** One file under the form field `upload`, with further fields beside it. */
export function upload<T = unknown>(path: string, file: File, fields: Record<string, string> = {}): Promise<T> {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.set(name, value);
  form.set("upload", file);
  return request<T>(path, { method: "POST", body: form });
}

/** What is answered where work takes long: it is done in the background and found again among the jobs. */
export type PutOff = { errand_id: number };
export const isPutOff = (answer: unknown): answer is PutOff =>
  typeof answer === "object" && answer !== null && "errand_id" in answer;

/** Asks for a file, posting JSON where there is any, and hands it to the browser under its own name; or it is put off. */
export async function takeFile(path: string, body?: unknown): Promise<PutOff | undefined> {
  const posted = { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) };
  const answer = await send(new Request(new URL(path, location.href), body === undefined ? {} : posted));
  if (answer.status === 202) return (await answer.json()) as PutOff;
  const href = URL.createObjectURL(await answer.blob());
  const link = Object.assign(document.createElement("a"), { href, download: nameOf(answer) });
  link.click();
  URL.revokeObjectURL(href);
  return undefined;
}

/** What the server calls a file: `filename="cards.pdf"`, or in any script `filename*=UTF-8''…` (RFC 6266). */
function nameOf({ headers }: Response): string {
  const said = headers.get("Content-Disposition") ?? "";
  const [, any] = /filename\*=UTF-8''([^;]+)/.exec(said) ?? [];
  const [, plain] = /filename="([^"]*)"/.exec(said) ?? [];
  return any ? decodeURIComponent(any) : (plain ?? "");
}
