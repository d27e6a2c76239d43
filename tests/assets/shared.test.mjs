// What the components share: keys, words, memory, a run.

import assert from "node:assert/strict";
import { test } from "node:test";
import { gzipSync } from "node:zlib";

import { ending } from "../../simulator/assets/shared/calls.js";
import { STEPPING, taken, typing } from "../../simulator/assets/shared/keys.js";
import { recall, remember } from "../../simulator/assets/shared/memory.js";
import { counted, lineKind, unpacked } from "../../simulator/assets/shared/run.js";
import { speaker } from "../../simulator/assets/shared/words.js";

// A key press on an element that stands in these others, as `closest` is asked for them.
function press(key, ...inside) {
  const target = { type: inside.includes("range") ? "range" : "text" };
  target.closest = (selector) => (inside.some((name) => selector.split(", ").includes(name)) ? target : null);
  return { key, composedPath: () => [target] };
}

test("arrows, Home, End, space and ? step", () => {
  assert.deepEqual(Object.keys(STEPPING), ["ArrowRight", "ArrowLeft", "Home", "End", " ", "?"]);
});

test("a key press with a modifier, or one that was handled, is left alone", () => {
  assert.ok(!taken({ key: "ArrowRight" }));
  for (const name of ["defaultPrevented", "ctrlKey", "metaKey", "altKey"]) assert.ok(taken({ [name]: true }), name);
});

test("a key belongs to the field that has the focus", () => {
  const fields = ["input", "textarea", "select", "[role=combobox]", "[role=tab]", "[contenteditable=true]"];
  for (const field of fields) assert.ok(typing(press("ArrowRight", field), "?"), field);
  assert.ok(!typing(press("ArrowRight", "section"), "?"));
  assert.ok(!typing({ key: "ArrowRight", composedPath: () => [{}] }, "?"), "the document has no field");
});

test("the space key belongs to a button or a link, other keys do not", () => {
  for (const one of ["button", "a", "summary"]) {
    assert.ok(typing(press(" ", one), ""), one);
    assert.ok(!typing(press("ArrowRight", one), ""), one);
  }
});

test("a slider keeps its arrows and leaves the free keys", () => {
  assert.ok(typing(press("ArrowRight", "input", "range"), "?d"));
  assert.ok(!typing(press("d", "input", "range"), "?d"));
  assert.ok(typing(press("d", "input"), "?d"), "a text field keeps every key");
});

test("the gaps of a text are filled, a name without a text is an error", () => {
  const say = speaker({ at: "Row {row} of {count}", plain: "Play" });
  assert.equal(say("at", { row: 3, count: 27 }), "Row 3 of 27");
  assert.equal(say("at", { row: 0 }), "Row 0 of {count}");
  assert.equal(say("plain"), "Play");
  assert.throws(() => say("nothing"), /no text is named nothing/);
});

test("what is remembered is recalled; a browser that denies its memory does no harm", () => {
  const kept = new Map();
  globalThis.testStorage = { getItem: (name) => kept.get(name) ?? null, setItem: (name, text) => kept.set(name, text) };
  assert.equal(recall("testStorage", "speed", 1), 1);
  remember("testStorage", "speed", 0.5);
  assert.equal(recall("testStorage", "speed", 1), 0.5);
  assert.deepEqual([...kept.keys()], ["pullscope.speed"]);
  kept.set("pullscope.speed", "{broken");
  assert.equal(recall("testStorage", "speed", 1), 1);
  Object.defineProperty(globalThis, "deniedStorage", { get() { throw new Error("denied"); } });
  remember("deniedStorage", "speed", 2);
  assert.equal(recall("deniedStorage", "speed", 1), 1);
});

test("a packed run comes out as it was", async () => {
  const run = { title: "Überall", steps: [{ number: 1 }] };
  assert.deepEqual(await unpacked(gzipSync(JSON.stringify(run)).toString("base64")), run);
});

test("each exchange of a run is told how many there are", () => {
  const run = counted({ exchanges: 2, steps: [{ exchange: { number: 1 } }, { exchange: null }, { exchange: { number: 2 } }] });
  assert.deepEqual(run.steps.map(({ exchange }) => exchange?.count), [2, undefined, 2]);
});

test("standard error is an error only in the step that fails", () => {
  assert.equal(lineKind({ kind: "error" }, { failed: true }), "error");
  assert.equal(lineKind({ kind: "error" }, { failed: false }), "warning");
  assert.equal(lineKind({ kind: "output" }, { failed: true }), "output");
});

test("a call of a component that was overtaken ends nothing, whenever it is ended", () => {
  const place = {}, ended = [];
  const first = ending(place, () => ended.push("first")), second = ending(place, () => ended.push("second"));
  ending({}, () => ended.push("elsewhere"));
  first();
  assert.deepEqual(ended, []);
  second();
  first();
  assert.deepEqual(ended, ["second"]);
});
