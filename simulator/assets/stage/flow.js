// The diagram: boxes and arrows light up, a message travels, and the same in words.

import { element, shape } from "../shared/dom.js";

const TRAVEL = 420; // milliseconds a message takes one way
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
    at.boxes.replaceChildren(...data.flow.nodes.map(() => element("li")));
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
    this.describe(step, nodes);
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

  describe(step, done) {
    const { nodes } = this.data.flow;
    this.at.flow.setAttribute("aria-label", this.say("flowNow", { box: nodes.find(({ id }) => id === step.node).label }));
    nodes.forEach(({ id, label: box, failure }, place) => {
      const state = id === step.node ? (failure ? "boxFailed" : "boxNow") : done.has(id) ? "boxDone" : "boxAhead";
      this.at.boxes.children[place].textContent = this.say(state, { box });
    });
  }

  // What the answer was stays beside the box where the run is.
  tag({ node, exchange }) {
    if (!exchange) return;
    for (const spot of this.parts.get(`node-${node}`)) {
      const { right, top } = edges(spot), bad = !exchange.status || exchange.status >= 400;
      const width = 10 + 8.4 * String(exchange.came).length;
      const made = shape("g", { transform: `translate(${right - width - 4} ${top - 11})` }, bad ? "came bad" : "came");
      const text = shape("text", { x: width / 2, y: 13.4, "text-anchor": "middle" });
      text.textContent = exchange.came;
      made.append(shape("rect", { width, height: 18, rx: 9 }), text);
      spot.append(made);
      this.passing.push(made);
    }
  }

  // The request goes out along the edge, and its answer comes back; a local step only moves on.
  // It sets off when the step itself is painted: the step does not wait for it.
  travel(step) {
    requestAnimationFrame(() => setTimeout(() => this.step === step && this.leave(step)));
  }

  leave({ edge, node, exchange }) {
    const spots = this.parts.get(edge ?? `node-${node}`) ?? [];
    const spot = spots.find((one) => one.getClientRects().length);
    if (!spot || !(edge || exchange)) return;
    const way = stations(edge ? spot.querySelector("path") : outside(spot));
    const message = shape("g", {}, "message"), text = shape("text", { x: 9, y: 4 });
    message.append(shape("circle", { r: 5 }), text);
    spot.append(message);
    this.passing.push(message);
    const legs = exchange ? [[way, exchange.method], [way.toReversed(), exchange.came]] : [[way, ""]];
    const go = ([leg, ...later]) => {
      if (!leg) { message.remove(); return; }
      text.textContent = leg[1];
      message.animate(leg[0], TRAVEL).onfinish = () => go(later);
    };
    go(legs);
  }
}

// Places along a path, near enough to each other that it looks like the path.
function stations(path) {
  const length = path.getTotalLength(), count = Math.ceil(length / 12) + 1;
  return Array.from({ length: count }, (_, place) => {
    const { x, y } = path.getPointAtLength((place * length) / (count - 1));
    return { transform: `translate(${x}px, ${y}px)` };
  });
}

// The corners of a box, from the numbers of its outline: they hold also where it is not displayed.
function edges(spot) {
  const numbers = spot.querySelector("path").getAttribute("d").match(/-?[\d.]+/g).map(Number);
  const xs = numbers.filter((_, place) => place % 2 === 0), ys = numbers.filter((_, place) => place % 2);
  return { left: Math.min(...xs), right: Math.max(...xs), top: Math.min(...ys), bottom: Math.max(...ys) };
}

// A message that does not leave its box goes a little way to the right.
function outside(spot) {
  const { right, top, bottom } = edges(spot), middle = (top + bottom) / 2;
  return shape("path", { d: `M${right} ${middle}h44` });
}
