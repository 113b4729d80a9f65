import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

/** Longest first; functions (60 lines) and code (400) are held by oxlint, which reads no styles and no words. */
const grown = (folder: string, most: number): string[] =>
  readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((file) => /\.(?:tsx?|css|json)$/.test(file) && !file.endsWith(".gen.ts"))
    .map((file) => ({ file, lines: readFileSync(join(folder, file), "utf8").trimEnd().split("\n").length }))
    .filter(({ lines }) => lines > most)
    .sort((one, other) => other.lines - one.lines)
    .map(({ file, lines }) => `${file}: ${lines}`);

test("no file has grown out of shape", () => {
  expect(grown("src", 400)).toEqual([]);
});

test("a file that has is found", () => {
  const [longest = ""] = grown("src", 300);
  expect(grown("src", Number(longest.split(": ")[1]) - 1)).toContain(longest);
});
