// Lines of every file and of every function of the front end, as JSON: {files: {path: lines}, functions: {…}}.
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";

const sources = readdirSync("src", { recursive: true })
  .map((name) => join("src", name))
  .filter((path) => /\.tsx?$/.test(path) && !path.endsWith(".gen.ts"));

const files = {};
const functions = {};
for (const path of sources) {
  const text = readFileSync(path, "utf-8");
  files[path] = text.split("\n").length - 1;
  measure(ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true));
}
console.log(JSON.stringify({ files, functions }));

function measure(source) {
  const line = (position) => source.getLineAndCharacterOfPosition(position).line + 1;
  const visit = (node) => {
    if (ts.isFunctionLike(node) && node.body) {
      const first = line(node.getStart(source));
      const name = node.name?.getText(source) ?? node.parent?.name?.getText(source) ?? "";
      functions[`${source.fileName}:${first} ${name}`] = line(node.end) - first + 1;
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
}
