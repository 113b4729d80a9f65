// What has to be loaded for each page, gzipped: the residents' questionnaire, the portal, and every other page with
// the shell around it. Fails above a limit.
import { readFile } from "node:fs/promises";
import { gzipSync } from "node:zlib";

const LIMITS = { "survey.html": 100_000, "src/features/portal/Portal.tsx": 350_000 };
const LIMIT = 500_000;
const manifest = JSON.parse(await readFile("dist/.vite/manifest.json", "utf8"));
const sizes = new Map();

function filesOf(entry, seen = new Set()) {
  const chunk = manifest[entry];
  if (seen.has(chunk.file)) return seen;
  seen.add(chunk.file);
  for (const style of chunk.css ?? []) seen.add(style);
  for (const imported of chunk.imports ?? []) filesOf(imported, seen);
  return seen;
}

async function sizeOf(file) {
  if (!sizes.has(file)) sizes.set(file, gzipSync(await readFile(`dist/${file}`), { level: 9 }).length);
  return sizes.get(file);
}

async function weigh(entry, around = []) {
  const files = new Set([...around, ...filesOf(entry)]);
  const weights = await Promise.all([...files].map(sizeOf));
  const total = weights.reduce((sum, size) => sum + size, 0);
  const limit = LIMITS[entry] ?? LIMIT;
  console.log(`${String(total).padStart(8)} of ${limit}  ${entry}`);
  return total <= limit;
}

const shell = ["index.html", ...filesOf("index.html")];
const pages = Object.keys(manifest).filter((name) => manifest[name].isDynamicEntry && name.endsWith(".tsx"));
const fits = [await weigh("survey.html", ["survey.html"])];
for (const page of pages.toSorted()) fits.push(await weigh(page, page.startsWith("src/survey/") ? [] : shell));
const missing = Object.keys(LIMITS).filter((entry) => !manifest[entry]);
if (missing.length > 0) console.error(`Not built: ${missing.join(", ")}`);
if (missing.length > 0 || fits.includes(false)) {
  console.error("A page is too heavy: bytes gzipped, with all it loads before it is shown.");
  process.exit(1);
}
