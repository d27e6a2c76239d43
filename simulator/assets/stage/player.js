// The player: given a whole run once, it steps here, in the browser.

import { ending } from "../shared/calls.js";
import { afterFrame, drawing, element, inFrameAfter, onFrame, put, reduced, spots } from "../shared/dom.js";
import { STEPPING, taken, typing } from "../shared/keys.js";
import { recall, remember } from "../shared/memory.js";
import { lineKind, unpacked } from "../shared/run.js";
import { speaker } from "../shared/words.js";
import { Lanes } from "./lanes.js";
import { Company } from "./company.js";
import { follow } from "./live.js";
import { Questions } from "./predict.js";
import { Conversation, Notes, notesOf, PARTS, viewOf } from "./present.js";
import { Rail } from "./rail.js";
import { Share } from "./share.js";
import { Table } from "./table.js";
import { Until } from "./run_until.js";
import { Wire } from "./wire.js";

const SPEEDS = [0.5, 0.75, 1, 1.5, 2, 3];
const READING = 220; // milliseconds a word takes while playing at 1×
const GLANCE = 700; // and each step before the first word
const WATCHED = 10_000; // milliseconds for which a download is watched, at most
const EXPLAINED = 2000; // characters of a message that an address takes
const STAY = 1500; // milliseconds at a step until it is kept as the place to go on from
const REST = 400; // milliseconds after a step until what is not in view follows
const QUICK = 8; // milliseconds of a frame that has room for all of a step
const TICKS = 120; // steps of a run whose line marks each of them
const GLIMPSE = 0.05; // of a part that is in view at least when it counts as seen
const players = new WeakMap();

export default function ({ data, parentElement, setTriggerValue }) {
  const known = players.get(parentElement);
  const retold = known && known.language !== data.language; // the same run in another language
  if (known && !retold && (known.id === data.id || (known.live && data.live))) {
    known.player?.meet(data);
    return ending(parentElement, known.leave);
  }
  known?.leave();
  const from = retold ? known.player?.number : 1;
  const place = { id: data.id, live: data.live, language: data.language, leave: () => {
    place.left = true;
    place.player?.end();
    players.delete(parentElement);
  } };
  players.set(parentElement, place);
  unpacked(data.run).then((run) => {
    if (place.left) return;
    place.player = new Player(parentElement, run, known === undefined ? undefined : from, data.decoder);
    if (known) leaveChoices();
    if (data.tells) {
      place.player.stayed = (number) => setTriggerValue("place", number);
      place.player.answered = (step, chosen) => setTriggerValue("answer", { step, chosen });
    }
    place.player.meet(data);
    if (data.live) follow(place.player);
  });
  return ending(parentElement, place.leave);
}

// After another situation was chosen the keys step again: the focus leaves the list it was in.
function leaveChoices() {
  const { activeElement } = document;
  if (activeElement?.closest(".st-key-choices")) activeElement.blur();
}

class Player {
  constructor(root, data, from, decoder) {
    Object.assign(this, { root, data, decoder, say: speaker(data.strings), at: spots(root), focus: 0, seen: new Set(), scrolled: new Set() });
    this.stage = root.querySelector(".stage");
    this.listening = new AbortController();
    this.build();
    this.listen();
    this.turn(viewOf(new URL(location.href)));
    this.show(Math.min(from ?? this.addressed(), data.steps.length));
    if (from === undefined) this.until.addressed();
  }

  end() {
    this.pause();
    for (const timer of [this.staying, this.resting]) clearTimeout(timer);
    this.left = true;
    this.listening.abort();
    this.others.leave();
    this.company.leave();
    this.notes?.leave();
    delete document.documentElement.dataset.stage;
  }

  // With a class: a stage that leads tells its place at once, one that follows goes along.
  meet({ leads, follows }) {
    if (leads && !this.leads) this.stayed(this.number);
    this.leads = leads;
    this.company.follow(follows);
    this.stage.dataset.follows = follows ?? "";
  }

  // -- what stays -----------------------------------------------------------------------

  build() {
    const { at, data, say } = this;
    for (const spot of this.root.querySelectorAll("[data-say]")) spot.textContent = say(spot.dataset.say);
    for (const spot of this.root.querySelectorAll("[data-label]")) spot.setAttribute("aria-label", say(spot.dataset.label));
    this.stage.lang = data.language;
    this.wire = new Wire(at, say);
    this.share = new Share(this);
    this.until = new Until(this);
    this.company = new Company(this);
    this.others = new Conversation((message) => this.hear(message));
    this.part("lanes");
    this.draw();
    this.drawTools();
  }

