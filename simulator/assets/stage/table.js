// The process table. A row that has not come yet says what it is about, and nothing of what comes
// of it; its messages are put into the page as they are sent.

import { element, heading, put } from "../shared/dom.js";

const MESSAGES = 12; // of a row that are listed under it
const LISTED = 3; // in its input

export class Table {
  constructor(at, data, say, go) {
    Object.assign(this, { at, data, say, go });
    at.columns.replaceChildren(...data.columns.map(heading));
    this.rows = data.rows.map((row) => {
      const line = element("tr"), under = element("tr", undefined, "messages");
      line.dataset.row = row.number;
      const head = element("th", row.number);
      head.scope = "row";
      line.append(head, element("td", row.action), element("td"), element("td"), element("td"));
      const cell = element("td"), list = element("ul");
      cell.colSpan = line.children.length;
      list.setAttribute("aria-label", say("messages"));
      cell.append(list);
      under.append(cell);
      const sent = data.steps.filter((step) => step.row === row.number && step.exchange);
      return { ...row, line, under, list, sent };
    });
    at.rows.replaceChildren(...this.rows.flatMap(({ line, under }) => [line, under]));
  }

  // What a row's cells hold at this step.
  cells(row, number) {
    const ended = number === this.data.steps.length && this.data.steps[number - 1].event !== "Listening";
    if (ended && row.broken) return [this.input(row, number), "–", this.say("endedHere")];
    if (row.complete && row.last <= number) return [this.input(row, number), row.result, row.note];
    if (row.first !== null && row.first <= number) return [this.input(row, number), "…", ""];
    const passed = !row.branch && this.rows.some((one) => one.number > row.number && !one.branch && one.first !== null && one.first <= number);
    return row.first === null && (ended || passed) ? ["–", "–", this.say("notTaken")] : ["?", "?", ""];
  }

  // What was typed or sent in this row up to this step: the last few.
  input(row, number) {
    const texts = row.inputs.filter(({ step }) => step <= number).map(({ text }) => text);
    if (!texts.length) return row.inputs.length ? "…" : row.input;
    return (texts.length > LISTED ? "… " : "") + texts.slice(-LISTED).join("; ");
  }

  show(number) {
    const step = this.data.steps[number - 1];
    for (const row of this.rows) {
      const now = row.number === step.row;
      row.line.classList.toggle("now", now);
      row.line.classList.toggle("bad", row.branch);
      row.line.classList.toggle("later", row.first === null || row.first > number);
      if (now) row.line.setAttribute("aria-current", "step");
      else row.line.removeAttribute("aria-current");
      this.cells(row, number).forEach((text, place) => {
        put(row.line.children[place + 2], text);
      });
      this.messages(row, now ? number : 0);
    }
  }

  // Those of the present row up to this step, the last few of many; a row that is past keeps none.
  messages(row, number) {
    const sent = row.sent.filter((step) => step.number <= number), shown = sent.slice(-MESSAGES);
    const kept = new Map([...row.list.children].map((item) => [item.step, item]));
    const items = shown.map((step) => kept.get(step) ?? this.message(step));
    if (sent.length > shown.length) items.unshift(element("li", this.say("earlier", { count: sent.length - shown.length })));
    if (items.length || row.list.firstChild) row.list.replaceChildren(...items);
    for (const item of items) item.firstElementChild?.classList.toggle("now", item.step?.number === number);
    row.under.hidden = !items.length;
  }

  message(step) {
    const button = element("button", step.exchange.summary), item = element("li");
    button.type = "button";
    button.append(element("em", step.exchange.came));
    button.addEventListener("click", () => this.go(step.number));
    item.append(button);
    item.step = step;
    return item;
  }

  // The table scrolls inside its card, so that the present row and its last message are in view.
  reveal(step) {
    const row = this.rows.find(({ number }) => number === step.row);
    if (!row) return;
    const { scroll } = this.at, last = row.under.hidden ? row.line : row.under;
    const bottom = last.offsetTop + last.offsetHeight, top = row.line.offsetTop;
    if (bottom > scroll.scrollTop + scroll.clientHeight) scroll.scrollTop = bottom - scroll.clientHeight;
    if (top < scroll.scrollTop + row.line.parentNode.offsetTop) scroll.scrollTop = top - row.line.parentNode.offsetTop;
  }
}
