// "Run until" for hands: the dialog, what is clicked, and the address.

import { element } from "../shared/dom.js";
import { Finder, suggestions } from "./until.js";

export class Until {
  constructor(player) {
    Object.assign(this, { player, asked: "" });
    const { untilForm, untilText } = player.at, { signal } = player.listening;
    untilForm.addEventListener("submit", (event) => {
      event.preventDefault();
      this.typed(false);
    }, { signal });
    untilText.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || !event.shiftKey) return;
      event.preventDefault();
      this.typed(true);
    }, { signal });
  }

  get acts() {
    return { untilBack: () => this.typed(true), untilClose: () => this.player.at.until.close() };
  }

  get finder() {
    if (this.kept?.data.steps !== this.player.data.steps) this.kept = new Finder(this.player.data);
    return this.kept;
  }

  open() {
    const { at, data, number } = this.player;
    at.untilList.replaceChildren(...suggestions(data, number).map((text) => {
      const option = element("option");
      option.value = text;
      return option;
    }));
    at.untilSaid.textContent = "";
    at.until.showModal();
    at.untilText.select();
  }

  typed(back) {
    if (this.run(this.player.at.untilText.value, back)) this.player.at.until.close();
  }

  // To the nearest step that has it; whether there is one.
  run(text, back) {
    const { player } = this, found = text.trim() ? this.finder.from(text, player.number, back) : null;
    const said = player.say(found === null ? "untilNone" : "untilFound", { text });
    player.at.untilSaid.textContent = said;
    if (found === null) player.at.live.textContent = said;
    else {
      player.go(found);
      this.asked = text; // the address is written after this frame
    }
    return found !== null;
  }

  // An address may say `until=401` in place of a step: the first that has it.
  addressed() {
    const asked = new URL(location.href).searchParams, text = asked.get("until") ?? "";
    if (!text) return;
    if (asked.has("step")) this.asked = text;
    else this.run(text, false);
  }
}
