import { useTranslation } from "react-i18next";
import { numberText, percentText } from "./format";
import "./bars.css";

type Props = { share: number; low: number; high: number; n: number; label?: string; suppressed?: boolean };

const percent = (share: number): string => `${Math.min(100, Math.max(0, share * 100))}%`;

/** A share with its 95 % interval and its n; never one without the other. */
export function Interval({ share, low, high, n, label, suppressed = false }: Props) {
  const { t, i18n } = useTranslation();
  if (suppressed) return <span className="soft">{t("ui.interval.suppressed")}</span>;
  const language = i18n.language;
  const words = t("ui.interval.words", {
    share: percentText(share, language),
    low: percentText(low, language),
    high: percentText(high, language),
    n: numberText(n, language),
  });
  return (
    <span className="interval" role="img" aria-label={label ? `${label}：${words}` : words} title={words}>
      <span className="interval-track" aria-hidden>
        <span className="interval-fill" style={{ width: percent(share) }} />
        <span className="interval-range" style={{ left: percent(low), width: percent(high - low) }} />
      </span>
      <span className="figures interval-share" aria-hidden>
        {percentText(share, language)}
      </span>
      <span className="figures soft interval-n" aria-hidden>
        {percentText(low, language)}–{percentText(high, language)} · n={numberText(n, language)}
      </span>
    </span>
  );
}
