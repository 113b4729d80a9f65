import { $api } from "../../api/client";

const LIVE = 10_000; // milliseconds between two looks at a wave that is open

/** The waves of a survey, looked at again and again while one is open. */
export const useWaves = (survey_id: number) =>
  $api.useQuery(
    "get",
    "/api/v1/surveys/{survey_id}/waves",
    { params: { path: { survey_id } } },
    { refetchInterval: ({ state }) => (state.data?.some(({ state: status }) => status === "open") ? LIVE : false) },
  );

/** One wave, in the same way. */
export const useWave = (wave_id: number) =>
  $api.useQuery(
    "get",
    "/api/v1/surveys/waves/{wave_id}",
    { params: { path: { wave_id } } },
    { refetchInterval: ({ state }) => (state.data?.state === "open" ? LIVE : false) },
  );
