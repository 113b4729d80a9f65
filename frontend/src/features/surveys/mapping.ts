import type { RefusedRow } from "../../api/refusal";
import type { components } from "../../api/schema.gen";

export type Preview = components["schemas"]["ResponsesPreview"];
export type Column = Preview["columns"][number];
export type Question = components["schemas"]["Question"];
export type Mapping = { by: Preview["by"]; columns: MappedColumn[] };
type MappedColumn = { column: number; title: string; question: string; part: string; options: Record<string, string> };
/** Where a column may lead: a question, or the part of one that may have a column of its own. */
export type Target = { value: string; label: string };

/** The mapping that a preview stands for, to be sent back with the same file. */
export function mappingOf(preview: Preview): Mapping {
  return {
    by: preview.by,
    columns: preview.columns.map((each) => ({
      column: each.column,
      title: each.title,
      question: each.question,
      part: each.part,
      options: optionsOf(each),
    })),
  };
}

function optionsOf(column: Column): Record<string, string> {
  return Object.fromEntries(column.cells.flatMap(({ text, option }) => (option === null ? [] : [[text, option]])));
}

/** Another question for one column: what its cells say has to be found out again. */
export function moved(mapping: Mapping, column: number, target: string): Mapping {
  const [question = "", part = ""] = target.split("|");
  return {
    ...mapping,
    columns: mapping.columns.map((each) => (each.column === column ? { ...each, question, part, options: {} } : each)),
  };
}

/** Another way of saying options for the whole file. */
export function said(mapping: Mapping, by: Mapping["by"]): Mapping {
  return { by, columns: mapping.columns.map((each) => ({ ...each, options: {} })) };
}

/** Another option for what some cells of a column say; "" is no answer. */
export function chosen(preview: Preview, column: number, text: string, option: string): Preview {
  const cells = (each: Column) => each.cells.map((cell) => (cell.text === text ? { ...cell, option } : cell));
  return {
    ...preview,
    columns: preview.columns.map((each) => (each.column === column ? { ...each, cells: cells(each) } : each)),
  };
}

export const valueOf = ({ question, part }: { question: string; part: string }): string =>
  part ? `${question}|${part}` : question;

export function targetsOf(questions: readonly Question[], language: "zh" | "en"): Target[] {
  const asked = questions.filter(({ type }) => type !== "note");
  return asked.flatMap((question, index) => {
    const label = `${index + 1}${language === "en" ? ". " : "、"}${question.label[language] || question.label.zh}`;
    const whole = question.type === "rating_matrix" ? [] : [{ value: question.name, label }];
    return whole.concat(
      partsOf(question, questions).map((part) => ({
        value: `${question.name}|${part.name}`,
        label: `${label} — ${part.label[language] || part.label.zh}`,
      })),
    );
  });
}

function partsOf(question: Question, questions: readonly Question[]) {
  if (question.type === "rating_matrix") return question.rows ?? [];
  return question.type === "multi" || question.type === "ranking" ? offered(question, questions) : [];
}

/** What can be chosen; a derived ranking offers the options of its source. */
export function offered(question: Question, questions: readonly Question[]) {
  const source = question.derived_from ? questions.find(({ name }) => name === question.derived_from) : question;
  return source?.options ?? [];
}

/** The question whose options the cells of a column say; none where they are marks, numbers, days or words. */
export function closedQuestion(column: Column, questions: readonly Question[]): Question | undefined {
  const question = questions.find(({ name }) => name === column.question);
  const says =
    question &&
    (question.type === "rating_matrix" || (["single", "multi", "ranking"].includes(question.type) && !column.part));
  return says ? question : undefined;
}

/** What the file leaves open, as refusals of its columns. */
export const doubtsOf = ({ doubts }: Preview): RefusedRow[] =>
  doubts.map(({ row, column, code, messages }) => ({
    row,
    column,
    code,
    messages: { zh: messages.zh ?? code, en: messages.en ?? code },
  }));

/** Questions that no column answers. */
export function unanswered(preview: Preview, questions: readonly Question[]): Question[] {
  return questions.filter(
    ({ type, name }) => type !== "note" && preview.columns.every(({ question }) => question !== name),
  );
}

/** What keeps the file out: cells that say no option yet, and two columns for one answer. */
export function open(preview: Preview, questions: readonly Question[]): number {
  const held = preview.columns.filter(({ question }) => question).map(valueOf);
  const silent = preview.columns.flatMap((column) =>
    closedQuestion(column, questions) ? column.cells.filter(({ option }) => option === null) : [],
  );
  return silent.length + held.length - new Set(held).size;
}
