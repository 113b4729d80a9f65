import { Form, type FormInstance } from "antd";
import { useTranslation } from "react-i18next";
import { Money } from "../../ui/Money";
import type { Body } from "./useDraft";

type Line = { unit_price?: { amount: string } | null | undefined; quantity?: string | null | undefined };

/** Unit prices times quantities, each to the cent, added up in whole cents as the server does. */
export function sumOf(lines: readonly (Line | undefined)[]): string {
  const cents = lines.reduce((sum, line) => sum + centsOf(line), 0n);
  return `${cents / 100n}.${String(cents % 100n).padStart(2, "0")}`;
}

function centsOf(line: Line | undefined): bigint {
  if (!line?.unit_price?.amount || !line.quantity) return 0n;
  const product = hundredths(line.unit_price.amount) * hundredths(line.quantity);
  return (product + 50n) / 100n;
}

/** "2000.5" → 200050n, without passing through a float. */
function hundredths(decimal: string): bigint {
  const [whole = "0", rest = ""] = decimal.split(".");
  return BigInt(whole) * 100n + BigInt(rest.padEnd(2, "0").slice(0, 2));
}

/** What the lines of the budget come to: the amount of the bid. */
export function Sum({ form }: { form: FormInstance<Body> }) {
  const { t } = useTranslation();
  const lines = Form.useWatch(["application", "budget"], form) as Line[] | undefined;
  return (
    <p className="budget-sum">
      {t("bids.sum")} <Money of={{ amount: sumOf(lines ?? []), currency: "CNY" }} />
    </p>
  );
}
