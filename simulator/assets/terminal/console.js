// The console: shows the shell's lines, sends what is typed. Text is only ever textContent.

const consoles = new WeakMap();

export default function ({ data, parentElement, setTriggerValue }) {
  let known = consoles.get(parentElement);
  if (!known) {
    known = new Console(parentElement);
    consoles.set(parentElement, known);
  }
  known.send = setTriggerValue;
  known.show(data);
  return () => known.leave(parentElement);
}

class Console {
  constructor(root) {
    this.at = {};
    for (const spot of root.querySelectorAll("[data-at]")) this.at[spot.dataset.at] = spot;
    this.listening = new AbortController();
    const { signal } = this.listening;
    this.at.form.addEventListener("submit", (event) => { event.preventDefault(); this.enter(); }, { signal });
    this.at.input.addEventListener("keydown", (event) => this.key(event), { signal });
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
    const shown = ({ text }) => text || "\u00a0";
    const stands = (line, place) => screen.children[place]?.className === line.kind
      && screen.children[place].textContent === shown(line);
    const fresh = lines.findIndex((line, place) => !stands(line, place));
    const kept = fresh < 0 ? lines.length : fresh;
    while (screen.children.length > kept) screen.lastElementChild.remove();
    screen.append(...lines.slice(kept).map((line) => {
      const made = document.createElement("div");
      made.className = line.kind;
      made.textContent = shown(line);
      return made;
    }));
  }

  // What all the completions have in common is typed for the learner.
  complete(lines) {
    let common = lines[0];
    for (const line of lines) while (!line.startsWith(common)) common = common.slice(0, -1);
    if (common.length > this.at.input.value.length) this.at.input.value = common + (lines.length === 1 ? " " : "");
  }

  enter() {
    const text = this.at.input.value;
    this.at.input.value = "";
    this.at.console.setAttribute("aria-busy", "true");
    setTimeout(() => this.at.console.removeAttribute("aria-busy"), 2000); // a line may change nothing
    this.send("line", { text, number: (this.number = (this.number || 0) + 1) });
  }

  key(event) {
    const { value } = this.at.input;
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
