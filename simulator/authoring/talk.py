"""Proof of who speaks to whom: every event says it, rightly, and in words that fit."""

from collections.abc import Iterator

from simulator.docker.events import Event
from simulator.docker.trace import Step
from simulator.docker.unions import kinds
from simulator.lesson.claims import Found
from simulator.lesson.document import Lesson
from simulator.views.talk import (
    ASKED,
    ASKING,
    LONGEST_LABEL,
    LONGEST_SHORT,
    Speech,
    common,
    parties_of,
    words_of,
)


def of_talk(lesson: Lesson, steps: Iterator[Step]) -> Found:
    """Every event has its parties, and in these steps the words fit what happened."""
    known = {**common().events, **lesson.document.talk}
    names = {kind.__name__ for kind in kinds(Event)}
    for name in sorted(names - known.keys()):
        yield ("talk",), f"the event {name!r} does not say who speaks to whom"
    for name in sorted(known.keys() - names):
        yield ("talk", name), f"there is no event {name!r}"
    for name, speech in known.items():
        for party in {speech.sender, speech.receiver, speech.via, speech.fails} - {""}:
            if party not in (ASKING, ASKED, *lesson.parties):
                yield ("talk", name), f"there is no party {party!r}"
    told = (
        (step.name, what) for step in steps if step.name in known
        for what in speech_faults(step, known[step.name])
    )  # fmt: skip
    for name, what in dict.fromkeys(told):
        yield ("talk", name), f"{name}: {what}"


def speech_faults(step: Step, speech: Speech) -> Iterator[str]:
    """Faults in the words of an event at this step."""
    sent = (speech.sender, speech.receiver) == (ASKING, ASKED)
    if sent != (step.exchange is not None) and not speech.alone:
        yield "it has a message, which goes from `asking` to `asked`" if not sent else "no message"
    label, short = words_of(speech, step)
    for text, longest in ((label, LONGEST_LABEL), (short, LONGEST_SHORT)):
        if len(text) > longest:
            yield f"{text!r} has more than {longest} characters"
    if not label or (step.exchange and not short):
        yield "it says nothing"
    if step.exchange and len(set(parties_of(step, speech))) == 1:
        yield "a message goes from one party to another"
