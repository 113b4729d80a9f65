import { CheckCircleOutlined, SyncOutlined } from "@ant-design/icons";
import { useTranslation } from "react-i18next";
import { Link } from "../../ui/Link";
import { isFresh, isLive, useJobs } from "./useJobs";

/** The way to one's long work, while there is some or it has just ended; otherwise nothing. */
export function UnderWay() {
  const { t } = useTranslation();
  const { data = [], dataUpdatedAt } = useJobs();
  const fresh = data.filter((job) => job.status !== "stopped" && isFresh(job, dataUpdatedAt));
  if (fresh.length === 0) return null;
  const count = fresh.filter(isLive).length;
  const said = count > 0 ? t("jobs.under_way", { count }) : t("jobs.ended");
  return (
    <Link to="/jobs" className="topbar-search">
      {count > 0 ? <SyncOutlined spin aria-hidden /> : <CheckCircleOutlined aria-hidden />}
      <span className="out-of-sight">{said}</span>
    </Link>
  );
}
