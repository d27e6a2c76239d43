// Run until: the next or the last step before this one at which a condition holds. A condition is
// what somebody typed: a status (`401`, `4xx`), a party, a header, a variable that changes
// (`auth_token`) or gets a value (`auth_token = token`), or any text of a step.

const COMPARED = /^([\w.-]+)\s*(?:=|:)\s*(.+)$/;

// What the text means in this run.
export function condition(text, { parties, variables }) {
  const asked = text.trim(), low = asked.toLowerCase();
  if (/^[1-5](\d\d|xx)$/.test(low)) return { kind: "status", value: low };
  const party = parties.find(({ id, label, brief }) => [id, label, brief].some((name) => name.toLowerCase() === low));
  if (party) return { kind: "party", value: party.id };
  const known = (name) => variables.find((one) => one.name.toLowerCase() === name.toLowerCase())?.name;
  const variable = known(asked), [, name, value] = COMPARED.exec(asked) ?? [];
  if (variable) return { kind: "change", name: variable };
  if (name && known(name)) return { kind: "value", name: known(name), value: value.toLowerCase() };
  return { kind: "text", value: low };
}

// Whether it holds at this step.
export function holds(step, { kind, name, value }) {
  if (kind === "status") return statusFits(step.exchange?.status, value);
  if (kind === "party") return [step.talk.from, step.talk.to, step.talk.via].includes(value);
  if (kind === "change") return step.changed.includes(name);
  if (kind === "value") return step.tracker[name].toLowerCase().includes(value);
  return value !== "" && words(step).some((one) => one.toLowerCase().includes(value));
}

function statusFits(status, value) {
  return Boolean(status) && (value.endsWith("xx") ? String(status)[0] === value[0] : String(status) === value);
}

// All that a step shows as text.
function words(step) {
  const lines = step.exchange ? [...step.exchange.sent, ...step.exchange.answer].map(({ text }) => text) : [];
  return [step.title, step.text, step.talk.label, step.talk.said, ...Object.values(step.tracker), ...Object.values(step.has), ...step.terminal.map(({ text }) => text), ...lines];
}

// The steps of a run at which a condition holds, found once for each condition.
export class Finder {
  constructor(data) {
    Object.assign(this, { data, known: new Map() });
  }

  matches(text) {
    const asked = condition(text, this.data), key = JSON.stringify(asked);
    if (!this.known.has(key)) this.known.set(key, this.data.steps.filter((step) => holds(step, asked)).map(({ number }) => number));
    return this.known.get(key);
  }

  // The number of the nearest step after `from`, or before it where `back`; null if there is none.
  from(text, from, back = false) {
    const found = this.matches(text), after = above(found, from);
    if (!back) return found[after] ?? null;
    return found[found[after - 1] === from ? after - 2 : after - 1] ?? null;
  }
}

// The place of the first number that is larger.
function above(numbers, than) {
  let [low, high] = [0, numbers.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (numbers[middle] > than) high = middle;
    else low = middle + 1;
  }
  return low;
}

// What can be asked for by name: parties, variables, and the statuses and headers so far.
export function suggestions({ parties, variables, steps }, number) {
  const seen = steps.slice(0, number).filter(({ exchange }) => exchange);
  const statuses = seen.map(({ exchange }) => exchange.status).filter(Boolean).map(String);
  const headers = seen.flatMap(({ exchange }) => [...exchange.sent.slice(1), ...exchange.answer.slice(1)])
    .map(({ text }) => text.split(":")[0]).filter((name) => /^[\w-]+$/.test(name));
  return [...new Set([...parties.map(({ label }) => label), ...variables.map(({ name }) => name), ...statuses, ...headers])];
}
