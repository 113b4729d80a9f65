/** Numbers, money and dates as they are written in either language; the platform's clock is Asia/Shanghai. */
const ZONE = "Asia/Shanghai";
const DAY_LENGTH = 86_400_000;
/** Of a day in UTC, so many milliseconds have passed when it is midnight in Shanghai. */
const MIDNIGHT = 16 * 3_600_000;
const locale = (language: string): string => (language.startsWith("en") ? "en-GB" : "zh-CN");

export type MoneyValue = { amount: string; currency: string };

/** "12000.00" → "12,000", "12000.5" → "12,000.50", without passing through a float: amounts are decimal text. */
export function amountText(amount: string): string {
  const [, sign = "", whole = "0", rest = ""] = /^(-?)(\d+)(?:\.(\d+))?$/.exec(amount) ?? [];
  const fen = /[1-9]/.test(rest) ? `.${rest.padEnd(2, "0")}` : "";
  return `${sign}${whole.replaceAll(/\B(?=(?:\d{3})+$)/g, ",")}${fen}`;
}

/** 12,000 元, ¥12,000; other currencies by their code. */
export function moneyText({ amount, currency }: MoneyValue, language: string): string {
  const text = amountText(amount);
  if (currency !== "CNY") return `${text} ${currency}`;
  if (!language.startsWith("en")) return `${text} 元`;
  return text.startsWith("-") ? `-¥${text.slice(1)}` : `¥${text}`;
}

/** What a service costs, with its unit as the organisation words it: "39,000 元/项目"; whatever was given, no float. */
export const priceText = (of: { price: string | null; price_unit: string }): string =>
  of.price === null ? "—" : `${amountText(of.price)} ${of.price_unit}`;

/** Words one after another, with the comma of the language. */
export const listText = (words: readonly string[], language: string): string =>
  words.join(language.startsWith("en") ? ", " : "、");

export const isDay = (at: string): boolean => /^\d{4}-\d{2}-\d{2}$/.test(at);

/** The last instant of a Shanghai day (China keeps one time zone without summer time). */
export const endOfDay = (day: string): Date => new Date(`${day}T23:59:59.999+08:00`);

export function dayText(at: string, language: string): string {
  const instant = isDay(at) ? new Date(`${at}T12:00:00+08:00`) : new Date(at);
  return instant.toLocaleDateString(locale(language), {
    timeZone: ZONE,
    year: "numeric",
    month: language.startsWith("en") ? "short" : "long",
    day: "numeric",
  });
}

export function timeText(at: string, language: string): string {
  return new Date(at).toLocaleTimeString(locale(language), {
    timeZone: ZONE,
    hour: "2-digit",
    minute: "2-digit",
    hour12: false,
  });
}

export const momentText = (at: string, language: string): string =>
  isDay(at) ? dayText(at, language) : `${dayText(at, language)} ${timeText(at, language)}`;

/** The moment at which something ends: one that ends at midnight ends at 24:00 of the day before, as notices say it. */
export function endText(at: string, language: string): string {
  if (isDay(at) || new Date(at).getTime() % DAY_LENGTH !== MIDNIGHT) return momentText(at, language);
  return `${dayText(new Date(new Date(at).getTime() - 1).toISOString(), language)} 24:00`;
}

export const numberText = (value: number, language: string): string => value.toLocaleString(locale(language));

/** How many, as far as that was said. */
export const countText = (count: number | null, language: string): string =>
  count === null ? "—" : numberText(count, language);

/** The size of a file or a disk as file managers write it: 820 kB, 3.4 MB, 61.2 GB. */
export function fileSizeText(bytes: number, language: string): string {
  const written = (value: number, unit: string): string =>
    `${value.toLocaleString(locale(language), { maximumFractionDigits: 1 })} ${unit}`;
  if (bytes < 2 ** 20) return written(Math.ceil(bytes / 1024), "kB");
  return bytes < 2 ** 30 ? written(bytes / 2 ** 20, "MB") : written(bytes / 2 ** 30, "GB");
}

/** A share between 0 and 1 as per cent with one digit. */
export const percentText = (share: number, language: string): string =>
  share.toLocaleString(locale(language), { style: "percent", minimumFractionDigits: 1, maximumFractionDigits: 1 });
