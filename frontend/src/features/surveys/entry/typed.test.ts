import { expect, test } from "vitest";
import { faults, reading } from "../../../questionnaire/answers";
import type { Definition } from "../responses/answered";
import { differing, entryOf, placesIn } from "./typed";

const ENGINE = { reading, faults, today: () => "2018-10-15" };
const text = (words: string) => ({ zh: words, en: "" });
const options = (...names: string[]) => names.map((name) => ({ name, label: text(name) }));
const OF = {
  questions: [
    { type: "single", name: "sex", label: text("性别"), options: options("F", "M"), required: true },
    { type: "multi", name: "want", label: text("需要"), options: options("meals", "care", "play"), max_select: 2 },
    {
      type: "ranking",
      name: "rank",
      label: text("排序"),
      options: [],
      derived_from: "want",
      shown_if: "count-selected(${want}) > 1",
    },
    {
      type: "rating_matrix",
      name: "rate",
      label: text("评价"),
      options: options("1", "2", "3"),
      rows: options("x", "y"),
    },
    { type: "date", name: "day", label: text("日期") },
    { type: "number", name: "age", label: text("年龄") },
  ],
} as unknown as Definition;

test("options are named by digits or letters; with ten and more, digits belong together", () => {
  expect([placesIn("13", 4), placesIn("1、3", 4), placesIn("ＡＣ", 4), placesIn("", 4)]).toEqual([
    [0, 2],
    [0, 2],
    [0, 2],
    [],
  ]);
  expect([placesIn("1 3", 12), placesIn("13", 13), placesIn("13", 12)]).toEqual([[0, 2], [12], null]);
  expect([placesIn("5", 4), placesIn("e", 4), placesIn("一", 4)]).toEqual([null, null, null]);
});

test("a sheet is typed without a mouse: choices, rankings by the numbers of their source, ratings row by row, days", () => {
  const { answers, faults: found } = entryOf(
    OF,
    { sex: "1", want: "13", rank: "31", rate: "3-", day: "20181001", age: "70" },
    ENGINE,
  );
  expect(answers).toEqual({
    sex: "F",
    want: ["meals", "play"],
    rank: ["play", "meals"],
    rate: { x: "3" },
    day: "2018-10-01",
    age: 70,
  });
  expect([...found]).toEqual([]);
});

test("what names no option is said at its question; what the sheet leaves blank is no fault", () => {
  const wrong = entryOf(OF, { sex: "3", want: "123", rate: "123", day: "2018", age: "x" }, ENGINE);
  expect([...wrong.faults].map(([name, { key }]) => `${name} ${key}`)).toEqual([
    "sex option",
    "rate row",
    "want max",
    "day date",
    "age number",
  ]);
  expect([...entryOf(OF, { want: "12", rank: "3" }, ENGINE).faults]).toEqual([["rank", { key: "not_chosen" }]]);
  expect([...entryOf(OF, {}, ENGINE).gaps]).toEqual(["sex"]);
});

test("a question hidden by an earlier answer is skipped, with what was typed in it", () => {
  const { shown, answers, faults: found } = entryOf(OF, { want: "1", rank: "9" }, ENGINE);
  expect(shown.map(({ name }) => name)).toEqual(["sex", "want", "rate", "day", "age"]);
  expect([answers, [...found]]).toEqual([{ want: ["meals"] }, []]);
});

test("two readings of one sheet differ where they were typed differently", () => {
  expect(differing({ a: ["x"], b: 1 }, { a: ["x", "y"], b: 1, c: "z" })).toEqual(["a", "c"]);
});
