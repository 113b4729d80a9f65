// What a resident's phone has to load for the survey page, gzipped; fails above the limit.
import { readFile } from "node:fs/promises";
import { gzipSync } from "node:zlib";

const LIMIT = 100_000;
const manifest = JSON.parse(await readFile("dist/.vite/manifest.json", "utf8"));

function filesOf(entry, seen = new Set()) {
  const chunk = manifest[entry];
  if (seen.has(chunk.file)) return seen;
  seen.add(chunk.file);
  for (const style of chunk.css ?? []) seen.add(style);
  for (const imported of chunk.imports ?? []) filesOf(imported, seen);
  return seen;
}

async function weigh(entry) {
  const weights = await Promise.all(
    ["index.html", "survey.html"].includes(entry)
      ? [entry, ...filesOf(entry)].map(async (file) => [
          file,
          gzipSync(await readFile(`dist/${file}`), { level: 9 }).length,
        ])
      : [],
  );
  const total = weights.reduce((sum, [, size]) => sum + size, 0);
  for (const [file, size] of weights) console.log(`${String(size).padStart(8)}  ${file}`);
  console.log(`${String(total).padStart(8)}  ${entry} in all (gzip, bytes)\n`);
  return total;
}

await weigh("index.html");
const survey = await weigh("survey.html");
if (survey > LIMIT) {
  console.error(`The survey page weighs ${survey} bytes gzipped; the limit is ${LIMIT}.`);
  process.exit(1);
}
