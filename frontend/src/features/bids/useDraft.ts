import { useQueryClient } from "@tanstack/react-query";
import { useCallback } from "react";
import { $api, api, ifMatch } from "../../api/client";
import type { components } from "../../api/schema.gen";
import { useAutosave } from "../../ui/form/useAutosave";
import type { Bid } from "./BidPage";

export type Body = components["schemas"]["BidUpdate-Input"];
export type Draft = ReturnType<typeof useDraft>;

export const BLANK: Body["application"] = {
  answers: {},
  targets: [],
  activities: [],
  people_served: [],
  team: [],
  budget: [],
  cofunding: [],
  risks: [],
};

/** Saves what is written of a bid; what is missing is then read from the server's answer. */
export function useDraft(bid: Bid) {
  const cache = useQueryClient();
  const save = useCallback(
    async (body: Body, version: number): Promise<number> => {
      const { data } = await api.PUT("/api/v1/bids/{bid_id}", {
        params: { path: { bid_id: bid.id }, header: ifMatch(version) },
        body,
      });
      const { queryKey } = $api.queryOptions("get", "/api/v1/bids/{bid_id}", { params: { path: { bid_id: bid.id } } });
      if (data) cache.setQueryData(queryKey, data);
      return data?.version ?? version;
    },
    [bid.id, cache],
  );
  return useAutosave<Body>(`bid ${bid.id}`, bid.version, save);
}
