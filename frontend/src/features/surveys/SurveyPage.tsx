import { Alert, Modal, Steps } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { $api } from "../../api/client";
import { fileAt } from "../../api/paths";
import type { components } from "../../api/schema.gen";
import { languageOf } from "../../api/refusal";
import { ActionBar } from "../../ui/ActionBar";
import { Link, useGo, useNumber } from "../../ui/Link";
import { Page } from "../../ui/Page";
import { Fetched } from "../../ui/Pending";
import { StatusTag } from "../../ui/StatusTag";
import { kindOf } from "./editing";
import { TargetsForm } from "./TargetsForm";
import { useWaves } from "./useWave";
import { WaveCard } from "./WaveCard";
import { WaveForm } from "./WaveForms";
import { Weighting } from "./Weighting";
import "./surveys.css";

type Survey = components["schemas"]["SurveyRead"];
type Wave = components["schemas"]["WaveRead"];

/** A survey at a glance: how far it is, what can be done, its questionnaire, its waves and what came back. */
export default function SurveyPage() {
  const survey_id = useNumber("survey_id");
  const survey = $api.useQuery("get", "/api/v1/surveys/{survey_id}", { params: { path: { survey_id } } });
  return <Fetched query={survey}>{(found) => <Shown of={found} />}</Fetched>;
}

function Shown({ of }: { of: Survey }) {
  const { t, i18n } = useTranslation();
  const language = languageOf(i18n.language);
  const go = useGo();
  const [asking, setAsking] = useState<"create_wave" | "target" | null>(null);
  const waves = useWaves(of.id);
  const leave = (): void => setAsking(null);
  return (
    <Page
      title={of.title[language] || of.title.zh}
      subtitle={
        <>
          {t(`rooms.surveys.purpose.${of.purpose}`)} <StatusTag status={of.status} room="surveys" />
        </>
      }
      crumbs={[{ label: t("nav.surveys"), to: "/surveys" }]}
      action={
        <ActionBar
          of={of}
          feature="surveys"
          words="rooms.surveys"
          go={{
            edit: () => go(`/surveys/${of.id}/edit`),
            create_wave: () => setAsking("create_wave"),
            target: () => setAsking("target"),
          }}
        />
      }
    >
      <Way of={of} waves={waves.data ?? []} />
      {of.unsaid.length > 0 && <Unsaid of={of} />}
      <Ways of={of} />
      <section aria-labelledby="waves">
        <h2 id="waves">{t("surveys.waves.title")}</h2>
        <Fetched query={waves}>
          {(found) => (
            <>
              {found.length === 0 && <p className="soft">{t("surveys.waves.none")}</p>}
              {found.map((wave) => (
                <WaveCard key={wave.id} wave={wave} questions={of.definition.questions} />
              ))}
            </>
          )}
        </Fetched>
      </section>
      <Questionnaire of={of} />
      <Weighting survey={of.id} />
      <Modal
        open={asking !== null}
        title={asking && t(`rooms.surveys.action.${asking}`)}
        footer={null}
        onCancel={leave}
        destroyOnHidden
      >
        {asking === "create_wave" && <WaveForm survey_id={of.id} leave={leave} />}
        {asking === "target" && <TargetsForm survey={of} leave={leave} />}
      </Modal>
    </Page>
  );
}

/** Where else this survey can be seen. */
function Ways({ of }: { of: Survey }) {
  const { t } = useTranslation();
  return (
    <p className="survey-links">
      <Link to={`/surveys/${of.id}/results`}>{t("nav.survey_results")}</Link>
      {of.status === "closed" && <Link to={`/surveys/${of.id}/figures`}>{t("nav.survey_figures")}</Link>}
      <a href={fileAt("/api/v1/surveys/{survey_id}/export", { survey_id: of.id }, {})} download>
        {t("rooms.surveys.action.export_survey")}
      </a>
    </p>
  );
}

/** From the questionnaire to the needs that rest on it: where this survey is on its way. */
function Way({ of, waves }: { of: Survey; waves: readonly Wave[] }) {
  const { t } = useTranslation();
  const isOpen = waves.some(({ state: status }) => status === "open");
  const isOver = waves.some(({ state: status }) => status === "closed") && !isOpen;
  const at = of.status === "closed" ? 4 : of.status === "draft" ? 0 : isOpen ? 2 : isOver ? 3 : 1;
  return (
    <Steps
      className="survey-way"
      responsive
      size="small"
      current={at}
      items={["write", "hand_out", "collect", "review", "use"].map((step) => ({
        title: t(`surveys.way.${step}`),
        content: t(`surveys.way.${step}_hint`),
      }))}
    />
  );
}

/** What the server says that others will look for and not find; it keeps nobody from publishing. */
function Unsaid({ of }: { of: Survey }) {
  const { t } = useTranslation();
  return (
    <Alert
      type="info"
      showIcon
      title={t("surveys.unsaid.title")}
      description={
        <ul className="unsaid">
          {of.unsaid.map((field) => (
            <li key={field}>{t(`surveys.unsaid.${field}`)}</li>
          ))}
        </ul>
      }
    />
  );
}

function Questionnaire({ of }: { of: Survey }) {
  const { t, i18n } = useTranslation();
  const language = languageOf(i18n.language);
  const { questions, intro } = of.definition;
  return (
    <section aria-labelledby="asked">
      <h2 id="asked">
        {t("surveys.asked", { count: of.question_count })}{" "}
        <small className="soft">{t("surveys.minutes", { count: of.minutes })}</small>
      </h2>
      {intro && <p className="prose">{intro[language] || intro.zh}</p>}
      <ol className="asked">
        {questions
          .filter(({ type }) => type !== "note")
          .map((question) => (
            <li key={question.name}>
              {question.label[language] || question.label.zh}{" "}
              <span className="soft">{t(`surveys.kind.${kindOf(question)}`)}</span>
            </li>
          ))}
      </ol>
    </section>
  );
}
