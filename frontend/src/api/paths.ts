/** What the API's description says of an address, for lists and for files: a wrong path or query does not compile. */
import type { paths } from "./schema.gen";
import { type Query, address } from "./request";

export type GetPath = { [P in keyof paths]: paths[P] extends { get: object } ? P : never }[keyof paths];
type Get<P extends GetPath> = paths[P] extends { get: infer Of } ? Of : never;
export type QueryOf<P extends GetPath> =
  Get<P> extends { parameters: { query?: infer Of extends object } } ? Of : Record<string, never>;
export type PartsOf<P extends GetPath> =
  Get<P> extends { parameters: { path: infer Of extends object } } ? Of : Record<string, never>;

/** What an address answers. */
export type AnswerOf<P extends GetPath> =
  Get<P> extends { responses: { 200: { content: { "application/json": infer Of } } } } ? Of : never;
type Listed<Row> = { responses: { 200: { content: { "application/json": { items: Row[] } } } } };
export type RowOf<P extends GetPath> = Get<P> extends Listed<infer Row extends object> ? Row : never;
/** Addresses that answer a list of `items`. */
export type ListPath = { [P in GetPath]: Get<P> extends Listed<unknown> ? P : never }[GetPath];

/** The address with its `parts` filled in. */
export const filled = <P extends GetPath>(path: P, parts: PartsOf<P>): string =>
  Object.entries<unknown>({ ...parts }).reduce<string>(
    (before, [name, value]) => before.replace(`{${name}}`, encodeURIComponent(String(value))),
    path,
  );

/** Where the API gives out a file: `parts` fill the path, `query` says which and how. */
export const fileAt = <P extends GetPath>(path: P, parts: PartsOf<P>, query: QueryOf<P>): string =>
  address(filled(path, parts), query as Query);
