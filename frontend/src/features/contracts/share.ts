import type { MoneyValue } from "../../ui/format";

/** How much of `whole` a part is, in whole per cent, rounded down: 100 is said only when nothing is left. */
export const share = (part: MoneyValue, whole: MoneyValue): number =>
  Math.floor((100 * Number(part.amount)) / Number(whole.amount));

/** A share that was agreed on, "0.5000", as it is spoken: 50%. */
export const agreed = (of: string): string => `${Number((100 * Number(of)).toFixed(2))}%`;