  // What belongs to this run; a live one is drawn again as it grows.
  draw() {
    const { at, data, say } = this;
    this.flow = null; // drawn where it is taken away
    this.empty = true; // until all parts are filled again
    this.rail = new Rail(at, data, say);
    this.lanes = new Lanes(at, data, say);
    at.sample.replaceChildren(...data.sample.map((line) => element("li", line)));
    at.terminal.replaceChildren();
    at.range.max = data.steps.length;
    this.table = new Table(at, data, say, (number) => this.go(number));
    this.questions = new Questions(at, data, say);
    this.drawTicks();
    this.drawTracker();
  }

  drawTicks() {
    const { steps } = this.data;
    const few = steps.length <= TICKS, known = steps.map((step, index) => this.tickOf(step, steps[index - 1]?.row));
    this.ticks = known.map((tick) => (few || tick.className ? tick : null));
    this.here = known[0].cloneNode(); // where a step has no tick of its own
    this.here.className = "now";
    this.at.ticks.replaceChildren(this.at.done, this.here, ...this.ticks.filter(Boolean));
  }

  tickOf({ number, row }, before) {
    const tick = element("b");
    tick.style.setProperty("--at", this.along(number));
    if (row !== (before ?? null) && row !== null) {
      tick.textContent = row;
      tick.classList.add("row");
    }
    tick.classList.toggle("asks", Boolean(this.questions.of(number)));
    return tick;
  }

  // From 0 at the first step to 1 at the last.
  along(number) {
    return (number - 1) / Math.max(1, this.data.steps.length - 1);
  }

  drawTracker() {
    this.tracked = this.data.variables.map(({ name, start }) => {
      const row = element("tr"), head = element("th"), cell = element("td"), asks = element("button", name, "name");
      asks.type = "button";
      asks.dataset.until = name;
      asks.title = this.say("untilVariable", { name });
      head.append(asks);
      head.scope = "row";
      row.append(head, cell);
      const same = element("span", undefined, "same"), change = element("span", undefined, "change");
      cell.append(same, change);
      return { name, start, row, cell, same, change };
    });
    this.at.tracker.replaceChildren(...this.tracked.map(({ row }) => row));
  }

  drawTools() {
    this.at.speed.replaceChildren(...SPEEDS.map((speed) => {
      const option = element("option", `${speed}×`);
      option.value = speed;
      return option;
    }));
    const kept = recall("localStorage", "speed", 1);
    this.at.speed.value = SPEEDS.includes(kept) ? kept : 1;
    this.at.play.textContent = this.say("play");
    this.showQuestions();
    this.button("questions").hidden = !this.data.questions.length;
  }

  // -- where we are ---------------------------------------------------------------------

  addressed() {
    const asked = Number(new URL(location.href).searchParams.get("step"));
    const whole = Number.isInteger(asked) && asked >= 1;
    return whole ? Math.min(asked, this.data.steps.length) : 1;
  }

  // What is not in view follows when stepping rests: the address, which takes longer to write than
  // the step, and parts that are further down.
  rest() {
    clearTimeout(this.resting);
    this.resting = setTimeout(() => {
      this.lower();
      this.write();
    }, REST);
  }

  write() {
    if (this.left || this.data.live) return;
    const url = new URL(location.href);
    const view = this.view === "embed" ? "" : this.view;
    const other = { scenario: "", recording: "" };
    const kept = { ...other, ...this.data.address, step: this.number, view, until: this.until.asked };
    for (const [name, value] of Object.entries(kept)) {
      if (value) url.searchParams.set(name, value);
      else url.searchParams.delete(name);
    }
    if (url.href === location.href) return;
    history.replaceState(history.state, "", url);
    clearTimeout(this.staying);
    if (this.stayed && this.moved) this.staying = setTimeout(() => this.stayed(this.number), this.leads ? 0 : STAY);
  }

