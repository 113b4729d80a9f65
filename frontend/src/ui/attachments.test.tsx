import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { act, render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { App } from "antd";
import i18next from "i18next";
import { I18nextProvider, initReactI18next } from "react-i18next";
import { afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import zh from "../i18n/zh.json";
import { Attachments } from "./Attachments";
import { fileSizeText } from "./format";

const file = { id: 7, name: "会议纪要.pdf", kind: "pdf", size: 842_000, attached_at: "2026-11-20T02:00:00Z" };
const listed = { items: [{ ...file, actions: ["remove"] }], actions: ["attach"], most: 3, largest: 1000, accepts: [] };
const refusal = { status: 422, code: "AttachmentKindUnknown", messages: { zh: "不支持这种文件。", en: "No." } };
let sent: Line[];
let asked: Request[];

/** A line whose every step the test takes itself. */
class Line extends EventTarget {
  upload = new EventTarget();
  status = 0;
  responseText = "";
  open = vi.fn();
  setRequestHeader = vi.fn();
  getAllResponseHeaders = (): string => "Content-Type: application/json\r\n";
  body?: FormData;

  send(body: FormData): void {
    this.body = body;
    sent.push(this);
  }

  tell(loaded: number): Promise<void> {
    return act(async () => {
      this.upload.dispatchEvent(Object.assign(new Event("progress"), { loaded, total: 100 }));
    });
  }

  answer(status: number, body: object): Promise<void> {
    return act(async () => {
      Object.assign(this, { status, responseText: JSON.stringify(body) });
      this.dispatchEvent(new Event("load"));
    });
  }
}

beforeAll(() =>
  i18next.use(initReactI18next).init({
    lng: "zh",
    resources: { zh: { translation: zh } },
    interpolation: { escapeValue: false },
  }),
);
beforeEach(() => {
  sent = [];
  vi.stubGlobal("XMLHttpRequest", Line);
});
afterEach(() => vi.unstubAllGlobals());

function show(files: object): void {
  asked = [];
  vi.stubGlobal("fetch", async (request: Request) => {
    asked.push(request);
    return request.method === "DELETE" ? new Response(null, { status: 204 }) : Response.json(files);
  });
  render(
    <I18nextProvider i18n={i18next}>
      <QueryClientProvider client={new QueryClient({ defaultOptions: { queries: { retry: false } } })}>
        <App>
          <Attachments holder="need" id={12} />
        </App>
      </QueryClientProvider>
    </I18nextProvider>,
  );
}

const input = async (): Promise<HTMLInputElement> => {
  await screen.findByText(zh.ui.files.add);
  return document.querySelector<HTMLInputElement>("input[type=file]") as HTMLInputElement;
};
const chosen = (name: string, size = 5): File => new File([new Uint8Array(size)], name, { lastModified: 1 });

test("a file opens in a tab of its own and is removed after it was asked back", async () => {
  show(listed);
  const link = await screen.findByRole("link", { name: "会议纪要.pdf" });
  expect([link.getAttribute("href"), link.getAttribute("target")]).toEqual(["/api/v1/files/7", "_blank"]);
  expect(screen.getByText(/823 kB · 2026年11月20日/)).toBeInTheDocument();
  await userEvent.click(screen.getByRole("button", { name: "移除附件 会议纪要.pdf" }));
  expect(asked.map(({ method }) => method)).toEqual(["GET"]);
  await userEvent.click((await screen.findAllByRole("button", { name: /移\s?除$/ })).at(-1) as HTMLElement);
  await vi.waitFor(() => expect(asked.map(({ method }) => method)).toEqual(["GET", "DELETE", "GET"]));
});

test("who may not attach sees no place to add, and nothing at all where nothing hangs", async () => {
  show({ ...listed, actions: [], items: [{ ...file, actions: [] }] });
  await screen.findByText("会议纪要.pdf");
  expect(document.querySelector("input[type=file]")).toBeNull();
  expect(screen.queryByRole("button")).toBeNull();
});

test("where nothing hangs and nothing may be added, nothing is shown", async () => {
  show({ ...listed, items: [], actions: [] });
  await vi.waitFor(() => expect(screen.queryByRole("heading")).toBeNull());
});

test("files go one after the other, each says how far it is, and a refused one says why", async () => {
  show(listed);
  await userEvent.upload(await input(), [chosen("a.pdf"), chosen("b.pdf")]);
  await vi.waitFor(() => expect(sent.length).toBe(1));
  await sent[0]?.tell(40);
  expect(screen.getByRole("progressbar", { name: "a.pdf" })).toHaveAttribute("aria-valuenow", "40");
  await sent[0]?.tell(100);
  expect(screen.getByText(zh.ui.files.checking)).toBeInTheDocument();
  await sent[0]?.answer(201, file);
  await vi.waitFor(() => expect(sent.length).toBe(2));
  expect(screen.queryByText("a.pdf")).toBeNull();
  await sent[1]?.answer(422, refusal);
  expect(await screen.findByText("不支持这种文件。")).toBeInTheDocument();
  expect(sent[1]?.body?.get("upload")).toMatchObject({ name: "b.pdf" });
});

test("a file that is too large is not sent at all", async () => {
  show(listed);
  await userEvent.upload(await input(), chosen("c.pdf", 1001));
  expect(await screen.findByText(/文件过大/)).toBeInTheDocument();
  expect(sent).toEqual([]);
});

test("when as many hang there as may, nothing more can be chosen", async () => {
  show({ ...listed, most: 1 });
  expect(await screen.findByText("附件已达 1 个，删去不需要的才能再添加")).toBeInTheDocument();
});

test.each([
  [1, "1 kB"],
  [1024 * 1023, "1,023 kB"],
  [3.4 * 2 ** 20, "3.4 MB"],
  [10 * 2 ** 20, "10 MB"],
])("a file of %d bytes has a size of %s", (bytes, written) => {
  expect(fileSizeText(bytes, "zh")).toBe(written);
});
