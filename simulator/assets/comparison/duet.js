// The duet: two runs, given whole and aligned, stepped here with one scrubber.
// Text from a run reaches the page as textContent only.

import { ending } from "../shared/calls.js";
import { element, heading, shape, spots } from "../shared/dom.js";
import { STEPPING, taken, typing } from "../shared/keys.js";
import { lineKind } from "../shared/run.js";
import { speaker } from "../shared/words.js";

const PAUSE = 1800; // milliseconds a row is shown while playing
const SIDES = [["left", "A", "a"], ["right", "B", "b"]];
const HEIGHT = 78, MIDDLE = 46, UPPER = 30, LOWER = 62; // pixels of the track
const players = new WeakMap();

export default function ({ data, parentElement }) {
  const known = players.get(parentElement);
  if (known && known.data.id === data.id) return ending(parentElement, known.leave);
  if (known) known.leave();
  const duet = new Duet(parentElement, data, known === undefined);
  players.set(parentElement, duet);
  return ending(parentElement, duet.leave);
}

class Duet {
  constructor(root, data, first) {
    this.data = data;
    this.listening = new AbortController();
    this.leave = () => { this.pause(); this.listening.abort(); players.delete(root); };
    this.say = speaker(data.words);
    this.at = spots(root);
    this.duet = root.querySelector(".duet");
    this.build();
    this.listen();
    this.show(first ? this.addressed() : this.start());
  }

  // -- what stays -----------------------------------------------------------------------

  build() {
    const { rows, parted, left, right } = this.data;
    for (const spot of this.duet.querySelectorAll("[data-word]")) spot.textContent = this.say(spot.dataset.word);
    for (const spot of [this.duet, ...this.duet.querySelectorAll("[data-label]")]) {
      spot.setAttribute("aria-label", this.say(spot.dataset.label));
    }
    this.at.play.textContent = this.say("play");
    this.at.lefthead.textContent = left.title;
    this.at.righthead.textContent = right.title;
    this.at.range.max = rows.length;
    this.button("jump").hidden = parted === null;
    this.drawVerdict();
    this.drawTrack();
    this.lanes = SIDES.map(([side, letter, name]) => this.drawLane(side, letter, name));
    this.at.lanes.replaceChildren(...this.lanes.map(({ card }) => card));
    this.lines = rows.map((row, index) => this.drawRow(row, index + 1));
    const band = parted === null ? [] : [this.band()];
    const before = parted === null ? rows.length : parted - 1;
    this.at.rows.replaceChildren(...this.lines.slice(0, before), ...band, ...this.lines.slice(before));
  }

  drawVerdict() {
    const { verdict, parted } = this.data;
    this.at.heading.textContent = verdict.heading;
    this.at.how.textContent = verdict.how;
    this.at.causes.replaceChildren(...verdict.why.map((text) => element("li", text)));
    this.at.verdict.classList.toggle("calm", parted === null);
    this.at.facts.hidden = !verdict.facts.length;
    this.at.differing.replaceChildren(...verdict.facts.map((fact) => {
      const row = element("tr"), head = element("th", fact.what);
      head.scope = "row";
      row.append(head, element("td", fact.left), element("td", fact.right));
      return row;
    }));
  }

  // One line that forks where the runs part; a dot for each step, an end for each run.
  drawTrack() {
    const { rows, parted } = this.data;
    const fork = parted === null ? rows.length : parted - 1;
    const x = (index) => `${(100 * (index + 0.5)) / rows.length}%`;
    const svg = shape("svg", { width: "100%", height: HEIGHT });
    const line = (from, to, y1, y2, name) => svg.append(shape("line", { x1: x(from), x2: x(to), y1, y2, class: name }));
    if (fork > 1) line(0, fork - 1, MIDDLE, MIDDLE, "both");
    const ends = SIDES.map(([side]) => rows.findLastIndex((row) => row[side]));
    SIDES.forEach(([, , name], place) => {
      const y = place ? LOWER : UPPER;
      if (ends[place] < fork) return;
      if (fork > 0) line(fork - 1, fork, MIDDLE, y, name);
      line(fork, ends[place], y, y, name);
    });
    if (parted !== null) this.drawParting(svg, x(fork), fork / rows.length);
    this.dots = rows.map((row, index) => this.drawDots(svg, row, index, x(index), index < fork, ends));
    this.cursor = shape("rect", { y: 16, height: HEIGHT - 18, rx: 6, class: "cursor" });
    svg.prepend(this.cursor);
    this.at.track.replaceChildren(svg);
  }

