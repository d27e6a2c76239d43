"""The whole lesson as Markdown: what the app shows, to read, to print and to keep."""

import re
from collections.abc import Iterator, Sequence
from string import ascii_lowercase

from simulator.docker.engines import engines
from simulator.docker.trace import Trace
from simulator.export.item import Asked, Item
from simulator.lesson.document import Lesson
from simulator.questions import Table
from simulator.scenarios.model import scenario
from simulator.views.message import summary
from simulator.views.rows import process_table, tracker_after
from simulator.words.i18n import _


def write(lesson: Lesson, traces: Sequence[Trace], items: Sequence[Item]) -> bytes:
    """These runs, the lesson's words, these questions, and at the end the answers."""
    parts = (
        head(lesson),
        *(line for trace in traces for line in run(lesson, trace)),
        *words(lesson),
        f"## {_('Quiz')}",
        *(question(number, item) for number, item in enumerate(items, 1)),
        f"## {_('Answers')}",
        *(answer(number, item) for number, item in enumerate(items, 1)),
    )
    return ("\n\n".join(parts) + "\n").encode()


def head(lesson: Lesson) -> str:
    return f"# {plain(lesson.document.title)}\n\n{plain(lesson.document.minutes)}"


def plain(text: object) -> str:
    """Text of which Markdown takes nothing for its own, on one line."""
    inert = re.sub(r"([\\`*_\[\]<>|#~&$])", r"\\\1", str(text))
    inert = re.sub(r"^(\d*)([-+.)])", r"\1\\\2", inert)
    return inert.replace("\n", "<br>")


# -- a run ------------------------------------------------------------------------------------


def run(lesson: Lesson, trace: Trace) -> Iterator[str]:
    known = scenario(trace.scenario)
    yield f"## {plain(known.title)}, {plain(_(engines()[trace.engine].title))}"
    if known.cause:
        yield plain(known.cause)
    yield f"### {_('Terminal')}\n\n{fenced(terminal(trace))}"
    yield f"### {_('Process table')}\n\n{table(process_table(lesson, trace))}"
    yield f"### {_('Status tracker')}\n\n{table(tracker_after(lesson, trace))}"
    yield f"### {_('Step by step')}\n\n{steps(lesson, trace)}"


def terminal(trace: Trace) -> str:
    lines = (line for step in trace.steps for line in step.terminal)
    return "\n".join(f"$ {line.text}" if line.kind == "command" else line.text for line in lines)


def fenced(text: str) -> str:
    """A block of code; its fence is longer than any within."""
    longest = max((len(found) for found in re.findall(r"`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}text\n{text}\n{fence}"


def table(shown: Table) -> str:
    rule = ("---",) * len(shown.columns)
    lines = (tuple(map(plain, shown.columns)), rule, *(tuple(map(plain, r)) for r in shown.rows))
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def steps(lesson: Lesson, trace: Trace) -> str:
    """Every step in words, with the message that it took."""
    told = []
    for step in trace.steps:
        named = lesson.words(step.name, step)
        sent = f" ({plain(summary(step.exchange))})" if step.exchange else ""
        told.append(f"{step.number}. **{plain(named.title)}**{sent}: {plain(named.text)}")
    return "\n".join(told)


# -- the lesson's words -----------------------------------------------------------------------


def words(lesson: Lesson) -> Iterator[str]:
    document = lesson.document
    yield f"## {_('Key moments')}"
    for moment in document.moments:
        yield f"**{plain(moment.question)}**\n\n{plain(moment.answer)}"
    yield f"## {_('Concept snapshot')}"
    yield "\n".join(f"{n}. {plain(line.text)}" for n, line in enumerate(document.snapshot, 1))
    yield f"## {_('Full transcript')}"
    yield from (plain(paragraph.text) for paragraph in document.transcript)


# -- questions --------------------------------------------------------------------------------


def question(number: int, item: Item) -> str:
    told = [f"### {number}", plain(item.situation), fenced(item.code) if item.code else ""]
    told += [plain(item.prompt), table(item.table) if item.table else ""]
    return "\n\n".join([*filter(None, told), *(choices(part) for part in item.parts)])


def choices(part: Asked) -> str:
    both = zip(ascii_lowercase, part.choices, strict=False)
    told = "\n".join(f"- {letter}) {plain(choice.text)}" for letter, choice in both)
    return f"{plain(part.label)}\n\n{told}" if part.label else told


def answer(number: int, item: Item) -> str:
    return "\n\n".join([f"### {_('Answer')} {number}", *(reasons(part) for part in item.parts)])


def reasons(part: Asked) -> str:
    """The right letter, then why each is right or not."""
    both = list(zip(ascii_lowercase, part.choices, strict=False))
    key = next(letter for letter, choice in both if choice.right)
    told = "\n".join(f"- {letter}) {plain(choice.feedback)}" for letter, choice in both)
    return f"{plain(part.label)} **{key}**".strip() + f"\n\n{told}"
