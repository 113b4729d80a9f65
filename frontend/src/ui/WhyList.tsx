import { useTranslation } from "react-i18next";
import "./bars.css";

/** One reason of a ranking: what was looked at, how well it fits (0–1, null = could not be compared), what it weighs. */
export type Why = { key: string; label: string; value: number | null; weight?: number; note?: string };

export function WhyList({ reasons }: { reasons: readonly Why[] }) {
  const { t } = useTranslation();
  return (
    <ul className="why">
      {reasons.map(({ key, label, value, weight, note }) => (
        <li key={key}>
          <span className="why-label">
            {label}
            {weight !== undefined && (
              <span className="soft figures"> {t("ui.why.weight", { weight: Math.round(weight * 100) })}</span>
            )}
          </span>
          <span className="why-track" aria-hidden>
            {value !== null && <span className="why-fill" style={{ width: `${Math.round(value * 100)}%` }} />}
          </span>
          <span className="figures why-value">
            {value === null ? t("ui.why.incomparable") : Math.round(value * 100)}
          </span>
          {note && <span className="soft why-note">{note}</span>}
        </li>
      ))}
    </ul>
  );
}
