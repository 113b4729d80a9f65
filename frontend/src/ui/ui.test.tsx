import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { App, ConfigProvider } from "antd";
import i18next from "i18next";
import type { ReactNode } from "react";
import { I18nextProvider, initReactI18next } from "react-i18next";
import { afterEach, beforeAll, expect, test, vi } from "vitest";
import { refusalIn } from "../api/refusal";
import en from "../i18n/en.json";
import zh from "../i18n/zh.json";
import { ActionBar, type ActionFormProps } from "./ActionBar";
import { Deadline, timeLeft } from "./Deadline";
import { amountText, endText, listText, moneyText, percentText, priceText } from "./format";
import { RefusalAlert } from "./RefusalAlert";
import { StatusTag } from "./StatusTag";

beforeAll(() =>
  i18next.use(initReactI18next).init({
    lng: "zh",
    resources: { zh: { translation: zh }, en: { translation: en } },
    interpolation: { escapeValue: false },
  }),
);
afterEach(async () => {
  vi.unstubAllGlobals();
  await i18next.changeLanguage("zh");
});

function show(thing: ReactNode): void {
  render(
    <I18nextProvider i18n={i18next}>
      <QueryClientProvider client={new QueryClient()}>
        <ConfigProvider button={{ autoInsertSpace: false }}>
          <App>{thing}</App>
        </ConfigProvider>
      </QueryClientProvider>
    </I18nextProvider>,
  );
}

function serving(answer: () => Response): Request[] {
  const seen: Request[] = [];
  vi.stubGlobal("fetch", async (sent: Request) => {
    seen.push(sent);
    return answer();
  });
  return seen;
}

test.each([
  ["12000", "12,000"],
  ["12000.5", "12,000.50"],
  ["-400000.00", "-400,000"],
  ["0.00", "0"],
  ["12345678901234567890.01", "12,345,678,901,234,567,890.01"],
])("the amount %s is written %s", (amount, written) => {
  expect(amountText(amount)).toBe(written);
});

test("money is written as either language writes it, and other currencies with their code", () => {
  expect(moneyText({ amount: "-12000.00", currency: "CNY" }, "zh")).toBe("-12,000 元");
  expect(moneyText({ amount: "-12000.00", currency: "CNY" }, "en")).toBe("-¥12,000");
  expect(moneyText({ amount: "5.50", currency: "EUR" }, "en")).toBe("5.50 EUR");
  expect(priceText({ price: "39000.00", price_unit: "元/项目" })).toBe("39,000 元/项目");
  expect(priceText({ price: null, price_unit: "" })).toBe("—");
});

test("what ends at midnight ends at 24:00 of the day before", () => {
  expect(endText("2018-08-07T00:00:00+08:00", "zh")).toBe("2018年8月6日 24:00");
  expect(endText("2018-08-06T23:59:00+08:00", "en")).toBe("6 Aug 2018 23:59");
  expect(endText("2018-08-07", "zh")).toBe("2018年8月7日");
});

test("words one after another are parted as the language does it", () => {
  expect(listText(["长者", "儿童"], "zh")).toBe("长者、儿童");
  expect(listText(["Elderly", "Children"], "en")).toBe("Elderly, Children");
});

test("a share is shown with one digit", () => {
  expect(percentText(0.8233, "zh")).toBe("82.3%");
});

test("a deadline given as a day lasts until the end of that day in Shanghai", () => {
  const nearly = new Date("2018-10-12T15:59:00Z");
  expect(timeLeft("2018-10-12", nearly)).toEqual({ past: false, soon: true, days: 0, hours: 0, minutes: 0 });
  expect(timeLeft("2018-10-12", new Date("2018-10-12T16:00:00Z")).past).toBe(true);
});

test("a deadline has passed at its very instant", () => {
  expect(timeLeft("2018-09-20T09:00:00Z", new Date("2018-09-20T09:00:00Z")).past).toBe(true);
});

