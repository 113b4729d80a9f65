/**
 * Words of the screens. `zh.json`/`en.json` here hold what all rooms share (keys are code names); a feature keeps its
 * own words in `features/<name>/zh.json` and `en.json`, reached as t("<name>.key").
 */
import i18next from "i18next";
import { initReactI18next } from "react-i18next";
import { type Language, languageOf } from "../api/refusal";
import { kept, keep } from "../api/kept";

type Words = Record<string, unknown>;
const bundles: Record<Language, () => Promise<{ words: Words }>> = {
  zh: () => import("./bundle.zh"),
  en: () => import("./bundle.en"),
};

export const LANGUAGE = "language";

export async function startWords(): Promise<void> {
  const language = languageOf(kept(LANGUAGE) ?? "zh");
  await i18next.use(initReactI18next).init({
    lng: language,
    resources: {},
    fallbackLng: false,
    interpolation: { escapeValue: false },
    returnNull: false,
  });
  await speak(language);
}

/** Loads the language's words, switches to them and remembers the choice. */
export async function speak(language: Language): Promise<void> {
  const { words } = await bundles[language]();
  i18next.addResourceBundle(language, "translation", words, true, true);
  document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
  keep(LANGUAGE, language);
  await i18next.changeLanguage(language);
}
