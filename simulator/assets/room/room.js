// A seat or the projector: each message is the whole state as HTML, so that coming late,
// reconnecting and reloading are the same. Without this script the forms work by themselves.

const state = document.getElementById("state"), said = document.getElementById("said"), news = document.getElementById("news");
const { watched, language } = document.body.dataset;
const words = (name) => document.getElementById(name).content.textContent;
let shown = Number(document.body.dataset.number), source, waiting;

function say(text) {
  if (said.textContent !== text) said.textContent = text;
}

// What was chosen and is not sent yet stays chosen, what was opened stays open, and the focus where
// it was.
function show({ number, html }) {
  if (number < shown) return;
  const heading = () => (state.querySelector("h1") || {}).textContent;
  const before = heading(), form = state.querySelector("form[data-key]"), focus = (document.activeElement || {}).id;
  const chosen = form && [...form.elements].filter(({ checked }) => checked).map(({ id }) => id);
  const open = [...state.querySelectorAll("details[open]")].map(({ id }) => id), step = stage();
  state.innerHTML = html;
  shown = number;
  for (const id of open) if (document.getElementById(id)) document.getElementById(id).open = true;
  if (stage() !== step) news.textContent = stage();
  const after = state.querySelector("form[data-key]");
  if (form && after && form.dataset.key === after.dataset.key)
    for (const one of after.elements) if (one.id && one.type !== "submit") one.checked = chosen.includes(one.id);
  const kept = focus && document.getElementById(focus);
  if (kept) kept.focus();
  if (heading() === before) return;
  say("");
  news.textContent = heading();
}

// The step of the teacher's stage, where it is followed here.
function stage() {
  const now = state.querySelector("#follow[open] #now, .screen #now");
  return now ? now.textContent.trim() : "";
}

// Whether there is something to go on with: a room may have been deleted.
async function catchUp() {
  const heads = { Accept: "application/json" };
  const answer = await fetch(`${watched}/state?lang=${language}`, { cache: "no-store", headers: heads });
  const told = await answer.json();
  if (answer.ok) show(told);
  else if (answer.status === 404) say(told.said);
  return answer.status !== 404;
}

async function goOn() {
  try {
    if (await catchUp()) listen();
  } catch {
    later(goOn);
  }
}

function later(work) {
  return setTimeout(work, 1000 + Math.random() * 2000);
}

function listen() {
  if (source) source.close();
  source = new EventSource(`${watched}/events?lang=${language}`);
  source.onmessage = ({ data }) => {
    if (said.textContent === words("lost")) say("");
    show(JSON.parse(data));
  };
  source.onerror = () => {
    if (!waiting) say(words("lost"));
    if (source.readyState === EventSource.CLOSED) later(goOn);
  };
}

// The newest vote is sent until the server has answered: it decides whether the vote counts.
async function send(form) {
  const mine = (waiting = { action: form.action, body: new URLSearchParams(new FormData(form)) });
  while (waiting === mine) {
    try {
      const answer = await fetch(mine.action, { method: "POST", body: mine.body, headers: { Accept: "application/json" } });
      if (answer.status >= 500 || answer.status === 429) throw new Error(answer.status);
      if (waiting !== mine) return;
      waiting = undefined;
      say((await answer.json()).said);
    } catch {
      say(words("offline"));
      await new Promise(later);
    }
  }
}

addEventListener("submit", (event) => {
  if (!event.target.dataset.key) return;
  event.preventDefault();
  send(event.target);
});

setInterval(() => {
  const clock = state.querySelector("[data-left]");
  if (!clock) return;
  const left = Math.max(0, clock.dataset.left - 0.25);
  clock.dataset.left = left;
  const text = left > 0 ? clock.dataset.words.replace("#", Math.ceil(left)) : clock.dataset.late;
  if (clock.textContent !== text) clock.textContent = text;
}, 250);

if (watched) {
  listen();
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState !== "visible") return;
    catchUp().catch(() => {});
    if (source.readyState !== EventSource.OPEN) listen();
  });
  addEventListener("online", listen);
}
