import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

const pairs = readdirSync("src", { recursive: true, encoding: "utf8" })
  .filter((file) => file.endsWith("zh.json"))
  .map((zh): [string, string] => [zh, zh.replace(/zh\.json$/, "en.json")]);

const leaves = (words: unknown, path = ""): [string, unknown][] =>
  typeof words === "object" && words !== null
    ? Object.entries(words).flatMap(([key, value]) => leaves(value, path ? `${path}.${key}` : key))
    : [[path, words]];

const read = (file: string): [string, unknown][] => leaves(JSON.parse(readFileSync(join("src", file), "utf8")));
const blanks = (words: [string, unknown][]): string[] =>
  words.filter(([, text]) => typeof text !== "string" || text.trim() === "").map(([key]) => key);
const placeholders = (text: unknown): string[] => (String(text).match(/\{\{?\w+\}?\}/g) ?? []).toSorted();

test.each(pairs)("%s and %s have the same keys, the same placeholders and no blank", (zh, en) => {
  const chinese = read(zh);
  const english = new Map(read(en));
  expect([...english.keys()].toSorted()).toEqual(chinese.map(([key]) => key).toSorted());
  expect([...blanks(chinese), ...blanks([...english])]).toEqual([]);
  const differing = chinese.filter(([key, text]) => `${placeholders(text)}` !== `${placeholders(english.get(key))}`);
  expect(differing).toEqual([]);
});
