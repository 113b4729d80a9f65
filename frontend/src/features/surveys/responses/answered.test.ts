import { expect, test } from "vitest";
import { type Definition, linesOf, nextOf, numbersOf } from "./answered";

const text = (words: string) => ({ zh: words, en: "" });
const options = (...names: string[]) => names.map((name) => ({ name, label: text(`选项${name}`) }));
const OF = {
  questions: [
    { type: "note", name: "n", label: text("您好") },
    { type: "multi", name: "want", label: text("需要"), options: options("a", "b") },
    { type: "ranking", name: "rank", label: text("排序"), options: [], derived_from: "want" },
    { type: "rating_matrix", name: "rate", label: text("评价"), options: options("1", "2"), rows: options("x", "y") },
    { type: "number", name: "age", label: text("年龄") },
  ],
} as unknown as Definition;

const lines = (name: string, answer: unknown): string[] =>
  OF.questions.filter((each) => each.name === name).flatMap((question) => linesOf(OF, question, answer, "zh"));

test("answers are read in words: rankings by their places, ratings by their rows, and a blank as nothing", () => {
  expect(lines("want", ["b", "a"])).toEqual(["选项b", "选项a"]);
  expect(lines("rank", ["b", "a"])).toEqual(["1. 选项b", "2. 选项a"]);
  expect(lines("rate", { y: "2" })).toEqual(["选项y：选项2"]);
  expect([lines("age", 70), lines("age", undefined)]).toEqual([["70"], []]);
});

test("questions have the numbers residents see, and notes have none", () => {
  expect([...numbersOf(OF)]).toEqual([
    ["want", 1],
    ["rank", 2],
    ["rate", 3],
    ["age", 4],
  ]);
});

test("after a decision comes the next that waits, from the beginning again at the end", () => {
  expect([nextOf([3, 5, 8], 5), nextOf([3, 5], 5), nextOf([5], 5), nextOf([], 5)]).toEqual([
    8,
    3,
    undefined,
    undefined,
  ]);
});
