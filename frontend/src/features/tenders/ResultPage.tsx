import { FilePdfOutlined, FileWordOutlined } from "@ant-design/icons";
import { Alert, Button, Space } from "antd";
import { useTranslation } from "react-i18next";
import { $api } from "../../api/client";
import { fileAt } from "../../api/paths";
import { languageOf } from "../../api/refusal";
import type { components } from "../../api/schema.gen";
import { ExportButton } from "../../ui/ExportButton";
import { Deadline } from "../../ui/Deadline";
import { Empty } from "../../ui/Empty";
import { Link, useNumber } from "../../ui/Link";
import { Money } from "../../ui/Money";
import { Page } from "../../ui/Page";
import { Fetched } from "../../ui/Pending";
import { Seals } from "../../ui/Seals";
import { StatusTag } from "../../ui/StatusTag";
import { Agreement } from "./Agreement";
import { LotResult, stands } from "./LotResult";
import { NextStep, type Progress, useProgress } from "./NextStep";
import { Objections } from "./Objections";
import { chosen } from "../../ui/chosen";
import { momentText } from "../../ui/format";
import "./tenders.css";

type Result = components["schemas"]["ResultRead"];

/** The way of a result from the closed sheets to the confirmed awards, and what it says once it can be read. */
export default function ResultPage() {
  const progress = useProgress(useNumber("tender_id"));
  return (
    <Fetched query={progress}>
      {(it) => (it.is_readable ? <Readable progress={it} /> : <NotYet progress={it} />)}
    </Fetched>
  );
}

function NotYet({ progress }: { progress: Progress }) {
  const { t, i18n } = useTranslation();
  const path = { tender_id: progress.id };
  const tender = $api.useQuery("get", "/api/v1/tenders/{tender_id}", { params: { path } });
  return (
    <Fetched query={tender}>
      {(it) => (
        <Page
          title={t("tenders.result.title")}
          subtitle={chosen(it, "title", i18n.language)}
          crumbs={[
            { label: t("nav.tenders"), to: "/tenders" },
            { label: chosen(it, "title", i18n.language), to: `/tenders/${it.id}` },
          ]}
        >
          <NextStep of={progress} />
          <Empty
            title={t("tenders.result.none")}
            hint={t("tenders.result.none_hint")}
            action={<Deadline at={it.evaluation_end} label={t("tenders.date.evaluation_end")} />}
          />
          <Objections tenderId={it.id} />
        </Page>
      )}
    </Fetched>
  );
}

/** Who won and why, lot by lot, and what the other rules would have decided. */
function Readable({ progress }: { progress: Progress }) {
  const path = { tender_id: progress.id };
  const result = $api.useQuery("get", "/api/v1/awards/results/{tender_id}", { params: { path } });
  return <Fetched query={result}>{(it) => <Shown of={it} progress={progress} />}</Fetched>;
}

function Shown({ of, progress }: { of: Result; progress: Progress }) {
  const { t, i18n } = useTranslation();
  return (
    <Page
      title={t("tenders.result.title")}
      subtitle={chosen(of, "title", i18n.language)}
      crumbs={[
        { label: t("nav.tenders"), to: "/tenders" },
        { label: chosen(of, "title", i18n.language), to: `/tenders/${of.tender_id}` },
      ]}
      action={<Papers of={of} />}
    >
      <NextStep of={progress} />
      <Summary of={of} />
      {of.lots.map((lot) => (
        <LotResult key={lot.lot} of={lot} corrected={of.corrected_sheets} isFinal={of.status === "confirmed"} />
      ))}
      {of.failed_lots.map((lot) => (
        <section key={lot.lot} className="lot" aria-labelledby={`failed-${lot.lot}`}>
          <h2 id={`failed-${lot.lot}`}>
            {lot.lot} {chosen(lot, "title", i18n.language)}
          </h2>
          <p>{t(`tenders.failure.${lot.failure}`)}</p>
        </section>
      ))}
      <Reviewed of={of} />
      <Agreement tenderId={of.tender_id} />
      <Objections tenderId={of.tender_id} />
      <Seals of={[chosen(of, "purchaser", i18n.language)]} />
    </Page>
  );
}

function Papers({ of }: { of: Result }) {
  const { t, i18n } = useTranslation();
  const { tender_id } = of;
  const paper = (format: "pdf" | "docx"): string =>
    fileAt("/api/v1/awards/results/{tender_id}/paper", { tender_id }, { format });
  return (
    <Space wrap>
      <Link to={`/tenders/${of.tender_id}/compare`} className="button">
        {t("tenders.compare.title")}
      </Link>
      {of.published_at && (
        <>
          <Button href={paper("pdf")} icon={<FilePdfOutlined aria-hidden />}>
            PDF
          </Button>
          <Button href={paper("docx")} icon={<FileWordOutlined aria-hidden />}>
            Word
          </Button>
        </>
      )}
      <ExportButton
        at={fileAt(
          "/api/v1/awards/results/{tender_id}/export",
          { tender_id },
          { format: "xlsx", headings: languageOf(i18n.language) },
        )}
      />
    </Space>
  );
}

