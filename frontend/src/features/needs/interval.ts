import { percentText } from "../../ui/format";

type Shares = Record<"share" | "low" | "high", string | number>;

/** A share and the limits of its interval in per cent, for a sentence. */
export const intervalText = ({ share, low, high }: Shares, language: string): Record<keyof Shares, string> => ({
  share: percentText(Number(share), language),
  low: percentText(Number(low), language),
  high: percentText(Number(high), language),
});
