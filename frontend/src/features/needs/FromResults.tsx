import { useQueryClient } from "@tanstack/react-query";
import { Button, Select } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { $api } from "../../api/client";
import { useTerms } from "../../api/reference";
import { languageOf } from "../../api/refusal";
import type { components } from "../../api/schema.gen";
import { numberText } from "../../ui/format";
import { useGo } from "../../ui/Link";
import { Fetched } from "../../ui/Pending";
import { RefusalAlert } from "../../ui/RefusalAlert";
import { intervalText } from "./interval";
import "./needs.css";

type Result = components["schemas"]["SurveyResultRead"];

/** The surveys that are closed: what residents wanted most in one of them becomes a need with its evidence. */
export function FromResults() {
  const { t, i18n } = useTranslation();
  const language = languageOf(i18n.language);
  const [wanted, setWanted] = useState<number>();
  const query = { status: "closed", purpose: "need", limit: 50 } as const;
  const surveys = $api.useQuery("get", "/api/v1/surveys", { params: { query } });
  const found = surveys.data?.items ?? [];
  const survey = wanted ?? found[0]?.id;
  if (survey === undefined) return null;
  return (
    <section aria-labelledby="from-results" className="panel">
      <h2 id="from-results">{t("needs.from_result.title")}</h2>
      <p className="soft">{t("needs.from_result.hint")}</p>
      {found.length > 1 && (
        <Select
          aria-label={t("nav.survey")}
          className="from-survey"
          value={survey}
          onChange={setWanted}
          popupMatchSelectWidth={false}
          options={found.map(({ id, title }) => ({ value: id, label: title[language] || title.zh }))}
        />
      )}
      <Results survey_id={survey} />
    </section>
  );
}

/** The strongest wishes first; where one community was asked alone, its figures are those of all. */
function strongest(results: readonly Result[]): Result[] {
  const open = results.filter(({ is_withheld }) => !is_withheld);
  const local = open.filter(({ community_code }) => community_code !== null);
  const places = new Set(local.map(({ community_code }) => community_code));
  return (places.size === 1 ? local : open).toSorted((one, other) => Number(other.share) - Number(one.share));
}

const SHOWN = 5;

function Results({ survey_id }: { survey_id: number }) {
  const { t } = useTranslation();
  const [all, setAll] = useState(false);
  const results = $api.useQuery("get", "/api/v1/surveys/{survey_id}/results", { params: { path: { survey_id } } });
  return (
    <Fetched query={results}>
      {(found) => {
        const sorted = strongest(found);
        return (
          <>
            <ul className="from-results">
              {(all ? sorted : sorted.slice(0, SHOWN)).map((result) => (
                <One key={result.id} of={result} />
              ))}
            </ul>
            {!all && sorted.length > SHOWN && (
              <Button type="link" onClick={() => setAll(true)}>
                {t("needs.from_result.all", { count: sorted.length })}
              </Button>
            )}
          </>
        );
      }}
    </Fetched>
  );
}

function One({ of }: { of: Result }) {
  const { t, i18n } = useTranslation();
  const term = useTerms(i18n.language);
  const go = useGo();
  const cache = useQueryClient();
  const draft = $api.useMutation("post", "/api/v1/needs/from-result/{result_id}", {
    onSuccess: async (need) => {
      await cache.invalidateQueries();
      go(`/needs/${need.id}/edit`);
    },
  });
  return (
    <li>
      <span>
        <strong>{term(of.category_code)}</strong>{" "}
        <span className="soft figures">
          {t("needs.from_result.said", {
            n: numberText(of.n, i18n.language),
            ...intervalText(of, i18n.language),
          })}
        </span>
      </span>
      <Button
        loading={draft.isPending}
        aria-label={t("needs.from_result.draft_of", { category: term(of.category_code) })}
        onClick={() => draft.mutate({ params: { path: { result_id: of.id } } })}
      >
        {t("needs.from_result.draft")}
      </Button>
      <RefusalAlert error={draft.error} />
    </li>
  );
}
