// Who talks to whom: a lane for each party, and a row for each step that has happened. What a party
// has is written in its head.

import { afterFrame, element, put } from "../shared/dom.js";

const LEG = 250; // milliseconds that a message takes one way
const ROWS = 30; // drawn at once, so that a step of a long run costs no more
const NEAR = 200; // pixels above the field that are drawn, too

export class Lanes {
  constructor(at, data, say) {
    Object.assign(this, { at, data, say, rows: [], number: 0, most: ROWS });
    this.order = data.parties.map(({ id }) => id);
    this.few = data.parties.filter(({ fold }) => !fold).map(({ id }) => id);
    for (const spot of [at.heads, at.field, at.zones]) {
      spot.style.setProperty("--lanes", this.order.length);
      spot.style.setProperty("--few", this.few.length);
    }
    this.heads = new Map(data.parties.map((party) => [party.id, this.head(party)]));
    at.heads.replaceChildren(...[...this.heads.values()].map(({ head }) => head));
    const border = data.parties.findIndex(({ network }) => network);
    const fewBorder = this.few.findIndex((id) => data.parties.find((one) => one.id === id).network);
    for (const spot of [at.zones, at.field]) {
      spot.style.setProperty("--border", border);
      spot.style.setProperty("--fewborder", fewBorder);
    }
    at.wires.replaceChildren(element("i", undefined, "network"), ...data.parties.map(({ id, fold }) => {
      const wire = element("i", undefined, fold ? "wire fold" : "wire");
      this.place(wire, id, id);
      return wire;
    }));
    at.talk.replaceChildren();
  }

  head(party) {
    const head = element("li", undefined, party.fold ? "fold" : ""), under = element("small"), has = element("span", undefined, "has");
    head.dataset.party = party.id;
    const asks = element("button", undefined, "name"), brief = element("b", party.brief, "brief-name");
    brief.setAttribute("aria-hidden", "true");
    asks.type = "button";
    asks.dataset.until = party.label;
    asks.title = this.say("untilParty", { name: party.label });
    asks.append(element("b", party.label), brief);
    head.append(asks, under, has);
    return { head, under, has, party };
  }

  // Where a row's parts lie: among all lanes, and among the few of a phone.
  place(part, from, to) {
    const few = (id) => this.few.indexOf(this.heads.get(id).party.fold || id);
    const span = (name, a, b) => `--${name}: ${Math.min(a, b)}; --${name}w: ${Math.abs(a - b)};`;
    const [a, b, x, y] = [this.order.indexOf(from), this.order.indexOf(to), few(from), few(to)];
    const states = {
      left: b < a, fewleft: y < x, alike: x === y && a !== b,
      last: a === b && a === this.order.length - 1, fewlast: y === x && x === this.few.length - 1,
    };
    part.style.cssText = span("a", a, b) + span("x", x, y);
    part.classList.add(...Object.keys(states).filter((name) => states[name]));
  }

  show(number) {
    this.number = number;
    this.dot?.remove();
    this.draw(number - this.most + 1);
    this.now?.classList.remove("now");
    this.now?.removeAttribute("aria-current");
    this.now = this.lineOf(number);
    this.now.classList.add("now");
    this.now.setAttribute("aria-current", "step");
    this.showHeads(number);
    put(this.at.said, this.data.steps[number - 1].talk.said);
  }

  // The rows from this step to the present one.
  draw(first) {
    const { talk } = this.at, { number } = this;
    for (const line of [...talk.children]) if (line.step < first || line.step > number) line.remove();
    const [from, to] = talk.firstChild ? [talk.firstChild.step, talk.lastChild.step] : [number + 1, number];
    talk.prepend(...this.lines(Math.max(1, first), from - 1));
    talk.append(...this.lines(to + 1, number));
  }

  lines(from, to) {
    return Array.from({ length: Math.max(0, to - from + 1) }, (_, place) => this.lineOf(from + place));
  }

