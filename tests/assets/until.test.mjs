// Run until, both ways, against a plain scan.

import assert from "node:assert/strict";
import { test } from "node:test";
import { condition, Finder, holds, suggestions } from "../../simulator/assets/stage/until.js";

let seed = 7;
const random = (count) => { seed = (seed * 1103515245 + 12345) % 2147483648; return Math.floor(seed / 65536) % count; };
const pick = (list) => list[random(list.length)];

const IDS = ["store", "cli", "engine", "images", "token", "registry", "storage"];
const STATUSES = [200, 401, 403, 405, 404, 307, 0], VALUES = ["None", "Token, sent", "1 of 3", "3 of 3", "Empty"];
const HEADERS = ["Authorization: Basic ••••", "Www-Authenticate: Bearer realm=x", "Location: /blob", "Retry-After: 3"];

function step(number, before) {
  const tracker = { auth_token: pick(VALUES), image_layers: pick(VALUES) };
  const changed = Object.keys(tracker).filter((name) => before && before.tracker[name] !== tracker[name]);
  const exchange = random(2) ? { status: pick(STATUSES), sent: [{ text: "GET /v2/" }, { text: pick(HEADERS) }], answer: [{ text: "HTTP/1.1" }, { text: pick(HEADERS) }] } : null;
  const talk = { from: pick(IDS), to: pick(IDS), via: "", label: pick(["GET /v2/", "parse"]), said: "Engine to Registry" };
  return { number, title: `Step ${number}`, text: pick(["A token.", "A blob."]), talk, tracker, changed, has: { cli: "docker pull" }, exchange, terminal: [{ text: pick(["Pulling", "denied"]) }] };
}

function run(count) {
  const steps = [];
  for (let number = 1; number <= count; number += 1) steps.push(step(number, steps.at(-1)));
  return { steps, parties: IDS.map((id) => ({ id, label: `The ${id}`, brief: id })), variables: [{ name: "auth_token" }, { name: "image_layers" }] };
}

const ASKED = () => pick([
  () => String(pick([200, 401, 403, 404, 405, 500])), () => pick(["2xx", "4xx", "5xx"]), () => pick(IDS), () => `The ${pick(IDS)}`,
  () => pick(["auth_token", "image_layers"]), () => `auth_token = ${pick(VALUES)}`, () => pick(["www-authenticate", "retry-after", "Location"]),
  () => `Step ${random(520)}`, () => pick(["denied", "blob", "nothing of the kind", ""]),
])();

test("run until agrees with a plain scan, forward and backward, for 1000 random conditions", () => {
  const data = run(500), finder = new Finder(data);
  let found = 0;
  for (let turn = 0; turn < 1000; turn += 1) {
    const text = ASKED(), from = 1 + random(500), asked = condition(text, data);
    const after = data.steps.find((one) => one.number > from && holds(one, asked))?.number ?? null;
    const before = data.steps.filter((one) => one.number < from && holds(one, asked)).at(-1)?.number ?? null;
    assert.equal(finder.from(text, from), after, `${text} after ${from}`);
    assert.equal(finder.from(text, from, true), before, `${text} before ${from}`);
    found += after !== null;
  }
  assert.ok(found > 500);
});

test("a text means a status, a party, a variable, its value, or else any text", () => {
  const data = run(3), kinds = (text) => condition(text, data);
  assert.deepEqual(kinds(" 401 "), { kind: "status", value: "401" });
  assert.deepEqual(kinds("4XX"), { kind: "status", value: "4xx" });
  assert.deepEqual(kinds("the Registry"), { kind: "party", value: "registry" });
  assert.deepEqual(kinds("Auth_Token"), { kind: "change", name: "auth_token" });
  assert.deepEqual(kinds("auth_token = Token"), { kind: "value", name: "auth_token", value: "token" });
  assert.deepEqual(kinds("Www-Authenticate: Bearer"), { kind: "text", value: "www-authenticate: bearer" });
});

test("what is offered has been seen", () => {
  const data = run(40), offered = suggestions(data, 1);
  assert.ok(offered.includes("The registry") && offered.includes("auth_token"));
  assert.ok(suggestions(data, 40).length > offered.length);
});
