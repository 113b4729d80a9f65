import { useTranslation } from "react-i18next";

type Props = {
  /** What the place is called and lies in, as the API says it: district first, the place itself last. */
  path: readonly string[];
  code?: string | null;
  stacked?: boolean;
};

/** Names repeat across districts, so a place is always shown with its street and district, from near to far. */
export function AreaName({ path, code, stacked = false }: Props) {
  const { i18n } = useTranslation();
  const [name, ...around] = [...path].reverse();
  const rest = around.join(i18n.language === "en" ? ", " : " · ");
  return (
    <span className={stacked ? "area area-stacked" : "area"} title={code ?? undefined}>
      <span>{name ?? code}</span>
      {rest && <span className="soft">{stacked ? rest : ` · ${rest}`}</span>}
    </span>
  );
}
