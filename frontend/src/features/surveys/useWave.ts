import { useTranslation } from "react-i18next";
import { following } from "../../api/changes";
import { $api } from "../../api/client";
import { fileAt } from "../../api/paths";
import { languageOf } from "../../api/refusal";
import type { components } from "../../api/schema.gen";
import { useFile } from "../../ui/useFile";

type Wave = components["schemas"]["WaveRead"];

const LIVE = 10_000; // milliseconds between two looks at a wave that is open

const topics = (waves: readonly Wave[] = []) =>
  waves.filter(({ state }) => state === "open").map(({ id }) => `wave:${id}` as const);

/** The waves of a survey, as answers come in. */
export const useWaves = (survey_id: number) =>
  $api.useQuery(
    "get",
    "/api/v1/surveys/{survey_id}/waves",
    { params: { path: { survey_id } } },
    following(topics, LIVE),
  );

/** One wave, in the same way. */
export const useWave = (wave_id: number) =>
  $api.useQuery(
    "get",
    "/api/v1/surveys/waves/{wave_id}",
    { params: { path: { wave_id } } },
    following((wave?: Wave) => topics(wave && [wave]), LIVE),
  );

/** Has the answers of a wave as a workbook. */
export function useAnswers(wave_id: number): () => void {
  const { i18n } = useTranslation();
  const file = useFile();
  const headings = languageOf(i18n.language);
  return () => file.mutate(fileAt("/api/v1/surveys/waves/{wave_id}/export_responses", { wave_id }, { headings }));
}
