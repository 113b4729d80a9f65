/** What a questionnaire makes of what was entered: which questions show, what is sent, what is wrong. Pure. */
import type { Answer, Answers, Choice, Definition, Label, Question } from "./definition";
import { evaluate, isTrue, parse } from "./expressions";

/** As typed and tapped: numbers are still text. Keys are question names. */
export type Entered = Record<string, unknown>;
export type Fault = {
  key: "required" | "rows" | "max" | "rank" | "number" | "whole" | "date" | "constraint";
  facts?: Record<string, number>;
  message?: Label;
};

export const OPEN_LIMIT = 2000;
const NUMBER = /^-?\d{1,15}(?:\.\d{1,15})?$/;
const DAY = /^\d{4}-\d{2}-\d{2}$/;
const FULL_WIDTH = /[０-９．－]/g;

const choicesOf = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((one) => typeof one === "string") : [];

const plainDigits = (text: string): string =>
  text.trim().replaceAll(FULL_WIDTH, (sign) => String.fromCodePoint((sign.codePointAt(0) ?? 0) - 0xfee0));

/** Options of a question; a derived ranking offers what was chosen in its source. */
export function optionsOf(definition: Definition, question: Question, answers: Answers): Choice[] {
  if (!question.derived_from) return question.options ?? [];
  const source = definition.questions.find(({ name }) => name === question.derived_from);
  const chosen = choicesOf(answers[question.derived_from]);
  return (source?.options ?? []).filter(({ name }) => chosen.includes(name));
}

/** How many places a ranking asks for, given what there is to rank. */
export const placesOf = (question: Question, options: readonly Choice[]): number =>
  Math.min(question.rank_count ?? options.length, options.length);

/** What would be sent for one question; undefined when blank or no answer of its type. */
function answerOf(question: Question, value: unknown, options: readonly Choice[]): Answer | undefined {
  const names = options.map(({ name }) => name);
  switch (question.type) {
    case "single":
      return typeof value === "string" && names.includes(value) ? value : undefined;
    case "multi":
      return filled(names.filter((name) => choicesOf(value).includes(name)));
    case "ranking":
      return filled(choicesOf(value).filter((name) => names.includes(name)));
    case "rating_matrix":
      return ratings(question, value, names);
    case "number":
      return NUMBER.test(plainDigits(String(value ?? ""))) ? Number(plainDigits(String(value))) : undefined;
    case "date":
      return typeof value === "string" && DAY.test(value) ? value : undefined;
    case "open":
      return typeof value === "string" && value.trim() !== "" ? value.trim() : undefined;
    case "note":
      return undefined;
  }
}

const filled = (chosen: string[]): string[] | undefined => (chosen.length > 0 ? chosen : undefined);

function ratings(question: Question, value: unknown, names: readonly string[]): Record<string, string> | undefined {
  const given = (typeof value === "object" && value !== null ? value : {}) as Record<string, unknown>;
  const rated = (question.rows ?? []).flatMap(({ name }): [string, string][] => {
    const choice = given[name];
    return typeof choice === "string" && names.includes(choice) ? [[name, choice]] : [];
  });
  return rated.length > 0 ? Object.fromEntries(rated) : undefined;
}

/**
 * The questions that show and their answers. Asked in order: a question hidden by an earlier answer counts as blank
 * for later ones, and what was entered in it before is not sent.
 */
export function reading(
  definition: Definition,
  entered: Entered,
  today: string,
): { shown: Question[]; answers: Answers } {
  const shown: Question[] = [];
  const answers: Answers = {};
  for (const question of definition.questions) {
    if (question.shown_if && !isTrue(evaluate(parse(question.shown_if), answers, today))) continue;
    shown.push(question);
    const answer = answerOf(question, entered[question.name], optionsOf(definition, question, answers));
    if (answer !== undefined) answers[question.name] = answer;
  }
  return { shown, answers };
}

/** What must be put right before sending: question name → fault, in the order of the questions. */
export function faults(definition: Definition, entered: Entered, today: string): Map<string, Fault> {
  const { shown, answers } = reading(definition, entered, today);
  const found = new Map<string, Fault>();
  for (const question of shown) {
    const options = optionsOf(definition, question, answers);
    const fault =
      faultOfForm(question, entered[question.name], answers[question.name]) ??
      faultOfGap(question, answers[question.name], options) ??
      faultOfConstraint(question, answers, today);
    if (fault) found.set(question.name, fault);
  }
  return found;
}

function faultOfForm(question: Question, value: unknown, answer: Answer | undefined): Fault | null {
  const isEntered = typeof value === "string" && value.trim() !== "";
  if (isEntered && answer === undefined && (question.type === "number" || question.type === "date")) {
    return { key: question.type };
  }
  if (question.whole && typeof answer === "number" && !Number.isInteger(answer)) return { key: "whole" };
  const over = Array.isArray(answer) && question.max_select ? answer.length - question.max_select : 0;
  return over > 0 ? { key: "max", facts: { max: question.max_select ?? 0, over } } : null;
}

function faultOfGap(question: Question, answer: Answer | undefined, options: readonly Choice[]): Fault | null {
  if (!question.required || question.type === "note") return null;
  if (question.type === "ranking" && options.length === 0) return null; // nothing was chosen that could be ranked
  if (answer === undefined) return { key: "required" };
  if (question.type === "ranking") {
    const places = placesOf(question, options);
    return choicesOf(answer).length < places ? { key: "rank", facts: { count: places } } : null;
  }
  if (question.type !== "rating_matrix") return null;
  const missing = (question.rows ?? []).length - Object.keys(answer).length;
  return missing > 0 ? { key: "rows", facts: { count: missing } } : null;
}

/**
 * A choice of several after a tap. What the question says can never stand together (以上都没有 beside others:
 * `not(selected(., 'none')) or count-selected(.) = 1`) gives way to what was tapped last.
 */
export function tapped(question: Question, value: readonly string[], name: string, today: string): string[] {
  if (value.includes(name)) return value.filter((one) => one !== name);
  const stands = (own: string[]): boolean =>
    !question.constraint || isTrue(evaluate(parse(question.constraint), {}, today, own));
  if (stands([...value, name]) || !stands([name])) return [...value, name];
  return [...value.filter((one) => stands([one, name])), name];
}

function faultOfConstraint(question: Question, answers: Answers, today: string): Fault | null {
  const own = answers[question.name];
  if (!question.constraint || own === undefined) return null;
  if (isTrue(evaluate(parse(question.constraint), answers, today, own))) return null;
  return { key: "constraint", ...(question.constraint_message && { message: question.constraint_message }) };
}
