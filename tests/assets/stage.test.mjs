// The stage's logic: what a key does, how long a step is shown, what is taken away, the notes.

import assert from "node:assert/strict";
import { test } from "node:test";

import { explained, keyed, pace } from "../../simulator/assets/stage/player.js";
import { notesOf, viewOf } from "../../simulator/assets/stage/present.js";
import { csv, markdown, tableOf, trackerOf } from "../../simulator/assets/stage/share.js";
import { Table } from "../../simulator/assets/stage/table.js";

function step(more = {}) {
  return { number: 1, title: "A title", text: "", terminal: [], changed: [], tracker: {}, layers: { bars: [] }, exchange: null, row: 1, ...more };
}

test("keys act everywhere, a remote's keys only where nothing scrolls", () => {
  const acts = { ArrowRight: "next", ArrowLeft: "back", " ": "play", "?": "help", p: "present", N: "notes" };
  for (const [key, act] of Object.entries(acts)) assert.equal(keyed(key, false), act);
  assert.equal(keyed("PageDown", false), undefined);
  assert.equal(keyed("PageDown", true), "onward");
  assert.equal(keyed("PageUp", true), "back");
  assert.equal(keyed("x", true), undefined);
});

test("a step is shown for as long as there is something to read", () => {
  const short = pace(step(), 1, false), long = pace(step({ text: "and eight more words than the other has" }), 1, false);
  assert.equal(short, 700 + 2 * 220);
  assert.equal(long - short, 8 * 220);
  const printed = { terminal: [{ text: "one two" }], changed: ["token"], tracker: { token: "set", other: "not read" } };
  assert.equal(pace(step(printed), 1, false) - short, 3 * 220);
  assert.equal(pace(step(), 2, false), short / 2);
});

test("a step is shown until its layers have come, ten seconds at most", () => {
  const loading = (...seconds) => step({ layers: { bars: seconds.map((one) => ({ seconds: one })) } });
  assert.equal(pace(loading(4, 2), 1, false), 4000);
  assert.equal(pace(loading(60), 1, false), 10_000);
  assert.equal(pace(loading(60), 1, true), pace(step(), 1, true), "nothing fills where motion is reduced");
});

test("a cell of a CSV file is quoted where it must be (RFC 4180)", () => {
  assert.equal(csv([["a", "b,c", 'd"e', "f\ng"]]), 'a,"b,c","d""e","f\ng"\r\n');
  assert.equal(csv([["a"], ["b"]]), "a\r\nb\r\n");
});

test("a cell of a Markdown table cannot end it", () => {
  assert.equal(markdown([["a", "b"], ["1|2", "3\\4\n5"]]), "| a | b |\n| --- | --- |\n| 1\\|2 | 3\\\\4<br>5 |\n");
});

const DATA = {
  columns: ["#", "Action", "Input", "Result", "Note"],
  rows: [
    { number: 1, action: "Log in", input: "name", result: "stored", note: "in config.json", first: 1, last: 1, complete: true, inputs: [{ step: 1, text: "name" }] },
    { number: 2, action: "Fail", input: "tag", result: "denied", note: "why", first: null, branch: true, last: null, complete: false, inputs: [] },
    { number: 3, action: "Pull", input: "digest", result: "pulled", note: "all", first: 2, last: 2, complete: true, inputs: [{ step: 2, text: "digest" }] },
  ],
  steps: [
    step({ number: 1, title: "First", text: "One.", tracker: { token: "–" }, exchange: {}, talk: { said: "HEAD" } }),
    step({ number: 2, title: "Second", text: "Two.", tracker: { token: "set" }, row: 3, talk: { said: "" } }),
  ],
  variables: [{ name: "token", start: "–" }],
  questions: [{ step: 2, prompt: "What next?", options: [
    { text: "a", right: false, why: "no" }, { text: "b", right: true, why: "" }, { text: "c", right: false, why: "never" },
  ] }],
};
const say = (name) => name;
const table = Object.assign(Object.create(Table.prototype), { data: DATA, say, rows: DATA.rows });

test("a table that is taken away says no more than has been shown", () => {
  assert.deepEqual(tableOf(DATA, table, 1).map((row) => row[3]), ["Result", "stored", "?", "?"]);
  assert.deepEqual(tableOf(DATA, table, 2)[2], ["2", "Fail", "–", "–", "notTaken"]);
  assert.deepEqual(trackerOf(DATA, 1, say), [["variable", "start", "1"], ["token", "–", "–"]]);
  assert.deepEqual(trackerOf(DATA, 2, say)[1], ["token", "–", "–", "set"]);
});

test("the row in which a run fails ends there, but says so only at the end", () => {
  const broken = { ...DATA.rows[0], broken: true };
  assert.deepEqual(table.cells({ ...broken, complete: false, last: 2 }, 1), ["name", "…", ""]);
  assert.deepEqual(table.cells(broken, 2), ["name", "–", "endedHere"]);
});

test("the speaker's notes hold what is shown, what comes, and the answer to the question ahead", () => {
  const notes = notesOf(DATA, 1, null, 5);
  assert.deepEqual([notes.number, notes.count, notes.title, notes.then, notes.began], [1, 2, "First", "Second", 5]);
  assert.deepEqual(notes.row, { number: 1, action: "Log in", note: "in config.json." });
  assert.deepEqual([notes.told, notes.asking, notes.prompt, notes.answer], ["HEAD", false, "What next?", "b"]);
  assert.deepEqual(notes.others, ["a: no", "c: never"]);
  const last = notesOf(DATA, 2, null, null);
  assert.deepEqual([last.then, last.told, last.prompt, last.answer, last.others], ["", "", "", "", []]);
  assert.ok(notesOf(DATA, 1, DATA.questions[0], null).asking);
});

test("the address asks for the page, the stage alone, the projector or the notes", () => {
  const view = (query) => viewOf(new URL(`http://localhost/?${query}`));
  assert.deepEqual(["", "view=present", "view=notes", "view=nonsense"].map(view), ["", "present", "notes", ""]);
  assert.deepEqual(["embed=1", "embed=true&view=notes", "embed=no"].map(view), ["embed", "embed", ""]);
});

test("what a failed step printed is explained on the decoder's page, where there is one", () => {
  const terminal = [{ kind: "command", text: "docker pull x" }, { kind: "error", text: "denied: no & never" }];
  assert.equal(explained("decoder", step({ terminal, failed: true })), "decoder?message=denied%3A+no+%26+never");
  assert.equal(explained("decoder", step({ terminal, failed: false })), "");
  assert.equal(explained("decoder", step({ failed: true })), "");
  assert.equal(explained(undefined, step({ terminal, failed: true })), "");
});