  // The page, the projector, the notes, or a frame. The host covers the page; see views.css.
  turn(view) {
    this.view = view;
    const { host } = this.stage.getRootNode();
    for (const spot of [host, document.documentElement]) {
      if (view) spot.dataset.stage = view;
      else delete spot.dataset.stage;
    }
    this.stage.dataset.view = view;
    this.at.speaker.hidden = view !== "notes";
    this.at.present.textContent = this.say(view === "present" ? "page" : "present");
    if (view === "notes") {
      this.notes ??= new Notes(this.at, this.say);
      this.others.tell({ kind: "where" });
    }
    if (view === "present") this.began ??= recall("sessionStorage", "began", null) ?? Date.now();
    if (view === "present") remember("sessionStorage", "began", this.began);
    this.single(0);
  }

  present() {
    this.turn(this.view === "present" ? "" : "present");
    this.write();
    this.tell();
  }

  // Digits single out one part of the picture; the same digit, or 0, brings back the rest.
  single(digit) {
    this.focus = digit === this.focus ? 0 : digit;
    this.stage.dataset.only = PARTS[this.focus] ?? "";
  }

  go(number) {
    this.pause();
    this.moving = false;
    this.questions.close(null);
    this.show(number);
  }

  // The next step; before one that matters, first the question.
  next() {
    this.pause();
    if (this.questions.open) { this.at.hint.textContent = this.say("answerFirst"); return; }
    if (this.asks()) {
      this.questions.ask(this.asks());
      this.tell();
    } else if (this.number < this.data.steps.length) this.show(this.number + 1);
  }

  asks() {
    return this.questions.before(this.number + 1);
  }

  commit(chosen) {
    const { open } = this.questions;
    if (!open) return;
    const resumes = this.resumes;
    this.questions.close(chosen);
    this.show(open.step);
    if (chosen !== null) this.answered?.(open.step, chosen);
    this.button("next").focus({ preventScroll: true });
    if (resumes && this.number < this.data.steps.length) this.play();
  }

  // A step tells what happens first, and shows one frame later what it did. A jump shows all in one
  // frame, and so does each step where the browser draws that quickly.
  show(number) {
    const { steps } = this.data, before = this.number;
    this.number = Math.max(1, Math.min(steps.length, number));
    this.questions.saw(this.number);
    this.until.asked = "";
    this.showAccount(steps[this.number - 1]);
    this.questions.show(this.number);
    if (this.empty || Math.abs(this.number - before) > 1) this.fill();
    else if (this.quick) {
      this.fill();
      onFrame(() => this.time());
    } else if (!this.waiting) {
      this.waiting = true;
      inFrameAfter(() => {
        if (this.waiting) this.fill();
        this.time();
      });
    }
  }

  time() {
    drawing((taken) => { this.quick = taken < QUICK; });
  }

  fill() {
    this.waiting = false;
    if (this.left) return;
    const { number, filled = 0 } = this, step = this.data.steps[number - 1];
    this.stage.classList.toggle("failed", step.failed);
    this.rail.show(number);
    this.lanes.show(number);
    this.showSample(step);
    this.showTracker(step);
    this.showControls(step, this.empty ? 0 : filled);
    this.showWhole(step);
    this.unscroll();
    this.moved ||= number > 1;
    Object.assign(this, { filled: number, empty: false, drawn: 0 });
    this.stage.dataset.event = step.event;
    this.stage.dataset.step = number;
    if (!filled) this.lower();
    if (this.announces) this.announce();
    this.rest();
    if (!this.following) afterFrame(() => this.followed());
    this.following = true;
    if (filled && number === filled + 1 && !reduced()) this.travel(step);
  }

  // After the frame, which need not wait for it: parts further down, reading out, other windows.
  followed() {
    this.following = false;
    if (this.left) return;
    this.lanes.earlier();
    if (this.seen.size) this.lower();
    this.readOut(this.data.steps[this.number - 1]);
    if (this.questions.unkept) this.questions.keep();
    if (this.number < this.data.steps.length) this.lanes.lineOf(this.number + 1);
    this.tell();
  }

  // The table and the message of this step, once.
  lower() {
    if (this.drawn === this.number) return;
    this.drawn = this.number;
    const step = this.data.steps[this.number - 1];
    this.table.show(this.number);
    this.wire.show(step);
    this.table.reveal(step);
  }

  // What a hand has scrolled goes back: to the beginning, or to the end of what grows downward.
  // Asking each part for its place would have the browser lay the page out before the frame.
  unscroll() {
    for (const part of this.scrolled) part.scrollTop = 0;
    this.scrolled.clear();
  }

  // Messages run along their arrows, and layers fill their bars.
  travel(step) {
    this.lanes.travel(this.number);
    this.download(step);
  }

