// The words that Python gave, in the learner's language.

// A text by name, with its {gaps} filled.
export function speaker(strings) {
  return (name, values = {}) => {
    if (!(name in strings)) throw new Error(`no text is named ${name}`);
    return strings[name].replace(/\{(\w+)\}/g, (gap, key) => values[key] ?? gap);
  };
}
