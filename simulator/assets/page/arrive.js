// Who changes the page is where it begins: its heading takes the focus, and is read out.

let page;

export function arrive(title) {
  requestAnimationFrame(() => requestAnimationFrame(toLink));
  const changed = page !== undefined && page !== title;
  page = title;
  if (changed) requestAnimationFrame(() => requestAnimationFrame(() => toHeading()));
}

// On a phone the lesson's bar is wider than the screen: the link of this page is brought into view.
function toLink() {
  const bar = document.querySelector(".st-key-ways");
  const link = [...(bar?.querySelectorAll("a") ?? [])].find(({ pathname }) => pathname === location.pathname);
  if (link) bar.scrollLeft += link.getBoundingClientRect().left - bar.getBoundingClientRect().left - (bar.clientWidth - link.offsetWidth) / 2;
}

const LOOKS = 20, PAUSE = 100; // times and milliseconds: a heading may be drawn anew while the page arrives

// Not from a field that has taken it already: a terminal, or the stage.
function toHeading(looks = LOOKS) {
  const heading = document.querySelector('[data-testid="stMain"] h1');
  const { activeElement, body } = document;
  const free = looks === LOOKS ? !activeElement?.matches("input, textarea") : activeElement === body;
  if (heading && free) {
    heading.tabIndex = -1;
    heading.style.outline = "none";
    heading.focus({ preventScroll: true });
  }
  if (looks) setTimeout(() => toHeading(looks - 1), PAUSE);
}
