import { useTranslation } from "react-i18next";
import { moneyText } from "../../ui/format";

const BUDGETS = ["10000", "30000", "50000", "100000", "200000"];

/** Needs up to a budget. */
export function useBudgetFilter() {
  const { t, i18n } = useTranslation();
  return {
    name: "budget_until",
    kind: "choice",
    label: t("field.budget"),
    options: BUDGETS.map((value) => ({
      value,
      label: t("needs.list.budget_until", { amount: moneyText({ amount: value, currency: "CNY" }, i18n.language) }),
    })),
  } as const;
}
