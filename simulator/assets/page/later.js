// Says once that the page above was drawn and that the browser rests.

import { afterFrame } from "../shared/dom.js";

export default function ({ setTriggerValue }) {
  afterFrame(() => setTriggerValue("rests", true));
}
