// The links to the other languages, and which one the page is in.

export function languages({ data, parentElement, setTriggerValue }) {
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
  // Not only while the address says so: who clicked on before this was drawn is elsewhere by now.
  const kept = document.cookie.split("; ").includes(`${data.cookie}=${data.language}`);
  if (data.asked && !kept) keep(data.language, "");
  nav.setAttribute("aria-label", data.label);
  nav.replaceChildren(...data.others.map(link));
}
