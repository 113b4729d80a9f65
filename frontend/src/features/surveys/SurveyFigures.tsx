import { useTranslation } from "react-i18next";
import { $api } from "../../api/client";
import type { components } from "../../api/schema.gen";
import { Interval } from "../../ui/Interval";
import { useNumber } from "../../ui/Link";
import { Page } from "../../ui/Page";
import { Fetched } from "../../ui/Pending";
import "./surveys.css";

type Summary = components["schemas"]["SummaryRead"];
type Answer = components["schemas"]["AnswerRead"];
type Table = components["schemas"]["QuestionTable"];
type Line = components["schemas"]["Line"];
type Label = components["schemas"]["Label"];

/** The published figures of a closed survey, for everybody. */
export default function SurveyFigures() {
  const survey_id = useNumber("survey_id");
  const params = { params: { path: { survey_id } } };
  const summary = $api.useQuery("get", "/api/v1/surveys/{survey_id}/summary", params);
  return <Fetched query={summary}>{(it) => <Shown of={it} />}</Fetched>;
}

export const worded = (label: Label | undefined, language: string, name: string): string =>
  (language === "en" && label?.en) || label?.zh || name;

function Shown({ of }: { of: Summary }) {
  const { t, i18n } = useTranslation();
  return (
    <Page
      title={worded(of.title, i18n.language, "")}
      subtitle={t("surveys.figures.subtitle", { valid: of.returns.total.valid })}
    >
      {of.answers.length === 0 && <p className="soft">{t("surveys.figures.none")}</p>}
      {of.answers.map((answer) => (
        <section key={answer.name} aria-label={worded(answer.label, i18n.language, answer.name)}>
          <h2>{worded(answer.label, i18n.language, answer.name)}</h2>
          {answer.tables.map((table) => (
            <Figures key={table.row} answer={answer} table={table} />
          ))}
        </section>
      ))}
    </Page>
  );
}

function Figures({ answer, table }: { answer: Answer; table: Table }) {
  const { t, i18n } = useTranslation();
  return (
    <>
      {table.row && <h3>{worded(answer.rows[table.row], i18n.language, table.row)}</h3>}
      <dl className="survey-figures">
        {table.lines.map((line) => (
          <div key={line.option}>
            <dt>{worded(answer.options[line.option], i18n.language, line.option)}</dt>
            <dd>
              <Share of={line} label={worded(answer.options[line.option], i18n.language, line.option)} />
            </dd>
          </div>
        ))}
      </dl>
      {table.mean && (
        <p className="figures">
          {t("surveys.figures.mean", { mean: Number(table.mean.share).toFixed(2), n: table.mean.n })}
        </p>
      )}
    </>
  );
}

function Share({ of: { unweighted }, label }: { of: Line; label: string }) {
  if (!unweighted) return <Interval share={0} low={0} high={0} n={0} suppressed />;
  const { share, low, high, n } = unweighted;
  return <Interval share={Number(share)} low={Number(low)} high={Number(high)} n={Number(n)} label={label} />;
}