function Summary({ of }: { of: Result }) {
  const { t, i18n } = useTranslation();
  const applicants = new Set(of.lots.flatMap((lot) => lot.rows.filter(stands).map((row) => row.applicant_zh)));
  return (
    <section className="summary" aria-label={t("tenders.result.summary")}>
      <p className="summary-lead">
        {t(of.status === "confirmed" ? "tenders.result.lead" : "tenders.result.lead_proposed", {
          awards: of.awards,
          applicants: applicants.size,
          lots: of.lots.length,
        })}{" "}
        <strong>
          <Money of={of.amount} />
        </strong>
        {" · "}
        {chosen(of, "purchaser", i18n.language)}
      </p>
      <dl className="facts">
        <div>
          <dt>{t("tenders.result.state")}</dt>
          <dd>
            <StatusTag status={of.status} room="awards" of="results" />
          </dd>
        </div>
        <div>
          <dt>{t("rooms.awards.field.notice_ends_on")}</dt>
          <dd>
            {of.published_at ? (
              <Deadline
                at={of.notice_ends_on}
                rule={of.notice_rule ?? undefined}
                provisional={of.is_provisional}
                compact
              />
            ) : (
              t("tenders.result.not_published")
            )}
          </dd>
        </div>
        {of.objections_end && (
          <div>
            <dt>{t("rooms.awards.field.objections_end")}</dt>
            <dd>
              <Deadline at={of.objections_end} provisional={of.is_provisional} />
            </dd>
          </div>
        )}
      </dl>
    </section>
  );
}

/** A sheet that was taken back after delivery: both totals, on which ground, and which two asked and approved. */
function Corrected({ sheet }: { sheet: Result["corrected_sheets"][number] }) {
  const { t, i18n } = useTranslation();
  const approved = sheet.approved_role === sheet.asked_role ? "colleague" : sheet.approved_role;
  return (
    <>
      <strong>
        {sheet.after
          ? t("tenders.result.corrected", {
              bid: sheet.bid,
              judge: sheet.judge,
              before: sheet.before,
              after: sheet.after,
            })
          : t("tenders.result.taken_back", { bid: sheet.bid, judge: sheet.judge, before: sheet.before })}
      </strong>{" "}
      {t("tenders.result.ground", { ground: chosen(sheet, "ground", i18n.language) })}{" "}
      {t("tenders.result.two_persons", {
        asked: t(`tenders.result.person.${sheet.asked_role}`),
        approved: t(`tenders.result.person.${approved}`),
        at: momentText(sheet.approved_at, i18n.language),
      })}
      <span className="soft"> {sheet.rule}</span>
    </>
  );
}

/** Seat, name and role; a seat that is its judge's name is said once. */
const judgeText = (judge: Result["judges"][number], language: string): string =>
  [...new Set([judge.ref, judge.name, chosen(judge, "role", language)])].filter(Boolean).join(" ");

/** How it was reviewed: what counted, what was left out, what the system added up differently from the paper. */
function Reviewed({ of }: { of: Result }) {
  const { t, i18n } = useTranslation();
  const corrections = of.corrections as [string, string, string, string][];
  const missing = of.missing as [string, string][];
  return (
    <section className="reviewed" aria-labelledby="reviewed">
      <h2 id="reviewed">{t("tenders.result.reviewed")}</h2>
      <ul>
        <li>{t("tenders.result.sheets", { count: of.sheets_counted, recusals: of.recusals })}</li>
        {missing.map(([bid, judge]) => (
          <li key={bid + judge}>{t("tenders.result.missing", { bid, judge })}</li>
        ))}
        {corrections.map(([bid, judge, written, computed]) => (
          <li key={bid + judge}>{t("tenders.result.correction", { bid, judge, written, computed })}</li>
        ))}
        {of.corrected_sheets.map((sheet) => (
          <li key={`${sheet.bid} ${sheet.judge} ${sheet.approved_at}`}>
            <Corrected sheet={sheet} />
          </li>
        ))}
        {of.ineligible.length > 0 && (
          <li>
            {t("rooms.awards.field.ineligible")}
            {t("tenders.colon")}
            {of.ineligible
              .map((row) => `${row.bid} ${chosen(row, "applicant", i18n.language)}`)
              .join(t("tenders.comma"))}
          </li>
        )}
      </ul>
      {of.judges.length > 0 && (
        <p className="soft">
          {t("tenders.result.judges")}
          {t("tenders.colon")}
          {of.judges.map((judge) => judgeText(judge, i18n.language)).join(t("tenders.comma"))}
        </p>
      )}
      {of.is_demonstration && <Alert type="info" showIcon title={t("tenders.demonstration")} />}
    </section>
  );
}
