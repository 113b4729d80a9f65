import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import type { components } from "./api/schema.gen";

const ROLES: Record<components["schemas"]["Role"], true> = {
  resident: true,
  committee: true,
  street: true,
  organization: true,
  purchaser: true,
  judge: true,
  evaluator: true,
  auditor: true,
  admin: true,
  clock: true,
};
/**
 * A role in quotation marks where it is compared or listed; `key: "purchaser"`, `chosen(of, "purchaser")` and the field
 * of a form `name="judge"` and the `side="purchaser"` of a contract are no roles.
 */
const NAMED = new RegExp(String.raw`(?:(?<! name| side)[=[(]|===|\[[^\]()]*,)\s*"(?:${Object.keys(ROLES).join("|")})"`);

const sources = readdirSync("src", { recursive: true, encoding: "utf8" }).filter(
  (file) => /\.tsx?$/.test(file) && !/\.test\.tsx?$|\.gen\.ts$/.test(file) && file !== "app/pages.ts",
);

test("who may do what is the server's to say: outside the menu nobody names a role", () => {
  expect(sources.filter((file) => NAMED.test(readFileSync(`src/${file}`, "utf8")))).toEqual([]);
});

test.each(['session.role === "committee"', 'new Set(["street", "purchaser"])', 'allowed("admin")'])(
  "%s is found",
  (text) => {
    expect(NAMED.test(text)).toBe(true);
  },
);
