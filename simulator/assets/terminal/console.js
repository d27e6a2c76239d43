// The console: shows the shell's lines, sends what is typed. Text is only ever textContent.

import { ending } from "../shared/calls.js";
import { element, spots } from "../shared/dom.js";

const consoles = new WeakMap();

export default function ({ data, parentElement, setTriggerValue }) {
  let known = consoles.get(parentElement);
  if (!known) {
    known = new Console(parentElement);
    consoles.set(parentElement, known);
  }
  known.send = setTriggerValue;
  known.show(data);
  return ending(parentElement, () => known.leave(parentElement));
}

class Console {
  constructor(root) {
    this.at = spots(root);
    this.listening = new AbortController();
    const { signal } = this.listening;
    this.at.form.addEventListener("submit", (event) => { event.preventDefault(); this.enter(); }, { signal });
    this.at.input.addEventListener("keydown", (event) => this.key(event), { signal });
    this.at.input.addEventListener("paste", (event) => this.paste(event), { signal });
    this.at.screen.addEventListener("click", () => { if (!getSelection().toString()) this.at.input.focus(); }, { signal });
  }

  leave(root) {
    this.listening.abort();
    consoles.delete(root);
  }

  show(data) {
    const before = this.data;
    this.data = data;
    this.at.console.removeAttribute("aria-busy");
    const { strings } = data;
    this.at.console.setAttribute("aria-label", strings.console);
    this.at.screen.setAttribute("aria-label", strings.screen);
    this.at.input.setAttribute("aria-label", data.prompt ? data.prompt.text : strings.input);
    this.at.prompt.textContent = data.prompt ? data.prompt.text.trimEnd() : "$";
    this.at.input.type = data.prompt?.secret ? "password" : "text";
    this.at.hint.textContent = data.completed.length > 1 ? data.completed.join("  ") : strings.keys;
    if (!before || before.count !== data.count) {
      this.lines(data.lines);
      this.at.screen.scrollTop = this.at.screen.scrollHeight;
      this.place = data.history.length;
    }
    if (data.completed.length && data.asked !== before?.asked) this.complete(data.completed);
  }

  // Lines that stand there stay: who listens is told what is new, not all of it again.
  lines(lines) {
    const { screen } = this.at;
    const shown = [...screen.children].map(({ className, textContent }) => ({ kind: className, text: textContent }));
    const kept = commonStart(shown, lines);
    while (screen.children.length > kept) screen.lastElementChild.remove();
    screen.append(...lines.slice(kept).map((line) => element("div", visible(line), line.kind)));
  }

  // What all the completions have in common is typed for the learner.
  complete(lines) {
    const common = completed(lines);
    if (common.length > this.at.input.value.length) this.at.input.value = common;
  }

  enter() {
    const text = this.at.input.value;
    this.at.input.value = "";
    this.submit(text);
  }

  submit(text) {
    this.at.console.setAttribute("aria-busy", "true");
    setTimeout(() => this.at.console.removeAttribute("aria-busy"), 2000); // a line may change nothing
    this.send("line", { text, number: (this.number = (this.number || 0) + 1) });
  }

  // An input of one line would join pasted lines: they are sent as they are.
  paste(event) {
    const text = event.clipboardData.getData("text").replace(/\r\n?/g, "\n").replace(/\n$/, "");
    if (!text.includes("\n")) return;
    event.preventDefault();
    this.at.input.value = "";
    this.submit(text);
  }

  key(event) {
    const { value, selectionStart, selectionEnd } = this.at.input;
    if (event.key === "c" && event.ctrlKey && selectionStart === selectionEnd) {
      event.preventDefault(); // nothing is selected, so it is no copying: the terminal's own Ctrl-C
      this.at.input.value = "";
      this.submit("\x03");
      return;
    }
    if (event.key === "Tab" && !event.shiftKey && value && value !== this.tried && !this.data.prompt) {
      event.preventDefault(); // a second Tab on the same text leaves, as everywhere
      this.tried = value;
      this.send("complete", { text: this.at.input.value, number: (this.number = (this.number || 0) + 1) });
    } else if (event.key === "ArrowUp" || event.key === "ArrowDown") {
      event.preventDefault();
      this.recall(event.key === "ArrowUp" ? -1 : 1);
    }
    event.stopPropagation();
  }

  recall(way) {
    const { history, prompt } = this.data;
    if (prompt) return;
    this.place = Math.max(0, Math.min(history.length, (this.place ?? history.length) + way));
    this.at.input.value = history[this.place] ?? "";
  }
}

// An empty line has a height, too.
function visible({ text }) {
  return text || "\u00a0";
}

// How many lines at the beginning are on the screen as they should be.
export function commonStart(shown, lines) {
  const fresh = lines.findIndex((line, place) => shown[place]?.kind !== line.kind || shown[place].text !== visible(line));
  return fresh < 0 ? lines.length : fresh;
}

// What all the completions begin with; after the only one there is a space.
export function completed(lines) {
  let common = lines[0];
  for (const line of lines) while (!line.startsWith(common)) common = common.slice(0, -1);
  return common + (lines.length === 1 ? " " : "");
}
