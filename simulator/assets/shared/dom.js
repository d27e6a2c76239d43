// The elements that every component makes. Text from a run reaches the page as textContent only;
// the diagrams are our own SVG.

const SVG = "http://www.w3.org/2000/svg";

export function element(name, text, className) {
  const made = document.createElement(name);
  if (text !== undefined) made.textContent = text;
  if (className) made.className = className;
  return made;
}

export function shape(name, attributes, className) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  if (className) made.setAttribute("class", className);
  return made;
}

export function heading(text) {
  const made = element("th", text);
  made.scope = "col";
  return made;
}

// The elements of a component that its script fills, by their `data-at`.
export function spots(root) {
  return Object.fromEntries([...root.querySelectorAll("[data-at]")].map((spot) => [spot.dataset.at, spot]));
}

// Text that is there already is not put there again: the browser would lay its surroundings out.
export function put(spot, text) {
  if (spot.textContent !== text) spot.textContent = text;
}

const FRAME = 200; // milliseconds after which no frame is waited for

// After the next frame, so that the frame does not wait for it; a page out of view draws none.
export function afterFrame(act) {
  if (document.hidden) {
    act();
    return;
  }
  const frame = requestAnimationFrame(() => {
    clearTimeout(late);
    setTimeout(act);
  });
  const late = setTimeout(() => {
    cancelAnimationFrame(frame);
    act();
  }, FRAME);
}

export function reduced() {
  return matchMedia("(prefers-reduced-motion: reduce)").matches;
}
