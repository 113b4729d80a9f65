import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { type Answers, ExpressionRefused, evaluate, isTrue, parse } from "./expressions";

interface Case {
  expression: string;
  result?: unknown;
  refusal?: string;
  at?: number;
  answers?: Answers;
  own?: unknown;
}

const golden: { today: string; answers: Answers; cases: Case[] } = JSON.parse(
  readFileSync("../tests/surveys/questionnaires/expression_cases.json", "utf-8"),
);

function outcome({ expression, answers = golden.answers, own = null }: Case): Partial<Case> {
  try {
    return { result: evaluate(parse(expression), answers, golden.today, own) };
  } catch (refused) {
    if (!(refused instanceof ExpressionRefused)) throw refused;
    return refused.at === undefined ? { refusal: refused.code } : { refusal: refused.code, at: refused.at };
  }
}

describe("the expressions that server and browser share", () => {
  it.each(golden.cases)("$expression", (example) => {
    const { expression: _expression, answers: _answers, own: _own, ...expected } = example;
    expect(outcome(example)).toEqual(expected);
  });

  it("takes an empty selection and a blank for false", () => {
    expect([null, "", 0, [], "false", ["a"]].map(isTrue)).toEqual([false, false, false, false, true, true]);
  });
});
