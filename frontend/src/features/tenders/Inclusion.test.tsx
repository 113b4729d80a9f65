import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { App } from "antd";
import i18next from "i18next";
import { I18nextProvider, initReactI18next } from "react-i18next";
import { afterEach, beforeAll, expect, test, vi } from "vitest";
import type { components } from "../../api/schema.gen";
import awards from "../../i18n/rooms/awards.json";
import shared from "../../i18n/zh.json";
import { Inclusion } from "./Inclusion";
import zh from "./zh.json";

type Lot = components["schemas"]["LotComparisonRead"];
type Run = components["schemas"]["InclusionRead"];

beforeAll(() =>
  i18next.use(initReactI18next).init({
    lng: "zh",
    resources: { zh: { translation: { ...shared, tenders: zh, rooms: { awards: awards.zh } } } },
    interpolation: { escapeValue: false },
  }),
);
afterEach(() => vi.unstubAllGlobals());

const label = (bid: string) => ({
  bid_id: Number(bid.slice(1)),
  bid,
  title: "",
  applicant_zh: `${bid} 的单位`,
  applicant_en: "",
});
const loser = (
  bid: string,
  place: number,
  price: string | null,
  more: Partial<Run["rows"][number]> = {},
): Run["rows"][number] => ({
  ...label(bid),
  place,
  score: "80.00",
  asked: { amount: "9000.00", currency: "CNY" },
  price,
  reason: null,
  instead_of: [],
  joined: [],
  is_own: false,
  ...more,
});
const run = (more: Partial<Run> = {}): Run => ({
  status: "done",
  done: 3,
  total: 3,
  asked_at: "2018-07-30T09:00:00+08:00",
  proven_at: "2018-07-30T09:00:04+08:00",
  is_outdated: false,
  fault: null,
  best: {
    bids: [label("B01"), label("B12")],
    amount: { amount: "20000.00", currency: "CNY" },
    score: "175.50",
    bound: "175.50",
  },
  rows: [],
  ...more,
});

function show(inclusion: Run | null, actions: string[] = []): void {
  const lot = {
    lot_id: 2,
    lot: "L2",
    title_zh: "",
    title_en: "",
    budget: { amount: "1.00", currency: "CNY" },
    places: 1,
    sets: [],
    inclusion,
    actions,
  } as Lot;
  render(
    <I18nextProvider i18n={i18next}>
      <QueryClientProvider client={new QueryClient()}>
        <App>
          <Inclusion of={lot} tender={1} />
        </App>
      </QueryClientProvider>
    </I18nextProvider>,
  );
}

test("each loser is told in one sentence what its inclusion would cost, and who would make room", () => {
  const rows = [
    loser("B07", 4, "3.2000", { instead_of: [label("B12")] }),
    loser("B09", 5, "0.0000"),
    loser("B10", 6, null, { reason: "over_budget" }),
  ];
  show(run({ rows }));
  expect(screen.getByText("若要选入，总分将减少 3.2 分，需换下 B12。")).toBeVisible();
  expect(screen.getByText("选入它不减少总分。")).toBeVisible();
  expect(screen.getByText("任何合规的组合都无法选入：超出标段剩余预算。")).toBeVisible();
  expect(screen.getByText(/比较的基准是总分最高的组合：2 个项目，总分 175.50/)).toHaveTextContent("20,000 元");
});

test("one's own bid comes first", () => {
  show(run({ rows: [loser("B07", 4, "1.0000"), loser("B20", 14, "2.0000", { is_own: true })] }));
  expect(screen.getAllByRole("listitem").map((row) => row.textContent?.includes("本单位"))).toEqual([true, false]);
});

test("work in progress shows how far it is", () => {
  show(run({ status: "running", done: 1, total: 4, proven_at: null }));
  expect(screen.getByText("正在测算：已完成 1 / 4 个")).toBeVisible();
  expect(screen.getByRole("progressbar")).toHaveAttribute("aria-valuenow", "25");
});

test("figures of an earlier ranking are called outdated, and a run that failed says so", () => {
  show(run({ is_outdated: true, status: "failed", fault: "WinnersUnproven" }));
  expect(screen.getByText(awards.zh.field.is_outdated)).toBeVisible();
  expect(screen.getByText("测算未能完成（WinnersUnproven），请重新测算。")).toBeVisible();
});

test("only where the server grants it is there a button, and it asks for this lot", async () => {
  const seen: Request[] = [];
  vi.stubGlobal("fetch", async (sent: Request) => {
    seen.push(sent);
    return Response.json({}, { status: 202 });
  });
  show(null);
  expect(screen.queryByRole("button")).toBeNull();
  show(null, ["price_inclusion"]);
  await userEvent.click(screen.getByRole("button", { name: "测算入选差价" }));
  await vi.waitFor(() => expect(seen).toHaveLength(1));
  expect([seen[0]?.method, new URL(seen[0]?.url ?? "").pathname, await seen[0]?.json()]).toEqual([
    "POST",
    "/api/v1/awards/results/1/price_inclusion",
    { lot: "L2" },
  ]);
});
