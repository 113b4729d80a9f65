import { useTranslation } from "react-i18next";
import { $api } from "../../../api/client";
import { Link } from "../../../ui/Link";

const SCARCE = 0.1;

/** Whether the platform runs as it should, for who looks after it; what does not is named. */
export default function Installation() {
  const { t } = useTranslation();
  const health = $api.useQuery("get", "/api/v1/installation").data;
  const failed = $api.useQuery("get", "/api/v1/installation/jobs").data?.failed.length ?? 0;
  const unsent = $api.useQuery("get", "/api/v1/notifications/mails").data?.unsent.length ?? 0;
  const found = $api.useQuery("get", "/api/v1/installation/audit_checks").data?.[0]?.found ?? 0;
  if (!health) return null;
  const wrong = [
    !health.is_working && t("desk.installation.worker"),
    health.disk_free < health.disk_total * SCARCE && t("desk.installation.disk"),
    found > 0 && t("desk.installation.audit", { count: found }),
    failed > 0 && t("desk.installation.jobs", { count: failed }),
    unsent > 0 && t("desk.installation.mails", { count: unsent }),
  ].filter((line) => line !== false);
  return (
    <section aria-labelledby="installation">
      <h2 id="installation">{t("desk.installation.title")}</h2>
      <div className={wrong.length > 0 ? "panel desk-installation desk-installation-wrong" : "panel desk-installation"}>
        {wrong.length > 0 ? (
          <ul>
            {wrong.map((line) => (
              <li key={line}>{line}</li>
            ))}
          </ul>
        ) : (
          <p>{t("desk.installation.well")}</p>
        )}
        <Link to="/installation" className="button-link">
          {t("desk.installation.open")}
        </Link>
      </div>
    </section>
  );
}
