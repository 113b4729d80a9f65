import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { fireEvent, render, screen, waitFor } from "@testing-library/react";
import { App, Form } from "antd";
import i18next from "i18next";
import type { ReactNode } from "react";
import { I18nextProvider, initReactI18next } from "react-i18next";
import { beforeAll, expect, test, vi } from "vitest";
import { $api } from "../../api/client";
import type { components } from "../../api/schema.gen";
import rooms from "../../i18n/rooms/bids.json";
import zh from "../../i18n/zh.json";
import { ApplicationShown } from "../../ui/ApplicationShown";
import { Questions } from "./Questions";
import { BLANK } from "./useDraft";

type Question = components["schemas"]["Question"];
const option = (name: string, said: string) => ({ name, label: { zh: said, en: "" } });
const question = (name: string, said: string, more: Partial<Question>) =>
  ({ name, label: { zh: said, en: "" }, hint: null, options: [], required: false, ...more }) as Question;
const FORM = {
  title: { zh: "申报书", en: "" },
  questions: [
    question("surveyed", "是否做过调查", { type: "single", options: [option("own", "做过"), option("no", "没有")] }),
    question("asked", "问了多少人", { type: "number", whole: true, shown_if: "selected(${surveyed}, 'own')" }),
  ],
} as components["schemas"]["SurveyDefinition"];

beforeAll(() =>
  i18next.use(initReactI18next).init({
    lng: "zh",
    resources: { zh: { translation: { ...zh, rooms: { bids: rooms.zh } } } },
    interpolation: { escapeValue: false },
  }),
);

function shown(what: ReactNode): void {
  const client = new QueryClient({ defaultOptions: { queries: { staleTime: Number.POSITIVE_INFINITY } } });
  const populations = $api.queryOptions("get", "/api/v1/taxonomy/populations", {}).queryKey;
  client.setQueryData($api.queryOptions("get", "/api/v1/taxonomy/categories", {}).queryKey, []);
  client.setQueryData(populations, [{ code: "P1", label_zh: "老年人", label_en: "Older people" }] as never);
  render(
    <I18nextProvider i18n={i18next}>
      <QueryClientProvider client={client}>
        <App>{what}</App>
      </QueryClientProvider>
    </I18nextProvider>,
  );
}

test("a question is asked when the answer before it calls for it, and a number is sent as a number", async () => {
  const change = vi.fn();
  shown(
    <Form onValuesChange={(_, all) => change(all)}>
      <Questions of={FORM} />
    </Form>,
  );
  expect(screen.queryByLabelText(/问了多少人/)).toBeNull();
  fireEvent.click(screen.getByLabelText("做过"));
  fireEvent.change(await screen.findByLabelText(/问了多少人/), { target: { value: "120" } });
  expect(change).toHaveBeenLastCalledWith({ application: { answers: { surveyed: "own", asked: 120 } } });
  fireEvent.click(screen.getByLabelText("没有"));
  await waitFor(() => expect(screen.queryByLabelText(/问了多少人/)).toBeNull());
});

test("a column holds what it is called: a group is named, a person whose name looks like its code is not", () => {
  const application = {
    ...BLANK,
    answers: { surveyed: "own" },
    people_served: [{ group_code: "P1", people: 40 }],
    team: [{ person: "P1", duty: "项目负责人", certificate: "" }],
    budget: [
      {
        heading: "人员费用",
        detail: "补贴",
        unit_price: { amount: "2000.00", currency: "CNY" },
        quantity: "10.00",
        amount: { amount: "20000.00", currency: "CNY" },
      },
    ],
  } as components["schemas"]["Application-Output"];
  const parts = (["people_served", "team", "budget"] as const).map((part) => ({ part, least: 1, hint: null }));
  shown(<ApplicationShown of={{ plan: "", application }} form={{ questions: FORM, parts }} />);
  const rows = screen.getAllByRole("row").map((row) => [...row.children].map(({ textContent }) => textContent));
  expect(rows).toEqual([
    ["人群", "人数"],
    ["老年人", "40"],
    ["姓名", "分工", "证书"],
    ["P1", "项目负责人", "—"],
    ["类别", "明细", "单价", "数量", "申报金额"],
    ["人员费用", "补贴", "2,000 元", "10", "20,000 元"],
  ]);
  expect(screen.getByText("做过")).toBeVisible();
});
