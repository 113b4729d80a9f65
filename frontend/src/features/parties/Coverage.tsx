import { useTranslation } from "react-i18next";
import { $api } from "../../api/client";
import { percentText } from "../../ui/format";

/** How far Party building reaches among the organisations registered in an area. */
export function Coverage({ area }: { area: string }) {
  const { t, i18n } = useTranslation();
  const { data } = $api.useQuery("get", "/api/v1/parties/coverage", { params: { query: { area } } });
  if (!data?.registered) return null;
  const share = (count: number): string => percentText(count / data.registered, i18n.language);
  const shares = { organised_share: share(data.organised), worked_share: share(data.worked_with) };
  return <p className="soft">{t("parties.coverage", { ...data, ...shares })}</p>;
}
