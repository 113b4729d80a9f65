import { $api } from "../../api/client";

/** Whether the reader may begin an offer: the list of offers says who may add to it. */
export const useMayOffer = (): boolean =>
  $api.useQuery("get", "/api/v1/offers", { params: { query: { limit: 1 } } }).data?.actions?.includes("draft") ?? false;