  drawParting(svg, x, part) {
    const mark = shape("line", { x1: x, x2: x, y1: 13, y2: HEIGHT, class: "parting" });
    const label = shape("text", { x, y: 9, class: "label", "text-anchor": part < 0.15 ? "start" : part > 0.85 ? "end" : "middle" });
    label.textContent = this.say("part");
    svg.append(mark, label);
  }

  drawDots(svg, row, index, x, joined, ends) {
    const spots = joined ? [["both", MIDDLE, 0]] : SIDES.flatMap(([side, , name], place) =>
      row[side] ? [[name, place ? LOWER : UPPER, place]] : []);
    if (!joined && row.alike) svg.append(shape("line", { x1: x, x2: x, y1: UPPER, y2: LOWER, class: "tie" }));
    return spots.map(([name, y, place]) => {
      const last = index === ends[place];
      const failed = (joined ? row.left : row[SIDES[place][0]]).failed;
      const dot = shape("circle", { cx: x, cy: y, r: last ? 9 : 4.5, class: `dot ${name}${failed ? " bad" : ""}` });
      svg.append(dot);
      if (last) {
        const sign = shape("text", { x, y: y + 4.5, class: `sign${failed ? " bad" : ""}`, "text-anchor": "middle" });
        sign.textContent = failed ? "✕" : "✓";
        svg.append(sign);
      }
      return dot;
    });
  }

  drawLane(side, letter, name) {
    const { title, outcome } = this.data[side];
    const card = element("section", undefined, `card lane ${name}`);
    const head = element("header"), badge = element("b", letter, `badge ${name}`);
    const heading = element("h2", title), end = element("span", undefined, `outcome ${outcome}`);
    end.append(element("i", outcome === "failed" ? "✕" : "✓"), element("span", this.say(outcome)));
    head.append(badge, heading, end);
    const account = element("div", undefined, "account"), step = element("h3"), text = element("p");
    const wire = element("p", undefined, "wire");
    account.append(step, text, wire);
    const table = element("table", undefined, "tracker"), body = element("tbody");
    table.append(this.trackerHead(), body);
    const terminal = element("div", undefined, "terminal");
    terminal.tabIndex = 0;
    terminal.setAttribute("role", "region");
    terminal.setAttribute("aria-label", `${this.say("terminal")}: ${title}`);
    card.append(head, account, table, terminal);
    return { side, name, card, badge, heading, end, step, text, wire, body, terminal };
  }

  trackerHead() {
    const head = element("thead"), row = element("tr");
    row.append(...["variable", "value"].map((word) => heading(this.say(word))));
    head.append(row);
    return head;
  }

  band() {
    const row = element("tr", undefined, "band"), cell = element("th");
    cell.colSpan = 3;
    cell.scope = "rowgroup";
    const fork = shape("svg", { viewBox: "0 0 16 16", "aria-hidden": "true" });
    fork.append(shape("path", { class: "fork", d: "M1 8h5l5-4.5h4M6 8l5 4.5h4" }));
    cell.append(fork, element("span", `${this.say("parted")}. ${this.data.verdict.how}`));
    row.append(cell);
    return row;
  }

  drawRow(row, number) {
    const line = element("tr"), head = element("th", number);
    head.scope = "row";
    line.classList.toggle("unlike", !row.alike);
    line.append(head);
    if (row.joined) {
      const cell = this.drawCell(row.left, number, "both", "");
      cell.colSpan = 2;
      line.append(cell);
    } else {
      for (const [side, letter, name] of SIDES) line.append(this.drawCell(row[side], number, name, letter));
    }
    return line;
  }