  showWhole({ exchange }) {
    const { whole } = this.at;
    if (exchange) put(whole, this.say("whole", exchange));
    whole.parentElement.hidden = !exchange;
  }

  // The whole message, or the table: on a phone in place of the lanes, else further down.
  look(part) {
    this.part(part);
    this.stage.querySelector(`.${part}.card`).scrollIntoView({ block: "center" });
    (part === "wire" ? this.at.wire : this.at.scroll).focus({ preventScroll: true });
  }

  // Where there is room for one part only, this one.
  part(name) {
    this.stage.dataset.part = name;
    for (const button of this.at.parts.children) button.setAttribute("aria-pressed", String(button.dataset.part === name));
  }

  // A layer that was timed as it came fills its bar in that time; what is longer than anyone
  // watches is cut, and its time stands beside it.
  download({ layers: { bars } }) {
    bars.forEach(({ seconds }, place) => {
      if (!seconds) return;
      const [fill] = this.at.layers.children[place].getElementsByTagName("i");
      const duration = Math.min(seconds * 1000, WATCHED) / Number(this.at.speed.value);
      fill.animate([{ width: 0 }, { width: fill.style.width }], { duration });
    });
  }

  lasted({ seconds }) {
    const style = { style: "unit", unit: "second", maximumSignificantDigits: 2 };
    return seconds ? seconds.toLocaleString(this.data.language, style) : "";
  }

  // The terminal holds what has been printed by now, and nothing of what will be.
  showSample(step) {
    const { sample, terminal } = this.at;
    [...sample.children].forEach((line, index) => line.classList.toggle("now", index === step.line));
    while (terminal.lastChild && terminal.lastChild.step > this.number) terminal.lastChild.remove();
    for (const line of terminal.querySelectorAll(".new")) line.classList.remove("new");
    for (const later of this.data.steps.slice(terminal.lastChild?.step ?? 0, this.number)) {
      terminal.append(...later.terminal.map((line) => printed(line, later)));
    }
    for (let line = terminal.lastChild; line?.step === this.number; line = line.previousSibling) line.classList.add("new");
  }

  showTracker(step) {
    const earlier = this.data.steps[this.number - 2];
    for (const { name, start, cell, same, change } of this.tracked) {
      const was = earlier ? earlier.tracker[name] : start, is = step.tracker[name], kept = was === is;
      same.hidden = !kept;
      change.hidden = kept;
      if (cell.title !== is) cell.title = is;
      put(same, kept ? is : "");
      if (!kept) change.replaceChildren(...this.changed(was, is));
      else if (change.firstChild) change.replaceChildren();
    }
    if (step.layers.bars.length || step.layers.more || this.at.layers.firstChild) this.showLayers(step.layers);
  }

  changed(was, is) {
    const [old, now] = [element("s", was), element("mark", is)];
    [old.title, now.title] = [was, is];
    return [element("span", `${this.say("was")} `, "unseen"), old, element("span", ` ${this.say("is")} `, "unseen"), now];
  }

  showLayers({ bars, more }) {
    this.at.layers.replaceChildren(...bars.map((layer) => {
      const item = element("li"), bar = element("div", undefined, "bar"), fill = element("i");
      fill.style.width = `${layer.total ? (100 * layer.done) / layer.total : 0}%`;
      bar.append(fill, element("span", [layer.status, this.lasted(layer)].filter(Boolean).join(" · ")));
      item.append(element("span", layer.digest), bar);
      return item;
    }), ...(more ? [element("li", more, "more")] : []));
  }

  showAccount(step) {
    const { at } = this;
    for (const heading of [at.title, at.brief]) put(heading, `${step.number} · ${step.title}`);
    put(at.text, step.text);
    at.account.classList.toggle("bad", step.failed);
    const address = explained(this.decoder, step);
    at.explain.hidden = !address;
    if (address) at.explain.href = address;
  }

  readOut(step) {
    const { at, data, number, say } = this;
    const changed = step.changed.map((name) => `${name} ${say("is")} ${step.tracker[name]}. `).join("");
    const where = say("stepOf", { number, count: data.steps.length, title: step.title });
    put(at.live, `${this.questions.told(number)}${where}. ${step.text} ${changed}${step.talk.said}`);
  }

