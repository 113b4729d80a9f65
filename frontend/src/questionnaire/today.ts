import { serverNow } from "../api/send";

/** The day in Shanghai, which the conditions of a questionnaire may ask for. */
export const today = (): string => serverNow().toLocaleDateString("sv-SE", { timeZone: "Asia/Shanghai" });
