import { BellOutlined } from "@ant-design/icons";
import { useTranslation } from "react-i18next";
import { following } from "../../api/changes";
import { $api } from "../../api/client";
import { Link } from "../../ui/Link";
import "./notifications.css";

const A_MINUTE = 60_000;
const MOST = 99;

/** The way to the inbox, with how many messages are unread. */
export function Bell() {
  const { t } = useTranslation();
  const { data } = $api.useQuery(
    "get",
    "/api/v1/notifications/count",
    {},
    following(() => ["notifications"], A_MINUTE),
  );
  const count = data?.unopened ?? 0;
  return (
    <Link to="/inbox" className="topbar-search bell">
      <BellOutlined aria-hidden />
      {count > 0 && (
        <span className="bell-count figures" aria-hidden>
          {count > MOST ? `${MOST}+` : count}
        </span>
      )}
      <span className="out-of-sight">{count > 0 ? t("notifications.bell", { count }) : t("nav.inbox")}</span>
    </Link>
  );
}
