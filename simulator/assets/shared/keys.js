// The keys that step, and when a key belongs to something else on the page.

export const STEPPING = {
  ArrowRight: "next", ArrowLeft: "back", Home: "first", End: "last", " ": "play", "?": "help",
};

const FIELDS = "textarea, select, [contenteditable=true], [role=combobox], [role=listbox], [role=radio], [role=tab], [role=slider], input";

// Whether the browser or another script has a use of its own for this key press.
export function taken({ defaultPrevented, ctrlKey, metaKey, altKey }) {
  return defaultPrevented || ctrlKey || metaKey || altKey;
}

// A key belongs to the field that has the focus; the space key also to a button or a link. A slider
// leaves us the `free` keys, which do nothing there.
export function typing(event, free) {
  const [target] = event.composedPath();
  if (!target.closest) return false;
  const field = target.closest(FIELDS);
  if (field) return !(field.type === "range" && free.includes(event.key));
  return event.key === " " && Boolean(target.closest("button, a, summary"));
}
