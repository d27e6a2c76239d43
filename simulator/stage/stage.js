// The stage: given a whole run once, it steps here, in the browser.
// Text from a run reaches the page as textContent only; the diagrams are our own SVG.

const REDUCED = matchMedia("(prefers-reduced-motion: reduce)");
const SPEEDS = [1, 2, 4, 0.5];
const PAUSE = 1800; // milliseconds a step is shown while playing at 1×
const TRAVEL = 380; // milliseconds a message takes along its edge
const players = new WeakMap();

export default function ({ data, parentElement }) {
  const known = players.get(parentElement);
  if (known && (known.data.id === data.id || (known.data.live && data.live))) return known.leave;
  if (known) known.leave();
  const player = new Player(parentElement, data, known === undefined);
  players.set(parentElement, player);
  if (data.live) follow(player); // live.js
  return player.leave;
}

function element(name, text, className) {
  const made = document.createElement(name);
  if (text !== undefined) made.textContent = text;
  if (className) made.className = className;
  return made;
}

class Player {
  constructor(root, data, first) {
    this.root = root;
    this.data = data;
    this.speed = 0;
    this.unfolded = new Set();
    this.listening = new AbortController();
    this.leave = () => { this.pause(); this.listening.abort(); players.delete(root); };
    this.at = {};
    for (const spot of root.querySelectorAll("[data-at]")) this.at[spot.dataset.at] = spot;
    this.stage = root.querySelector(".stage");
    this.build();
    this.listen();
    this.show(first ? this.addressed() : 1);
  }

  // -- what stays -----------------------------------------------------------------------

  build() {
    const { sample, columns, rows, steps, variables } = this.data;
    this.at.sample.replaceChildren(...sample.map((line) => element("li", line)));
    this.at.columns.replaceChildren(...columns.map((name) => this.heading(name)));
    this.at.range.max = steps.length;
    if (!this.grown) this.drawFlow(); // a live run keeps its diagram
    this.drawTicks();
    this.tracked = variables.map(({ name }) => {
      const row = element("tr"), head = element("th", name), cell = element("td");
      head.scope = "row";
      row.append(head, cell);
      return { name, row, cell };
    });
    this.at.tracker.replaceChildren(...this.tracked.map(({ row }) => row));
    this.at.rows.replaceChildren(...rows.flatMap((row) => this.drawRow(row)));
  }

  heading(name) {
    const made = element("th", name);
    made.scope = "col";
    return made;
  }

  drawFlow() {
    const { flow } = this.data;
    const drawn = ["wide", "tall"].map((shape) => {
      const svg = new DOMParser().parseFromString(flow[shape], "image/svg+xml").documentElement;
      svg.classList.add(shape);
      return document.importNode(svg, true);
    });
    this.at.flow.replaceChildren(...drawn);
    for (const part of [...flow.nodes.map((n) => ({ ...n, id: `node-${n.id}` })), ...flow.edges]) {
      for (const spot of this.shapes(part.id)) spot.classList.toggle("failure", part.failure);
    }
  }

  shapes(id) {
    return this.at.flow.querySelectorAll(`[id="${CSS.escape(id)}"]`);
  }

  drawTicks() {
    const { steps } = this.data;
    let row = null;
    this.ticks = steps.map((step, index) => {
      const tick = element("b");
      tick.style.left = `${(100 * index) / Math.max(1, steps.length - 1)}%`;
      if (step.row !== row && step.row !== null) {
        tick.textContent = step.row;
        tick.classList.add("row");
      }
      row = step.row;
      tick.classList.toggle("bad", step.failed);
      return tick;
    });
    this.at.ticks.replaceChildren(...this.ticks);
  }

  drawRow(row) {
    const line = element("tr");
    line.dataset.row = row.number;
    const cells = [row.number, row.action, row.input, row.result, row.note];
    line.append(...cells.map((text) => element("td", text)));
    const under = element("tr", undefined, "messages");
    const cell = element("td");
    cell.colSpan = cells.length;
    under.append(cell);
    const sent = this.data.steps.filter((step) => step.row === row.number && step.exchange);
    const buttons = sent.map((step) => this.messageButton(step));
    cell.append(...buttons.map(({ button }) => button));
    Object.assign(row, { line, under, buttons });
    return [line, under];
  }

