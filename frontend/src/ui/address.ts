/** Filled in by app/pages.ts with the paths of the pages there are: `ui` knows no page, but the compiler does. */
export interface House {}

type Path = House extends { path: infer P extends string } ? P : never;

type Filled<P extends string> = P extends `${infer Before}/$${infer After}`
  ? After extends `${string}/${infer Rest}`
    ? `${Before}/${number}/${Filled<Rest>}`
    : `${Before}/${number}`
  : P;

type Numbered<P extends string> = P extends `${string}$${infer Name}/${infer Rest}`
  ? Name | Numbered<Rest>
  : P extends `${string}$${infer Name}`
    ? Name
    : never;

/** Where a page is: "/needs", `/needs/${number}` … An address without a page does not compile. */
export type Address = Filled<Path>;
/** What stands in an address as a number: "need_id" of "/needs/$need_id". */
export type NumberName = Numbered<Path>;
