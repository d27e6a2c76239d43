// What the browser remembers.

// A frame of another site may be denied a memory: then nothing is remembered.
export function recall(store, name, otherwise) {
  try {
    return JSON.parse(globalThis[store].getItem(`pullscope.${name}`)) ?? otherwise;
  } catch {
    return otherwise;
  }
}

export function remember(store, name, value) {
  try {
    globalThis[store].setItem(`pullscope.${name}`, JSON.stringify(value));
  } catch { /* then not */ }
}