  drawCell(step, number, name, letter) {
    const cell = element("td", undefined, name);
    if (!step) {
      cell.classList.add("none");
      cell.append(element("span", "·"));
      return cell;
    }
    const button = element("button");
    button.type = "button";
    if (letter) button.append(element("b", letter, `badge ${name}`));
    button.append(element("span", `${step.number} · ${step.title}`, step.failed ? "bad" : ""));
    button.addEventListener("click", () => this.go(number));
    cell.append(button);
    if (step.exchange) cell.append(message(step.exchange));
    return cell;
  }

  // -- where we are ---------------------------------------------------------------------

  start() {
    return this.data.parted ?? 1;
  }

  addressed() {
    const asked = Number(new URL(location.href).searchParams.get("row"));
    return Number.isInteger(asked) && asked >= 1 ? Math.min(asked, this.data.rows.length) : this.start();
  }

  address() {
    const url = new URL(location.href);
    const known = ["source", "scenario", "left", "engine", "change", "right", "right_engine", "belief", "step", "row"];
    for (const name of known) url.searchParams.delete(name);
    for (const [name, value] of Object.entries({ ...this.data.address, row: this.number })) url.searchParams.set(name, value);
    if (url.href !== location.href) history.replaceState(history.state, "", url);
  }

  go(number) {
    this.pause();
    this.show(number);
  }

  show(number) {
    const { rows, parted } = this.data;
    this.number = Math.max(1, Math.min(rows.length, number));
    const row = rows[this.number - 1];
    this.duet.dataset.row = this.number;
    this.duet.classList.toggle("joined", row.joined);
    this.duet.classList.toggle("parting", this.number === parted);
    const told = this.lanes.map((lane) => this.moment(lane.side));
    this.lanes.forEach((lane, place) => this.showLane(lane, told[place], told[1 - place], row));
    this.showControls(row);
    this.showRows();
    this.announce(row);
    this.address();
  }

  // What a lane shows at this row: its step, or where it was, and its terminal so far.
  moment(side) {
    const past = this.data.rows.slice(0, this.number).map((row) => row[side]).filter(Boolean);
    const step = this.data.rows[this.number - 1][side];
    const latest = past[past.length - 1];
    const ended = !step && past.length === this.data[side].steps;
    return { step, latest, past, ended };
  }

  showLane(lane, mine, other, row) {
    const { step, latest, past, ended } = mine;
    lane.card.hidden = row.joined && lane.side === "right";
    lane.card.classList.toggle("waiting", !step);
    lane.badge.textContent = row.joined ? "A B" : lane.side === "left" ? "A" : "B";
    lane.heading.textContent = row.joined ? this.say("both") : this.data[lane.side].title;
    lane.end.hidden = row.joined;
    lane.step.textContent = step ? `${step.number} · ${step.title}` : this.say(ended ? "ended" : "beside");
    lane.step.classList.toggle("bad", Boolean(step?.failed));
    lane.text.textContent = step ? step.text : latest ? `${latest.number} · ${latest.title}` : "";
    lane.wire.replaceChildren(...(step ? [step.exchange ? message(step.exchange) : element("span", this.say("local"), "quiet")] : []));
    this.showTerminal(lane.terminal, past, step, other, row);
    const [own, others] = lane.side === "left" ? ["left", "right"] : ["right", "left"];
    this.showTracker(lane.body, latest?.tracker ?? this.data[own].start, other.latest?.tracker ?? this.data[others].start);
  }

  showTerminal(terminal, past, step, other, row) {
    const theirs = new Set(other.past.flatMap((one) => one.terminal.map((line) => line.text)));
    const lines = past.flatMap((earlier) => earlier.terminal.map((line) => {
      const kind = lineKind(line, earlier);
      const made = element("div", line.text || " ", earlier === step ? `${kind} new` : kind);
      if (!row.joined && line.text && !theirs.has(line.text)) made.classList.add("unlike");
      return made;
    }));
    terminal.replaceChildren(...lines);
    terminal.scrollTop = terminal.scrollHeight;
  }

