import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { renderHook } from "@testing-library/react";
import i18next from "i18next";
import type { ReactNode } from "react";
import { I18nextProvider, initReactI18next } from "react-i18next";
import { expect, test } from "vitest";
import { $api } from "../../api/client";
import en from "./en.json";
import { usePhrase } from "./phrase";
import zh from "./zh.json";

const CATEGORIES = [
  { code: "010102", label_zh: "送餐上门", label_en: "Home-delivered meals" },
  { code: "090203", label_zh: "河道保护", label_en: "River care" },
];

async function phrase(lng: string): Promise<ReturnType<typeof usePhrase>> {
  const resources = { zh: { translation: { selection: zh } }, en: { translation: { selection: en } } };
  await i18next.use(initReactI18next).init({ lng, resources, interpolation: { escapeValue: false } });
  const client = new QueryClient({ defaultOptions: { queries: { staleTime: Number.POSITIVE_INFINITY } } });
  const kept = (path: "/api/v1/taxonomy/categories" | "/api/v1/taxonomy/populations", what: unknown) =>
    client.setQueryData($api.queryOptions("get", path, {}).queryKey, what as never);
  kept("/api/v1/taxonomy/categories", CATEGORIES);
  kept("/api/v1/taxonomy/populations", []);
  const wrapper = ({ children }: { children: ReactNode }) => (
    <I18nextProvider i18n={i18next}>
      <QueryClientProvider client={client}>{children}</QueryClientProvider>
    </I18nextProvider>
  );
  return renderHook(usePhrase, { wrapper }).result.current;
}

const SAME = { need: "090203", offer: "090203" };

test("a code that its text speaks against is told with what the text reads like, in both languages", async () => {
  const said = { code: "same_service", facts: { ...SAME, need_entered: ["010102"], need_reads: "090203" } };
  expect((await phrase("zh"))(said)).toBe(
    "同为“河道保护”。需求填报为“送餐上门”，但文字说明更像“河道保护”，以文字为主。",
  );
  expect((await phrase("en"))(said)).toBe(
    "Both are about “River care”. The need was entered as “Home-delivered meals”, but its text reads like “River care”, which counts more.",
  );
});

test("the sentence of the offer that is closest in meaning is told, also where no word is shared", async () => {
  const said = { code: "close_in_meaning", facts: { words: [], sentence: "把“热饭”送到家里。" } };
  expect((await phrase("zh"))(said)).toBe(
    "没有共同的关键词，按意思比较。服务说明中意思最接近的一句：“把‘热饭’送到家里。”",
  );
  expect((await phrase("en"))({ code: "shared_words", facts: { words: ["meals"], sentence: "Hot meals." } })).toBe(
    "Key words in common: meals. Closest in meaning of what the offer says: “Hot meals.”",
  );
});

test("both sides may be told, and a code that fits its text is not spoken of", async () => {
  const say = await phrase("zh");
  const offer = { offer_entered: ["090203"], offer_reads: "010102" };
  expect(say({ code: "same_service", facts: { ...SAME, ...offer } })).toBe(
    "同为“河道保护”。服务填报为“河道保护”，但文字说明更像“送餐上门”，以文字为主。",
  );
  expect(say({ code: "same_service", facts: SAME })).toBe("同为“河道保护”。");
});
