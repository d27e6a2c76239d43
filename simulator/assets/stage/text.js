// What every part uses: elements, the words that Python gave, and what the browser remembers.
// Text from a run reaches the page as textContent only; the diagrams are our own SVG.

const REDUCED = matchMedia("(prefers-reduced-motion: reduce)");
const SVG = "http://www.w3.org/2000/svg";

function element(name, text, className) {
  const made = document.createElement(name);
  if (text !== undefined) made.textContent = text;
  if (className) made.className = className;
  return made;
}

function shape(name, attributes, className) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  if (className) made.setAttribute("class", className);
  return made;
}

function heading(text) {
  const made = element("th", text);
  made.scope = "col";
  return made;
}

// A text by name, with its {gaps} filled.
function speaker(strings) {
  return (name, values = {}) => {
    if (!(name in strings)) throw new Error(`no text is named ${name}`);
    return strings[name].replace(/\{(\w+)\}/g, (gap, key) => values[key] ?? gap);
  };
}

// Python sends the run as JSON, gzip and base64.
async function unpacked(text) {
  const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Response(stream).json();
}

// A frame of another site may be denied a memory: then nothing is remembered.
function recall(store, name, otherwise) {
  try {
    return JSON.parse(globalThis[store].getItem(`pullscope.${name}`)) ?? otherwise;
  } catch {
    return otherwise;
  }
}

function remember(store, name, value) {
  try {
    globalThis[store].setItem(`pullscope.${name}`, JSON.stringify(value));
  } catch { /* then not */ }
}
