import { expect, test } from "vitest";
import { markLanguages } from "./languages";

const settled = () => new Promise((done) => setTimeout(done));
const langs = (root: Element) => [...root.querySelectorAll("p, b")].map((each) => each.getAttribute("lang"));

test("Chinese on an English page is marked, as it comes and goes, and English within it", async () => {
  document.documentElement.lang = "en";
  const root = document.createElement("div");
  root.innerHTML = "<p>助餐点增开晚餐 <b>Matched</b></p><p>Edit the need “助餐点”</p><p>12</p>";
  document.body.append(root);
  const stop = markLanguages(root);
  expect(langs(root)).toEqual(["zh-CN", "en", null, null]);
  const [first, , last] = root.querySelectorAll("p");
  if (first) first.textContent = "Meals";
  if (last) last.textContent = "39,000 元/项目";
  await settled();
  expect(langs(root)).toEqual([null, null, "zh-CN"]);
  stop();
  expect(langs(root)).toEqual([null, null, null]);
});

test("what says itself in which language it is stays as it is", () => {
  document.documentElement.lang = "en";
  const root = document.createElement("div");
  root.innerHTML = '<p lang="en">中文</p>';
  document.body.append(root);
  markLanguages(root)();
  expect(langs(root)).toEqual(["en"]);
});
