import { Descriptions } from "antd";
import { useTranslation } from "react-i18next";
import { $api } from "../../api/client";
import type { components } from "../../api/schema.gen";
import { ActionBar } from "../../ui/ActionBar";
import { chosen } from "../../ui/chosen";
import { Deadline } from "../../ui/Deadline";
import { dayText } from "../../ui/format";
import { Link, useNumber } from "../../ui/Link";
import { Page } from "../../ui/Page";
import { Fetched } from "../../ui/Pending";
import { StatusTag } from "../../ui/StatusTag";
import { Agreement } from "./Agreement";
import { CancelForm, ComputeForm, ObjectForm, ReviseForm, SeatForm, UpholdForm } from "./forms";
import { Seats } from "./Seats";
import "./assessments.css";

type Assessment = components["schemas"]["AssessmentRead"];
type Result = components["schemas"]["AssessmentResultRead"];
type Objection = components["schemas"]["AssessmentObjectionRead"];
const FORMS = {
  seat: SeatForm,
  compute: ComputeForm,
  cancel: CancelForm,
  object: ObjectForm,
  uphold: UpholdForm,
  revise: ReviseForm,
};

/** One assessment: who marks, what came of it, how far the assessors agree, what was objected. */
export default function AssessmentPage() {
  const assessment_id = useNumber("assessment_id");
  const found = $api.useQuery("get", "/api/v1/assessments/{assessment_id}", { params: { path: { assessment_id } } });
  return <Fetched query={found}>{(it) => <Shown of={it} />}</Fetched>;
}

function Shown({ of }: { of: Assessment }) {
  const { t, i18n } = useTranslation();
  const own = of.seats.find((seat) => seat.is_own);
  return (
    <Page
      title={chosen(of, "subject", i18n.language)}
      subtitle={
        <>
          {chosen(of, "scheme", i18n.language)} <StatusTag status={of.status} room="assessments" />
        </>
      }
      crumbs={[{ label: t("nav.assessments"), to: "/assessments" }]}
      action={<ActionBar of={of} feature="assessments" words="rooms.assessments" forms={FORMS} />}
    >
      {own && own.status !== "recused" && (
        <p>
          <Link to={`/assessments/${of.id}/sheet`}>{t("assessments.to_sheet")}</Link>
        </p>
      )}
      {of.subject_kind === "contract" && (
        <p>
          <Link to={`/contracts/${of.subject_id}`}>{t("assessments.to_contract")}</Link>
        </p>
      )}
      {of.notice_ends_on && (
        <p>
          <Deadline at={of.notice_ends_on} label={t("assessments.notice_ends_on")} />
        </p>
      )}
      {of.results.map((each) => (
        <Outcome key={each.number} of={of} result={each} isLast={each.number === of.results.length} />
      ))}
      <Seats of={of} />
      {of.results.length > 0 && <Agreement of={of} />}
      {of.objections.length > 0 && <Objections of={of.objections} />}
    </Page>
  );
}

function Outcome({ of, result, isLast }: { of: Assessment; result: Result; isLast: boolean }) {
  const { t, i18n } = useTranslation();
  const language = i18n.language.startsWith("zh") ? "zh" : "en";
  const band = of.terms.bands.find(({ code }) => code === result.band);
  const title = isLast ? t("assessments.result") : t("assessments.earlier", { number: result.number });
  return (
    <section className="panel" aria-label={title}>
      <h2>{title}</h2>
      <p className="assessment-total">
        <strong className="figures">{Number(result.total)}</strong> / {Number(of.terms.total)} {band?.[language]}
      </p>
      <Descriptions
        bordered
        column={1}
        items={of.terms.groups.map((group) => {
          const given = result.groups.find((each) => each.group === group.code);
          return {
            key: group.code,
            label: `${group[language]} · ${Number(group.weight)}%`,
            children: given && (
              <span className="figures">
                {Number(given.score)} {t("assessments.of_sheets", { count: given.sheets })}
              </span>
            ),
          };
        })}
      />
      {result.reason && <p className="prose">{result.reason}</p>}
      <p className="soft">
        {dayText(result.computed_at, i18n.language)} · {band?.source}
      </p>
    </section>
  );
}

function Objections({ of }: { of: readonly Objection[] }) {
  const { t, i18n } = useTranslation();
  return (
    <section className="assessment-part" aria-labelledby="objections">
      <h2 id="objections">{t("assessments.objections")}</h2>
      {of.map((each) => (
        <div key={each.filed_at} className="panel">
          <p className="prose">{each.statement}</p>
          {each.verdict ? (
            <p className="prose">
              <strong>{t(`rooms.assessments.verdict.${each.verdict}`)}</strong> {each.answer}
            </p>
          ) : (
            <Deadline at={each.due_on} label={t("assessments.answer_due")} rule={each.due_rule} />
          )}
          <p className="soft">{dayText(each.filed_at, i18n.language)}</p>
        </div>
      ))}
    </section>
  );
}
