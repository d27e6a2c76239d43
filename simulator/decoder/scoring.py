"""Scores the decoder's answers to a file of cases, whose true causes are known.

A case is right when its true cause is among the first three, honest when nothing is listed that
cannot be and `certain` is used only for a single cause, and read when every field of `says` is a
fact. It passes when all three hold.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict

from simulator.decoder.answer import as_data
from simulator.decoder.causes import causes as known_causes
from simulator.decoder.decode import decode
from simulator.words.data_file import read
from simulator.words.i18n import speaking

FIRST = 3


class InvalidCases(ValueError):
    """The file of cases is not right; the message says where."""


class Case(BaseModel):
    """A message from a report, with its true causes, the most important first.

    Either `excluded` are the causes that cannot be, or `open` are the only further ones that can.
    """

    model_config = ConfigDict(extra="ignore", frozen=True, defer_build=True)

    id: str
    message: str
    causes: tuple[str, ...]
    excluded: tuple[str, ...] = ()
    open: tuple[str, ...] | None = None
    wrong_facts: tuple[str, ...] = ()
    says: dict[str, str] = {}

    @property
    def cannot_be(self) -> frozenset[str]:
        """The causes that an honest answer does not list."""
        if self.open is None:
            return frozenset(self.excluded)
        return frozenset(known_causes()) - {*self.causes, *self.open}


@dataclass(frozen=True)
class Score:
    """How the answer to one case was; each list names what was wrong."""

    case: str
    wrong: tuple[str, ...] = ()
    dishonest: tuple[str, ...] = ()
    unread: tuple[str, ...] = field(default=())

    @property
    def passed(self) -> bool:
        return not (self.wrong or self.dishonest or self.unread)


def cases(path: Path) -> tuple[Case, ...]:
    """The cases of a file. Raises InvalidCases with file, line and what is wrong."""
    file = read(path, InvalidCases)
    if not isinstance(file.document, list):
        raise InvalidCases(f"{path.name}: give a list of cases")
    return tuple(file.part(Case, InvalidCases, place) for place in range(len(file.document)))


def scored(case: Case) -> Score:
    """The answer to this message, beside what is known of the case."""
    with speaking("en"):
        answer = as_data(decode(case.message))
    return Score(case.id, tuple(wrong(case, answer)), tuple(dishonest(case, answer)),
                 tuple(missing(case, answer)))  # fmt: skip


def wrong(case: Case, answer: Any) -> Iterator[str]:
    first = [one["id"] for one in answer["causes"]][:FIRST]
    if case.causes[0] not in first:
        yield f"{case.causes[0]} not in {', '.join(first) or 'nothing'}"


def dishonest(case: Case, answer: Any) -> Iterator[str]:
    listed = [one["id"] for one in answer["causes"]]
    yield from (f"{one} cannot be" for one in listed if one in case.cannot_be)
    certain = [one["id"] for one in answer["causes"] if one["standing"] == "certain"]
    if certain and (len(listed) > 1 or len(case.causes) > 1):
        yield f"{certain[0]} is not certain"
    ruled_out = {one["id"] for one in answer["excluded"]}
    yield from (f"{one} was excluded" for one in case.causes if one in ruled_out)
    told = " ".join(one["value"] for one in answer["facts"]).lower()
    yield from (f"asserts {one!r}" for one in case.wrong_facts if one in told)


def missing(case: Case, answer: Any) -> Iterator[str]:
    read = {(one["name"], one["value"]) for one in answer["facts"]}
    for name, value in case.says.items():
        if (name, value) not in read:
            yield f"{name}: {value}"


def table(scores: Iterable[Score]) -> Iterator[str]:
    """A line a case, and the totals."""
    listed = tuple(scores)
    width = max((len(one.case) for one in listed), default=0)
    for one in listed:
        marks = ("right" if not one.wrong else "WRONG", "honest" if not one.dishonest else "UNTRUE",
                 "read" if not one.unread else "UNREAD")  # fmt: skip
        details = "; ".join((*one.wrong, *one.dishonest, *one.unread))
        yield f"{one.case:{width}}  {'  '.join(marks)}  {details}".rstrip()
    count = len(listed)
    right = sum(not one.wrong for one in listed)
    honest = sum(not one.dishonest for one in listed)
    read = sum(not one.unread for one in listed)
    passed = sum(one.passed for one in listed)
    yield f"{passed} of {count} pass: {right} right, {honest} honest, {read} read"
