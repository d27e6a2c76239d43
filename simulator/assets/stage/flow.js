// The diagram as it is taken away: boxes and arrows as far as the run has come.

import { shape } from "../shared/dom.js";

const CHECK = "m-3 0 2.2 2.4L3.2-2.6";
const CROSS = "m-2.6-2.6 5.2 5.2m0-5.2-5.2 5.2";

export class Flow {
  constructor(at, data, say) {
    Object.assign(this, { at, data, say, parts: new Map(), passing: [] });
    const drawn = ["wide", "tall"].map((kind) => {
      const svg = new DOMParser().parseFromString(data.flow[kind], "image/svg+xml").documentElement;
      svg.classList.add(kind);
      return document.importNode(svg, true);
    });
    at.flow.replaceChildren(...drawn);
    for (const node of data.flow.nodes) {
      for (const spot of this.known(`node-${node.id}`, node.failure)) this.badge(spot, node.failure);
    }
    for (const edge of data.flow.edges) this.known(edge.id, edge.failure);
  }

  known(id, failure) {
    const spots = [...this.at.flow.querySelectorAll(`[id="${CSS.escape(id)}"]`)];
    for (const spot of spots) spot.classList.toggle("failure", failure);
    this.parts.set(id, spots);
    return spots;
  }

  // A sign beside the colour: done, or failed.
  badge(spot, failure) {
    const { left, top } = edges(spot), made = shape("g", { transform: `translate(${left + 2} ${top + 3})` }, "badge");
    made.append(shape("circle", { r: 6.5 }), shape("path", { d: failure ? CROSS : CHECK }));
    spot.append(made);
  }

  show(number) {
    const step = this.step = this.data.steps[number - 1], past = this.data.steps.slice(0, number - 1);
    const nodes = new Set(past.map((one) => one.node)), ways = new Set(past.map((one) => one.edge));
    for (const { id } of this.data.flow.nodes) this.light(`node-${id}`, id === step.node, nodes.has(id));
    for (const { id } of this.data.flow.edges) this.light(id, id === step.edge, ways.has(id));
    this.at.flow.setAttribute("aria-label", this.say("flowNow", { box: this.data.flow.nodes.find(({ id }) => id === step.node).label }));
    for (const one of this.passing) one.remove();
    this.passing = [];
    this.tag(step);
  }

  light(id, now, done) {
    for (const spot of this.parts.get(id)) {
      spot.classList.toggle("now", now);
      spot.classList.toggle("done", done && !now);
    }
  }

  // What the answer was stays beside the box where the run is.
  tag({ node, exchange, talk }) {
    if (!exchange) return;
    for (const spot of this.parts.get(`node-${node}`)) {
      const { right, top } = edges(spot), bad = !exchange.status || exchange.status >= 400;
      const width = 10 + 8.4 * talk.short.length;
      const made = shape("g", { transform: `translate(${right - width - 4} ${top - 11})` }, bad ? "came bad" : "came");
      const text = shape("text", { x: width / 2, y: 13.4, "text-anchor": "middle" });
      text.textContent = talk.short;
      made.append(shape("rect", { width, height: 18, rx: 9 }), text);
      spot.append(made);
      this.passing.push(made);
    }
  }
}

// The corners of a box, from the numbers of its outline: they hold also where it is not displayed.
function edges(spot) {
  const numbers = spot.querySelector("path").getAttribute("d").match(/-?[\d.]+/g).map(Number);
  const xs = numbers.filter((_, place) => place % 2 === 0), ys = numbers.filter((_, place) => place % 2);
  return { left: Math.min(...xs), right: Math.max(...xs), top: Math.min(...ys), bottom: Math.max(...ys) };
}