  showTracker(body, mine, theirs) {
    body.replaceChildren(...this.data.variables.map((name) => {
      const row = element("tr"), head = element("th", name), cell = element("td");
      const value = mine[name];
      head.scope = "row";
      if (value === theirs[name]) cell.textContent = value;
      else {
        const mark = element("mark"), sign = element("i", "≠ ");
        sign.setAttribute("aria-hidden", "true");
        mark.append(sign, value, element("span", ` (${this.say("unlike")})`, "unseen"));
        cell.append(mark);
      }
      row.append(head, cell);
      return row;
    }));
  }

  showControls(row) {
    const count = this.data.rows.length;
    this.at.range.value = this.number;
    this.at.range.setAttribute("aria-valuetext", `${this.say("at", { row: this.number, count })}: ${this.account(row)}`);
    const width = 100 / count;
    this.cursor.setAttribute("x", `${width * (this.number - 1)}%`);
    this.cursor.setAttribute("width", `${width}%`);
    this.dots.forEach((dots, index) => {
      for (const dot of dots) dot.classList.toggle("past", index < this.number);
    });
    for (const [act, end] of [["first", 1], ["back", 1], ["next", count], ["last", count]]) {
      this.button(act).setAttribute("aria-disabled", String(this.number === end));
    }
  }

  showRows() {
    this.lines.forEach((line, index) => {
      line.classList.toggle("now", index === this.number - 1);
      line.classList.toggle("later", index >= this.number);
      if (index === this.number - 1) line.setAttribute("aria-current", "step");
      else line.removeAttribute("aria-current");
    });
  }

  announce(row) {
    const { rows, parted, verdict } = this.data;
    const place = this.say("at", { row: this.number, count: rows.length });
    const here = this.number === parted ? ` ${this.say("parted")}. ${verdict.how}` : "";
    this.at.live.textContent = `${place}.${here} ${this.account(row)}`;
  }

  // Both steps in one sentence; where they read as one, once.
  account(row) {
    if (row.joined) return `${this.say("both")}: ${row.left.title}. ${row.left.text}`;
    return SIDES.map(([side, letter]) => {
      const step = row[side];
      const told = step ? `${step.title}. ${step.text}` : this.say(this.moment(side).ended ? "ended" : "beside");
      return `${letter}, ${this.data[side].title}: ${told}`;
    }).join(" ");
  }

  // -- hands ----------------------------------------------------------------------------

  button(act) {
    return this.duet.querySelector(`[data-act="${act}"]`);
  }

  listen() {
    const { signal } = this.listening;
    this.duet.addEventListener("click", (event) => {
      const button = event.target.closest("[data-act]");
      if (button && button.getAttribute("aria-disabled") !== "true") this.act(button.dataset.act);
    }, { signal });
    this.at.range.addEventListener("input", () => this.go(Number(this.at.range.value)), { signal });
    document.addEventListener("keydown", (event) => this.key(event), { signal });
  }

  act(name) {
    const acts = {
      first: () => this.go(1), back: () => this.go(this.number - 1),
      next: () => this.go(this.number + 1), last: () => this.go(this.data.rows.length),
      play: () => (this.timer ? this.pause() : this.play()),
      jump: () => this.go(this.start()), help: () => this.at.help.showModal(),
    };
    acts[name]();
  }

  key(event) {
    if (taken(event) || this.at.help.open || !this.duet.isConnected || typing(event, "?d")) return;
    const act = { ...STEPPING, d: "jump" }[event.key];
    if (!act) return;
    this.act(act);
    event.preventDefault();
  }

  play() {
    if (this.number === this.data.rows.length) this.show(1);
    this.duet.classList.add("playing");
    this.at.play.textContent = this.say("pause");
    this.timer = setInterval(() => {
      this.show(this.number + 1);
      if (this.number === this.data.rows.length) this.pause();
    }, PAUSE);
  }

  pause() {
    clearInterval(this.timer);
    this.timer = null;
    this.duet.classList.remove("playing");
    this.at.play.textContent = this.say("play");
  }
}

// A message in one line: what was asked, with which proof, and what came.
function message({ asked, proof, came, refused }) {
  const made = element("span", undefined, "message");
  made.append(element("code", asked));
  if (proof) made.append(element("em", proof, "proof"));
  made.append(element("em", `→ ${came}`, refused ? "came bad" : "came"));
  return made;
}
