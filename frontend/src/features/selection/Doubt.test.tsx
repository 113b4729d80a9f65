import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import i18next from "i18next";
import { I18nextProvider, initReactI18next } from "react-i18next";
import { beforeAll, expect, test, vi } from "vitest";
import type { Sought } from "./Advertise";
import { Doubt } from "./Doubt";
import type { Ranking, TryOut } from "./tryOut";
import zh from "./zh.json";

vi.mock("../../ui/Link", () => ({
  Link: ({ to, children }: { to: string; children: string }) => <a href={to}>{children}</a>,
  useGo: () => vi.fn(),
}));

beforeAll(() =>
  i18next.use(initReactI18next).init({
    lng: "zh",
    resources: { zh: { translation: { selection: zh } } },
    interpolation: { escapeValue: false },
  }),
);

const WHO = { id: 5, party_id: 1, party_zh: "暖藤", party_en: "Warm Vine" };
const FIRST = { ...WHO, title: "“常青藤”学苑", place: 1, score: "0.4" };
const NEAR = { ...WHO, title: "长者厨房", filter: "budget", facts: { price: "72000.00", budget: "60000.00" } };

function shown(fit: Partial<Ranking["fit"]>, more: object = {}, mayEdit = true, need?: Sought) {
  const skip = vi.fn();
  const of = {
    subject_id: 7,
    fit: { is_doubtful: true, reasons: [], helps: [], ...fit },
    rows: [FIRST],
    excluded: [],
    excluded_count: 0,
    relax: [],
    ...more,
  } as unknown as Ranking;
  render(
    <I18nextProvider i18n={i18next}>
      <QueryClientProvider client={new QueryClient()}>
        <Doubt of={of} to="offers" tryOut={{ skip } as unknown as TryOut} mayEdit={mayEdit} need={need} />
      </QueryClientProvider>
    </I18nextProvider>,
  );
  return skip;
}

test("a first place that may fit is not spoken of", () => {
  shown({ is_doubtful: false });
  expect(screen.queryByRole("alert")).toBeNull();
});

test("one that probably does not is told with its reasons, and what its place is worth", () => {
  shown({ reasons: ["few_words", "other_people"] });
  expect(screen.getByRole("alert")).toHaveTextContent("可能没有合适的服务");
  expect(
    screen.getByText("排在最前的“‘常青藤’学苑”只是现有当中最接近的：双方文字说明很少说到同样的事；服务人群不一致。"),
  ).toBeInTheDocument();
  expect(screen.getByText("下面的名次只说明谁更接近，不说明合适。")).toBeInTheDocument();
  expect(screen.queryByText("可以这样做：")).toBeNull();
});

test("whoever may edit is led to the codes, anybody else is told whom to ask", () => {
  shown({ reasons: ["few_words"], helps: ["codes"] });
  expect(screen.getByRole("link", { name: "补全或更正服务类别、服务人群" })).toHaveAttribute("href", "/needs/7/edit");
  shown({ reasons: ["few_words"], helps: ["codes"] }, {}, false);
  expect(screen.getByText("请填写的单位补全或更正服务类别、服务人群。")).toBeInTheDocument();
});

test("the filter to leave out is the one that brings a first place that may fit", async () => {
  const relaxed = (filter: string, place: number, is_doubtful: boolean) => ({
    filter,
    admitted: 1,
    is_doubtful,
    best: { ...FIRST, place },
  });
  const relax = [relaxed("coverage", 1, true), relaxed("dates", 2, false), relaxed("budget", 1, false)];
  const skip = shown({ reasons: ["few_words"], helps: ["filters"] }, { relax });
  await userEvent.click(screen.getByRole("button", { name: "试着不看“预算上限”" }));
  expect(skip).toHaveBeenCalledWith("budget", true);
});

const NEED = { id: 7, advertised_at: null };

test("whoever may tell the organisations is offered to, and anybody reads since when they were told", () => {
  shown({ reasons: ["few_words"] }, {}, true, { ...NEED, actions: ["advertise"] });
  expect(screen.getByRole("button", { name: /action\.advertise$/ })).toBeInTheDocument();
  shown({ reasons: ["few_words"] }, {}, true, { ...NEED, actions: [], advertised_at: "2026-11-30T10:00:00+08:00" });
  expect(screen.getByText(/自 2026年11月30日 起已向社会组织征集。/)).toBeInTheDocument();
});

test("whoever may not tell them, nor could read that they were, reads nothing of it", () => {
  shown({ reasons: ["few_words"] }, {}, true, { ...NEED, actions: [] });
  expect(screen.queryByText("可以这样做：")).toBeNull();
});

test("where nobody is left that is said instead, with who comes nearest", () => {
  shown({ reasons: ["nobody"] }, { rows: [], excluded: [NEAR], excluded_count: 3 });
  expect(screen.getByRole("alert")).toHaveTextContent("没有一个符合全部硬性条件。");
  expect(screen.getByRole("alert")).toHaveTextContent("内容最接近的是“长者厨房”（暖藤）");
  expect(screen.getByRole("link", { name: "查看“差一点”的 3 个" })).toHaveAttribute("href", "#excluded");
  expect(screen.queryByText("下面的名次只说明谁更接近，不说明合适。")).toBeNull();
});
