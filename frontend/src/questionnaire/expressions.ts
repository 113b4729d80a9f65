/**
 * Shown-if and constraint, parsed and evaluated in the browser exactly as on the server.
 * Twin of app/surveys/questionnaires/expressions.py and evaluation.py, where the language and its meaning are described;
 * tests/surveys/questionnaires/expression_cases.json is run by both.
 */
import { fits, patternFault } from "./patterns";

const LENGTH_LIMIT = 1000;
const TOKEN_LIMIT = 300;
const DEPTH_LIMIT = 32;
const DIGIT_LIMIT = 15;

const NAME = "[A-Za-z_\\u4e00-\\u9fff][A-Za-z0-9_\\u4e00-\\u9fff-]*";
const PIECE = "[A-Za-z0-9_\\u4e00-\\u9fff-]+";
const TOKENS: [Token["kind"] | "space", RegExp][] = [
  ["space", /[ \t\r\n]+/y],
  ["number", /[0-9]+(?:\.[0-9]+)?/y],
  ["text", /'[^']*'|"[^"]*"/y],
  ["reference", new RegExp(`\\$\\{${NAME}(?:\\.${PIECE})?\\}`, "y")],
  ["name", /[A-Za-z][A-Za-z0-9-]*/y],
  ["op", /!=|<=|>=|[=<>+*-]/y],
  ["mark", /[(),.]/y],
];
const PRECEDENCE = new Map(
  [["or"], ["and"], ["=", "!="], ["<", "<=", ">", ">="], ["+", "-"], ["*", "div", "mod"]].flatMap((ops, level) =>
    ops.map((op): [string, number] => [op, level + 1]),
  ),
);
const ARGUMENTS = new Map([
  ["not", 1],
  ["if", 3],
  ["coalesce", 2],
  ["selected", 2],
  ["count-selected", 1],
  ["string-length", 1],
  ["regex", 2],
  ["today", 0],
  ["true", 0],
  ["false", 0],
]);

export type Node =
  | { kind: "number"; text: string }
  | { kind: "text"; value: string }
  | { kind: "boolean"; value: boolean }
  | { kind: "reference"; question: string; row: string }
  | { kind: "own" }
  | { kind: "negative"; operand: Node }
  | { kind: "binary"; op: string; left: Node; right: Node }
  | { kind: "call"; function: string; arguments: Node[] };

export type Value = null | boolean | number | string | string[];
/** Question name → answer; the answer of a rating matrix maps row → option. */
export type Answers = Readonly<Record<string, unknown>>;

interface Token {
  kind: "number" | "text" | "reference" | "name" | "op" | "mark" | "end";
  text: string;
  at: number;
}

/** The text is no expression; `code` is the server's refusal code, `at` counts characters from 1. */
export class ExpressionRefused extends Error {
  constructor(
    readonly code: string,
    readonly at?: number,
  ) {
    super(code);
  }
}

export function parse(text: string): Node {
  if ([...text].length > LENGTH_LIMIT) throw new ExpressionRefused("ExpressionTooLong");
  const tokens = tokenize(text);
  if (tokens.length > TOKEN_LIMIT) throw new ExpressionRefused("ExpressionTooLong");
  return new Parser(tokens).whole();
}

function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  let unit = 0; // JavaScript counts UTF-16 units, `at` counts characters
  let at = 1;
  while (unit < text.length) {
    const [kind, found] = nextToken(text, unit) ?? refuseCharacter(text, unit, at);
    if (kind === "number" && found.replace(".", "").length > DIGIT_LIMIT) {
      throw new ExpressionRefused("NumberTooLong", at);
    }
    if (kind !== "space") tokens.push({ kind, text: found, at });
    unit += found.length;
    at += [...found].length;
  }
  tokens.push({ kind: "end", text: "", at });
  return tokens;
}

function nextToken(text: string, unit: number): [Token["kind"] | "space", string] | null {
  for (const [kind, pattern] of TOKENS) {
    pattern.lastIndex = unit;
    const found = pattern.exec(text);
    if (found) return [kind, found[0]];
  }
  return null;
}

