// The message of this step: what was sent, what came back, what its lines mean.

import { element, heading } from "../shared/dom.js";

export class Wire {
  constructor(at, say) {
    Object.assign(this, { at, say, unfolded: new Set() });
  }

  show({ exchange, talk }) {
    this.at.wirehead.textContent = exchange ? this.say("exchange", exchange) : this.say("wire");
    if (!exchange) {
      this.at.wire.replaceChildren(element("p", this.say("local"), "none"));
      return;
    }
    const lines = element("div", undefined, "lines");
    lines.append(...exchange.sent.map((line) => wireLine(line)));
    lines.append(...exchange.answer.map((line, place) => wireLine(line, place === 0, exchange.status)));
    const parts = [element("p", talk.said, "unseen"), lines];
    if (exchange.rows.length) parts.push(this.fold("says", this.rowTable(exchange.rows)));
    if (exchange.body) parts.push(this.fold("body", this.bodyOf(exchange)));
    parts.push(this.fold("curl", element("pre", exchange.curl)));
    this.at.wire.replaceChildren(...parts);
  }

  // What is opened once stays open on later steps.
  fold(name, content) {
    const made = element("details");
    made.append(element("summary", this.say(name)), content);
    made.open = this.unfolded.has(name);
    made.addEventListener("toggle", () => this.unfolded[made.open ? "add" : "delete"](name));
    return made;
  }

  bodyOf(exchange) {
    const made = element("div");
    made.append(element("pre", exchange.body));
    if (exchange.digested && globalThis.crypto?.subtle) made.prepend(this.recompute(exchange.digested));
    return made;
  }

  rowTable(rows) {
    const table = element("table"), head = element("thead"), body = element("tbody"), line = element("tr");
    line.append(...["what", "value", "meaning"].map((name) => heading(this.say(name))));
    head.append(line);
    body.append(...rows.map(([what, ...cells]) => {
      const row = element("tr"), first = element("th", what);
      first.scope = "row";
      row.append(first, ...cells.map((text) => element("td", text)));
      return row;
    }));
    table.append(head, body);
    return table;
  }

  // The learner's own browser hashes the manifest's bytes.
  recompute({ text, digest }) {
    const button = element("button", this.say("recompute"), "pill");
    button.type = "button";
    const told = element("output");
    button.addEventListener("click", async () => {
      const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
      const hex = [...new Uint8Array(hash)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
      const same = `sha256:${hex}` === digest;
      told.textContent = `sha256:${hex} ${this.say(same ? "asPromised" : "notAsPromised")}`;
    });
    const made = element("p", undefined, "recompute");
    made.append(button, told);
    return made;
  }
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
