"""Proof of the chapters: what they say is what the machine does."""

from collections.abc import Iterator

from simulator.docker.engines import engines
from simulator.lesson.chapters import FILE, Chapters, Section, chapters, screen, step_at
from simulator.lesson.claims import disagreements, holds, run_of
from simulator.lesson.document import Lesson
from simulator.registry.fixtures import all_repositories
from simulator.scenarios.model import UnknownScenario


def chapter_problems(lesson: Lesson) -> Iterator[str]:
    """Every way in which the chapters disagree with the machine; none means proven.

    Raises InvalidChapters or InvalidTranslation.
    """
    yield from problems(lesson, chapters(lesson))


def problems(lesson: Lesson, known: Chapters) -> Iterator[str]:
    for where, section in known.sections():
        for what in (*unsaid(section), *unproven(lesson, section), *unshown(lesson, section)):
            yield f"{FILE}: {where} ({section.title}): {what}"


def unsaid(section: Section) -> Iterator[str]:
    """The texts of `says` that are not on the screen of any engine."""
    for engine in engines():
        for one in section.terminals:
            shown = screen(one.shell(engine)) if one.play else ""
            for text in one.says:
                if text not in shown:
                    yield f"Docker {engine} does not print {text!r}"


def unproven(lesson: Lesson, section: Section) -> Iterator[str]:
    for claim in section.claims:
        yield from (what for _where, what in disagreements(lesson, (), claim))
    if section.choice:
        true = [o.text for o in section.choice.options if holds(lesson, o.claim)]
        if len(true) != 1:
            yield f"{len(true)} options are true: {true}"


def unshown(lesson: Lesson, section: Section) -> Iterator[str]:
    """Runs, engines, steps and images that do not exist."""
    try:
        for part in (section.exchanges, section.stores):
            if part:
                run_of(lesson, part.run)
        for name in section.timed:
            run_of(lesson, name)
        if section.wire:
            step_at(lesson, section.wire)
    except (UnknownScenario, LookupError) as error:
        yield str(error.args[0])
    for name in section.exchanges.engines if section.exchanges else ():
        if name not in engines():
            yield f"there is no engine {name!r}"
    repository, _colon, tag = section.chain.partition(":")
    if section.chain and tag not in getattr(all_repositories().get(repository), "tags", {}):
        yield f"there is no image {section.chain!r}"
