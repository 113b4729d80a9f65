import { DownloadOutlined } from "@ant-design/icons";
import { Button, Progress } from "antd";
import { useTranslation } from "react-i18next";
import { fileAt } from "../../api/paths";
import { refusalIn } from "../../api/refusal";
import { ActionBar } from "../../ui/ActionBar";
import { chosen } from "../../ui/chosen";
import type { Address } from "../../ui/address";
import { Empty } from "../../ui/Empty";
import { listText, momentText, numberText } from "../../ui/format";
import { Link } from "../../ui/Link";
import { Page } from "../../ui/Page";
import { Fetched } from "../../ui/Pending";
import { RefusalAlert } from "../../ui/RefusalAlert";
import { StatusTag } from "../../ui/StatusTag";
import { type Job, isLive, useJobs } from "./useJobs";
import "./jobs.css";

const PAGES: Record<Job["thing"], (id: number) => Address> = {
  comparison: (tender_id) => `/tenders/${tender_id}/compare`,
  installation: () => "/installation",
  needs: () => "/needs",
  offers: () => "/offers",
  parties: () => "/organizations",
  surveys: () => "/surveys",
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
  const at = momentText(isLive(of) ? of.asked_at : of.moved_at, i18n.language);
  return (
    <>
      <Name of={of} />
      <StatusTag status={of.status} room="jobs" />
      <span className="soft figures">{t(isLive(of) ? "jobs.since" : "jobs.until", { at })}</span>
      {isLive(of) && <Far of={of} />}
      {of.counts && <Counts of={of.counts} />}
      {of.problem ? (
        <RefusalAlert error={refusalIn(of.problem)} />
      ) : (
        of.status === "failed" && <span>{t([`jobs.fault.${of.fault}`, "jobs.fault.other"])}</span>
      )}
      <ActionBar of={{ id: of.subject_id, actions: of.actions }} feature={of.room} />
    </>
  );
}

/** What it is, leading to the file that it made or else to the page where it shows. */
function Name({ of }: { of: Job }) {
  const { t, i18n } = useTranslation();
  const name = [t(`jobs.verb.${of.verb}`), chosen(of, "title", i18n.language)].filter(Boolean).join(" · ");
  if (!of.file)
    return (
      <Link to={PAGES[of.thing](of.thing_id)} className="job-name">
        {name}
      </Link>
    );
  return (
    <>
      <span className="job-name">{name}</span>
      <Button
        type="primary"
        icon={<DownloadOutlined aria-hidden />}
        href={fileAt("/api/v1/errands/{errand_id}/file", { errand_id: of.subject_id }, {})}
        download={of.file}
      >
        {t("jobs.take")}
      </Button>
    </>
  );
}

/** What a list brought, as far as there was any of it. */
function Counts({ of }: { of: Record<string, number> }) {
  const { t, i18n } = useTranslation();
  const said = Object.entries(of)
    .filter(([, count]) => count > 0)
    .map(([name, count]) => t(`jobs.counts.${name}`, { count: numberText(count, i18n.language) }));
  return <span>{listText(said, i18n.language)}</span>;
}

/** What is being done, and how much of it is done where that can be counted. */
function Far({ of: { step, done, total } }: { of: Job }) {
  const { t, i18n } = useTranslation();
  const counted = total !== null && {
    done: numberText(done, i18n.language),
    total: numberText(total, i18n.language),
  };
  const said = [step && t(`jobs.step.${step}`), counted && t("jobs.progress", counted)].filter(Boolean).join(" · ");
  return (
    <div className="job-progress" role="status">
      {total !== null && <Progress percent={Math.round((done / Math.max(total, 1)) * 100)} aria-label={said} />}
      <span className="soft">{said}</span>
    </div>
  );
}