function refuseCharacter(text: string, unit: number, at: number): never {
  if (text[unit] === "'" || text[unit] === '"') throw new ExpressionRefused("TextUnclosed", at);
  if (text[unit] === "$") throw new ExpressionRefused("ReferenceMalformed", at);
  throw new ExpressionRefused("CharacterUnexpected", at);
}

class Parser {
  private next = 0;
  private depth = 0;

  constructor(private readonly tokens: Token[]) {}

  private peek(): Token {
    return this.tokens[this.next] ?? { kind: "end", text: "", at: 0 };
  }

  private take(): Token {
    const token = this.peek();
    this.next += 1;
    return token;
  }

  private expect(mark: string): void {
    const token = this.take();
    if (token.kind !== "mark" || token.text !== mark) throw new ExpressionRefused("TokenUnexpected", token.at);
  }

  whole(): Node {
    const node = this.expression(1);
    if (this.peek().kind !== "end") throw new ExpressionRefused("TokenUnexpected", this.peek().at);
    return node;
  }

  private expression(lowest: number): Node {
    let left = this.operand();
    for (let rank = this.rank(); rank >= lowest; rank = this.rank()) {
      left = { kind: "binary", op: this.take().text, left, right: this.expression(rank + 1) };
    }
    return left;
  }

  private rank(): number {
    const { kind, text } = this.peek();
    return kind === "op" || kind === "name" ? (PRECEDENCE.get(text) ?? 0) : 0;
  }

  private operand(): Node {
    const token = this.take();
    this.depth += 1;
    if (this.depth > DEPTH_LIMIT) throw new ExpressionRefused("ExpressionTooDeep", token.at);
    const node = this.primary(token);
    this.depth -= 1;
    return node;
  }

  private primary(token: Token): Node {
    const { kind, text } = token;
    if (kind === "number") return { kind: "number", text };
    if (kind === "text") return { kind: "text", value: text.slice(1, -1) };
    if (kind === "reference") return reference(text.slice(2, -1));
    if (kind === "name" && !PRECEDENCE.has(text)) return this.named(text, token.at);
    if (kind === "mark" && text === ".") return { kind: "own" };
    if (kind === "op" && text === "-") return { kind: "negative", operand: this.operand() };
    if (kind === "mark" && text === "(") {
      const node = this.expression(1);
      this.expect(")");
      return node;
    }
    throw new ExpressionRefused("TokenUnexpected", token.at);
  }

  private named(name: string, at: number): Node {
    const bare = this.peek().text !== "(";
    if (!ARGUMENTS.has(name)) throw new ExpressionRefused("FunctionUnknown", at);
    const truth = name === "true" || name === "false";
    const args = bare && truth ? [] : this.arguments();
    if (args.length !== ARGUMENTS.get(name)) throw new ExpressionRefused("ArgumentsWrong", at);
    if (truth) return { kind: "boolean", value: name === "true" };
    if (name === "regex") checkPattern(args[1], at);
    return { kind: "call", function: name, arguments: args };
  }

  private arguments(): Node[] {
    this.expect("(");
    if (this.peek().kind === "mark" && this.peek().text === ")") {
      this.take();
      return [];
    }
    const args = [this.expression(1)];
    while (this.peek().kind === "mark" && this.peek().text === ",") {
      this.take();
      args.push(this.expression(1));
    }
    this.expect(")");
    return args;
  }
}

function reference(name: string): Node {
  const dot = name.indexOf(".");
  return dot < 0
    ? { kind: "reference", question: name, row: "" }
    : { kind: "reference", question: name.slice(0, dot), row: name.slice(dot + 1) };
}

function checkPattern(node: Node | undefined, at: number): void {
  if (node?.kind !== "text" || patternFault(node.value) !== null) throw new ExpressionRefused("PatternNotAllowed", at);
}

/** The value under `answers`; `today` as 2018-10-15; `own` is the answer that `.` stands for. */
export function evaluate(node: Node, answers: Answers, today: string, own: unknown = null): Value {
  const value = (below: Node) => evaluate(below, answers, today, own);
  switch (node.kind) {
    case "number":
      return Number(node.text);
    case "text":
      return node.value || null;
    case "boolean":
      return node.value;
    case "reference":
      return plain(answerOf(node, answers));
    case "own":
      return plain(own);
    case "negative":
      return calculate("-", 0, value(node.operand));
    case "binary":
      return binary(node.op, value(node.left), value(node.right));
    case "call":
      return node.function === "today" ? today : apply(node.function, node.arguments.map(value));
  }
}

