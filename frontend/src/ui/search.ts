import { useNavigate, useSearch } from "@tanstack/react-router";
import { useCallback, useMemo } from "react";

export type Search = Record<string, string | string[] | undefined>;

/** Filters and order of a list live in the address, so that a view can be sent to a colleague. */
export function useFilters(): [Search, (change: Search) => void] {
  const typed: Record<string, unknown> = useSearch({ strict: false });
  const search = useMemo(() => written(typed), [typed]);
  const navigate = useNavigate();
  const change = useCallback(
    (wanted: Search) => void navigate({ to: ".", search: (now: Search) => tidy({ ...now, ...wanted }), replace: true }),
    [navigate],
  );
  return [search, change];
}

/** Filters are texts, also where the address reads as a number or as true. */
function written(typed: Record<string, unknown>): Search {
  return Object.fromEntries(
    Object.entries(typed)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => [name, Array.isArray(value) ? value.map(String) : String(value)]),
  );
}

function tidy(search: Search): Search {
  return Object.fromEntries(Object.entries(search).filter(([, value]) => value !== undefined && value.length > 0));
}
