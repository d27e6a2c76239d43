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

// Text that is there already is not put there again, and other text takes its node: the browser
// would lay the surroundings out.
export function put(spot, text) {
  const { firstChild: node } = spot;
  const alone = node?.nodeType === Node.TEXT_NODE && !node.nextSibling;
  if (alone && node.data && text) {
    if (node.data !== text) node.data = text;
  } else if (spot.textContent !== text) spot.textContent = text;
}

const LATE = 200; // milliseconds after which no frame and no rest is waited for

// Called in a frame: the milliseconds that the browser then takes to draw it.
export function drawing(tell) {
  const began = performance.now(), { port1, port2 } = new MessageChannel();
  port1.onmessage = () => {
    port1.close();
    tell(performance.now() - began);
  };
  port2.postMessage(0); // comes after the frame
}

// In the frame after the next one; a page out of view draws none.
export function inFrameAfter(act) {
  if (document.hidden) act();
  else onFrame(() => onFrame(act));
}

// When the browser has drawn the next frame and has nothing else to do, so that neither that frame
// nor a key waits for it.
export function afterFrame(act) {
  if (document.hidden) act();
  else onFrame(() => whenIdle(act));
}

export function onFrame(act) {
  const frame = requestAnimationFrame(() => {
    clearTimeout(late);
    act();
  });
  const late = setTimeout(() => {
    cancelAnimationFrame(frame);
    act();
  }, LATE);
}

function whenIdle(act) {
  if (window.requestIdleCallback) requestIdleCallback(() => act(), { timeout: LATE });
  else setTimeout(act);
}

export function reduced() {
  return matchMedia("(prefers-reduced-motion: reduce)").matches;
}
