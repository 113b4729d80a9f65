import { useTranslation } from "react-i18next";
import { type MoneyValue, moneyText } from "./format";

/** 12,000 元, in digits of one width so that columns line up. */
export function Money({ of }: { of: MoneyValue | null | undefined }) {
  const { i18n } = useTranslation();
  return <span className="figures">{of ? moneyText(of, i18n.language) : "—"}</span>;
}