  showControls(step, filled) {
    const { at, data, number } = this, count = data.steps.length;
    at.range.value = number;
    at.range.setAttribute("aria-valuetext", this.say("stepOf", { number, count, title: step.title }));
    at.done.style.setProperty("--at", this.along(number));
    this.here.hidden = Boolean(this.ticks[number - 1]);
    if (!this.here.hidden) this.here.style.setProperty("--at", this.along(number));
    this.here.classList.toggle("bad", step.failed);
    const first = filled ? Math.min(filled, number) : 1, last = Math.max(filled, number);
    this.ticks.slice(first - 1, last).forEach((tick, place) => {
      if (!tick) return;
      tick.classList.toggle("past", first + place < number);
      tick.classList.toggle("now", first + place === number);
      tick.classList.toggle("bad", first + place <= number && data.steps[first + place - 1].failed);
    });
    for (const [act, end] of [["first", 1], ["back", 1], ["next", count], ["last", count]]) {
      this.button(act).setAttribute("aria-disabled", String(number === end));
    }
  }

  showQuestions() {
    const button = this.button("questions");
    button.setAttribute("aria-pressed", String(this.questions.on));
    button.title = this.say(this.questions.on ? "questionsOn" : "questionsOff");
  }

  // A live run is followed by the bar above, which must know what is shown.
  announce() {
    const detail = { run: this.data.id, number: this.number, count: this.data.steps.length };
    window.dispatchEvent(new CustomEvent("pullscope-step", { detail: { ...detail, moving: Boolean(this.moving) } }));
  }

  // -- other windows --------------------------------------------------------------------

  tell() {
    if (this.view === "notes" || !this.number) return;
    this.others.tell(notesOf(this.data, this.number, this.questions.open, this.began ?? null));
  }

  hear(message) {
    if (this.view === "notes") {
      if (message.kind === "at") this.notes.show(message);
    } else if (message.kind === "where") this.tell();
    else if (message.kind === "act" && this.view === "present") this.act(message.act);
  }

  // -- hands ----------------------------------------------------------------------------

  button(act) {
    return this.stage.querySelector(`[data-act="${act}"]`);
  }

  listen() {
    const { signal } = this.listening, { at, stage } = this;
    stage.addEventListener("click", (event) => {
      const button = event.target.closest("[data-act], [data-part], [data-goto], [data-until]");
      if (button?.dataset.goto) this.go(Number(button.dataset.goto));
      else if (button?.dataset.until) this.until.run(button.dataset.until, event.shiftKey);
      else if (button?.dataset.part) this.part(button.dataset.part);
      else if (button && button.getAttribute("aria-disabled") !== "true") this.act(button.dataset.act);
    }, { signal });
    const watch = new IntersectionObserver((entries) => {
      for (const { target, isIntersecting } of entries) this.seen[isIntersecting ? "add" : "delete"](target);
      if (this.seen.size) this.lower();
    }, { threshold: GLIMPSE });
    for (const part of stage.querySelectorAll(".lower .card")) watch.observe(part);
    signal.addEventListener("abort", () => watch.disconnect());
    for (const part of [at.spoken, at.screen, at.verdict, at.wire]) {
      part.addEventListener("scroll", () => this.scrolled.add(part), { signal });
    }
    at.spoken.addEventListener("scroll", () => this.lanes.earlier(), { signal });
    at.range.addEventListener("input", () => this.go(Number(at.range.value)), { signal });
    at.speed.addEventListener("change", () => remember("localStorage", "speed", Number(at.speed.value)), { signal });
    at.ask.addEventListener("submit", (event) => {
      event.preventDefault();
      if (this.questions.chosen === null) at.hint.textContent = this.say("choose");
      else this.commit(this.questions.chosen);
    }, { signal });
    document.addEventListener("keydown", (event) => this.key(event), { signal });
    addEventListener("keydown", (event) => this.alone(event), { signal, capture: true });
  }

  act(name) {
    const acts = {
      first: () => this.go(1), back: () => this.go(this.number - 1), next: () => this.next(),
      last: () => this.go(this.data.steps.length), reveal: () => this.commit(null),
      play: () => (this.timer ? this.pause() : this.play()),
      onward: () => (this.questions.open ? this.commit(null) : this.next()),
      questions: () => this.askOrNot(), again: () => this.askAgain(), present: () => this.present(),
      notes: () => this.openNotes(), share: () => this.share.open(), help: () => this.at.help.showModal(),
      until: () => this.until.open(), ...this.until.acts, whole: () => this.look("wire"), rows: () => this.look("table"), ...this.share.acts,
    };
    acts[name]();
  }

