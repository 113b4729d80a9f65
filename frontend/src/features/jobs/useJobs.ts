import { following } from "../../api/changes";
import { $api } from "../../api/client";
import type { components } from "../../api/schema.gen";

export type Job = components["schemas"]["JobRead"];
const SOON = 3000; // ms, while something is under way
const A_MINUTE = 60_000;
const SHOWN_FOR = 3_600_000; // what has ended is pointed to for an hour

export const isLive = ({ status }: Job): boolean => status === "waiting" || status === "running";
/** Under way, or ended not long ago: what somebody who left it comes back for. */
export const isFresh = (job: Job, now: number): boolean => isLive(job) || now - Date.parse(job.moved_at) < SHOWN_FOR;

/** One's long work of the last days, as it moves on. */
export function useJobs() {
  return $api.useQuery(
    "get",
    "/api/v1/jobs",
    {},
    following(
      () => ["jobs"],
      (jobs?: Job[]) => (jobs?.some(isLive) ? SOON : A_MINUTE),
    ),
  );
}
