import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize, relative } from "node:path";
import { expect, test } from "vitest";

/** Which room of src a file lives in: "features/needs", "ui", "survey" … */
function roomOf(file: string): string {
  const [first = "", second = ""] = relative("src", file).split("/");
  return first === "features" ? `features/${second}` : first;
}

/** What every page may know. */
const SHARED = new Set(["i18n", "questionnaire"]);

/** A room imports only what stands here; `app` puts the features together, they never know each other. */
function mayImport(room: string, other: string): boolean {
  if (room === other || other === "api") return true;
  if (room === "api" || room === "questionnaire") return false;
  if (room === "survey") return other === "questionnaire";
  if (room === "i18n") return other === "ui" || other.startsWith("features/");
  if (room === "ui") return SHARED.has(other);
  if (room.startsWith("features/")) return other === "ui" || SHARED.has(other);
  return room === "app";
}

export function trespasses(file: string, text: string): string[] {
  const imported = [...text.matchAll(/(?:from|import)\s*\(?\s*"(\.[^"]+)"/g)].map(([, path = ""]) => path);
  return imported
    .map((path) => roomOf(normalize(join(dirname(file), path))))
    .filter((other) => !mayImport(roomOf(file), other));
}

const sources = readdirSync("src", { recursive: true, encoding: "utf8" })
  .filter((file) => /\.tsx?$/.test(file) && file.includes("/") && !/\.test\.tsx?$/.test(file))
  .map((file) => join("src", file));

test.each(sources)("%s imports only what its room may", (file) => {
  expect(trespasses(file, readFileSync(file, "utf8"))).toEqual([]);
});

test("a feature that imports another feature is caught", () => {
  const text = 'import { columns } from "../offers/columns";\nconst late = import("../../survey/answers");';
  expect(trespasses("src/features/needs/NeedList.tsx", text)).toEqual(["features/offers", "survey"]);
});
