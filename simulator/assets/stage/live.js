// A live run grows while it is watched. What is new comes as an event of the window; whether the
// learner follows or stays where they are goes back the same way.

import { reduced } from "../shared/dom.js";
import { counted } from "../shared/run.js";

const SWEEP = 300; // milliseconds in which the steps of one message light up, one after another
const STEPWISE = 1100; // milliseconds a step is shown at the slow pace

export function follow(player) {
  const { signal } = player.listening;
  player.announces = true; // not before: the learner has not chosen the step that is shown first
  window.addEventListener("pullscope-live", ({ detail }) => grow(player, detail), { signal });
  window.dispatchEvent(new CustomEvent("pullscope-ready"));
}

function grow(player, { run, at, slow }) {
  counted(run);
  const other = player.data.id !== run.id;
  const kept = Math.min(other ? 0 : player.number, run.steps.length);
  player.pause();
  player.moving = false;
  player.data = { ...player.data, ...run };
  player.draw();
  const end = at === "end" ? run.steps.length : (at ?? kept);
  if (reduced() || end <= kept + 1) player.show(Math.max(1, end));
  else catchUp(player, kept, end, slow ? STEPWISE : Math.max(20, SWEEP / (end - kept)));
}

// Each step lights up on the way; a hand on the controls ends it (`go` pauses).
function catchUp(player, from, end, pause) {
  player.moving = true;
  player.show(from + 1);
  player.timer = setInterval(() => {
    player.moving = player.number + 1 < end;
    player.show(player.number + 1);
    if (!player.moving) player.pause();
  }, pause);
}
