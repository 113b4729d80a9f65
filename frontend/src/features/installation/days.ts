import { dayText } from "../../ui/format";

const DAY_LENGTH = 86_400_000;
const noon = (day: string): number => Date.parse(`${day}T12:00:00Z`);
const written = (instant: number): string => new Date(instant).toISOString().slice(0, 10);

/** Every day from the first to the last, both included. */
export function daysOf(first: string, last: string): string[] {
  const count = Math.round((noon(last) - noon(first)) / DAY_LENGTH) + 1;
  return Array.from({ length: Math.max(count, 0) }, (_, at) => written(noon(first) + at * DAY_LENGTH));
}

/** 2026年2月16日 周一 */
export const dayWithWeekday = (day: string, language: string): string =>
  `${dayText(day, language)} ${new Date(noon(day)).toLocaleDateString(language.startsWith("en") ? "en-GB" : "zh-CN", {
    weekday: "short",
    timeZone: "UTC",
  })}`;
