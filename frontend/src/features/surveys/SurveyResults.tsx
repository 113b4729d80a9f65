import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Alert, Button, Select } from "antd";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { $api, request } from "../../api/client";
import { languageOf } from "../../api/refusal";
import { useTerms } from "../../api/reference";
import { partyName, useSession } from "../../api/session";
import type { components } from "../../api/schema.gen";
import { numberText, percentText } from "../../ui/format";
import { Interval } from "../../ui/Interval";
import { Link, useGo, useNumber } from "../../ui/Link";
import { Page } from "../../ui/Page";
import { Seals } from "../../ui/Seals";
import { Fetched } from "../../ui/Pending";
import { RefusalAlert } from "../../ui/RefusalAlert";
import { useFilters } from "../../ui/search";
import { type Bar, Chart } from "./Chart";
import { Place } from "./Place";
import { worded } from "./SurveyFigures";
import { Weighted } from "./Weighting";
import "./surveys.css";

type Survey = components["schemas"]["SurveyRead"];
type Findings = Omit<components["schemas"]["FindingsRead"], "weighting"> & {
  weighting: Parameters<typeof Weighted>[0]["weighting"] | null;
};
type Answer = components["schemas"]["AnswerRead"];
type Table = components["schemas"]["QuestionTable"];
type Line = components["schemas"]["Line"];
type Result = components["schemas"]["SurveyResultRead"];
const COMMUNITY = "community_code";
const SMALL = 5; // groups with fewer answers say little, and too much about each

/** What a survey found, for those who asked: charts, a cross table, and what needs can rest on. */
export default function SurveyResults() {
  const survey_id = useNumber("survey_id");
  const [search, change] = useFilters();
  const stratum = typeof search.by === "string" ? search.by : COMMUNITY;
  const path = { path: { survey_id } };
  const survey = $api.useQuery("get", "/api/v1/surveys/{survey_id}", { params: path });
  const findings = $api.useQuery("get", "/api/v1/surveys/{survey_id}/findings", {
    params: { ...path, query: { stratum } },
  });
  return (
    <Fetched query={survey}>
      {(of) => (
        <Fetched query={findings}>
          {(found) => <Shown of={of} found={found} stratum={stratum} by={(name) => change({ by: name })} />}
        </Fetched>
      )}
    </Fetched>
  );
}

type ShownProps = { of: Survey; found: Findings; stratum: string; by: (stratum: string) => void };

function Shown({ of, found, stratum, by }: ShownProps) {
  const { t, i18n } = useTranslation();
  const language = languageOf(i18n.language);
  const title = of.title[language] || of.title.zh;
  const closed =
    found.n === 0 ? [] : found.answers.filter(({ tables }) => tables.some(({ lines }) => lines.length > 0));
  const party = useSession().data?.current?.party ?? null;
  const strata = of.definition.questions.filter(({ type }) => type === "single");
  return (
    <Page
      title={t("surveys.results.title", { title })}
      subtitle={t(of.status === "closed" ? "surveys.results.final" : "surveys.results.so_far", { n: found.n })}
      crumbs={[
        { label: t("nav.surveys"), to: "/surveys" },
        { label: title, to: `/surveys/${of.id}` },
      ]}
      action={
        <Button className="no-print" onClick={() => print()}>
          {t("surveys.results.print")}
        </Button>
      }
    >
      {found.n === 0 && <Alert type="info" showIcon title={t("surveys.results.none")} />}
      <Wanted of={of} />
      {closed.length > 0 && (
        <p className="no-print cross-by">
          <label htmlFor="by">{t("surveys.results.by")}</label>{" "}
          <Select
            id="by"
            value={stratum}
            onChange={by}
            popupMatchSelectWidth={false}
            options={[
              { value: COMMUNITY, label: t("surveys.figures.communities") },
              ...strata.map(({ name, label }) => ({ value: name, label: label[language] || label.zh })),
            ]}
          />
        </p>
      )}
      {closed.map((answer) => (
        <section key={answer.name} className="panel result" aria-label={worded(answer.label, language, answer.name)}>
          <h2>{worded(answer.label, language, answer.name)}</h2>
          {answer.tables.map((table) => (
            <Question key={table.row} answer={answer} table={table} />
          ))}
          {answer.name !== stratum && <Cross of={of} answer={answer} stratum={stratum} />}
        </section>
      ))}
      {found.weighting && <Weighted weighting={found.weighting} answers={found.answers} />}
      <Seals of={[partyName(party, language)]} />
    </Page>
  );
}

function Question({ answer, table }: { answer: Answer; table: Table }) {
  const { t, i18n } = useTranslation();
  const language = i18n.language;
  const bars = useMemo(() => table.lines.flatMap((line) => barOf(answer, line, language)), [answer, table, language]);
  const title = table.row ? worded(answer.rows[table.row], language, table.row) : "";
  return (
    <>
      {title && <h3>{title}</h3>}
      <p className="soft">{t("surveys.results.n", { n: table.n ?? "—" })}</p>
      {bars.length > 0 && <Chart bars={bars} label={`${worded(answer.label, language, answer.name)} ${title}`} />}
      <details>
        <summary>{t("surveys.results.figures")}</summary>
        <dl className="survey-figures">
          {table.lines.map((line) => (
            <div key={line.option}>
              <dt>{worded(answer.options[line.option], language, line.option)}</dt>
              <dd>{line.unweighted ? <Share of={line} /> : t("ui.interval.suppressed")}</dd>
            </div>
          ))}
        </dl>
      </details>
      {table.mean && <p>{t("surveys.figures.mean", { mean: Number(table.mean.share).toFixed(2), n: table.mean.n })}</p>}
    </>
  );
}

