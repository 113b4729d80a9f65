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
