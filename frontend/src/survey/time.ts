import type { Language } from "../api/refusal";

/** A moment on the clock of Shanghai, to the minute. */
export const momentText = (at: string, language: Language): string =>
  new Date(at).toLocaleString(language === "en" ? "en-GB" : "zh-CN", {
    timeZone: "Asia/Shanghai",
    year: "numeric",
    month: language === "en" ? "short" : "long",
    day: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    hour12: false,
  });

/** The moment at which something ends; one that ends at midnight ends at 24:00 of the day before. */
export function endText(at: string, language: Language): string {
  const shown = momentText(at, language);
  if (!shown.endsWith("00:00")) return shown;
  return momentText(new Date(new Date(at).getTime() - 1).toISOString(), language).replace(/23:59$/, "24:00");
}
