// A click on the button of a block of code copies its text.

const TOLD = 2000; // milliseconds for which the button says so

export function copying(signal) {
  document.addEventListener("click", ({ target }) => {
    const button = target.closest?.(".code-block > button");
    if (button) copy(button);
  }, { signal });
}

async function copy(button) {
  const { dataset: { copied }, textContent: name } = button;
  if (name === copied || !(await copiedFrom(button.parentElement.querySelector("pre")))) return;
  button.textContent = copied;
  setTimeout(() => { button.textContent = name; }, TOLD);
}

// Whether it was copied. A page that came by plain HTTP has no clipboard of its own: there the text
// is selected and copied as by hand, or stays selected for the hand.
async function copiedFrom(text) {
  try {
    await navigator.clipboard.writeText(text.textContent);
    return true;
  } catch {
    getSelection().selectAllChildren(text);
    return document.execCommand("copy");
  }
}
