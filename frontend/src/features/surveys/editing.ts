/** A questionnaire under the pen: its questions moved, copied and reworded. Pure; what is sound, the server says. */
import { type Language, refusalOf } from "../../api/refusal";
import type { components } from "../../api/schema.gen";

export type Definition = components["schemas"]["SurveyDefinition"];
export type Question = components["schemas"]["Question"];
export type Piece = Pick<components["schemas"]["Option"], "name" | "label" | "votes_for">;
type Category = Pick<components["schemas"]["CategoryRead"], "code" | "label_zh" | "label_en" | "parent_code">;

/** What a question may be; "scale" is a single choice whose options run from low to high. */
export const KINDS = [
  "single",
  "multi",
  "scale",
  "ranking",
  "rating_matrix",
  "number",
  "date",
  "open",
  "note",
] as const;
export type Kind = (typeof KINDS)[number];
export const kindOf = (question: Question): Kind => (question.scale ? "scale" : question.type);

const SCALE = [
  ["很不满意", "Very dissatisfied"],
  ["不满意", "Dissatisfied"],
  ["一般", "Neutral"],
  ["满意", "Satisfied"],
  ["很满意", "Very satisfied"],
] as const;
const label = (zh: string, en = ""): { zh: string; en: string } => ({ zh, en });
const scale = (): Piece[] => SCALE.map(([zh, en], at) => ({ name: String(at + 1), label: label(zh, en) }));

function freshName(questions: readonly Question[]): string {
  const taken = new Set(questions.flatMap(({ name }) => name));
  let number = questions.length + 1;
  while (taken.has(`Q${number}`)) number += 1;
  return `Q${number}`;
}

/** The question as another kind: what this kind does not have is left out, what it needs is there. */
export function asKind(question: Question, kind: Kind): Question {
  const { name, label: words, hint, required, shown_if, sensitive } = question;
  const isChosen = kind === "single" || kind === "multi" || kind === "ranking";
  const options = isChosen ? question.options : kind === "scale" || kind === "rating_matrix" ? scale() : [];
  return {
    type: kind === "scale" ? "single" : kind,
    name,
    label: words,
    ...(hint && { hint }),
    ...(shown_if && { shown_if }),
    required: kind !== "note" && required,
    options,
    rows: kind === "rating_matrix" ? question.rows : [],
    scale: kind === "scale",
    whole: kind === "number",
    sensitive,
    public: kind !== "open" && kind !== "note",
  };
}

export function freshQuestion(questions: readonly Question[]): Question {
  const plain = { type: "single", name: freshName(questions), label: label(""), required: false } as const;
  return { ...plain, options: [], rows: [], scale: false, whole: false, sensitive: "none", public: true };
}

/** A first questionnaire: which services residents want most, each option speaking for a category that needs rest on. */
export function firstDefinition(title: string, categories: readonly Category[]): Definition {
  const options = categories
    .filter(({ parent_code }) => !parent_code)
    .map(({ code, label_zh, label_en }) => ({ name: code, label: label(label_zh, label_en), votes_for: code }));
  const words = label("您最希望社区提供或加强哪些服务？", "Which services do you want most?");
  const most = options.length > 5 ? { max_select: 5 } : {};
  return {
    title: label(title),
    questions: [{ ...asKind({ ...freshQuestion([]), options, label: words }, "multi"), ...most }],
  };
}

/** Feedback is given at the door of a session, call-backs are drawn: no survey asks them. */
export type AskedPurpose = Exclude<components["schemas"]["SurveyPurpose"], "feedback" | "call_back">;
type OfService = Exclude<AskedPurpose, "need">;
const ASKED: Record<OfService, [string, string]> = {
  willingness: ["您愿意社区开展这项服务吗？", "Do you want this service?"],
  satisfaction: ["您对这项服务满意吗？", "How content are you with this service?"],
  acceptance: ["您认可这项服务的成效吗？", "Do you accept what this service has done?"],
};

/** A first questionnaire about a service: one question that is answered with yes, partly or no, or on a scale. */
export function aboutService(title: string, purpose: OfService): Definition {
  const options = [
    { name: "yes", label: label("是", "Yes") },
    { name: "partly", label: label("部分", "Partly") },
    { name: "no", label: label("否", "No") },
    { name: "unknown", label: label("不清楚", "I do not know") },
  ];
  const words = label(...ASKED[purpose]);
  const kind = purpose === "satisfaction" ? "scale" : "single";
  return { title: label(title), questions: [asKind({ ...freshQuestion([]), options, label: words }, kind)] };
}

export function moved(questions: readonly Question[], from: number, to: number): Question[] {
  const rest = questions.filter((_, at) => at !== from);
  const [taken] = questions.slice(from, from + 1);
  return taken ? [...rest.slice(0, to), taken, ...rest.slice(to)] : rest;
}

export const copied = (questions: readonly Question[], at: number): Question[] =>
  questions.flatMap((one, place) => (place === at ? [one, { ...one, name: freshName(questions) }] : [one]));

