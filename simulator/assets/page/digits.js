// A question of the page is answered by digit, and Enter goes on.

import { taken } from "../shared/keys.js";

const OPTIONS = ".st-key-question [role=radiogroup]:not(.st-key-question [class*=st-key-sure] *) label";
const ONWARD = ".st-key-recall button[kind=primary]";
const OWN = "textarea, [contenteditable=true], [role=combobox], input:not([type=radio])";

// Listens until the signal ends. Enter belongs to the button or link that has the focus.
export function digits(signal) {
  document.addEventListener("keydown", (event) => {
    const { key, target } = event;
    if (taken(event) || target.closest?.(OWN)) return;
    const spot = key === "Enter" && !target.closest?.("button, a, summary")
      ? document.querySelector(ONWARD)
      : document.querySelectorAll(OPTIONS)[Number(key) - 1];
    if (!spot) return;
    spot.click();
    event.preventDefault();
  }, { signal });
}
