"""The whole lesson as one HTML file that steps offline: nothing in it asks a network."""

import json
from base64 import b64encode
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from html import escape
from pathlib import Path
from string import Formatter
from typing import Any

import streamlit

from simulator.assets import component
from simulator.docker.engines import engines
from simulator.docker.trace import Trace
from simulator.export.item import Asked, Item, body, html
from simulator.export.stage import data
from simulator.lesson.document import Lesson
from simulator.scenarios.model import scenario
from simulator.views.address import Address
from simulator.words import i18n
from simulator.words.i18n import _

HERE = Path(__file__).parent


def write(lesson: Lesson, traces: Sequence[Trace], items: Sequence[Item]) -> bytes:
    """These runs to choose from, the lesson's words, and these questions."""
    return filled(
        text("lesson.html"),
        language=i18n.chosen.get(),
        title=html(lesson.document.title),
        minutes=html(lesson.document.minutes),
        engine=html(_("Docker engine")),
        happens=html(_("What happens")),
        dark=html(_("Dark")),
        noscript=html(_("Without JavaScript the player does not step; the words below are whole.")),
        engines=options({name: _(engines()[name].title) for name in used(traces, "engine")}),
        scenarios=options({name: scenario(name).title for name in used(traces, "scenario")}),
        sections="\n".join(sections(lesson, traces, items)),
        fonts="\n".join(fonts()),
        css=text("lesson.css"),
        js=text("lesson.js"),
        data=embedded(lesson, traces),
    ).encode()


def text(name: str) -> str:
    return (HERE / name).read_text("utf-8")


FONTS = {"Source Sans": "SourceSansVF-Upright", "Source Code": "SourceCodeVF-Upright"}
"""The fonts that the diagrams were laid out for, as Streamlit brings them; their licence (OFL)
allows it."""


def fonts() -> Iterator[str]:
    """A rule for each font that is there; without them the reader's own fonts serve."""
    folder = Path(streamlit.__file__).parent / "static"
    for family, name in FONTS.items():
        for file in list(folder.rglob(f"{name}*.woff2"))[:1]:
            kept = b64encode(file.read_bytes()).decode()
            src = f'url("data:font/woff2;base64,{kept}") format("woff2")'
            yield f'@font-face {{ font-family: "{family}"; font-weight: 200 900; src: {src}; }}'


def filled(template: str, **values: str) -> str:
    """The template with its `{names}` replaced; what is put in is not looked at again."""
    parts = Formatter().parse(template)
    return "".join(literal + (values[name] if name else "") for literal, name, _s, _c in parts)


def used(traces: Sequence[Trace], name: str) -> list[str]:
    return list(dict.fromkeys(getattr(trace, name) for trace in traces))


def options(known: dict[str, str]) -> str:
    return "".join(
        f'<option value="{escape(name)}">{html(title)}</option>' for name, title in known.items()
    )


def embedded(lesson: Lesson, traces: Sequence[Trace]) -> str:
    """All that the script needs. No `<` is left in it, so nothing in it can end the element."""
    document = {
        "stage": asdict(component("stage")),
        "runs": [run(lesson, trace) for trace in traces],
        "words": {"wrong": _("Not so.")},
    }
    return json.dumps(document, ensure_ascii=False).replace("<", "\\u003c")


def run(lesson: Lesson, trace: Trace) -> dict[str, Any]:
    known = scenario(trace.scenario)
    return {
        "engine": trace.engine,
        "scenario": trace.scenario,
        "cause": known.cause,
        "data": data(lesson, trace),
    }


# -- what is read ------------------------------------------------------------------------------


def sections(lesson: Lesson, traces: Sequence[Trace], items: Sequence[Item]) -> Iterator[str]:
    document = lesson.document
    here = {(trace.scenario, trace.engine) for trace in traces}
    yield heading(_("Key moments"), "key-moments")
    for moment in document.moments:
        yield folded(moment.question, moment.answer)
    yield heading(_("Quiz"), "quiz")
    for number, item in enumerate(items, 1):
        yield question(number, item, leads(item, here))
    yield heading(_("Concept snapshot"), "concept-snapshot")
    lines = "".join(f"<li>{html(line.text)}</li>" for line in document.snapshot)
    yield f'<ol class="text">{lines}</ol>'
    yield heading(_("Full transcript"), "transcript")
    for paragraph in document.transcript:
        yield f'<p class="text">{html(paragraph.text)}</p>'


def leads(item: Item, here: set[tuple[str, str]]) -> bool:
    """Whether the run that the question is about is in this file."""
    at = Address.parse(item.address)
    return (at.scenario, at.engine) in here


def heading(title: str, anchor: str) -> str:
    return f'<h2 id="{anchor}">{html(title)}</h2>'


def folded(head: str, told: str) -> str:
    return f"<details><summary>{html(head)}</summary><p>{html(told)}</p></details>"


def question(number: int, item: Item, linked: bool) -> str:
    """The question; where its run is in this file, with the way to its step."""
    parts = "".join(part(item, place, asked) for place, asked in enumerate(item.parts))
    hints = "".join(
        folded(_("Hint {number}").format(number=place), hint)
        for place, hint in enumerate(item.hints, 1)
    )
    told = body(item).replace("<table>", '<div class="scroll"><table>')
    told = told.replace("</table>", "</table></div>")
    way = f'<a href="?{escape(item.address)}">{html(_("Open this step"))}</a>' if linked else ""
    return f"<fieldset><legend>{number}</legend>{told}{parts}{hints}{way}</fieldset>"


def part(item: Item, place: int, asked: Asked) -> str:
    """The choices, each with its feedback; and a place for the feedback."""
    label = f"<p>{html(asked.label)}</p>" if asked.label else ""
    name = escape(f"{item.id}-{place}")
    inputs = "".join(
        f'<label><input type="radio" name="{name}" data-right="{str(choice.right).lower()}"'
        f' data-feedback="{escape(choice.feedback)}"> {html(choice.text)}</label>'
        for choice in asked.choices
    )
    return f'<div data-part>{label}{inputs}<p class="told" role="status" hidden></p></div>'
