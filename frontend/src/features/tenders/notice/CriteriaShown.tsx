import { useTranslation } from "react-i18next";
import type { components } from "../../../api/schema.gen";
import { chosen } from "../../../ui/chosen";

type Criterion = components["schemas"]["TenderRead"]["criteria"][number];

/** What is scored: the longer the bar, the more it weighs. */
export function CriteriaShown({ of, tie }: { of: readonly Criterion[]; tie: string | null | undefined }) {
  const { t, i18n } = useTranslation();
  return (
    <ul className="criteria">
      {of.map((each) => (
        <li key={each.id}>
          <span className="criterion-name">{chosen(each, "label", i18n.language)}</span>
          <span className="criterion-bar" aria-hidden>
            <span style={{ width: `${Number(each.maximum)}%` }} />
          </span>
          <span className="figures">{t("notice.points", { points: Number(each.maximum) })}</span>
          {(each.is_price || each.code === tie) && (
            <span className="soft criterion-note">{t(each.is_price ? "notice.by_price" : "notice.breaks_ties")}</span>
          )}
        </li>
      ))}
    </ul>
  );
}
