import { expect, test } from "vitest";
import { Refusal } from "../../api/refusal";
import {
  aloneOf,
  asKind,
  conditionOf,
  conditionText,
  copied,
  firstDefinition,
  freshQuestion,
  linesOf,
  moved,
  piecesOf,
  problemsOf,
  takenOver,
  withAlone,
} from "./editing";

const label = (zh: string, en = "") => ({ zh, en });
const services = [
  { name: "01", label: label("养老服务", "Older people"), votes_for: "01" },
  { name: "02", label: label("儿童服务") },
];

test("an option keeps its name by its words, wherever it stands, and a reworded one by its place", () => {
  expect(linesOf(services)).toBe("养老服务 | Older people\n儿童服务");
  expect(piecesOf("儿童服务\n养老服务 | Older people\n\n助残", services)).toEqual([
    services[1],
    services[0],
    { name: "1", label: label("助残") },
  ]);
  expect(piecesOf("养老服务 | Older people\n少儿服务", services)[1]).toEqual({ name: "02", label: label("少儿服务") });
});

test("questions are moved and copied, each under a name of its own", () => {
  const first = freshQuestion([]);
  const second = freshQuestion([first]);
  expect(moved([first, second], 1, 0).map(({ name }) => name)).toEqual(["Q2", "Q1"]);
  expect(copied([first, second], 0).map(({ name }) => name)).toEqual(["Q1", "Q3", "Q2"]);
});

test("questions of another questionnaire come under names of their own, with what was taken along and nothing else", () => {
  const own = [freshQuestion([])];
  const asked = { ...freshQuestion([]), name: "A", options: services };
  const about = { ...freshQuestion([]), name: "B", shown_if: "selected(${A}, '01')" };
  const ranked = { ...freshQuestion([]), name: "C", type: "ranking" as const, derived_from: "A" };
  const all = [asked, about, ranked];
  expect(takenOver(own, all, all).slice(1)).toEqual([
    { ...asked, name: "Q2" },
    { ...about, name: "Q3", shown_if: "selected(${Q2}, '01')" },
    { ...ranked, name: "Q4", derived_from: "Q2" },
  ]);
  const { shown_if: _, ...unconditional } = about;
  const { derived_from: __, ...itsOwn } = ranked;
  expect(takenOver(own, all, [about, ranked]).slice(1)).toEqual([
    { ...unconditional, name: "Q2" },
    { ...itsOwn, name: "Q3", options: services },
  ]);
});

test("a simple condition is read and written; another is left as it stands", () => {
  const text = "selected(${Q1}, 'a') or selected(${Q1}, 'b')";
  expect(conditionOf(text)).toEqual({ question: "Q1", options: ["a", "b"] });
  expect(conditionText({ question: "Q1", options: ["a", "b"] })).toBe(text);
  expect(conditionOf("selected(${Q1}, 'a') or ${Q2} > 3")).toBeNull();
  expect(conditionOf("selected(${Q1}, 'a') or selected(${Q2}, 'b')")).toBeNull();
});

test("the option that stands alone is said as XLSForm says it", () => {
  const question = { ...asKind(freshQuestion([]), "multi"), options: services };
  const alone = withAlone(question, "02");
  expect(alone.constraint).toBe("not(selected(., '02')) or count-selected(.) = 1");
  expect(aloneOf(alone)).toBe("02");
  expect(withAlone(alone, undefined)).toEqual(question);
});

test("the first question offers the main services, each speaking for its category", () => {
  const terms = [
    { code: "01", parent_code: null, label_zh: "养老服务", label_en: "Older people" },
    { code: "0101", parent_code: "01", label_zh: "助餐", label_en: "Meals" },
  ];
  expect(firstDefinition("调查", terms).questions[0]).toMatchObject({ type: "multi", options: [services[0]] });
});

test("what the server finds wrong is put beside its question and field", () => {
  const messages = { zh: "请填写。", en: "Fill it in." };
  const refusal = new Refusal({
    status: 422,
    code: "DefinitionRefused",
    messages,
    rows: [{ row: 2, column: "options", code: "OptionsMissing", messages }],
    fields: [{ field: "body.definition.questions.0.label.zh", code: "missing", labels: messages, messages }],
  });
  expect([...problemsOf(refusal, "zh")]).toEqual([
    ["1.options", ["请填写。"]],
    ["0.label", ["请填写。"]],
  ]);
});
