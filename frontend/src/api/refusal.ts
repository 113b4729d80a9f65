/** What the server says when it understood a request and refused it (RFC 9457, with sentences in both languages). */
export type Language = "zh" | "en";
export type Sentences = Record<Language, string>;
/** One reason in one column: the first `rows` in which it holds, and in how many `more`. */
export type RefusedRow = {
  row: number;
  rows?: number[];
  more?: number;
  column: string;
  code: string;
  messages: Sentences;
};
/** What is wrong with one field of a request: "body.budget.amount", called and said in both languages. */
export type FieldProblem = { field: string; code: string; labels: Sentences; messages: Sentences };
export type Problem = {
  status: number;
  code: string;
  messages: Sentences;
  facts?: Record<string, unknown>;
  fields?: FieldProblem[];
  rows?: RefusedRow[];
  more?: number;
};

const NO_CONNECTION: Sentences = {
  zh: "连接不上服务器。请检查网络后重试，您填写的内容不会丢失。",
  en: "The server cannot be reached. Check the connection and try again; nothing you entered is lost.",
};
const NO_SENTENCE: Sentences = {
  zh: "服务器出现意外情况，操作没有完成。请稍后重试；如反复出现，请联系管理员。",
  en: "Something unexpected happened and the request was not completed. Try again later; if it persists, tell the administrator.",
};

export class Refusal extends Error {
  readonly status: number;
  readonly code: string;
  readonly messages: Sentences;
  readonly facts: Record<string, unknown>;
  readonly fields: FieldProblem[];
  readonly rows: RefusedRow[];
  readonly more: number;

  constructor(problem: Problem) {
    super(`${problem.status} ${problem.code}`);
    this.name = "Refusal";
    this.status = problem.status;
    this.code = problem.code;
    this.messages = problem.messages;
    this.facts = problem.facts ?? {};
    this.fields = problem.fields ?? [];
    this.rows = problem.rows ?? [];
    this.more = problem.more ?? 0;
  }

  sentence(language: string): string {
    return this.messages[languageOf(language)];
  }
}

export const languageOf = (tag: string): Language => (tag.startsWith("en") ? "en" : "zh");

export const noConnection = (): Refusal => new Refusal({ status: 0, code: "NoConnection", messages: NO_CONNECTION });

/** Anything that was thrown, as a refusal that can be shown. */
export function refusalOf(error: unknown): Refusal {
  if (error instanceof Refusal) return error;
  return new Refusal({ status: 500, code: "Unexpected", messages: NO_SENTENCE });
}

/** The refusal a response carries; a body that is no problem of ours (a proxy's page) gets a sentence all the same. */
export async function refusalFrom(response: Response): Promise<Refusal> {
  const problem: unknown = await response
    .clone()
    .json()
    .catch(() => null);
  if (!isProblem(problem)) return new Refusal({ status: response.status, code: "Unexpected", messages: NO_SENTENCE });
  return new Refusal({ ...problem, status: response.status });
}

/** What a request was refused with that was carried out later. */
export const refusalIn = (problem: unknown): Refusal | null => (isProblem(problem) ? new Refusal(problem) : null);

function isProblem(value: unknown): value is Problem {
  if (typeof value !== "object" || value === null) return false;
  const { code, messages } = value as Partial<Problem>;
  return typeof code === "string" && typeof messages?.zh === "string" && typeof messages.en === "string";
}