  messageButton(step) {
    const button = element("button", step.exchange.summary);
    button.type = "button";
    button.append(element("em", step.exchange.came));
    button.addEventListener("click", () => this.go(step.number));
    return { button, step };
  }

  // -- where we are ---------------------------------------------------------------------

  addressed() {
    const asked = Number(new URL(location.href).searchParams.get("step"));
    const whole = Number.isInteger(asked) && asked >= 1;
    return whole ? Math.min(asked, this.data.steps.length) : 1;
  }

  address() {
    const url = new URL(location.href);
    const { source, engine, scenario, recording } = this.data;
    const address = { source, engine, scenario, recording, step: this.number };
    for (const [name, value] of Object.entries(address)) {
      if (value) url.searchParams.set(name, value);
      else url.searchParams.delete(name);
    }
    if (url.href !== location.href) history.replaceState(history.state, "", url);
  }

  go(number) {
    this.pause();
    this.moving = false;
    this.show(number);
  }

  show(number) {
    const { steps } = this.data;
    const before = this.number;
    this.number = Math.max(1, Math.min(steps.length, number));
    const step = steps[this.number - 1];
    this.stage.classList.toggle("failed", step.failed);
    this.stage.dataset.step = this.number;
    this.stage.dataset.event = step.event;
    this.showSample(step);
    this.showFlow(step, before);
    this.showTracker(step);
    this.showAccount(step);
    this.showControls(step);
    this.showTable(step);
    this.showWire(step);
    if (this.data.live) this.announce();
    else this.address();
  }

  showSample(step) {
    [...this.at.sample.children].forEach((line, index) => line.classList.toggle("now", index === step.line));
    const lines = this.data.steps.slice(0, this.number).flatMap((earlier) =>
      earlier.terminal.map((line) => {
        const fresh = earlier === step ? " new" : "";
        const kind = line.kind === "error" && !earlier.failed ? "warning" : line.kind;
        return element("div", line.text || " ", kind + fresh);
      }));
    this.at.terminal.replaceChildren(...lines);
    this.at.terminal.scrollTop = this.at.terminal.scrollHeight;
  }

  showFlow(step, before) {
    const { flow, steps } = this.data;
    const past = steps.slice(0, this.number - 1);
    const nodes = new Set(past.map((s) => s.node)), edges = new Set(past.map((s) => s.edge));
    for (const { id } of flow.nodes) this.light(`node-${id}`, id === step.node, nodes.has(id));
    for (const { id } of flow.edges) this.light(id, id === step.edge, edges.has(id));
    const label = flow.nodes.find(({ id }) => id === step.node).label;
    this.at.flow.setAttribute("aria-label", `Process flow, now at: ${label}`);
    if (step.edge && before !== undefined && before === this.number - 1) this.travel(step.edge);
  }

  light(id, now, done) {
    for (const spot of this.shapes(id)) {
      spot.classList.toggle("now", now);
      spot.classList.toggle("done", done && !now);
    }
  }

  travel(id) {
    if (REDUCED.matches) return;
    for (const edge of this.shapes(id)) {
      const path = edge.querySelector("path");
      if (!path || !path.getClientRects().length) continue;
      const dot = document.createElementNS("http://www.w3.org/2000/svg", "circle");
      dot.setAttribute("r", "5");
      dot.classList.add("message");
      edge.append(dot);
      const length = path.getTotalLength(), began = performance.now();
      const move = (now) => {
        const part = Math.max(0, Math.min(1, (now - began) / TRAVEL));
        const { x, y } = path.getPointAtLength(part * length);
        dot.setAttribute("cx", x);
        dot.setAttribute("cy", y);
        if (part < 1 && dot.isConnected) requestAnimationFrame(move);
        else dot.remove();
      };
      move(began);
    }
  }

