// The stage on a projector, in a frame of another page, and the speaker's notes beside it.

import { element } from "../shared/dom.js";

export const PARTS = ["", "sample", "lanes", "tracker", "table", "wire"]; // by the digit that singles one out

// What the address asks for: the page, the stage alone (embed), the projector or the notes.
export function viewOf(address) {
  const asked = address.searchParams;
  if (["1", "true"].includes(asked.get("embed"))) return "embed";
  return ["present", "notes"].includes(asked.get("view")) ? asked.get("view") : "";
}

// Any window of this browser that shows a run tells the others where it is; notes follow and steer.
export class Conversation {
  constructor(hear) {
    this.channel = new BroadcastChannel("pullscope");
    this.channel.addEventListener("message", ({ data }) => hear(data));
  }

  tell(message) {
    this.channel.postMessage(message);
  }

  leave() {
    this.channel.close();
  }
}

// What the speaker is told at a step; it holds all that the notes show, so that they need no run.
export function notesOf(data, number, question, began) {
  const { steps, rows } = data, step = steps[number - 1], row = rows.find((one) => one.number === step.row);
  const ahead = question ?? data.questions.find((one) => one.step === number + 1);
  return {
    kind: "at", number, count: steps.length, title: step.title, text: step.text, began,
    told: step.talk.said, row: row ? { number: row.number, action: row.action, note: row.complete && row.last <= step.number && row.note ? `${row.note}.` : "" } : null,
    then: steps[number]?.title ?? "", asking: Boolean(question), prompt: ahead?.prompt ?? "",
    answer: ahead?.options.find(({ right }) => right).text ?? "",
    others: ahead?.options.filter(({ right }) => !right).map(({ text, why }) => `${text}: ${why}`) ?? [],
  };
}

export class Notes {
  constructor(at, say) {
    Object.assign(this, { at, say, clock: element("output") });
    at.speaker.replaceChildren(element("p", say("waiting")));
    this.timer = setInterval(() => this.tick(), 1000);
  }

  show(notes) {
    this.began = notes.began;
    const { say } = this, section = (name, ...parts) => {
      const made = element("section");
      made.append(element("h3", say(name)), ...parts.filter(Boolean));
      return made;
    };
    const head = element("header"), where = { number: notes.number, count: notes.count, title: notes.title };
    head.append(element("h2", say("stepOf", where)), this.clock);
    this.clock.setAttribute("aria-label", say("elapsed"));
    const said = element("div", undefined, "say");
    said.append(element("p", notes.text));
    if (notes.told) said.append(element("p", notes.told));
    if (notes.row) said.append(element("p", `${say("row", notes.row)} · ${notes.row.action}. ${notes.row.note}`));
    const parts = [head, said];
    if (notes.prompt) {
      const list = element("ul");
      list.append(...notes.others.map((text) => element("li", text)));
      parts.push(section("predict", element("p", notes.prompt), element("p", `${say("answer")}: ${notes.answer}`, "key"), list));
    }
    parts.push(section("then", element("p", notes.then || say("theEnd"))));
    this.at.speaker.replaceChildren(...parts);
    this.tick();
  }

  tick() {
    if (!this.began) return;
    const seconds = Math.max(0, Math.round((Date.now() - this.began) / 1000));
    this.clock.textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
  }

  leave() {
    clearInterval(this.timer);
  }
}
