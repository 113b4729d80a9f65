import { render, screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { AnswerPage } from "./AnswerPage";
import { faults, reading, tapped } from "../questionnaire/answers";
import type { Choice, Definition, Question } from "../questionnaire/definition";
import type { Answering } from "./answering";
import { Frame } from "./Frame";
import { ReceiptPage } from "./ReceiptPage";
import { Thanks } from "./Thanks";

const choice = (name: string, zh: string, en = ""): Choice => ({ name, label: { zh, en } });
const question = (name: string, type: Question["type"], zh: string, more: Partial<Question> = {}): Question => ({
  name,
  type,
  label: { zh, en: "" },
  required: false,
  options: [],
  rows: [],
  scale: false,
  whole: false,
  sensitive: "none",
  public: false,
  ...more,
});
const services = [choice("01", "养老服务", "Older people"), choice("02", "儿童服务"), choice("03", "助残康复")];
const scale = ["1", "2", "3", "4", "5"].map((name, at) =>
  choice(name, ["很差", "较差", "一般", "较好", "很好"][at] ?? ""),
);
const definition: Definition = {
  title: { zh: "居民服务需求调查", en: "Residents' needs" },
  questions: [
    question("Q1", "multi", "最需要的服务", { required: true, options: services, max_select: 2 }),
    question("Q2", "ranking", "请排序", { required: true, derived_from: "Q1", rank_count: 3 }),
    question("Q3", "single", "参加过活动吗", { options: [choice("0", "没有"), choice("1", "参加过")] }),
    question("Q4", "open", "没有参加的原因", { shown_if: "selected(${Q3}, '0')", required: true }),
    question("Q5", "rating_matrix", "请评价", { rows: [choice("a", "环境"), choice("b", "物业")], options: scale }),
    question("Q6", "number", "家中几口人", {
      whole: true,
      constraint: ". > 0 and . < 20",
      constraint_message: { zh: "应在 1 到 19 之间", en: "" },
    }),
  ],
};
const wave = {
  community: { name: "新苑社区", path: ["呈贡区", "洛龙街道", "新苑社区"] },
  closes_at: "2030-10-12T09:00:00Z",
  open: true,
};
const asked_by = { zh: "新苑社区居委会", en: "" };
const answering: Answering = {
  survey_id: 3,
  purpose: "need",
  survey: definition,
  wave,
  demonstration: true,
  asked_by,
  minutes: 3,
};
const TODAY = "2018-10-15";

type Seen = { method: string; path: string; key: string | null; body: unknown };
function serving(answer: (seen: Seen) => Response): Seen[] {
  const all: Seen[] = [];
  vi.stubGlobal("fetch", async (sent: Request) => {
    const text = await sent.text();
    const seen = {
      method: sent.method,
      path: new URL(sent.url).pathname,
      key: sent.headers.get("Idempotency-Key"),
      body: text ? JSON.parse(text) : null,
    };
    all.push(seen);
    return answer(seen);
  });
  return all;
}
const posts = (all: Seen[]): Seen[] => all.filter(({ method }) => method === "POST");
const open = async (): Promise<() => void> => {
  const { unmount } = render(
    <Frame>
      <AnswerPage token="T0KEN" />
    </Frame>,
  );
  await screen.findByRole("heading", { name: "居民服务需求调查" });
  return unmount;
};
const send = (): Promise<void> => userEvent.click(screen.getByRole("button", { name: "提交问卷" }));

beforeEach(() => vi.stubGlobal("scrollTo", () => {}));
afterEach(() => {
  vi.unstubAllGlobals();
  sessionStorage.clear();
});

test("an answer left behind in a hidden question is not sent, and the question asks for nothing", () => {
  const entered = { Q1: ["01"], Q2: ["01"], Q3: "1", Q4: "太远" };
  expect(reading(definition, entered, TODAY).answers).toEqual({ Q1: ["01"], Q2: ["01"], Q3: "1" });
  expect([...faults(definition, entered, TODAY)]).toEqual([]);
});

test("several choices are sent in the order of the options, a ranking in the order of the taps", () => {
  const entered = { Q1: ["03", "01"], Q2: ["03", "01"] };
  expect(reading(definition, entered, TODAY).answers).toEqual({ Q1: ["01", "03"], Q2: ["03", "01"] });
});

test("a ranked service that is no longer chosen leaves the ranking", () => {
  expect(reading(definition, { Q1: ["02"], Q2: ["01", "02"] }, TODAY).answers).toEqual({ Q1: ["02"], Q2: ["02"] });
});

test("a ranking asks for no more places than there are choices", () => {
  expect(faults(definition, { Q1: ["01", "02"], Q2: ["02"] }, TODAY).get("Q2")).toEqual({
    key: "rank",
    facts: { count: 2 },
  });
  expect(faults(definition, { Q1: ["01"], Q2: ["01"] }, TODAY).get("Q2")).toBeUndefined();
});

test("a required ranking of what was chosen asks for nothing where nothing was chosen", () => {
  const optional = {
    ...definition,
    questions: [
      question("Q1", "multi", "需要", { options: services }),
      question("Q2", "ranking", "请排序", { required: true, derived_from: "Q1" }),
    ],
  };
  expect([...faults(optional, {}, TODAY)]).toEqual([]);
  expect(faults(optional, { Q1: ["01"] }, TODAY).get("Q2")).toEqual({ key: "required" });
});

test.each([
  ["三口", "number"],
  ["2.5", "whole"],
  ["25", "constraint"],
  ["３", undefined],
])("the number %s gets the fault %s", (typed, key) => {
  expect(faults(definition, { Q1: ["01"], Q2: ["01"], Q6: typed }, TODAY).get("Q6")?.key).toBe(key);
});

test("a required matrix counts the lines still to rate", () => {
  const rows = [choice("a", "环境"), choice("b", "物业")];
  const strict = {
    ...definition,
    questions: [question("Q5", "rating_matrix", "请评价", { rows, options: scale, required: true })],
  };
  expect(faults(strict, { Q5: { a: "4" } }, TODAY).get("Q5")).toEqual({ key: "rows", facts: { count: 1 } });
});

test("a resident answers, is led to the first gap, and gets a receipt code", async () => {
  const all = serving(({ method }) => Response.json(method === "POST" ? { receipt_code: "K7M2P9QX" } : answering));
  await open();
  await send();
  expect(screen.getByRole("group", { name: /最需要的服务/ })).toHaveFocus();
  await userEvent.click(screen.getByRole("checkbox", { name: "助残康复" }));
  await userEvent.click(screen.getByRole("checkbox", { name: "养老服务" }));
  expect(screen.getByRole("checkbox", { name: "儿童服务" })).toBeDisabled();
  const ranking = screen.getByRole("group", { name: /请排序/ });
  await userEvent.click(within(ranking).getByRole("button", { name: /助残康复/ }));
  within(ranking)
    .getByRole("button", { name: /养老服务/ })
    .focus();
  await userEvent.keyboard("{Enter}");
  await userEvent.click(screen.getByRole("radio", { name: "没有" }));
  await userEvent.type(screen.getByRole("textbox", { name: /没有参加的原因/ }), "不知道有活动");
  await userEvent.click(within(screen.getByRole("group", { name: "环境" })).getByRole("radio", { name: "较好" }));
  await send();
  expect(await screen.findByText("K7M2P9QX")).toBeVisible();
  expect(posts(all).map(({ path, body }) => [path, (body as { answers: unknown }).answers])).toEqual([
    [
      "/api/v1/surveys/answering/T0KEN",
      { Q1: ["01", "03"], Q2: ["03", "01"], Q3: "0", Q4: "不知道有活动", Q5: { a: "4" } },
    ],
  ]);
  expect(localStorage.getItem("survey:T0KEN")).toBeNull();
});

test("without a network the answers wait on the phone and go out once, under one key, also after a reload", async () => {
  localStorage.setItem("survey:T0KEN", JSON.stringify({ entered: { Q1: ["01"], Q2: ["01"], Q3: "1" }, seconds: 40 }));
  let online = false;
  const all = serving(({ method }) => {
    if (method === "POST" && !online) throw new TypeError("network");
    return Response.json(method === "POST" ? { receipt_code: "K7M2P9QX" } : answering);
  });
  const leave = await open();
  await send();
  expect(await screen.findByText("答卷还没有送达")).toBeVisible();
  leave();
  online = true;
  render(
    <Frame>
      <AnswerPage token="T0KEN" />
    </Frame>,
  );
  expect(await screen.findByText("K7M2P9QX")).toBeVisible();
  const sent = posts(all);
  expect(new Set(sent.map(({ key }) => key)).size).toBe(1);
  expect(new Set(sent.map(({ body }) => JSON.stringify(body))).size).toBe(1);
});

test("a fault the server finds is said at its question, and the answers stay", async () => {
  localStorage.setItem("survey:T0KEN", JSON.stringify({ entered: { Q1: ["01"], Q2: ["01"], Q3: "1" }, seconds: 40 }));
  const messages = { zh: "所排的项目不在所选之中。", en: "Not chosen." };
  const problem = {
    code: "AnswersRefused",
    messages: { zh: "有 1 处需要更正。", en: "1" },
    rows: [{ row: 2, column: "Q2", code: "RankedNotChosen", messages }],
  };
  serving(({ method }) => (method === "POST" ? Response.json(problem, { status: 422 }) : Response.json(answering)));
  await open();
  await send();
  expect(await screen.findByText("所排的项目不在所选之中。")).toBeVisible();
  expect(screen.getByRole("group", { name: /请排序/ })).toHaveFocus();
  expect(screen.getByRole("checkbox", { name: "养老服务" })).toBeChecked();
});

test("what excludes the others gives way to them, and they to it", () => {
  const none = "not(selected(., '09')) or count-selected(.) = 1";
  const household = question("Q5", "multi", "家中成员", { options: services, constraint: none });
  expect(tapped(household, ["01", "02"], "09", TODAY)).toEqual(["09"]);
  expect(tapped(household, ["09"], "02", TODAY)).toEqual(["02"]);
  expect(tapped(household, ["01"], "02", TODAY)).toEqual(["01", "02"]);
  expect(tapped(household, ["01", "02"], "01", TODAY)).toEqual(["02"]);
  const three = question("Q6", "multi", "至少三项", { options: services, constraint: "count-selected(.) >= 3" });
  expect(tapped(three, ["01"], "02", TODAY)).toEqual(["01", "02"]);
});

test("a nearly empty form is asked back about, and sent when the resident says so", async () => {
  const optional = {
    ...definition,
    questions: definition.questions.map((one) => Object.assign({}, one, { required: false })),
  };
  const all = serving(({ method }) =>
    Response.json(method === "POST" ? { receipt_code: "K7M2P9QX" } : { ...answering, survey: optional }),
  );
  await open();
  expect(screen.getByText("新苑社区居委会请您填写")).toBeVisible();
  await userEvent.click(screen.getByRole("checkbox", { name: "养老服务" }));
  await send();
  expect(screen.getByText("您只答了 1 题（共 5 题），确定提交吗？")).toHaveFocus();
  await userEvent.click(screen.getByRole("button", { name: "继续填写" }));
  expect(posts(all)).toEqual([]);
  await send();
  await userEvent.click(screen.getByRole("button", { name: "就这样提交" }));
  expect(await screen.findByText("K7M2P9QX")).toBeVisible();
  expect(screen.getByText(/^问卷填到 2030年10月12日 17:00 截止/)).toBeVisible();
});

test("a code that leads nowhere stays where it was typed", async () => {
  const messages = { zh: "没有找到这个回执码。", en: "Unknown." };
  serving(() => Response.json({ code: "ReceiptUnknown", messages }, { status: 404 }));
  render(
    <Frame>
      <ReceiptPage />
    </Frame>,
  );
  await userEvent.type(screen.getByLabelText("回执码"), "K7M2P9QX{Enter}");
  expect(await screen.findByText("没有找到这个回执码。")).toBeVisible();
  expect(screen.getByLabelText("回执码")).toHaveValue("K7M2P9QX");
});

test("the language switch keeps the answers and shows Chinese where nobody translated", async () => {
  serving(() => Response.json(answering));
  await open();
  await userEvent.click(screen.getByRole("checkbox", { name: "养老服务" }));
  await userEvent.click(screen.getByRole("button", { name: "English" }));
  expect(screen.getByRole("checkbox", { name: "Older people" })).toBeChecked();
  expect(screen.getByRole("checkbox", { name: "儿童服务" })).not.toBeChecked();
});

test("a receipt shows the own answers and what came of them, and lets withdraw after asking back", async () => {
  const receipt = {
    ...answering,
    answers: { Q1: ["01", "03"], Q2: ["03", "01"], Q5: { a: "4" } },
    status: "valid",
    submitted_at: "2018-10-15T02:00:00Z",
    actions: ["correct", "withdraw"],
  };
  const stage = { state: "done", why: null, at: null };
  const outcome = {
    need_id: 5,
    title: "高龄老人日间照料",
    status: "fulfilled",
    community: "新苑社区",
    is_own: true,
    contract: { ...stage, partner: { id: 1, name_zh: "萤火中心", name_en: "" } },
    willingness: { ...stage, said: "willing", method: "survey", answers: 26, ayes: 20, rule: "" },
    acceptance: { ...stage, said: "accepted", answers: 31, accepting: null, required_answers: 10 },
  };
  const all = serving(({ method, path }) => {
    if (path.endsWith("/path")) return Response.json({ survey_id: 3, outcomes: [outcome] });
    return Response.json(method === "POST" ? { ...receipt, answers: {}, status: "withdrawn", actions: [] } : receipt);
  });
  render(
    <Frame>
      <ReceiptPage />
    </Frame>,
  );
  await userEvent.type(screen.getByLabelText("回执码"), "k7m2 p9q");
  await userEvent.click(screen.getByRole("button", { name: "查看" }));
  expect(screen.getByText("回执码是 8 位字母或数字，请检查。")).toBeVisible();
  await userEvent.type(screen.getByLabelText("回执码"), "x{Enter}");
  expect(await screen.findByRole("link", { name: "高龄老人日间照料" })).toHaveAttribute("href", "/needs/5");
  expect(screen.getByText("由 萤火中心 承接")).toBeVisible();
  expect(screen.getByText("开始前问过居民：愿意（26 人答复，20 人同意）")).toBeVisible();
  expect(screen.getByText("结束时居民说：认可（31 人答复；一方人数太少，不公布具体人数）")).toBeVisible();
  await userEvent.click(screen.getByText("您的答案"));
  expect(screen.getByText("1. 助残康复 2. 养老服务")).toBeVisible();
  expect(screen.getByText("环境 较好")).toBeVisible();
  await userEvent.click(screen.getByRole("button", { name: "撤回答卷" }));
  expect(posts(all)).toEqual([]);
  await userEvent.click(screen.getByRole("button", { name: "确定撤回" }));
  expect(await screen.findByText("这份答卷已撤回，答案已删除。")).toBeVisible();
  expect(posts(all).map(({ path }) => path)).toEqual(["/api/v1/surveys/receipts/K7M2P9QX/withdraw"]);
});

test.each([
  ["need", true],
  ["acceptance", false],
] as const)("whoever answered for %s is told of needs: %s", (purpose, isTold) => {
  render(
    <Frame>
      <Thanks code="AB12CD34" demonstration={false} closes_at={null} purpose={purpose} />
    </Frame>,
  );
  expect(screen.queryByText(/呼声高的服务会写成需求/) !== null).toBe(isTold);
  expect(screen.queryByText(/用来评价这项服务/) !== null).toBe(!isTold);
  expect(screen.queryByText(/您提出的需求/) !== null).toBe(isTold);
});
