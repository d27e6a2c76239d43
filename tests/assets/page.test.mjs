// What every page listens to, while Streamlit calls and ends the component of two pages.

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import begin from "../../simulator/assets/page/page.js";

const nav = { setAttribute() {}, replaceChildren() {} };
const place = () => ({ querySelector: () => nav });
const call = (parentElement, page) => begin({ parentElement, data: { page, language: "en", others: [] } });
let copied;

beforeEach(() => {
  copied = [];
  const button = { dataset: { copied: "Copied." }, textContent: "Copy", parentElement: { querySelector: () => ({ textContent: "docker pull" }) } };
  const document = Object.assign(new EventTarget(), { documentElement: {}, cookie: "", closest: () => button });
  const navigator = { clipboard: { writeText: async (text) => copied.push(text) } };
  Object.assign(globalThis, { document, requestAnimationFrame() {}, setTimeout() {} });
  Object.defineProperty(globalThis, "navigator", { value: navigator, configurable: true });
});

test("a page that was left, called once more and ended, leaves the next page listening", async () => {
  const left = place();
  call(left, "visual");
  call(place(), "learn");
  call(left, "visual")();
  document.dispatchEvent(new Event("click"));
  await Promise.resolve();
  assert.deepEqual(copied, ["docker pull"]);
});

test("a page that is called again listens once, also after its first call was ended", async () => {
  const here = place(), end = call(here, "learn");
  call(here, "learn");
  end();
  document.dispatchEvent(new Event("click"));
  await Promise.resolve();
  assert.deepEqual(copied, ["docker pull"]);
});
