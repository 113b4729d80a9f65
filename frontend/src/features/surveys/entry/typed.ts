/** What a clerk types from a sheet of paper, one line for each question, and what it stands for. Pure. */
import type { components } from "../../../api/schema.gen";
import { type Definition, type Question, optionsOf } from "../responses/answered";

/** Question name → what was typed for it. */
export type Texts = Readonly<Record<string, string>>;
export type Fault = { key: string; facts?: Record<string, number>; message?: components["schemas"]["Label"] };

/** The residents' own reading of a questionnaire, which `app` brings in: what shows, what is sent, what is wrong. */
export type Engine = {
  reading: (
    definition: Definition,
    entered: Record<string, unknown>,
    today: string,
  ) => { shown: Question[]; answers: Record<string, unknown> };
  faults: (definition: Definition, entered: Record<string, unknown>, today: string) => Map<string, Fault>;
  today: () => string;
};

const BLANK = -1;
const GAPS: ReadonlySet<string> = new Set(["required", "rows", "rank"]);
const plain = (text: string): string => text.normalize("NFKC").trim();

/**
 * Places of options, from 0: "13", "1 3" and "ac" are the first and the third; with ten options and more digits belong
 * together, so "1 3" is what "13" is not. "0" and "-" leave a row out. null: something that names no option.
 */
export function placesIn(text: string, options: number): number[] | null {
  const typed = plain(text).toLowerCase();
  const pieces = typed.match(options > 9 ? /\d+|[a-z]|-/g : /\d|[a-z]|-/g) ?? [];
  if (/[^\da-z\s,，、;；.-]/.test(typed)) return null;
  const places = pieces.map((piece) => {
    if (piece === "-") return BLANK;
    return /\d/.test(piece) ? Number(piece) - 1 : piece.charCodeAt(0) - "a".charCodeAt(0);
  });
  return places.every((place) => place < options) ? places : null;
}

type Read = { value?: unknown; fault?: Fault };

function chosen(question: Question, text: string, names: readonly string[]): Read {
  const places = placesIn(text, names.length);
  if (places === null || places.includes(BLANK)) return { fault: { key: "option", facts: { count: names.length } } };
  const found = [...new Set(places.map((place) => names[place] ?? ""))];
  if (question.type !== "single") return { value: found };
  return found.length > 1 ? { fault: { key: "one" } } : { value: found[0] };
}

function rated(question: Question, text: string, names: readonly string[]): Read {
  const places = placesIn(text, names.length);
  const rows = question.rows ?? [];
  if (places === null) return { fault: { key: "option", facts: { count: names.length } } };
  if (places.length > rows.length) return { fault: { key: "row", facts: { count: rows.length } } };
  const given = rows.flatMap(({ name }, at): [string, string][] => {
    const option = names[places[at] ?? BLANK];
    return option === undefined ? [] : [[name, option]];
  });
  return { value: Object.fromEntries(given) };
}

/** Eight digits are a day: 20181015. */
const dayIn = (text: string): string => plain(text).replace(/^(\d{4})[./]?(\d{2})[./]?(\d{2})$/, "$1-$2-$3");

function read(definition: Definition, question: Question, text: string): Read {
  const names = optionsOf(definition, question).map(({ name }) => name);
  switch (question.type) {
    case "single":
    case "multi":
    case "ranking":
      return chosen(question, text, names);
    case "rating_matrix":
      return rated(question, text, names);
    case "date":
      return { value: dayIn(text) };
    default:
      return { value: text };
  }
}

export type Entry = {
  shown: Question[];
  answers: Record<string, unknown>;
  /** What must be typed otherwise, by question. */
  faults: Map<string, Fault>;
  /** What the sheet leaves blank though it should not: for the review, since nobody can be asked any more. */
  gaps: Set<string>;
};

/** A whole sheet as typed so far. */
export function entryOf(definition: Definition, texts: Texts, engine: Engine): Entry {
  const entered: Record<string, unknown> = {};
  const faults = new Map<string, Fault>();
  for (const question of definition.questions) {
    const text = texts[question.name] ?? "";
    if (plain(text) === "") continue;
    const { value, fault } = read(definition, question, text);
    const source = question.derived_from ? ([entered[question.derived_from] ?? []].flat() as unknown[]) : null;
    if (fault) faults.set(question.name, fault);
    else if (source && ([value].flat() as unknown[]).some((name) => !source.includes(name))) {
      faults.set(question.name, { key: "not_chosen" });
    } else entered[question.name] = value;
  }
  const { shown, answers } = engine.reading(definition, entered, engine.today());
  const gaps = new Set<string>();
  for (const [name, fault] of engine.faults(definition, entered, engine.today())) {
    if (faults.has(name)) continue;
    if (GAPS.has(fault.key)) gaps.add(name);
    else faults.set(name, fault);
  }
  const names = new Set(shown.map(({ name }) => name));
  return { shown, answers, gaps, faults: new Map([...faults].filter(([name]) => names.has(name))) };
}

/** Questions that two people, or one person twice, have not typed alike. */
export function differing(one: Record<string, unknown>, other: Record<string, unknown>): string[] {
  const names = [...new Set([...Object.keys(one), ...Object.keys(other)])];
  return names.filter((name) => JSON.stringify(one[name]) !== JSON.stringify(other[name]));
}
