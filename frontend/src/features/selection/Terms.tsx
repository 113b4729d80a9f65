import { useTranslation } from "react-i18next";
import type { components } from "../../api/schema.gen";
import { dayText, moneyText, numberText, priceText } from "../../ui/format";

type Terms = components["schemas"]["RankedRead"]["terms"];
type Term = { key: string; label: string; said: string };

/** What it costs, whom it serves and when, by name; what was not said is empty. */
export function useTerms(): (of: Terms) => Term[] {
  const { t, i18n } = useTranslation();
  const period = (from: string | null, until: string | null): string => {
    const days = { from: from && dayText(from, i18n.language), until: until && dayText(until, i18n.language) };
    if (!from && !until) return "";
    return t(`selection.terms.${from && until ? "between" : from ? "from" : "until"}`, days);
  };
  return (of) =>
    of.side === "offer"
      ? [
          { key: "price", label: t("field.price"), said: of.price === null ? "" : priceText(of) },
          { key: "capacity", label: t("field.capacity"), said: of.capacity },
          { key: "schedule", label: t("selection.terms.schedule"), said: of.schedule },
          { key: "period", label: t("selection.terms.period"), said: period(of.available_from, of.available_until) },
        ]
      : [
          { key: "budget", label: t("field.budget"), said: of.budget ? moneyText(of.budget, i18n.language) : "" },
          {
            key: "beneficiaries",
            label: t("field.beneficiaries"),
            said: of.beneficiaries === null ? "" : numberText(of.beneficiaries, i18n.language),
          },
          { key: "schedule", label: t("selection.terms.schedule"), said: of.schedule },
          { key: "period", label: t("selection.terms.period"), said: period(of.starts_on, of.ends_on) },
        ];
}

/** On the card: what was said, one after another. */
export function TermsShown({ of }: { of: Terms }) {
  const terms = useTerms()(of).filter(({ said }) => said);
  if (terms.length === 0) return null;
  return (
    <dl className="ranked-terms">
      {terms.map(({ key, label, said }) => (
        <div key={key}>
          <dt>{label}</dt>
          <dd className="figures">{said}</dd>
        </div>
      ))}
    </dl>
  );
}
