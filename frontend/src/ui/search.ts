import { useNavigate, useSearch } from "@tanstack/react-router";
import { useCallback } from "react";

export type Search = Record<string, string | string[] | undefined>;

/** Filters and order of a list live in the address, so that a view can be sent to a colleague. */
export function useFilters(): [Search, (change: Search) => void] {
  const search = useSearch({ strict: false }) as Search;
  const navigate = useNavigate();
  const change = useCallback(
    (wanted: Search) => void navigate({ to: ".", search: (now: Search) => tidy({ ...now, ...wanted }), replace: true }),
    [navigate],
  );
  return [search, change];
}

function tidy(search: Search): Search {
  return Object.fromEntries(Object.entries(search).filter(([, value]) => value !== undefined && value.length > 0));
}