function barOf(answer: Answer, line: Line, language: string): Bar[] {
  if (!line.unweighted) return [];
  const { share, low, high } = line.unweighted;
  const label = worded(answer.options[line.option], language, line.option);
  return [{ label, share: Number(share), low: Number(low), high: Number(high), words: label }];
}

function Share({ of: { unweighted } }: { of: Line }) {
  if (!unweighted) return null;
  const { share, low, high, n } = unweighted;
  return <Interval share={Number(share)} low={Number(low)} high={Number(high)} n={Number(n)} />;
}

/** The same question within each group; a group of few says how few, and no share. */
function Cross({ of, answer, stratum }: { of: Survey; answer: Answer; stratum: string }) {
  const { t, i18n } = useTranslation();
  const groups = Object.entries(answer.strata);
  const question = of.definition.questions.find(({ name }) => name === stratum);
  if (groups.length < 2) return null;
  const groupName = (group: string) =>
    stratum === COMMUNITY ? (
      <Place code={group} />
    ) : (
      worded(question?.options.find(({ name }) => name === group)?.label, i18n.language, group)
    );
  return (
    <details className="cross">
      <summary>{t("surveys.results.cross")}</summary>
      <div className="wide">
        {answer.tables.map(({ row, lines }) => (
          <table key={row} className="mapping">
            {row && <caption>{worded(answer.rows[row], i18n.language, row)}</caption>}
            <thead>
              <tr>
                <th>{t("surveys.results.group")}</th>
                {lines.map(({ option }) => (
                  <th key={option}>{worded(answer.options[option], i18n.language, option)}</th>
                ))}
                <th>n</th>
              </tr>
            </thead>
            <tbody>
              {groups.map(([group, tables]) => (
                <Group key={group} name={groupName(group)} table={tables.find((table) => table.row === row)} />
              ))}
            </tbody>
          </table>
        ))}
      </div>
    </details>
  );
}

function Group({ name, table }: { name: React.ReactNode; table: Table | undefined }) {
  const { t, i18n } = useTranslation();
  if (!table) return null;
  const isFew = table.n === null || table.n < SMALL;
  return (
    <tr>
      <th scope="row">{name}</th>
      {isFew ? (
        <td colSpan={table.lines.length} className="soft">
          {t("surveys.results.few", { least: SMALL })}
        </td>
      ) : (
        table.lines.map(({ option, unweighted }) => (
          <td key={option} className="figures">
            {unweighted ? percentText(Number(unweighted.share), i18n.language) : "—"}
          </td>
        ))
      )}
      <td className="figures">{table.n === null || isFew ? `<${SMALL}` : numberText(table.n, i18n.language)}</td>
    </tr>
  );
}

/** What residents want, the most wanted first, each to be written as a need that rests on it. */
function Wanted({ of }: { of: Survey }) {
  const { t, i18n } = useTranslation();
  const term = useTerms(i18n.language);
  const go = useGo();
  const cache = useQueryClient();
  const current = useSession().data?.current;
  const own = current?.area && !current.area.endsWith("000") ? current.area : null; // a community's need is its own
  const query = own ? { community_code: own } : {};
  const results = $api.useQuery("get", "/api/v1/surveys/{survey_id}/results", {
    params: { path: { survey_id: of.id }, query },
  });
  const write = useMutation({
    mutationFn: (result: Result) =>
      request<{ id: number }>(`/api/v1/needs/from-result/${result.id}`, { method: "POST" }),
    onSuccess: ({ id }) => {
      void cache.invalidateQueries();
      go(`/needs/${id}/edit`);
    },
  });
  if (of.status !== "closed") return <p className="soft">{t("surveys.results.not_closed")}</p>;
  const wanted = [...(results.data ?? [])]
    .filter(({ community_code }) => community_code === own)
    .sort((one, other) => Number(other.demand_index) - Number(one.demand_index));
  return (
    <section className="panel" aria-labelledby="wanted">
      <h2 id="wanted">{t("surveys.results.wanted")}</h2>
      <RefusalAlert error={write.error} />
      {results.isSuccess && wanted.length === 0 && <p className="soft">{t("surveys.results.nothing_wanted")}</p>}
      <ol className="wanted">
        {wanted.map((result) => (
          <li key={result.id}>
            <span>{term(result.category_code)}</span>
            {result.is_withheld ? (
              <span className="soft">{t("surveys.results.withheld")}</span>
            ) : (
              <>
                <Interval
                  share={Number(result.share)}
                  low={Number(result.low)}
                  high={Number(result.high)}
                  n={result.n}
                  label={term(result.category_code)}
                />
                {own && (
                  <Button className="no-print" loading={write.isPending} onClick={() => write.mutate(result)}>
                    {t("surveys.results.write")}
                  </Button>
                )}
              </>
            )}
          </li>
        ))}
      </ol>
      <p className="soft">
        <Link to={`/surveys/${of.id}/figures`}>{t("surveys.results.public")}</Link>
      </p>
    </section>
  );
}
