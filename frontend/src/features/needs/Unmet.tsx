import { Alert } from "antd";
import { useTranslation } from "react-i18next";
import { dayText } from "../../ui/format";
import { Link } from "../../ui/Link";
import { useMayOffer } from "./useMayOffer";

/** That organisations were told of the need and since when, and for them the way to answer it. */
export function Unmet({ id, since }: { id: number; since: string }) {
  const { t, i18n } = useTranslation();
  const mayOffer = useMayOffer();
  return (
    <Alert
      type="info"
      showIcon
      title={t("needs.unmet.since", { day: dayText(since, i18n.language) })}
      description={
        <span className="unmet-ways">
          {mayOffer && <Link to={`/needs/${id}/offer`}>{t("needs.unmet.offer_this")}</Link>}
          <Link to="/needs/unmet">{t("needs.unmet.all")}</Link>
        </span>
      }
    />
  );
}