const REFERENCE = /\$\{([^}]+)\}/g;

/** Expressions that know their questions by the new names; nothing where one of them was not taken along. */
function renamed(text: string | null | undefined, called: ReadonlyMap<string, string>): string | undefined {
  const names = [...(text ?? "").matchAll(REFERENCE)].map(([, name = ""]) => name);
  if (!text || names.some((name) => !called.has(name))) return undefined;
  return text.replaceAll(REFERENCE, (_, name: string) => `\${${called.get(name)}}`);
}

/** Questions of another questionnaire after one's own, under names of their own. What rests on a question that was not
 * taken along goes: a condition, and the options of a ranking become its own. */
export function takenOver(
  questions: readonly Question[],
  from: readonly Question[],
  chosen: readonly Question[],
): Question[] {
  const called = new Map<string, string>();
  const all = [...questions];
  for (const { shown_if, constraint, constraint_message, derived_from, ...plain } of chosen) {
    const name = freshName(all);
    called.set(plain.name, name);
    const [condition, bound] = [renamed(shown_if, called), renamed(constraint, called)];
    const source = derived_from ? called.get(derived_from) : undefined;
    const derived = from.find((one) => one.name === derived_from);
    all.push({
      ...plain,
      name,
      options: derived && !source ? derived.options : plain.options,
      ...(condition && { shown_if: condition }),
      ...(bound && { constraint: bound, ...(constraint_message && { constraint_message }) }),
      ...(source && { derived_from: source }),
    });
  }
  return all;
}

const BREAK = /\s*[|｜]\s*/;

/** One a line: 养老服务 | Older people. */
export const linesOf = (pieces: readonly Piece[]): string =>
  pieces.map(({ label: { zh, en } }) => (en ? `${zh} | ${en}` : zh)).join("\n");

/** What the lines say; a piece keeps its name (answers and conditions know it by that) by its words, else by its place. */
export function piecesOf(text: string, before: readonly Piece[]): Piece[] {
  const said = text
    .split("\n")
    .map((line) => line.trim().split(BREAK))
    .filter(([zh]) => zh)
    .map(([zh = "", en = ""]) => label(zh, en));
  const kept = said.map((words) => before.find((piece) => piece.label.zh === words.zh));
  const taken = new Set(kept.map((piece) => piece?.name));
  let next = 0;
  const fresh = (): string => {
    do next += 1;
    while (taken.has(String(next)) || before.some(({ name }) => name === String(next)));
    return String(next);
  };
  return said.map((words, at) => {
    const own = kept[at];
    if (own) return Object.assign({}, own, { label: words });
    const here = before[at];
    const name = here && !taken.has(here.name) ? here.name : fresh();
    taken.add(name);
    return { name, label: words };
  });
}

const ONE = /^selected\(\$\{([^}]+)\}, ?'([^']*)'\)$/;
export type Condition = { question: string; options: string[] };

/** A condition that chooses among options of one question; null for one that only an expression can say. */
export function conditionOf(text: string): Condition | null {
  const parts = text.split(" or ").map((part) => ONE.exec(part.trim()));
  const [question] = parts.map((part) => part?.[1]);
  if (!question || parts.some((part) => part?.[1] !== question)) return null;
  return { question, options: parts.flatMap((part) => part?.[2] ?? []) };
}

export const conditionText = ({ question, options }: Condition): string =>
  options.map((option) => `selected(\${${question}}, '${option}')`).join(" or ");

const ALONE = /^not\(selected\(\., ?'([^']*)'\)\) or count-selected\(\.\) = 1$/;

/** The option that stands alone (以上都没有), as XLSForm says it. */
export const aloneOf = (question: Question): string | undefined => ALONE.exec(question.constraint ?? "")?.[1];

export function withAlone(question: Question, option: string | undefined): Question {
  const { constraint: _, constraint_message: __, ...rest } = question;
  if (!option) return rest;
  const words = question.options.find(({ name }) => name === option)?.label.zh ?? option;
  return {
    ...rest,
    constraint: `not(selected(., '${option}')) or count-selected(.) = 1`,
    constraint_message: label(`选了“${words}”，就不能再选其他项。`, "This option cannot be combined with others."),
  };
}

/** What the server found wrong: "title" or "3.options" (the question's place from 0, its field) → sentences. */
export function problemsOf(error: unknown, language: Language): Map<string, string[]> {
  const found = new Map<string, string[]>();
  const note = (place: string, sentence: string): void =>
    void found.set(place, [...(found.get(place) ?? []), sentence]);
  if (!error) return found;
  const { rows, fields } = refusalOf(error);
  for (const row of rows) note(`${row.row - 1}.${row.column}`, row.messages[language]);
  for (const { field, labels, messages } of fields) {
    const [, place, part] = /questions\.(\d+)\.?(\w*)/.exec(field) ?? [];
    if (place) note(`${place}.${part || "label"}`, messages[language]);
    else note("title", `${labels[language]}：${messages[language]}`);
  }
  return found;
}
