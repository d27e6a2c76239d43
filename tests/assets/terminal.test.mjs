// The terminal in the page: which lines are new, and what the tab key types.

import assert from "node:assert/strict";
import { test } from "node:test";

import { commonStart, completed } from "../../simulator/assets/terminal/console.js";

const line = (text, kind = "output") => ({ text, kind });

test("lines that are on the screen stay, the first that differs and all after it are new", () => {
  const shown = [line("$ docker", "command"), line("\u00a0"), line("done")];
  const lines = [line("$ docker", "command"), line(""), line("done")];
  assert.equal(commonStart(shown, lines), 3);
  assert.equal(commonStart(shown, [...lines, line("more")]), 3);
  assert.equal(commonStart(shown, [lines[0], lines[1], line("done", "error")]), 2);
  assert.equal(commonStart(shown, [line("other"), ...lines]), 0);
  assert.equal(commonStart(shown, lines.slice(0, 1)), 1);
  assert.equal(commonStart([], lines), 0);
});

test("the tab key types what all the completions begin with, and a space after the only one", () => {
  assert.equal(completed(["docker pull"]), "docker pull ");
  assert.equal(completed(["docker pull", "docker push", "docker ps"]), "docker p");
  assert.equal(completed(["docker", "ls"]), "");
});
