import { Button, Space } from "antd";
import { useTranslation } from "react-i18next";
import { $api } from "../../api/client";
import type { components } from "../../api/schema.gen";
import { ActionBar } from "../../ui/ActionBar";
import { Deadline } from "../../ui/Deadline";
import { Link, useGo, useNumber } from "../../ui/Link";
import { Page } from "../../ui/Page";
import { Fetched } from "../../ui/Pending";
import { Seals } from "../../ui/Seals";
import { StatusTag } from "../../ui/StatusTag";
import { chosen } from "../../ui/chosen";
import { Enquiries } from "./Enquiries";
import { type Progress, useProgress } from "./NextStep";
import { Objections } from "./Objections";
import { Amendments } from "./notice/Amendments";
import { CriteriaShown } from "./notice/CriteriaShown";
import { LotsShown } from "./notice/LotsShown";
import { Missing } from "./notice/Missing";
import { Summary } from "./notice/Summary";
import { Timeline } from "./notice/Timeline";
import { FORMS } from "./notice/verbs";
import "./tenders.css";
import "./notice/notice.css";

type Tender = components["schemas"]["TenderRead"];

export default function TenderPage() {
  const tender_id = useNumber("tender_id");
  const tender = $api.useQuery("get", "/api/v1/tenders/{tender_id}", { params: { path: { tender_id } } });
  return <Fetched query={tender}>{(it) => <Shown of={it} />}</Fetched>;
}

function Shown({ of }: { of: Tender }) {
  const { t, i18n } = useTranslation();
  const progress = useProgress(of.id, of.opened_at !== null).data;
  return (
    <Page
      title={chosen(of, "title", i18n.language)}
      subtitle={
        <>
          {chosen(of, "party", i18n.language)} ·{" "}
          <StatusTag status={of.status === "published" && of.phase ? of.phase : of.status} room="tenders" />
        </>
      }
      crumbs={[{ label: t("nav.tenders"), to: "/tenders" }]}
      action={<Verbs of={of} progress={progress} />}
    >
      {of.ended_reason && <p className="lot-failed">{t("notice.ended", { reason: of.ended_reason })}</p>}
      {of.status === "draft" && <Missing of={of} />}
      <Summary of={of} />
      {of.requirements && (
        <section aria-labelledby="text">
          <h2 id="text">{t("notice.text")}</h2>
          <p className="prose notice-text">{of.requirements}</p>
        </section>
      )}
      <section aria-labelledby="lots">
        <h2 id="lots">{t("tenders.lots")}</h2>
        <LotsShown lots={of.lots} />
        <p className="soft">
          {t("tenders.over_budget")} {t(`tenders.rules.${of.overspend_rule}`)}
        </p>
      </section>
      <section aria-labelledby="criteria">
        <h2 id="criteria">{t("tenders.criteria")}</h2>
        <CriteriaShown of={of.criteria} tie={of.tie_criterion} />
      </section>
      <Timeline of={{ deadlines: of.deadlines.map(asPublished(progress?.objections_end)) }} />
      <Amendments tenderId={of.id} />
      <Enquiries tender={of} />
      <Objections tenderId={of.id} />
      <Confirmations of={of} />
      <p className="soft">
        {t("tenders.profile", { name: t(`tenders.profile_name.${of.profile}`), version: of.profile_version })}
      </p>
      <Seals of={[chosen(of, "party", i18n.language)]} />
    </Page>
  );
}

/** Once a result is published, the time to object is that of the result: one right has one date. */
const asPublished =
  (end: string | null | undefined) =>
  (deadline: Tender["deadlines"][number]): Tender["deadlines"][number] =>
    end && deadline.name === "objections_end" ? { ...deadline, at: end } : deadline;

/** What can be done to the notice, and where one reads on. */
function Verbs({ of, progress }: { of: Tender; progress: Progress | undefined }) {
  const { t } = useTranslation();
  const go = useGo();
  return (
    <Space wrap>
      <ActionBar
        of={of}
        feature="tenders"
        words="rooms.notices"
        forms={FORMS}
        go={{
          edit: () => go(`/tenders/${of.id}/edit`),
          draft: () => go(`/tenders/${of.id}/bid`),
          amend: () => go(`/tenders/${of.id}/amend`),
          prequalify: () => go(`/tenders/${of.id}/eligibility`),
          record_late: () => go(`/tenders/${of.id}/bids`),
          ask: () => document.querySelector("#enquiries")?.scrollIntoView({ behavior: "smooth" }),
        }}
      />
      {of.opened_at && (
        <Link to={`/tenders/${of.id}/bids`}>
          <Button>{t("notice.bids")}</Button>
        </Link>
      )}
      {progress && <ToResult of={progress} evaluationEnd={of.evaluation_end} />}
    </Space>
  );
}

/** The result, or the step that it waits for from the reader; for everybody else, when to expect it. */
function ToResult({ of, evaluationEnd }: { of: Progress; evaluationEnd: string | null }) {
  const { t } = useTranslation();
  const [next] = of.cuts.flatMap(({ actions }) => actions).concat(of.actions);
  if (!next && !of.is_readable && of.waits.length === 0)
    return of.status === "undecided" && <Deadline at={evaluationEnd} label={t("tenders.result.expected")} />;
  return (
    <Link to={`/tenders/${of.id}/result`}>
      <Button {...(next && { type: "primary" })}>
        {next ? t(`rooms.awards.action.${next}`) : t("tenders.result.title")}
      </Button>
    </Link>
  );
}

/** What a lawyer must still confirm about the rules of this procedure. */
function Confirmations({ of }: { of: Tender }) {
  const { t, i18n } = useTranslation();
  if (of.to_confirm.length === 0) return null;
  return (
    <section aria-labelledby="to-confirm" className="to-confirm">
      <h2 id="to-confirm">{t("tenders.to_confirm")}</h2>
      <ul>
        {of.to_confirm.map((each) => (
          <li key={each.en}>{i18n.language === "en" ? each.en : each.zh}</li>
        ))}
      </ul>
    </section>
  );
}
