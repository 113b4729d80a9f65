/**
 * The typed client: `api` for one request, `$api.useQuery("get", "/api/v1/needs")` inside components.
 * Whatever fails is thrown as a `Refusal`; read it with `refusalOf(error)`.
 */
import createFetchClient from "openapi-fetch";
import createQueryClient from "openapi-react-query";
import type { paths } from "./schema.gen";
import { etag } from "./request";
import { send } from "./send";

export const api = createFetchClient<paths>({
  baseUrl: globalThis.location?.origin ?? "",
  fetch: (sent) => send(sent),
});
export const $api = createQueryClient(api);

/** `header: ifMatch(need.version)` on an edit. */
export const ifMatch = (version: number | string): { "if-match": string } => ({ "if-match": etag(version) });

export type { paths } from "./schema.gen";
export { address, request, upload } from "./request";
export { Refusal, refusalOf } from "./refusal";
