import { type MoneyValue, moneyText } from "./format";

/** ¥12,000.00, in digits of one width so that columns line up. */
export function Money({ of }: { of: MoneyValue | null | undefined }) {
  return <span className="figures">{of ? moneyText(of) : "—"}</span>;
}
