// What every page has beside what is drawn in it.

import { arrive } from "./arrive.js";
import { copying } from "./copy.js";
import { digits } from "./digits.js";
import { languages } from "./language.js";

let listening;

export default function (given) {
  listening?.abort();
  listening = new AbortController();
  languages(given);
  copying(listening.signal);
  digits(listening.signal);
  arrive(given.data.page);
  return () => listening.abort();
}
