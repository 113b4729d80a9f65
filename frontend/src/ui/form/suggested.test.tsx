import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { fireEvent, render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { App, ConfigProvider } from "antd";
import i18next from "i18next";
import { I18nextProvider, initReactI18next } from "react-i18next";
import { beforeAll, beforeEach, expect, test, vi } from "vitest";
import zh from "../../i18n/zh.json";
import { Field, LineField } from "./Field";
import { FormSheet } from "./FormSheet";
import { SuggestedCategory, SuggestedPopulations } from "./suggested";

type Body = { title: string; category_code: string | null; population_codes: string[] };

const CATEGORIES = [
  { code: "010102", parent_code: null, level: 1, label_zh: "送餐上门", label_en: "Meals", synonyms: [], spelled: "" },
];
const POPULATIONS = [
  { code: "P04", parent_code: null, label_zh: "老年人", label_en: "Older people", synonyms: [], spelled: "" },
  { code: "P05", parent_code: null, label_zh: "残疾人", label_en: "Disabled people", synonyms: [], spelled: "" },
];
const FOUND = {
  categories: [{ code: "010102", words: ["送饭", "上门"] }],
  populations: [
    { code: "P04", words: ["老人"] },
    { code: "P05", words: ["残疾"] },
  ],
};
let asked: unknown[] = [];
let fails = false;

beforeAll(() =>
  i18next
    .use(initReactI18next)
    .init({ lng: "zh", resources: { zh: { translation: zh } }, interpolation: { escapeValue: false } }),
);
beforeEach(() => {
  asked = [];
  fails = false;
  localStorage.clear();
  vi.stubGlobal("fetch", async (sent: Request) => {
    if (sent.url.endsWith("/categories")) return Response.json(CATEGORIES);
    if (sent.url.endsWith("/populations")) return Response.json(POPULATIONS);
    asked.push(await sent.json());
    return fails ? new Response("", { status: 500 }) : Response.json(FOUND);
  });
});

function form(send = vi.fn()) {
  render(
    <I18nextProvider i18n={i18next}>
      <QueryClientProvider client={new QueryClient()}>
        <ConfigProvider button={{ autoInsertSpace: false }}>
          <App>
            <FormSheet<Body> send={send} sending={false} submit="保存" draft="need new">
              <LineField name="title" label="名称" />
              <Field name="category_code" label="服务类别">
                <SuggestedCategory />
              </Field>
              <Field name="population_codes" label="服务人群">
                <SuggestedPopulations />
              </Field>
            </FormSheet>
          </App>
        </ConfigProvider>
      </QueryClientProvider>
    </I18nextProvider>,
  );
  return send;
}

const write = (text: string) => fireEvent.change(screen.getByLabelText(/名称/), { target: { value: text } });
const suggested = (name: string) => screen.findByRole("button", { name }, { timeout: 3000 });

test("what the text seems to speak of is offered with its words, and taken by one click", async () => {
  const send = form();
  write("给残疾老人送饭");
  await userEvent.click(await suggested("送餐上门（写有“送饭、上门”）"));
  expect(screen.getByLabelText(/服务类别/)).toHaveFocus();
  await userEvent.click(await suggested("残疾人（写有“残疾”）"));
  await userEvent.click(await suggested("老年人（写有“老人”）"));
  await waitFor(() => expect(screen.queryByText("根据您写的内容，可能是：")).toBeNull());
  expect(JSON.parse(String(Object.values(localStorage)[0]))).toMatchObject({
    body: { category_code: "010102", population_codes: ["P05", "P04"] },
  });
  await userEvent.click(screen.getByRole("button", { name: "保存" }));
  await waitFor(() => expect(send).toHaveBeenCalled());
  expect(send.mock.calls[0]?.[0]).toMatchObject({ category_code: "010102", population_codes: ["P05", "P04"] });
});

test("nothing is asked while somebody types, and once for both fields when they pause", async () => {
  form();
  await userEvent.setup({ delay: 60 }).type(screen.getByLabelText(/名称/), "给老人送饭");
  await suggested("老年人（写有“老人”）");
  expect(asked).toEqual([{ title: "给老人送饭", description: "" }]);
});

test("without a text nothing is asked, and what was offered for one that is gone is not left standing", async () => {
  form();
  write("给老人送饭");
  await suggested("老年人（写有“老人”）");
  write("  ");
  await waitFor(() => expect(screen.queryByText("根据您写的内容，可能是：")).toBeNull(), { timeout: 3000 });
  expect(asked).toHaveLength(1);
});

test("where nothing could be asked that is said once, and nothing older is offered", async () => {
  form();
  write("给老人送饭");
  await suggested("老年人（写有“老人”）");
  fails = true;
  write("给老人洗衣");
  expect(await screen.findByText("暂时读不出建议，请自行选择。", {}, { timeout: 3000 })).toBeInTheDocument();
  expect(screen.queryByText("根据您写的内容，可能是：")).toBeNull();
});