test("a deadline shows the Shanghai date, the time left and its rule, in either language", async () => {
  const deadline = <Deadline at="2018-09-20T09:00:00Z" now={new Date("2018-09-16T06:30:00Z")} rule="公告第三条" />;
  show(deadline);
  expect(screen.getByText("2018年9月20日 17:00")).toBeVisible();
  expect(screen.getByText("还剩 4 天 2 小时")).toBeVisible();
  expect(screen.getByText("依据：公告第三条")).toBeVisible();
  await i18next.changeLanguage("en");
  show(deadline);
  expect(screen.getAllByText("20 Sept 2018 17:00")[0]).toBeVisible();
});

test("a status is told in words and not by colour alone", () => {
  show(<StatusTag status="ineligible" />);
  expect(screen.getByText("资格不合格")).toHaveClass("status-bad");
});

test("the buttons are those the server grants, and a click posts the verb", async () => {
  const seen = serving(() => Response.json({ status: "open" }));
  const done = vi.fn();
  show(<ActionBar of={{ id: 7, actions: ["answer"] }} feature="needs" onDone={done} />);
  expect(screen.getAllByRole("button").map((button) => button.textContent)).toEqual(["答复"]);
  await userEvent.click(screen.getByRole("button", { name: "答复" }));
  await vi.waitFor(() => expect(done).toHaveBeenCalledWith("answer", { status: "open" }));
  expect(seen.map((one) => [one.method, new URL(one.url).pathname])).toEqual([["POST", "/api/v1/needs/7/answer"]]);
});

test("a verb that only its room has words for is said by them, and files are attached elsewhere", () => {
  i18next.addResource("zh", "translation", "rooms.offers.action.pause", "暂停承接");
  show(<ActionBar of={{ id: 7, actions: ["pause", "attach"] }} feature="offers" />);
  expect(screen.getAllByRole("button").map((button) => button.textContent)).toEqual(["暂停承接"]);
});

test("an irreversible verb is asked back first, and the refusal is shown in the reader's language", async () => {
  const problem = {
    status: 409,
    code: "TooFewResponses",
    messages: { zh: "有效问卷不足 30 份，请继续回收。", en: "Too few." },
  };
  const seen = serving(() => Response.json(problem, { status: 409 }));
  show(<ActionBar of={{ id: 7, actions: ["publish"] }} feature="needs" />);
  await userEvent.click(screen.getByRole("button", { name: "发布" }));
  expect(await screen.findByText(zh.confirm.publish)).toBeInTheDocument();
  expect(seen).toEqual([]);
  await userEvent.click(screen.getAllByRole("button", { name: "发布" }).at(-1) as HTMLElement);
  expect(await screen.findByText("有效问卷不足 30 份，请继续回收。")).toBeVisible();
});

test("a verb with a form sends what the form gives", async () => {
  const seen = serving(() => Response.json({}));
  const Reason = ({ send }: ActionFormProps<{ id: number; actions: string[] }>) => (
    <button type="button" onClick={() => send({ reason: "场地已改" })}>
      填好
    </button>
  );
  show(<ActionBar of={{ id: 3, actions: ["withdraw"] }} feature="offers" forms={{ withdraw: Reason }} />);
  await userEvent.click(screen.getByRole("button", { name: "撤回" }));
  await userEvent.click(await screen.findByText("填好"));
  await vi.waitFor(() => expect(seen).toHaveLength(1));
  expect(await seen[0]?.json()).toEqual({ reason: "场地已改" });
});

test("a refusal is a sentence; its code is folded away, and rows that follow each other are one span", () => {
  const rows = [
    { row: 2, rows: [2, 3, 4, 7], more: 5, column: "社区", code: "Denied", messages: { zh: "不在辖区", en: "" } },
  ];
  show(
    <RefusalAlert error={refusalIn({ status: 422, code: "RowsRefused", messages: { zh: "有误", en: "" }, rows })} />,
  );
  expect(screen.getByRole("alert").textContent).toContain("有误");
  expect(screen.getByText("提示代码：RowsRefused").closest("details")?.open).toBe(false);
  expect(screen.getByRole("cell", { name: "2–4、7 等，另有 5 行" })).toBeTruthy();
});
