/** Numbers, money and dates as they are written in either language; the platform's clock is Asia/Shanghai. */
const ZONE = "Asia/Shanghai";
const locale = (language: string): string => (language.startsWith("en") ? "en-GB" : "zh-CN");

export type MoneyValue = { amount: string; currency: string };

const SYMBOLS: Record<string, string> = { CNY: "¥" };

/** "12000" → "12,000.00" without passing through a float: amounts are decimal text. */
export function amountText(amount: string): string {
  const [, sign = "", whole = "0", rest = ""] = /^(-?)(\d+)(?:\.(\d+))?$/.exec(amount) ?? [];
  return `${sign}${whole.replaceAll(/\B(?=(?:\d{3})+$)/g, ",")}.${rest.padEnd(2, "0")}`;
}

export function moneyText({ amount, currency }: MoneyValue): string {
  const text = amountText(amount);
  const symbol = SYMBOLS[currency];
  if (!symbol) return `${text} ${currency}`;
  return text.startsWith("-") ? `-${symbol}${text.slice(1)}` : `${symbol}${text}`;
}

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

export const numberText = (value: number, language: string): string => value.toLocaleString(locale(language));

/** A share between 0 and 1 as per cent with one digit. */
export const percentText = (share: number, language: string): string =>
  share.toLocaleString(locale(language), { style: "percent", minimumFractionDigits: 1, maximumFractionDigits: 1 });
