import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { App } from "antd";
import i18next from "i18next";
import { I18nextProvider, initReactI18next } from "react-i18next";
import { afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { Refusal } from "../../api/refusal";
import type { components } from "../../api/schema.gen";
import surveys from "../../i18n/rooms/surveys.json";
import shared from "../../i18n/zh.json";
import { ImportAnswers, Mapped } from "./ImportAnswers";
import { Refused } from "./ImportForm";
import { type Preview, type Question, chosen, mappingOf, moved, open, said, targetsOf, unanswered } from "./mapping";
import zh from "./zh.json";

beforeAll(() =>
  i18next.use(initReactI18next).init({
    lng: "zh",
    resources: { zh: { translation: { ...shared, surveys: zh, rooms: { surveys: surveys.zh } } } },
    interpolation: { escapeValue: false },
  }),
);
let sent: Request[] = [];
let answers: Record<string, unknown>[] = [];
beforeEach(() => {
  sent = [];
  vi.stubGlobal("fetch", async (request: Request) => {
    sent.push(request);
    return Response.json(answers.shift() ?? {});
  });
});
afterEach(() => vi.unstubAllGlobals());

const text = (words: string) => ({ zh: words, en: "" });
const options = (...names: string[]) => names.map((name) => ({ name, label: text(`选项${name}`) }));
const QUESTIONS = [
  { type: "note", name: "n", label: text("您好") },
  { type: "single", name: "sex", label: text("性别"), options: options("M", "F") },
  { type: "multi", name: "want", label: text("需要"), options: options("a", "b") },
  { type: "rating_matrix", name: "rate", label: text("评价"), options: options("1", "2"), rows: options("x") },
] as unknown as Question[];

const cell = (words: string, option: string | null, count = 1) => ({ text: words, count, option });
const preview = (): Preview => ({
  by: "label",
  kinds: ["label", "place"],
  doubts: [
    {
      row: 1,
      rows: [1],
      more: 0,
      column: "1、您是男是女",
      code: "TitleFitsNone",
      messages: { zh: "列“1、您是男是女”与问卷的题目不一致。", en: "No question." },
      facts: {},
    },
  ],
  columns: [
    { column: 7, title: "1、您是男是女", question: "", part: "", cells: [cell("女士", null, 3)] },
    { column: 8, title: "2、需要", question: "want", part: "", cells: [cell("选项a", "a")] },
    { column: 9, title: "第3题(x)", question: "rate", part: "x", cells: [cell("选项1", "1"), cell("差", null)] },
  ],
});

test("a preview becomes the mapping that is sent back, without what is still open", () => {
  expect(
    mappingOf(preview()).columns.map(({ column, question, part, options: told }) => [column, question, part, told]),
  ).toEqual([
    [7, "", "", {}],
    [8, "want", "", { 选项a: "a" }],
    [9, "rate", "x", { 选项1: "1" }],
  ]);
});

test("another question or another kind of file forgets what cells were taken for", () => {
  const mapping = mappingOf(preview());
  expect(moved(mapping, 8, "rate|x").columns[1]).toMatchObject({ question: "rate", part: "x", options: {} });
  expect(moved(mapping, 8, "").columns[1]).toMatchObject({ question: "", part: "", options: {} });
  expect(said(mapping, "place")).toMatchObject({
    by: "place",
    columns: [{}, { question: "want", options: {} }, { options: {} }],
  });
});

test("what is open is counted: cells without an option, and two columns for one answer", () => {
  expect(open(preview(), QUESTIONS)).toBe(1);
  expect(open(chosen(preview(), 9, "差", ""), QUESTIONS)).toBe(0);
  const twice = preview();
  twice.columns[0] = { column: 7, title: "x", question: "want", part: "", cells: [] };
  expect(open(twice, QUESTIONS)).toBe(2);
  expect(unanswered(preview(), QUESTIONS).map(({ name }) => name)).toEqual(["sex"]);
});

test("a column may lead to every question that is asked, and to its parts", () => {
  expect(targetsOf(QUESTIONS, "zh").map(({ value, label }) => `${value} ${label}`)).toEqual([
    "sex 1、性别",
    "want 2、需要",
    "want|a 2、需要 — 选项a",
    "want|b 2、需要 — 选项b",
    "rate|x 3、评价 — 选项x",
  ]);
});

const around = (child: React.ReactNode) =>
  render(
    <I18nextProvider i18n={i18next}>
      <QueryClientProvider client={new QueryClient()}>
        <App>{child}</App>
      </QueryClientProvider>
    </I18nextProvider>,
  );

test("the table says what every column and cell is taken for, and what is missing", () => {
  around(<Mapped of={preview()} questions={QUESTIONS} change={() => undefined} again={() => undefined} />);
  expect(screen.getByRole("rowheader", { name: "1、您是男是女" })).toBeVisible();
  expect(screen.getByRole("combobox", { name: "“差”对应的选项" })).toBeInTheDocument();
  expect(screen.getByText("以下题目没有对应的列，导入后将没有答案：性别")).toBeVisible();
  expect(screen.getByText("还有 1 处没有确定，确定后才能导入。")).toBeVisible();
});

test("nothing is imported before a person has seen the preview and decided what is open", async () => {
  const settled = chosen(preview(), 9, "差", "2");
  answers = [preview(), { ...settled, doubts: [] }, { added: 3, unchanged: 0, not_returned: 0 }];
  const wave = { id: 7, communities: ["530114003004"] } as components["schemas"]["WaveRead"];
  around(<ImportAnswers wave={wave} questions={QUESTIONS} />);
  await userEvent.upload(screen.getByLabelText("导入答卷", { selector: "input" }), new File(["x"], "answers.csv"));
  expect(await screen.findByText("列“1、您是男是女”与问卷的题目不一致。")).toBeVisible();
  expect(screen.getByRole("button", { name: "按以上对应关系导入" })).toBeDisabled();
  await userEvent.click(screen.getByRole("radio", { name: "写的是选项序号" }));
  await vi.waitFor(() => expect(screen.getByRole("button", { name: "按以上对应关系导入" })).toBeEnabled());
  await userEvent.click(screen.getByRole("button", { name: "按以上对应关系导入" }));
  await vi.waitFor(() => expect(sent).toHaveLength(3));
  expect(sent.map(({ url }) => new URL(url).pathname.split("/").at(-1))).toEqual([
    "preview_responses",
    "preview_responses",
    "import_responses",
  ]);
});

test("a form that holds more is taken without it only when a person says so", async () => {
  const row = {
    row: 4,
    column: "survey.type",
    code: "XlsformTypeUnknown",
    messages: { zh: "题型“geopoint”不支持，共 12 行。", en: "" },
  };
  const partly = new Refusal({
    status: 422,
    code: "XlsformPartly",
    messages: { zh: "有 1 类内容不能表达。", en: "" },
    rows: [row],
  });
  const goOn = vi.fn<() => void>();
  around(<Refused error={partly} goOn={goOn} />);
  expect(screen.getByText("题型“geopoint”不支持，共 12 行。")).toBeVisible();
  await userEvent.click(screen.getByRole("button", { name: "不含这些内容继续导入" }));
  expect(goOn).toHaveBeenCalledOnce();
});

test("a form that is wrong offers no way on", () => {
  around(
    <Refused
      error={new Refusal({ status: 422, code: "RowsRefused", messages: { zh: "文件中有 1 处问题。", en: "" } })}
      goOn={() => undefined}
    />,
  );
  expect(screen.getByText("文件中有 1 处问题。")).toBeVisible();
  expect(screen.queryByRole("button")).toBeNull();
});
