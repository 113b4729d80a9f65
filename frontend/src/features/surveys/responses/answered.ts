/** What somebody answered, in words. Pure. */
import type { components } from "../../../api/schema.gen";
import { worded } from "../SurveyFigures";

export type Definition = components["schemas"]["SurveyDefinition"];
export type Question = components["schemas"]["Question"];
type Piece = Pick<components["schemas"]["Option"], "name" | "label">;

/** The options an answer may name: a derived ranking names those of its source. */
export function optionsOf(definition: Definition, question: Question): readonly Piece[] {
  const source = definition.questions.find(({ name }) => name === question.derived_from);
  return (source ?? question).options ?? [];
}

/** One line for each thing that was said: a ranking from its first place down, a matrix row by row; none for a blank. */
export function linesOf(definition: Definition, question: Question, answer: unknown, language: string): string[] {
  const options = optionsOf(definition, question);
  const named = (name: unknown): string =>
    worded(options.find((option) => option.name === name)?.label, language, String(name));
  if (answer === undefined || answer === null) return [];
  if (Array.isArray(answer)) {
    return answer.map((name, at) => (question.type === "ranking" ? `${at + 1}. ${named(name)}` : named(name)));
  }
  if (typeof answer === "object") {
    const given = answer as Record<string, unknown>;
    const rows = (question.rows ?? []).filter(({ name }) => given[name] !== undefined);
    return rows.map(({ name, label }) => `${worded(label, language, name)}：${named(given[name])}`);
  }
  return [question.type === "single" ? named(answer) : String(answer)];
}

/** The number residents see before a question; notes have none. */
export function numbersOf(definition: Definition): Map<string, number> {
  const asked = definition.questions.filter(({ type }) => type !== "note");
  return new Map(asked.map(({ name }, at) => [name, at + 1]));
}

/** Whose turn it is after `now`: the next that waits, from the beginning again at the end. */
export function nextOf(waiting: readonly number[], now: number): number | undefined {
  const others = waiting.filter((id) => id !== now);
  return others.find((id) => id > now) ?? others[0];
}
