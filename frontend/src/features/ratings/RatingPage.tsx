import { Descriptions } from "antd";
import { useTranslation } from "react-i18next";
import { $api } from "../../api/client";
import type { components } from "../../api/schema.gen";
import { ActionBar } from "../../ui/ActionBar";
import { chosen } from "../../ui/chosen";
import { dayText } from "../../ui/format";
import { Link, useNumber } from "../../ui/Link";
import { Page } from "../../ui/Page";
import { Fetched } from "../../ui/Pending";
import { StatusTag } from "../../ui/StatusTag";
import { ConfirmForm, DeclineForm, RuleForm, VoteForm } from "./forms";
import { GradeText } from "./GradeText";
import { Vote } from "./Vote";
import "./ratings.css";

type Rating = components["schemas"]["RatingRead"];
const FORMS = {
  decline: DeclineForm,
  vote: VoteForm,
  confirm: ConfirmForm,
  ...Object.fromEntries(["lower", "revoke", "rectify", "pass", "fail"].map((verb) => [verb, RuleForm(verb)])),
};

/** One grade of an organisation, from the application to what became of it. */
export default function RatingPage() {
  const rating_id = useNumber("rating_id");
  const found = $api.useQuery("get", "/api/v1/ratings/{rating_id}", { params: { path: { rating_id } } });
  return <Fetched query={found}>{(it) => <Shown of={it} />}</Fetched>;
}

function Shown({ of }: { of: Rating }) {
  const { t, i18n } = useTranslation();
  return (
    <Page
      title={chosen(of, "party", i18n.language)}
      subtitle={
        <>
          {t(`rooms.ratings.scheme.${of.scheme}`)} <StatusTag status={of.status} room="ratings" />
        </>
      }
      crumbs={[{ label: t("nav.organization"), to: `/organizations/${of.party_id}` }]}
      action={<ActionBar of={of} feature="ratings" words="rooms.ratings" forms={FORMS} />}
    >
      {of.assessment_status && (
        <p>
          {of.is_linked && of.assessment_id && (
            <Link to={`/assessments/${of.assessment_id}`}>{t("ratings.to_assessment")}</Link>
          )}{" "}
          <StatusTag status={of.assessment_status} room="assessments" />
        </p>
      )}
      <Descriptions bordered column={{ xs: 1, md: 2 }} items={useFacts(of)} />
      {of.vote && <Vote of={of.vote} />}
    </Page>
  );
}

function useFacts(of: Rating) {
  const { t, i18n } = useTranslation();
  const day = (on: string | null): string | null => (on ? dayText(on, i18n.language) : null);
  const facts = {
    grade: of.grade ? <GradeText of={of} /> : null,
    result: of.total ? `${Number(of.total)} · ${t(`rooms.ratings.grade.${of.band}`)}` : null,
    valid_from: day(of.valid_from),
    valid_until: day(of.valid_until),
    notice_ends_on: day(of.notice_ends_on),
    due_on: day(of.due_on),
    plate_due_on: day(of.plate_due_on),
    plate_returned_on: day(of.plate_returned_on),
    source: of.source,
    reason: of.reason,
    applied_at: day(of.applied_at),
  };
  return Object.entries(facts)
    .filter(([, said]) => said)
    .map(([name, said]) => ({ key: name, label: t(`ratings.${name}`), children: said }));
}