  // Earlier rows come when a hand scrolls up to them, or where the field is so high.
  earlier() {
    const { spoken, talk } = this.at, first = talk.firstChild.step;
    if (first === 1) return; // before any height is asked for
    const above = spoken.scrollHeight - spoken.clientHeight + spoken.scrollTop;
    if (above > NEAR) return;
    if (spoken.scrollTop === 0) this.most += ROWS;
    this.draw(first - ROWS);
  }

  showHeads(number) {
    const { steps } = this.data, step = steps[number - 1], before = steps[number - 2], { talk } = step;
    const spoken = this.spoken(number), ended = number === steps.length && !this.data.live;
    for (const [id, { head, under, has, party }] of this.heads) {
      const part = id === talk.from || id === talk.to || id === talk.via;
      head.classList.toggle("now", part);
      head.classList.toggle("idle", party.network && !spoken.has(id));
      head.classList.toggle("bad", id === talk.fails);
      const below = party.network ? spoken.get(id) ?? (ended ? this.say("notInRun") : "") : party.under;
      put(under, below);
      const held = step.has[id] ?? "";
      put(has, held);
      has.classList.toggle("changed", Boolean(before) && (before.has[id] ?? "") !== held);
    }
  }

  // The hosts that were spoken to so far, by party.
  spoken(number) {
    const { steps } = this.data;
    if (this.kept?.steps !== steps) {
      let hosts = new Map();
      this.kept = { steps, maps: steps.map(({ talk }) => (talk.host ? (hosts = new Map(hosts).set(talk.to, talk.host)) : hosts)) };
    }
    return this.kept.maps[number - 1];
  }

  // The row of a step is made once; the next one's before it is asked for.
  lineOf(number) {
    return (this.rows[number - 1] ??= this.row(this.data.steps[number - 1]));
  }

  row({ number, talk, exchange }) {
    const line = element("li"), row = element("button", undefined, "row");
    row.type = "button";
    row.tabIndex = -1; // the arrow keys step; a row is for who points
    row.dataset.goto = number;
    row.append(element("span", number, "no"));
    const bad = exchange ? !exchange.status || exchange.status >= 400 : Boolean(talk.fails);
    const own = talk.from === talk.to;
    const part = (name, className, from, to, text) => {
      const made = element(name, text, className);
      this.place(made, from, to);
      row.append(made);
      return made;
    };
    if (own) {
      part("i", "dot", talk.from, talk.from);
      part("span", "local", talk.from, talk.from, talk.label);
    } else {
      part("i", "out", talk.from, talk.to);
      part("span", "label", talk.from, talk.to, talk.label);
      if (exchange) part("i", `answer ${bad ? "bad" : "good"}`, talk.to, talk.from);
      if (talk.via) part("i", "knot", talk.via, talk.via);
    }
    if (talk.short) part("span", `short ${bad ? "bad" : "good"}${talk.fails === talk.to ? " beside" : ""}`, talk.to, talk.to, talk.short);
    if (talk.fails) part("i", "cross", talk.fails, talk.fails);
    for (const drawn of row.children) drawn.setAttribute("aria-hidden", "true");
    row.append(element("span", `${number}. ${talk.said}`, "unseen"));
    line.append(row);
    line.step = number;
    return line;
  }

  // A dot runs along the row's own arrow, request and then answer.
  travel(number) {
    const [out, answer] = this.now.querySelectorAll(".out, .answer");
    const legs = [out, answer].filter(Boolean);
    const go = ([leg, ...later]) => {
      if (!leg || this.number !== number) return;
      const dot = this.dot = element("em", undefined, "message");
      leg.append(dot);
      const back = leg.matches(".left");
      const ways = [{ transform: "translateX(-100%)" }, { transform: "translateX(0)" }];
      dot.animate(back ? [{ transform: "translateX(100%)" }, ways[1]] : ways, LEG).onfinish = () => {
        dot.remove();
        go(later);
      };
    };
    afterFrame(() => go(legs));
  }
}
