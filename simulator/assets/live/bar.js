// The live bar: listens to the server's events, hands each run to the stage, and keeps the list of
// runs. Text reaches the page as textContent only.

import { ending } from "../shared/calls.js";
import { element, spots } from "../shared/dom.js";
import { counted } from "../shared/run.js";

const bars = new WeakMap();
const MARKS = { done: "✓", failed: "✗", "going on": "…", stopped: "■" };

const KEPT = "pullscope-live";

// A reload begins a new page; its tab still knows which session it watched, and asks for it.
function remember(data, setStateValue) {
  const before = sessionStorage.getItem(KEPT);
  const asks = before && before !== data.id && data.asked !== before;
  if (asks) setStateValue("before", before);
  else sessionStorage.setItem(KEPT, data.id);
  return asks;
}

export default function ({ data, parentElement, setStateValue }) {
  if (remember(data, setStateValue)) return undefined; // the answer comes as other data
  const known = bars.get(parentElement);
  if (known && known.data.url === data.url) return ending(parentElement, known.leave);
  if (known) known.leave();
  const bar = new Bar(parentElement, data);
  bars.set(parentElement, bar);
  return ending(parentElement, bar.leave);
}

class Bar {
  constructor(root, data) {
    this.root = root;
    this.data = data;
    this.at = spots(root);
    this.bar = root.querySelector(".live");
    this.runs = [];
    this.run = null; // the newest, whole
    this.shown = null; // the number of the run on the stage
    this.following = true;
    this.slow = false;
    this.listening = new AbortController();
    this.leave = () => { this.source.close(); this.listening.abort(); bars.delete(root); };
    this.words(data.words);
    this.listen();
    this.source = new EventSource(data.url);
    this.source.onmessage = (event) => this.take(JSON.parse(event.data));
    this.source.onopen = () => this.state("on");
    this.source.onerror = () => this.state("off");
  }

  words(words) {
    this.at.follow.textContent = words.follow;
    this.at.pace.textContent = words.pace;
    this.at.save.textContent = words.save;
    this.state("off", words.connecting);
  }

  state(name, text) {
    this.bar.classList.toggle("on", name === "on");
    this.bar.classList.toggle("off", name === "off" && !text);
    const { words } = this.data;
    this.at.state.textContent = text ?? (name === "on" ? words.on : words.off);
  }

  listen() {
    const { signal } = this.listening;
    window.addEventListener("pullscope-ready", () => this.show(), { signal });
    window.addEventListener("pullscope-step", ({ detail }) => this.stepped(detail), { signal });
    this.at.follow.addEventListener("click", () => this.follow(), { signal });
    this.at.pace.addEventListener("click", () => {
      this.slow = !this.slow;
      this.at.pace.setAttribute("aria-pressed", String(this.slow));
    }, { signal });
  }

  // A message carries the newest run's steps from `since` on; the ones before are unchanged.
  take({ runs, run, coach }) {
    this.runs = runs;
    if (run) {
      const held = this.run && this.run.id === run.id ? this.run.steps.slice(0, run.since) : [];
      this.run = counted({ ...run, steps: [...held, ...run.steps] });
    }
    this.at.coach.textContent = coach;
    this.at.coach.hidden = !coach;
    if (this.following || (this.run && this.shown === this.run.id)) this.show();
    this.draw();
  }

  show() {
    if (!this.run) return;
    this.shown = this.run.id;
    this.send(this.run, this.following ? "end" : undefined);
  }

  send(run, at) {
    const detail = { run, at, slow: this.slow };
    window.dispatchEvent(new CustomEvent("pullscope-live", { detail }));
    this.draw();
  }

  // Who steps back stays there; who reaches the newest step again follows again.
  stepped({ run, number, count, moving }) {
    if (!this.run || moving) return;
    this.following = run === this.run.id && number === count;
    this.at.follow.hidden = this.following;
  }

  follow() {
    this.following = true;
    this.at.follow.hidden = true;
    this.show();
  }

  draw() {
    this.at.runs.replaceChildren(...this.runs.map((run) => this.chip(run)));
    const current = this.at.runs.querySelector("[aria-current=true]");
    if (current) this.at.runs.scrollLeft = current.offsetLeft - this.at.runs.offsetLeft - 40;
    const last = this.runs.at(-1);
    if (last) this.at.client.textContent = last.client;
    const number = this.shown && this.shown.replace("live-", "");
    this.at.save.hidden = !number;
    if (number) this.at.save.href = `${this.data.recording}/${number}`;
  }

  chip({ number, title, short, client, outcome }) {
    const item = element("li"), button = element("button");
    const mark = element("b"), id = `live-${number}`;
    item.className = outcome.replace(" ", "-");
    mark.textContent = MARKS[outcome];
    button.type = "button";
    button.title = `${title} (${client}): ${this.data.words[outcome]}`;
    button.append(mark, short);
    button.setAttribute("aria-current", String(id === this.shown));
    item.classList.toggle("fresh", id !== this.shown && this.run && id === this.run.id);
    button.addEventListener("click", () => this.back(id, number));
    item.append(button);
    return item;
  }

  async back(id, number) {
    this.following = false;
    const run = id === this.run.id ? this.run : await this.fetched(number);
    if (!run) return;
    this.shown = id;
    this.send(run, 1);
    this.at.follow.hidden = false;
  }

  async fetched(number) {
    const answer = await fetch(`${this.data.runs}/${number}?lang=${this.data.language}`);
    return answer.ok ? counted(await answer.json()) : null;
  }
}
