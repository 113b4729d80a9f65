import { useTranslation } from "react-i18next";
import { $api } from "../../../api/client";
import { languageOf } from "../../../api/refusal";
import type { components } from "../../../api/schema.gen";
import { ActionBar } from "../../../ui/ActionBar";
import { momentText } from "../../../ui/format";
import { Link, useGo, useNumber } from "../../../ui/Link";
import { Page } from "../../../ui/Page";
import { Fetched } from "../../../ui/Pending";
import { StatusTag } from "../../../ui/StatusTag";
import { Place } from "../Place";
import { worded } from "../SurveyFigures";
import { type Definition, linesOf, nextOf, numbersOf } from "./answered";
import { Doubts } from "./Doubts";
import { DuplicateForm, InvalidateForm } from "./forms";
import "../surveys.css";

type Response = components["schemas"]["ResponseRead"];
type Survey = components["schemas"]["SurveyRead"];
const DECISIONS = new Set(["confirm", "invalidate", "mark_duplicate"]);
const MOST = 200; // that a list gives at once

/** One answer to be read and judged; after a decision the next one that waits is shown. */
export default function ResponsePage() {
  const response_id = useNumber("response_id");
  const response = $api.useQuery("get", "/api/v1/surveys/responses/{response_id}", {
    params: { path: { response_id } },
  });
  return <Fetched query={response}>{(of) => <WithSurvey key={of.id} of={of} />}</Fetched>;
}

function WithSurvey({ of }: { of: Response }) {
  const survey = $api.useQuery("get", "/api/v1/surveys/{survey_id}", { params: { path: { survey_id: of.survey_id } } });
  return <Fetched query={survey}>{(found) => <Shown of={of} survey={found} />}</Fetched>;
}

function Shown({ of, survey }: { of: Response; survey: Survey }) {
  const { t, i18n } = useTranslation();
  const go = useGo();
  const waiting = $api.useQuery("get", "/api/v1/surveys/waves/{wave_id}/responses", {
    params: { path: { wave_id: of.wave_id }, query: { status: "submitted", limit: MOST } },
  });
  const next = nextOf(waiting.data?.items.map(({ id }) => id) ?? [], of.id);
  const onward = (): void =>
    go(next === undefined ? `/surveys/waves/${of.wave_id}/responses` : `/surveys/responses/${next}`);
  return (
    <Page
      title={t("surveys.responses.one", { number: of.serial ?? `#${of.id}` })}
      subtitle={<StatusTag status={of.status} room="surveys" of="responses" />}
      crumbs={[
        { label: t("nav.surveys"), to: "/surveys" },
        { label: survey.title[languageOf(i18n.language)] || survey.title.zh, to: `/surveys/${of.survey_id}` },
        { label: t("nav.responses"), to: `/surveys/waves/${of.wave_id}/responses` },
      ]}
      action={
        <ActionBar
          of={of}
          feature="surveys/responses"
          words="rooms.surveys"
          forms={{ invalidate: InvalidateForm, mark_duplicate: DuplicateForm }}
          onDone={(verb) => {
            if (DECISIONS.has(verb)) onward();
          }}
        />
      }
    >
      <Origin of={of} />
      <Doubts of={of.suggestions} definition={survey.definition} />
      <Answers of={of} definition={survey.definition} />
      {next !== undefined && (
        <p>
          <Link to={`/surveys/responses/${next}`}>{t("surveys.responses.next")}</Link>
        </p>
      )}
      <Reviews of={of} />
    </Page>
  );
}

function Origin({ of }: { of: Response }) {
  const { t, i18n } = useTranslation();
  return (
    <p className="soft">
      <Place code={of.community_code} /> · {t(`rooms.surveys.survey_source.${of.source}`)} ·{" "}
      {momentText(of.submitted_at, i18n.language)}
      {of.seconds !== null && ` · ${t("surveys.responses.took", { seconds: of.seconds })}`}
    </p>
  );
}

function Answers({ of, definition }: { of: Response; definition: Definition }) {
  const { t, i18n } = useTranslation();
  const numbers = numbersOf(definition);
  return (
    <section aria-labelledby="answers" className="panel">
      <h2 id="answers">{t("surveys.responses.answers")}</h2>
      <dl className="answers">
        {definition.questions
          .filter(({ name }) => numbers.has(name))
          .map((question) => {
            const lines = linesOf(definition, question, of.answers[question.name], i18n.language);
            return (
              <div key={question.name}>
                <dt>
                  <span className="soft figures">{numbers.get(question.name)}</span>{" "}
                  {worded(question.label, i18n.language, question.name)}
                </dt>
                <dd>
                  {lines.length === 0 ? (
                    <span className="soft">{t("surveys.responses.blank")}</span>
                  ) : (
                    lines.map((line) => <div key={line}>{line}</div>)
                  )}
                </dd>
              </div>
            );
          })}
      </dl>
    </section>
  );
}

function Reviews({ of }: { of: Response }) {
  const { t, i18n } = useTranslation();
  if (of.reviews.length === 0) return null;
  return (
    <section aria-labelledby="reviews">
      <h2 id="reviews">{t("surveys.responses.reviews")}</h2>
      <ul>
        {of.reviews.map(({ at, verb, after, reason, note }) => (
          <li key={`${at} ${verb}`}>
            {momentText(at, i18n.language)} · {t(`rooms.surveys.status.responses.${after}`)}
            {reason && ` · ${t(`rooms.surveys.quality.${reason}`)}`}
            {note && ` · ${note}`}
          </li>
        ))}
      </ul>
    </section>
  );
}
