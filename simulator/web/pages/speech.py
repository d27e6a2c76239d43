"""The language of the page: as the address, the learner's choice or the browser says; and the
links that change it.
"""

from functools import cache
from typing import Any

import streamlit as st

from simulator.words import i18n
from simulator.words.i18n import _

COOKIE = "pullscope_language"
YEAR = 31_536_000

STYLE = """<style>
.st-key-language { position: fixed; top: 0.72rem; right: 5.2rem; z-index: 999991; width: auto; }
</style>"""

CSS = """
nav { display: flex; gap: 0.25rem; }
a {
  padding: 0.2rem 0.6rem; border-radius: 0.5rem; color: var(--st-text-color);
  font: 0.875rem/1.3 var(--st-font); text-decoration: none; white-space: nowrap;
}
a:hover { background: color-mix(in srgb, var(--st-text-color) 8%, transparent); }
a:focus-visible { outline: 2px solid var(--st-primary-color); outline-offset: 1px; }
"""

JS = """export default function ({ data, parentElement, setTriggerValue }) {
  const nav = parentElement.querySelector("nav");
  const address = (language) => {
    const url = new URL(location.href);
    url.searchParams.set("lang", language);
    return url;
  };
  const keep = (language, age) => {
    const secure = location.protocol === "https:" ? "; Secure" : "";
    document.cookie = `${data.cookie}=${language}; Path=/; SameSite=Lax${age}${secure}`;
  };
  const link = ([code, name]) => {
    const made = document.createElement("a");
    Object.assign(made, { href: address(code).href, lang: code, hreflang: code });
    made.textContent = name;
    made.addEventListener("pointerenter", () => { made.href = address(code).href; });
    made.addEventListener("click", (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      keep(code, `; Max-Age=${data.year}`);
      history.replaceState(history.state, "", address(code));
      setTriggerValue("chosen", code);
    });
    return made;
  };
  document.documentElement.lang = data.language;
  if (new URLSearchParams(location.search).get("lang") === data.language) keep(data.language, "");
  nav.setAttribute("aria-label", data.label);
  nav.replaceChildren(...data.others.map(link));
}"""


def language() -> str:
    """As the address of a new session says (`?lang=de`), else as was chosen before, or as the
    browser prefers; from then on as the learner chooses."""
    if "language" not in st.session_state:
        asked = (st.query_params.get("lang", ""), str(st.context.cookies.get(COOKIE, "")))
        known = [code for code in asked if code in i18n.LANGUAGES]
        st.session_state.language = (*known, i18n.preferred([st.context.locale or ""]))[0]
    return str(st.session_state.language)


def choose() -> None:
    """What the learner clicked."""
    chosen = st.session_state.speech.chosen
    if chosen in i18n.LANGUAGES:
        st.session_state.language = chosen


@cache
def switch() -> Any:
    return st.components.v2.component("pullscope_language", html="<nav></nav>", css=CSS, js=JS)


def offer() -> None:
    """Links to the other languages: same page, same run, same step. They also tell the browser
    which language the page is in."""
    spoken = i18n.chosen.get()
    others = [(code, name) for code, name in i18n.LANGUAGES.items() if code != spoken]
    data = {"language": spoken, "others": others, "label": _("Language"), "cookie": COOKIE,
            "year": YEAR}  # fmt: skip
    with st.container(key="language"):
        switch()(key="speech", data=data, on_chosen_change=choose)
