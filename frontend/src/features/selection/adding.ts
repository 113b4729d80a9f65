/** From a ranking into the list of wishes of an open round. */
import { useQueries } from "@tanstack/react-query";
import { useState } from "react";
import { $api } from "../../api/client";
import type { components } from "../../api/schema.gen";
import { addTo } from "./groups";
import { keepUnsent, type Own, unsentOf } from "./unsent";

type Round = components["schemas"]["RoundRead"];
type Side = Own["side"];

/** `placeOf`: at which place of the list it stands, null where it does not take part or the list was handed in since it
 * was begun; 0: not in the list yet. `isUnsent`: there is something to hand in. */
export type Adding = {
  round: Round;
  count: number;
  isUnsent: boolean;
  placeOf: (id: number) => number | null;
  add: (id: number) => void;
};

const OTHER: Record<Side, Side> = { need: "offer", offer: "need" };

/** The list of wishes of a need or an offer in the round that takes it now; null where there is none. */
export function useAdding(side: Side, subject_id: number): Adding | null {
  const found = useOpenList(side, subject_id);
  const [, setDrawn] = useState(0);
  const seats = $api.useQuery(
    "get",
    "/api/v1/selection/rounds/{round_id}/seats",
    { params: { path: { round_id: found?.round.id ?? 0 }, query: { side: OTHER[side] } } },
    { enabled: found !== null },
  );
  if (!found || !seats.data) return null;
  const { round, own } = found;
  const unsent = unsentOf(round.id, own);
  const { groups, places } = unsent ?? own;
  const here = new Set(seats.data.filter((seat) => seat.is_here).map(({ id }) => id));
  const placeOf = (id: number): number => groups.findIndex((group) => group.includes(id)) + 1;
  return {
    round,
    count: groups.flat().length,
    isUnsent: unsent !== null,
    placeOf: (id) => (here.has(id) && !unsent?.isStale ? placeOf(id) : null),
    add: (id) => {
      keepUnsent(round.id, own, { groups: addTo(groups, id), places });
      setDrawn((times) => times + 1);
    },
  };
}

function useOpenList(side: Side, subject_id: number): { round: Round; own: Own } | null {
  const rounds = $api.useQuery("get", "/api/v1/selection/rounds");
  const open = (rounds.data?.items ?? []).filter(({ status }) => status === "open");
  const lists = useQueries({
    queries: open.map(({ id }) =>
      $api.queryOptions("get", "/api/v1/selection/rounds/{round_id}/preferences", {
        params: { path: { round_id: id } },
      }),
    ),
  });
  const found = open.flatMap((round, at) => {
    const own = lists[at]?.data?.find((list) => list.side === side && list.subject_id === subject_id);
    return own?.actions.includes("submit") ? [{ round, own }] : [];
  });
  return found[0] ?? null;
}
