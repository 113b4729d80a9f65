import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { App, ConfigProvider } from "antd";
import i18next from "i18next";
import { I18nextProvider, initReactI18next } from "react-i18next";
import { beforeAll, beforeEach, expect, test, vi } from "vitest";
import { draftOf, forgetDrafts, keepDraft, keepDraftsFor } from "../../api/drafts";
import { Refusal } from "../../api/refusal";
import zh from "../../i18n/zh.json";
import { CountField, LineField, Field } from "./Field";
import { FormSheet, pathOf } from "./FormSheet";
import { inShanghai, MoneyInput } from "./inputs";

type Body = { title: string; budget: { amount: string; currency: string } | null; staff: number };

beforeAll(() =>
  i18next
    .use(initReactI18next)
    .init({ lng: "zh", resources: { zh: { translation: zh } }, interpolation: { escapeValue: false } }),
);
beforeEach(() => localStorage.clear());

function sheet(send: (body: Body) => unknown, error?: unknown, draft?: string, version = 0) {
  return (
    <I18nextProvider i18n={i18next}>
      <QueryClientProvider client={new QueryClient()}>
        <ConfigProvider button={{ autoInsertSpace: false }}>
          <App>
            <FormSheet<Body>
              send={send}
              sending={false}
              error={error}
              submit="保存"
              version={version}
              {...(draft && { draft })}
            >
              <LineField name="title" label="名称" required />
              <Field name="budget" label="预算">
                <MoneyInput />
              </Field>
              <CountField name="staff" label="人数" />
            </FormSheet>
          </App>
        </ConfigProvider>
      </QueryClientProvider>
    </I18nextProvider>
  );
}

const save = () => userEvent.click(screen.getByRole("button", { name: "保存" }));

test("an amount is sent as decimal text, however it is typed", async () => {
  const send = vi.fn();
  render(sheet(send));
  await userEvent.type(screen.getByLabelText(/名称/), "助餐");
  await userEvent.type(screen.getByLabelText(/预算/), "12,000.5");
  await save();
  await waitFor(() => expect(send).toHaveBeenCalled());
  expect(send.mock.calls[0]?.[0]).toMatchObject({ title: "助餐", budget: { amount: "12000.5", currency: "CNY" } });
});

test("a required field that is empty is said before anything is sent", async () => {
  const send = vi.fn();
  render(sheet(send));
  await save();
  expect(await screen.findByText("此项必填")).toBeInTheDocument();
  expect(send).not.toHaveBeenCalled();
});

test("what the server finds wrong with a field stands beside that field", async () => {
  const wrong = { zh: "金额太大", en: "too large" };
  const refusal = new Refusal({
    status: 422,
    code: "InputInvalid",
    messages: { zh: "有一项需要更正。", en: "One field." },
    fields: [{ field: "body.budget", code: "x", labels: { zh: "预算", en: "Budget" }, messages: wrong }],
  });
  render(sheet(vi.fn(), refusal));
  expect(await screen.findByText("金额太大")).toHaveClass("ant-form-item-explain-error");
});

test("what was typed is there again after the page was left, and gone once it was sent", async () => {
  const first = render(sheet(vi.fn(), undefined, "need 7"));
  await userEvent.type(screen.getByLabelText(/名称/), "助餐");
  first.unmount();
  render(sheet(async () => undefined, undefined, "need 7"));
  expect(screen.getByLabelText(/名称/)).toHaveValue("助餐");
  await save();
  await waitFor(() => expect(screen.getByLabelText(/名称/)).toHaveValue(""));
});

test("what was typed on an older version is put over the newer one only when asked", async () => {
  const first = render(sheet(vi.fn(), undefined, "need 7", 1));
  await userEvent.type(screen.getByLabelText(/名称/), "助餐");
  first.unmount();
  render(sheet(vi.fn(), undefined, "need 7", 2));
  expect(screen.getByRole("alert")).toHaveTextContent("在别处改过");
  expect(screen.getByLabelText(/名称/)).toHaveValue("");
  await userEvent.click(screen.getByRole("button", { name: "用我在本机写的" }));
  expect(screen.getByLabelText(/名称/)).toHaveValue("助餐");
});

test("drafts of one account are not shown to another at the same computer", async () => {
  keepDraftsFor(3);
  const first = render(sheet(vi.fn(), undefined, "need 7"));
  await userEvent.type(screen.getByLabelText(/名称/), "助餐");
  first.unmount();
  keepDraftsFor(4);
  render(sheet(vi.fn(), undefined, "need 7"));
  expect(screen.getByLabelText(/名称/)).toHaveValue("");
  keepDraftsFor(3);
  forgetDrafts();
  expect(localStorage).toHaveLength(0);
  keepDraftsFor(null);
});

test("a refused form keeps what was typed", async () => {
  render(sheet(async () => Promise.reject(new Error("refused")), undefined, "need 7"));
  await userEvent.type(screen.getByLabelText(/名称/), "助餐");
  await save();
  expect(screen.getByLabelText(/名称/)).toHaveValue("助餐");
});

test("an instant is shown by Shanghai's clock, and places in lists are numbers", () => {
  expect(inShanghai("2026-11-30T18:00:00Z")).toBe("2026-12-01T02:00:00");
  expect(pathOf("body.lots.0.title")).toEqual(["lots", 0, "title"]);
});

test("a browser that keeps nothing still knows what was typed while the page is open", () => {
  const full = vi.spyOn(Storage.prototype, "setItem").mockImplementation(() => {
    throw new Error("full");
  });
  keepDraft("need 7", { version: 0, body: { title: "助餐" } });
  expect(draftOf("need 7")).toEqual({ version: 0, body: { title: "助餐" } });
  forgetDrafts();
  expect(draftOf("need 7")).toBeNull();
  full.mockRestore();
});
