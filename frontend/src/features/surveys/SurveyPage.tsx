import { useTranslation } from "react-i18next";
import { $api } from "../../api/client";
import type { components } from "../../api/schema.gen";
import { languageOf } from "../../api/refusal";
import { Link, useNumber } from "../../ui/Link";
import { Page } from "../../ui/Page";
import { Fetched } from "../../ui/Pending";
import { StatusTag } from "../../ui/StatusTag";
import { ImportAnswers } from "./ImportAnswers";
import { Weighting } from "./Weighting";
import "./surveys.css";

type Survey = components["schemas"]["SurveyRead"];

/** A questionnaire and its waves, with the files of answers that they take. */
export default function SurveyPage() {
  const survey_id = useNumber("survey_id");
  const survey = $api.useQuery("get", "/api/v1/surveys/{survey_id}", {
    params: { path: { survey_id } },
  });
  return <Fetched query={survey}>{(found) => <Shown of={found} />}</Fetched>;
}

function Shown({ of }: { of: Survey }) {
  const { t, i18n } = useTranslation();
  const language = languageOf(i18n.language);
  const waves = $api.useQuery("get", "/api/v1/surveys/{survey_id}/waves", { params: { path: { survey_id: of.id } } });
  return (
    <Page
      title={of.definition.title[language] || of.definition.title.zh}
      subtitle={<StatusTag status={of.status} room="surveys" />}
      crumbs={[{ label: t("nav.surveys"), to: "/surveys" }]}
      action={of.status === "closed" && <Link to={`/surveys/${of.id}/figures`}>{t("nav.survey_figures")}</Link>}
    >
      <ol className="asked">
        {of.definition.questions
          .filter(({ type }) => type !== "note")
          .map(({ name, label }) => (
            <li key={name}>{label[language] || label.zh}</li>
          ))}
      </ol>
      <Fetched query={waves}>
        {(found) => (
          <>
            {found.map((wave) => (
              <section key={wave.id} aria-labelledby={`wave-${wave.id}`}>
                <h2 id={`wave-${wave.id}`}>
                  {wave.title || t("surveys.wave", { number: wave.id })} ·{" "}
                  {t(`rooms.surveys.survey_channel.${wave.channel}`)}
                </h2>
                {wave.actions.includes("import_responses") && (
                  <ImportAnswers wave={wave} questions={of.definition.questions} />
                )}
              </section>
            ))}
          </>
        )}
      </Fetched>
      <Weighting survey={of.id} />
    </Page>
  );
}
