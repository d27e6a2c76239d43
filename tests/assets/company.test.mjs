// A stage that goes along with the teacher's: which step it goes to, and when it listens again.

import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";

import { Company } from "../../simulator/assets/stage/company.js";

const HERE = "/visual?scenario=works&engine=29";
let opened, gone, went;

class Source {
  static CLOSED = 2;
  constructor(path) {
    Object.assign(this, { path, readyState: 1 });
    opened.push(this);
  }
  refuse() {
    this.readyState = Source.CLOSED;
    this.onerror();
  }
  close() {
    this.readyState = Source.CLOSED;
  }
}

class Parser {
  parseFromString(html) {
    return { querySelector: () => (html ? { getAttribute: () => html } : null) };
  }
}

beforeEach(() => {
  [opened, gone, went] = [[], [], []];
  const place = { origin: "http://class", assign: (url) => gone.push(url.search) };
  Object.assign(globalThis, { EventSource: Source, DOMParser: Parser, location: place });
  mock.timers.reset();
  mock.timers.enable({ apis: ["setTimeout"] });
});

function company() {
  const data = { address: { scenario: "works", engine: "29" } };
  return new Company({ data, go: (step) => went.push(step) });
}

function says(source, step, html = `${HERE}&step=${step}&follow=ABC`) {
  source.onmessage({ data: JSON.stringify({ html }) });
}

test("it goes to each step once, and stays where the learner stepped meanwhile", () => {
  company().follow("ABC");
  for (const step of [3, 3, 4]) says(opened[0], step);
  assert.deepEqual(went, [3, 4]);
  says(opened[0], 0, "");
  assert.deepEqual([went.length, gone.length], [2, 0], "an open question shows no step");
});

test("another run is another page, which follows too", () => {
  company().follow("ABC");
  says(opened[0], 2, "/visual?scenario=logout&engine=29&step=2&follow=ABC");
  assert.deepEqual([went, gone], [[], ["?scenario=logout&engine=29&step=2&follow=ABC"]]);
});

test("one that is refused tries the projector's stream, later and later", () => {
  company().follow("ABC");
  const pauses = [];
  for (let time = 0; time < 8; time++) {
    const before = opened.length;
    opened.at(-1).refuse();
    let waited = 0;
    for (; opened.length === before; waited += 500) mock.timers.tick(500);
    pauses.push(waited);
  }
  const paths = opened.map(({ path }) => path);
  assert.deepEqual(paths.slice(0, 3), ["/room/ABC/events", "/room/ABC/screen/events", "/room/ABC/events"]);
  assert.ok(pauses[0] <= 3500 && pauses.at(-1) >= 30_000, `${pauses}`);
});

test("it follows once, and after the switch is off no more", () => {
  const one = company();
  one.follow("ABC");
  one.follow("ABC");
  opened[0].refuse();
  one.follow("");
  mock.timers.tick(100_000);
  assert.equal(opened.length, 1);
});
