import { useTranslation } from "react-i18next";
import type { components } from "../../api/schema.gen";

/** The grade, and beside a national one which local grade it is shown as; it takes the place of none. */
export function GradeText({ of }: { of: components["schemas"]["RatingSeen"] }) {
  const { t } = useTranslation();
  if (!of.grade) return <>–</>;
  return (
    <>
      {t(`rooms.ratings.grade.${of.grade}`)}
      {of.shown_as && (
        <span className="soft"> {t("ratings.shown_as", { grade: t(`rooms.ratings.grade.${of.shown_as}`) })}</span>
      )}
    </>
  );
}