  showTracker(step) {
    const earlier = this.data.steps[this.number - 2];
    for (const { name, cell } of this.tracked) {
      const start = this.data.variables.find((variable) => variable.name === name).start;
      const was = earlier ? earlier.tracker[name] : start;
      const is = step.tracker[name];
      if (was === is) cell.replaceChildren(is);
      else cell.replaceChildren(element("s", was), element("mark", is));
    }
    this.at.layers.replaceChildren(...step.layers.map((layer) => {
      const item = element("li"), bar = element("div", undefined, "bar"), fill = element("i");
      fill.style.width = `${layer.total ? (100 * layer.done) / layer.total : 0}%`;
      bar.append(fill, element("span", layer.status));
      item.append(element("span", layer.digest), bar);
      return item;
    }));
  }

  showAccount(step) {
    this.at.title.textContent = `${step.number} · ${step.title}`;
    this.at.text.textContent = step.text;
    this.at.account.classList.toggle("bad", step.failed);
    this.at.live.textContent = `Step ${step.number} of ${this.data.steps.length}: ${step.title}. ${step.text}`;
  }

  showControls(step) {
    const { steps } = this.data;
    const count = steps.length;
    this.at.range.value = this.number;
    this.at.range.setAttribute("aria-valuetext", `Step ${this.number} of ${count}: ${step.title}`);
    this.at.ticks.style.setProperty("--done", `${(100 * (this.number - 1)) / Math.max(1, count - 1)}%`);
    this.ticks.forEach((tick, index) => {
      tick.classList.toggle("past", index < this.number - 1);
      tick.classList.toggle("now", index === this.number - 1);
    });
    for (const [act, end] of [["first", 1], ["back", 1], ["next", count], ["last", count]]) {
      this.button(act).setAttribute("aria-disabled", String(this.number === end));
    }
  }

  showTable(step) {
    for (const row of this.data.rows) {
      const now = row.number === step.row;
      const reached = row.first !== null && row.first <= this.number;
      row.line.classList.toggle("now", now);
      row.line.classList.toggle("bad", row.branch);
      row.line.classList.toggle("later", !reached);
      if (now) row.line.setAttribute("aria-current", "step");
      else row.line.removeAttribute("aria-current");
      const [, , input, result, note] = row.line.children;
      input.textContent = reached || row.branch ? row.input : "?";
      result.textContent = reached || row.branch ? row.result : "?";
      note.textContent = reached || row.branch ? row.note : "";
      let some = false;
      for (const { button, step: sent } of row.buttons) {
        button.hidden = sent.number > this.number;
        button.classList.toggle("now", sent === step);
        some ||= !button.hidden;
      }
      row.under.hidden = !(now && some);
    }
  }

  showWire(step) {
    const { exchange } = step;
    this.at.wirehead.textContent = exchange
      ? `On the wire · exchange ${exchange.number} of ${exchange.count}` : "On the wire";
    if (!exchange) {
      this.at.wire.replaceChildren(element("p", "No message: this step happens on this machine alone.", "none"));
      return;
    }
    const lines = element("div", undefined, "lines");
    lines.append(...exchange.sent.map((line) => wireLine(line)));
    lines.append(...exchange.answer.map((line, index) => wireLine(line, index === 0, exchange.status)));
    const parts = [lines];
    if (exchange.rows.length) parts.push(this.fold("What it says", "rows", rowTable(exchange.rows)));
    if (exchange.body) parts.push(this.fold("Body of the answer", "body", this.bodyOf(exchange)));
    parts.push(this.fold("The same with curl", "curl", element("pre", exchange.curl)));
    this.at.wire.replaceChildren(...parts);
  }

  // What is opened once stays open on later steps.
  fold(title, name, content) {
    const made = element("details");
    made.append(element("summary", title), content);
    made.open = this.unfolded.has(name);
    made.addEventListener("toggle", () => this.unfolded[made.open ? "add" : "delete"](name));
    return made;
  }

  bodyOf(exchange) {
    const made = element("div");
    made.append(element("pre", exchange.body));
    if (exchange.digested && globalThis.crypto?.subtle) made.prepend(recompute(exchange.digested));
    return made;
  }

