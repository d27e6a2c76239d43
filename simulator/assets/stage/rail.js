// The process flow as a rail: its boxes in one line, each with its rows of the process table. It
// says where the run is, and from which box a failure branched off.

import { element, put } from "../shared/dom.js";

export class Rail {
  constructor(at, data, say) {
    Object.assign(this, { at, data, say });
    this.boxes = new Map(data.flow.nodes.map((node) => {
      const box = element("li"), state = element("span", undefined, "unseen");
      box.dataset.node = node.id;
      box.classList.toggle("failure", node.failure);
      const rows = element("b", node.rows), label = element("span", node.label);
      for (const part of [rows, label]) part.setAttribute("aria-hidden", "true");
      box.append(...(node.rows ? [rows] : []), label, state);
      return [node.id, { box, state, node }];
    }));
    this.branch = element("i", undefined, "branch");
    this.branch.hidden = true;
    const frame = at.rail.parentElement;
    frame.querySelector(".branch")?.remove();
    frame.style.setProperty("--count", data.flow.nodes.length);
    frame.append(this.branch);
    at.rail.replaceChildren(...[...this.boxes.values()].map(({ box }) => box));
  }

  show(number) {
    const step = this.data.steps[number - 1], done = this.passed(number);
    for (const { box, state, node } of this.boxes.values()) {
      const now = node.id === step.node, past = done.has(node.id);
      box.classList.toggle("now", now);
      box.classList.toggle("done", past && !now);
      if (now) box.setAttribute("aria-current", "step");
      else box.removeAttribute("aria-current");
      const told = now ? (node.failure ? "boxFailed" : "boxNow") : past ? "boxDone" : "boxAhead";
      const text = this.say(told, { box: node.label });
      put(state, text);
    }
    this.fork(step, number);
    put(this.at.where, this.boxes.get(step.node).node.label);
  }

  // The boxes that the run has been in before this step.
  passed(number) {
    const { steps } = this.data;
    if (this.kept?.steps !== steps) {
      const seen = new Set();
      this.kept = { steps, sets: steps.map(({ node }) => { const before = new Set(seen); seen.add(node); return before; }) };
    }
    return this.kept.sets[number - 1];
  }

  // From the box that failed, under the line, to the branch.
  fork(step, number) {
    const { nodes, edges } = this.data.flow, last = nodes.findIndex(({ id }) => id === step.node);
    this.branch.hidden = !nodes[last].failure;
    if (this.branch.hidden) return;
    const from = edges.find(({ id }) => id === step.edge)?.from ?? this.data.steps[number - 2]?.node ?? nodes[0].id;
    this.branch.dataset.from = from;
    this.branch.style.setProperty("--a", nodes.findIndex(({ id }) => id === from));
    this.branch.style.setProperty("--b", last);
  }
}
