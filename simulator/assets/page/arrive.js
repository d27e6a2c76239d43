// Who changes the page is where it begins: its heading takes the focus, and is read out.

let page;

export function arrive(title) {
  const changed = page !== undefined && page !== title;
  page = title;
  if (changed) requestAnimationFrame(() => requestAnimationFrame(toHeading));
}

// Not from a field that has taken it already: a terminal, or the stage.
function toHeading() {
  const heading = document.querySelector('[data-testid="stMain"] h1');
  const held = document.activeElement?.matches("input, textarea");
  if (!heading || held) return;
  heading.tabIndex = -1;
  heading.style.outline = "none";
  heading.focus({ preventScroll: true });
}