export const isTrue = (value: Value): boolean => (Array.isArray(value) ? value.length > 0 : Boolean(value));

function answerOf({ question, row }: { question: string; row: string }, answers: Answers): unknown {
  const answer = Object.hasOwn(answers, question) ? answers[question] : null;
  if (row === "") return answer;
  const rows = typeof answer === "object" && answer !== null ? (answer as Record<string, unknown>) : {};
  return Object.hasOwn(rows, row) ? rows[row] : null;
}

function plain(answer: unknown): Value {
  if (typeof answer === "boolean") return answer;
  if (typeof answer === "number") return finite(answer);
  if (Array.isArray(answer)) {
    const pieces = answer.filter((piece): piece is string => typeof piece === "string" && piece !== "");
    return pieces.length > 0 ? pieces : null;
  }
  return typeof answer === "string" && answer !== "" ? answer : null;
}

const finite = (number: number): number | null => (Number.isFinite(number) ? number + 0 : null);

function textOf(value: Value): string {
  if (typeof value === "number") {
    const size = Math.abs(value);
    return value !== 0 && !(size >= 1e-4 && size < 1e16) ? "" : String(value);
  }
  return Array.isArray(value) ? value.join(" ") : String(value ?? "");
}

function numberOf(value: Value): number | null {
  if (typeof value === "boolean" || typeof value === "number") return Number(value);
  const text = textOf(value);
  return /^-?[0-9]+(?:\.[0-9]+)?$/.test(text) ? finite(Number(text)) : null;
}

const piecesOf = (value: Value): string[] =>
  Array.isArray(value)
    ? value
    : textOf(value)
        .split(" ")
        .filter((piece) => piece !== "");

function equal(left: Value, right: Value): boolean {
  if (left === null || right === null) return left === right;
  if (typeof left === "boolean" || typeof right === "boolean") return isTrue(left) === isTrue(right);
  if (typeof left === "number" || typeof right === "number") {
    const number = numberOf(left);
    return number !== null && number === numberOf(right);
  }
  return textOf(left) === textOf(right);
}

function less(left: Value, right: Value, orEqual: boolean): boolean {
  const a = numberOf(left);
  const b = numberOf(right);
  if (a !== null && b !== null) return a < b || (orEqual && a === b);
  const before = textOf(left);
  const after = textOf(right);
  const day = /^[0-9]{4}-[0-9]{2}-[0-9]{2}$/;
  return day.test(before) && day.test(after) && (before < after || (orEqual && before === after));
}

function calculate(op: string, left: Value, right: Value): number | null {
  const a = numberOf(left);
  const b = numberOf(right);
  if (a === null || b === null || ((op === "div" || op === "mod") && b === 0)) return null;
  return finite(arithmetic(op, a, b));
}

function arithmetic(op: string, a: number, b: number): number {
  switch (op) {
    case "+":
      return a + b;
    case "-":
      return a - b;
    case "*":
      return a * b;
    case "div":
      return a / b;
    default:
      return a % b;
  }
}

function binary(op: string, left: Value, right: Value): Value {
  switch (op) {
    case "and":
      return isTrue(left) && isTrue(right);
    case "or":
      return isTrue(left) || isTrue(right);
    case "=":
      return equal(left, right);
    case "!=":
      return !equal(left, right);
    case "<":
    case "<=":
      return less(left, right, op === "<=");
    case ">":
    case ">=":
      return less(right, left, op === ">=");
  }
  return calculate(op, left, right);
}

function apply(name: string, [a = null, b = null, c = null]: Value[]): Value {
  switch (name) {
    case "not":
      return !isTrue(a);
    case "if":
      return isTrue(a) ? b : c;
    case "coalesce":
      return a === null ? b : a;
    case "selected":
      return b !== null && piecesOf(a).includes(textOf(b));
    case "count-selected":
      return piecesOf(a).length;
    case "string-length":
      return [...textOf(a)].length;
    default:
      return fits(textOf(a), textOf(b));
  }
}