  // The projector covers the page, and with it the search that the page would open.
  alone(event) {
    const searches = (event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k";
    if (!searches || this.view !== "present" || !this.stage.isConnected) return;
    event.preventDefault();
    event.stopImmediatePropagation();
  }

  key(event) {
    if (taken(event) || this.at.help.open || this.at.share.open || this.at.until.open || covered() || !this.stage.isConnected) return;
    if (typing(event, "?") && !answering(event)) return;
    const alone = this.view !== "", digit = /^[0-9]$/.test(event.key) ? Number(event.key) : null;
    const act = event.key === "Escape" && this.view === "present" ? "present" : keyed(event.key, alone);
    if (act && this.view === "notes") this.others.tell({ kind: "act", act });
    else if (act) this.act(act);
    else if (digit === null) return;
    else if (this.questions.open) this.questions.choose(digit);
    else if (this.view === "present") this.single(digit in PARTS ? digit : 0);
    else this.jump(digit);
    event.preventDefault();
  }

  jump(number) {
    const row = this.data.rows.find((known) => known.number === number);
    if (row && row.first !== null) this.go(row.first);
  }

  askOrNot() {
    this.questions.on = !this.questions.on;
    remember("localStorage", "questions", this.questions.on);
    if (!this.questions.on && this.questions.open) this.commit(null);
    this.showQuestions();
  }

  askAgain() {
    this.questions.again();
    this.go(1);
    this.button("next").focus({ preventScroll: true });
  }

  openNotes() {
    const url = new URL(location.href);
    url.searchParams.set("view", "notes");
    open(url, "pullscope-notes", "width=720,height=640");
  }

  // Each step stays for as long as there is something to read; a question ends the playing.
  play() {
    if (this.number === this.data.steps.length) this.show(1);
    this.stage.classList.add("playing");
    this.at.play.textContent = this.say("pause");
    const turn = () => {
      if (this.asks()) {
        this.next();
        this.resumes = true; // playing goes on after the answer
        return;
      }
      this.show(this.number + 1);
      if (this.number === this.data.steps.length) this.pause();
      else this.timer = setTimeout(turn, this.pace());
    };
    this.timer = setTimeout(turn, this.asks() ? 0 : this.pace());
  }

  pace() {
    return pace(this.data.steps[this.number - 1], Number(this.at.speed.value), reduced());
  }

  pause() {
    this.resumes = false;
    clearTimeout(this.timer);
    this.timer = null;
    this.stage.classList.remove("playing");
    put(this.at.play, this.say("play"));
  }
}

// A line of the terminal.
function printed(line, step) {
  const made = element("div", line.text || " ", lineKind(line, step));
  made.step = step.number;
  return made;
}

// Milliseconds for which a step is shown while playing: time to read it, and to watch its layers
// fill unless motion is reduced.
export function pace(step, speed, still) {
  const read = [step.title, step.text, ...step.terminal.map(({ text }) => text), ...step.changed.map((name) => step.tracker[name])];
  const words = read.join(" ").split(/\s+/).filter(Boolean).length;
  const times = still ? [] : step.layers.bars.map(({ seconds = 0 }) => Math.min(seconds * 1000, WATCHED));
  return Math.max(GLANCE + READING * words, ...times) / speed;
}

// The page that explains what a failed step printed; a file to keep has no such page.
export function explained(decoder, { failed, terminal }) {
  const said = terminal.filter(({ kind }) => kind === "error").map(({ text }) => text).join("\n");
  if (!decoder || !failed || !said) return "";
  return `${decoder}?${new URLSearchParams({ message: said.slice(-EXPLAINED) })}`;
}

// What a key does; a presenter's remote sends PageDown and PageUp, which scroll a page.
export function keyed(key, alone) {
  const keys = { ...STEPPING, p: "present", P: "present", n: "notes", N: "notes", u: "until", U: "until", w: "whole", W: "whole", t: "rows", T: "rows" };
  const remote = { PageDown: "onward", PageUp: "back" };
  return keys[key] ?? (alone ? remote[key] : undefined);
}

// A dialog of the page has the keys while it is open.
function covered() {
  return Boolean(document.querySelector('[data-testid="stDialog"]'));
}

// A question's choices leave us the digits and the remote's keys.
function answering(event) {
  const [target] = event.composedPath();
  return target.type === "radio" && target.closest(".ask") && /^([0-9?nNpP]|Page(Up|Down))$/.test(event.key);
}
