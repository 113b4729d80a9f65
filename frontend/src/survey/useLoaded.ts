import { useEffect, useState } from "react";
import { type Refusal, refusalOf } from "../api/refusal";
import { request } from "../api/request";

type Answered<T> = { round: string; data: T | null; refusal: Refusal | null };
export type Loaded<T> = { data: T | null; refusal: Refusal | null; reload: () => void; put: (data: T) => void };

/** One GET and its three faces; `path` null fetches nothing. An answer to an earlier question is not shown. */
export function useLoaded<T>(path: string | null): Loaded<T> {
  const [tries, setTries] = useState(0);
  const [answered, answer] = useState<Answered<T> | null>(null);
  const round = `${tries} ${path ?? ""}`;
  useEffect(() => {
    if (path === null) return;
    let current = true;
    request<T>(path).then(
      (data) => current && answer({ round, data, refusal: null }),
      (error: unknown) => current && answer({ round, data: null, refusal: refusalOf(error) }),
    );
    return () => {
      current = false;
    };
  }, [path, round]);
  const { data, refusal } = answered?.round === round ? answered : { data: null, refusal: null };
  return {
    data,
    refusal,
    reload: () => setTries((before) => before + 1),
    put: (fresh) => answer({ round, data: fresh, refusal: null }),
  };
}
