import { useTranslation } from "react-i18next";

/** Names repeat across districts, so a place is always shown with its street and district, from near to far. */
export type Area = { name: string; street?: string | null; district?: string | null; code?: string };

export function AreaName({ of, stacked = false }: { of: Area; stacked?: boolean }) {
  const { i18n } = useTranslation();
  const around = [of.street, of.district].filter(Boolean).join(i18n.language === "en" ? ", " : " · ");
  return (
    <span className={stacked ? "area area-stacked" : "area"} title={of.code}>
      <span>{of.name}</span>
      {around && <span className="soft">{stacked ? around : ` · ${around}`}</span>}
    </span>
  );
}
