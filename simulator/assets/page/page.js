// What every page has beside what is drawn in it.

import { arrive } from "./arrive.js";
import { copying } from "./copy.js";
import { digits } from "./digits.js";
import { languages } from "./language.js";

const listeners = new WeakMap(); // by place: that of a page which was left may be called, and end, after the next one's

export default function (given) {
  listeners.get(given.parentElement)?.abort();
  const own = new AbortController();
  listeners.set(given.parentElement, own);
  languages(given);
  copying(own.signal);
  digits(own.signal);
  arrive(given.data.page);
  return () => own.abort();
}
