import { Progress } from "antd";
import { useTranslation } from "react-i18next";
import { chosen } from "../../ui/chosen";
import type { Address } from "../../ui/address";
import { Empty } from "../../ui/Empty";
import { momentText, numberText } from "../../ui/format";
import { Link } from "../../ui/Link";
import { Page } from "../../ui/Page";
import { Fetched } from "../../ui/Pending";
import { StatusTag } from "../../ui/StatusTag";
import { type Job, isLive, useJobs } from "./useJobs";
import "./jobs.css";

const PAGES: Record<Job["thing"], (id: number) => Address> = {
  comparison: (tender_id) => `/tenders/${tender_id}/compare`,
  installation: () => "/installation",
};

/** Long work that one asked for: it goes on when the page is left, and is found again here. */
export default function JobsPage() {
  const { t } = useTranslation();
  const jobs = useJobs();
  return (
    <Page title={t("jobs.title")} subtitle={t("jobs.subtitle")}>
      <Fetched query={jobs}>
        {(all) =>
          all.length === 0 ? (
            <Empty title={t("jobs.none")} hint={t("jobs.none_hint")} />
          ) : (
            <ul className="jobs">
              {all.map((job) => (
                <li key={`${job.room} ${job.subject_id}`}>
                  <Row of={job} />
                </li>
              ))}
            </ul>
          )
        }
      </Fetched>
    </Page>
  );
}

function Row({ of }: { of: Job }) {
  const { t, i18n } = useTranslation();
  const numbers = { done: numberText(of.done, i18n.language), total: numberText(of.total ?? 0, i18n.language) };
  const at = momentText(isLive(of) ? of.asked_at : of.moved_at, i18n.language);
  return (
    <>
      <Link to={PAGES[of.thing](of.thing_id)} className="job-name">
        {[t(`jobs.verb.${of.verb}`), chosen(of, "title", i18n.language)].filter(Boolean).join(" · ")}
      </Link>
      <StatusTag status={of.status} room="jobs" />
      <span className="soft figures">{t(isLive(of) ? "jobs.since" : "jobs.until", { at })}</span>
      {isLive(of) && of.total !== null && (
        <div className="job-progress" role="status">
          <Progress
            percent={Math.round((of.done / Math.max(of.total, 1)) * 100)}
            aria-label={t("jobs.progress", numbers)}
          />
          <span className="soft">{t("jobs.progress", numbers)}</span>
        </div>
      )}
      {of.status === "failed" && <span>{t([`jobs.fault.${of.fault}`, "jobs.fault.other"])}</span>}
    </>
  );
}
