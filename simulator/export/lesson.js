// Steps a lesson without a server: the stage is the app's own, and so is what it is given.

const { stage, runs, words } = JSON.parse(document.getElementById("lesson").textContent);
const [engine, scenario, theme, cause] = ["engine", "scenario", "theme", "cause"]
  .map((name) => document.getElementById(name));
const root = document.getElementById("stage").attachShadow({ mode: "open" });
root.innerHTML = `<style>${stage.css}</style>${stage.html}`;
const module = URL.createObjectURL(new Blob([stage.js], { type: "text/javascript" }));
const { default: mount } = await import(module);

function chosen() {
  return runs.find((run) => run.engine === engine.value && run.scenario === scenario.value);
}

function show() {
  const run = chosen();
  cause.textContent = run.cause;
  mount({ data: run.data, parentElement: root });
}

function addressed() {
  const asked = new URL(location.href).searchParams;
  for (const choice of [engine, scenario]) {
    const known = [...choice.options].some((option) => option.value === asked.get(choice.id));
    if (known) choice.value = asked.get(choice.id);
  }
}

function dark(on) {
  document.documentElement.classList.toggle("dark", on);
  theme.setAttribute("aria-pressed", String(on));
}

// The chosen answer's feedback, in words and not by colour alone.
function answer(input) {
  const part = input.closest("[data-part]"), told = part.querySelector(".told");
  const right = input.dataset.right === "true";
  told.hidden = false;
  told.className = `told ${right ? "right" : "wrong"}`;
  told.textContent = `${right ? "✓" : `✗ ${words.wrong}`} ${input.dataset.feedback}`;
}

engine.addEventListener("change", show);
scenario.addEventListener("change", show);
theme.addEventListener("click", () => dark(theme.getAttribute("aria-pressed") !== "true"));
document.addEventListener("change", (event) => {
  if (event.target.matches("[data-feedback]")) answer(event.target);
});
dark(matchMedia("(prefers-color-scheme: dark)").matches);
addressed();
show();
