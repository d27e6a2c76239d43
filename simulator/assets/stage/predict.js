// Predict, commit, reveal. A question stands before a step that is seen for the first time; it is
// asked once a run, whether it was answered, shown or left.

import { element } from "../shared/dom.js";
import { recall, remember } from "../shared/memory.js";

export class Questions {
  constructor(at, data, say) {
    Object.assign(this, { at, data, say, open: null });
    this.on = recall("localStorage", "questions", true);
    const { answers, seen } = recall("sessionStorage", `run.${data.id}`, { answers: {}, seen: 0 });
    Object.assign(this, { answers, seen });
  }

  keep() {
    this.unkept = false;
    remember("sessionStorage", `run.${this.data.id}`, { answers: this.answers, seen: this.seen });
  }

  // The question that stands before this step, if it is to be asked.
  before(number) {
    if (!this.on || number <= this.seen || number in this.answers) return null;
    return this.of(number);
  }

  of(number) {
    return this.data.questions.find(({ step }) => step === number) ?? null;
  }

  saw(number) {
    if (number <= this.seen) return;
    this.seen = number;
    this.unkept = true; // written after the frame
  }

  ask(question) {
    this.open = question;
    this.at.prompt.textContent = question.prompt;
    this.at.hint.textContent = "";
    this.at.options.replaceChildren(...question.options.map(({ text }, place) => {
      const label = element("label"), radio = element("input");
      Object.assign(radio, { type: "radio", name: "prediction", value: text });
      label.append(radio, element("span", text));
      label.dataset.key = place + 1;
      return label;
    }));
    this.at.ask.hidden = false;
    this.at.account.hidden = true;
    this.at.options.parentElement.focus({ preventScroll: true });
  }

  choose(place) {
    const radio = this.at.options.querySelectorAll("input")[place - 1];
    if (!radio) return;
    radio.checked = true;
    radio.focus();
  }

  get chosen() {
    return this.at.options.querySelector("input:checked")?.value ?? null;
  }

  // It is answered (or shown, or left) and does not come again in this run.
  close(chosen) {
    if (!this.open) return;
    this.answers[this.open.step] = chosen;
    this.open = null;
    this.at.ask.hidden = true;
    this.at.account.hidden = false;
    this.keep();
  }

  again() {
    Object.assign(this, { answers: {}, seen: 0 });
    this.keep();
  }

  // What was said beside what was true; at the end, all of it together.
  show(number) {
    const question = this.of(number), parts = [];
    if (question && number in this.answers) parts.push(...this.verdict(question, this.answers[number]));
    if (number === this.data.steps.length) parts.unshift(...this.onward(), ...this.summary());
    this.at.verdict.replaceChildren(...parts);
    this.at.verdict.hidden = !parts.length;
  }

  // The options again, the right one and what was said marked on them; why not the others is folded.
  verdict({ options }, said) {
    const marks = element("ul", undefined, "marks"), why = element("details", undefined, "why"), list = element("ul");
    marks.append(...options.map(({ text, right }) => {
      const item = element("li", undefined, right ? "right" : text === said ? "wrong" : "");
      const sign = element("b", right ? "✓" : text === said ? "✗" : "·");
      sign.setAttribute("aria-hidden", "true");
      item.append(sign, element("span", text));
      if (text === said) item.append(element("em", this.say("youSaid")));
      else if (right) item.append(element("em", this.say("itWas")));
      return item;
    }));
    const others = options.filter(({ right }) => !right);
    others.sort((a, b) => (b.text === said) - (a.text === said));
    list.append(...others.map(({ text, why: reason }) => {
      const item = element("li");
      item.append(element("b", text), ` ${reason}`);
      return item;
    }));
    why.append(element("summary", this.say("whyNot")), list);
    return said === null ? [element("p", `${this.say("youSaid")}: ${this.say("youSaidNothing")}`, "shown"), marks, why] : [marks, why];
  }

  // After the last step: the next thing to do.
  onward() {
    const { then = [] } = this.data;
    if (!then.length) return [];
    const made = element("nav", undefined, "then");
    made.setAttribute("aria-label", this.say("then"));
    made.append(...then.map(({ label, address }, place) => {
      const link = element("a", label, place ? "" : "first");
      link.href = address;
      link.target = "_self";
      return link;
    }));
    return [made];
  }

  summary() {
    const asked = this.data.questions.filter(({ step }) => step in this.answers);
    if (!asked.length) return [];
    const results = asked.map((question) => {
      const true_ = question.options.find(({ right }) => right).text;
      return { question, true_, said: this.answers[question.step] };
    });
    const right = results.filter(({ said, true_ }) => said === true_).length;
    const list = element("ul", undefined, "results");
    list.append(...results.map(({ question, said, true_ }) => {
      const sign = said === null ? "–" : said === true_ ? "✓" : "✗";
      const item = element("li", `${question.step} · ${true_}`), mark = element("span", sign);
      const told = said === null ? "youSaidNothing" : said === true_ ? "right" : "wrong";
      mark.setAttribute("role", "img");
      mark.setAttribute("aria-label", this.say(told));
      item.prepend(mark);
      return item;
    }));
    const button = element("button", this.say("again"), "pill");
    button.type = "button";
    button.dataset.act = "again";
    return [element("h4", this.say("summary", { right, all: asked.length })), list, button];
  }

  // In a sentence, to be announced.
  told(number) {
    const question = this.of(number);
    if (!question || !(number in this.answers)) return "";
    const true_ = question.options.find(({ right }) => right).text, said = this.answers[number];
    return `${this.say("youSaid")}: ${said ?? this.say("youSaidNothing")}. ${this.say("itWas")}: ${true_}. `;
  }
}