  // -- hands ----------------------------------------------------------------------------

  button(act) {
    return this.stage.querySelector(`[data-act="${act}"]`);
  }

  listen() {
    const { signal } = this.listening;
    this.stage.addEventListener("click", (event) => {
      const button = event.target.closest("[data-act]");
      if (button && button.getAttribute("aria-disabled") !== "true") this.act(button.dataset.act);
    }, { signal });
    this.at.range.addEventListener("input", () => this.go(Number(this.at.range.value)), { signal });
    document.addEventListener("keydown", (event) => this.key(event), { signal });
  }

  act(name) {
    const acts = {
      first: () => this.go(1), back: () => this.go(this.number - 1),
      next: () => this.go(this.number + 1), last: () => this.go(this.data.steps.length),
      play: () => (this.timer ? this.pause() : this.play()),
      speed: () => this.faster(), help: () => this.at.help.showModal(),
    };
    acts[name]();
  }

  key(event) {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    if (this.at.help.open || !this.stage.isConnected || typing(event)) return;
    const keys = { ArrowRight: "next", ArrowLeft: "back", Home: "first", End: "last", " ": "play", "?": "help" };
    const act = keys[event.key];
    if (act) this.act(act);
    else if (/^[1-9]$/.test(event.key)) this.jump(Number(event.key));
    else return;
    event.preventDefault();
  }

  jump(number) {
    const row = this.data.rows.find((known) => known.number === number);
    if (row && row.first !== null) this.go(row.first);
  }

  faster() {
    this.speed = (this.speed + 1) % SPEEDS.length;
    this.at.speed.textContent = `${SPEEDS[this.speed]}×`;
    if (this.timer) { this.pause(); this.play(); }
  }

  play() {
    if (this.number === this.data.steps.length) this.show(1);
    this.stage.classList.add("playing");
    this.at.play.textContent = "Pause";
    this.timer = setInterval(() => {
      this.show(this.number + 1);
      if (this.number === this.data.steps.length) this.pause();
    }, PAUSE / SPEEDS[this.speed]);
  }

  pause() {
    clearInterval(this.timer);
    this.timer = null;
    this.stage.classList.remove("playing");
    this.at.play.textContent = "Play";
  }
}

// A key belongs to the field that has the focus; the space key also to a button or a link.
function typing(event) {
  const target = event.composedPath()[0];
  if (!(target instanceof Element)) return false;
  const field = target.closest("textarea, select, [contenteditable=true], [role=combobox], [role=listbox], [role=radio], [role=tab], [role=slider], input");
  if (field) return !(event.key === "?" && field.type === "range");
  return event.key === " " && Boolean(target.closest("button, a, summary"));
}

// A line of a message; one that has a note opens to it and to its source.
function wireLine({ text, mark, note, source }, status, code) {
  const line = element(note ? "summary" : "div", text);
  if (mark) line.classList.add("marked");
  if (status) line.classList.add("status");
  if (status && (code === 0 || code >= 400)) line.classList.add("bad");
  if (!note) {
    line.classList.add("line");
    return line;
  }
  const folded = element("details", undefined, "line"), told = element("p", `${note} `);
  const link = element("a", new URL(source).host);
  link.href = source;
  link.target = "_blank";
  link.rel = "noreferrer";
  told.append(link);
  folded.append(line, told);
  return folded;
}

function rowTable(rows) {
  const table = element("table");
  table.append(...rows.map((cells) => {
    const row = element("tr");
    row.append(...cells.map((text) => element("td", text)));
    return row;
  }));
  return table;
}

// The learner's own browser hashes the manifest's bytes.
function recompute({ text, digest }) {
  const button = element("button", "Recompute the digest", "pill");
  button.type = "button";
  const told = element("output");
  button.addEventListener("click", async () => {
    const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
    const hex = [...new Uint8Array(hash)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    told.textContent = `sha256:${hex} ${`sha256:${hex}` === digest ? "✓ as promised" : "✗ not as promised"}`;
  });
  const made = element("p", undefined, "recompute");
  made.append(button, told);
  return made;
}
