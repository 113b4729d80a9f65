import { render, screen } from "@testing-library/react";
import i18next from "i18next";
import { I18nextProvider, initReactI18next } from "react-i18next";
import { beforeAll, expect, test } from "vitest";
import type { components } from "../../api/schema.gen";
import { Weighted } from "./Weighting";
import zh from "./zh.json";

type Weighting = Omit<components["schemas"]["WeightingRead"], "uncovered">;
type Answer = components["schemas"]["AnswerRead"];

beforeAll(() =>
  i18next.use(initReactI18next).init({
    lng: "zh",
    resources: { zh: { translation: { surveys: zh } } },
    interpolation: { escapeValue: false },
  }),
);

const sex: Answer = {
  name: "Q1",
  label: { zh: "性别", en: "" },
  options: { F: { zh: "女", en: "" } },
  rows: {},
  tables: [],
  strata: {},
};

function show(more: Partial<Weighting>): void {
  const weighting = { effective_n: "13.5", capped: 1, converged: true, gaps: [], ...more };
  render(
    <I18nextProvider i18n={i18next}>
      <Weighted weighting={weighting} answers={[sex]} />
    </I18nextProvider>,
  );
}

test("a margin that the weights do not meet is told with the gap that remains", () => {
  show({ converged: false, gaps: [{ margin: "Q1", group: "F", wanted: "0.5000", reached: "0.1500" }] });
  expect(screen.getByRole("listitem").textContent).toBe("性别：“女”在总体中占 50.0%，加权后占 15.0%，相差最大");
});

test("where every margin is met no gap is told", () => {
  show({});
  expect(screen.queryByRole("listitem")).toBeNull();
  expect(screen.getByText(/均已对齐总体/)).toBeTruthy();
});
