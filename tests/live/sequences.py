"""Sequences of requests of real clients, and how they are played to the registry again.

A sequence has no secret: a request says only that it brought the right password, another one, or
which of the tokens that were issued in the sequence. Played again, it gets fresh tokens.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from simulator.protocol.authorization import Authorization, Scheme
from simulator.protocol.message import Request, Response
from simulator.registry.asgi import Client
from tests.live.learner import HOST, Learner

DATA = Path(__file__).parent / "data"
NAME = "{name}"
"""In place of the learner's own name."""
RIGHT = "right"
"""In place of the right password."""


@dataclass(frozen=True)
class Line:
    """One request, as it is kept: `at` are seconds from the sequence's first request."""

    at: float
    connection: int
    agent: str
    method: str
    path: str
    status: int
    basic: tuple[str, str] | None = None
    token: int | None = None
    form: tuple[tuple[str, str], ...] = ()
    change: Mapping[str, Any] | None = None
    """No request: what the learner broke or put right just then."""


@dataclass(frozen=True, eq=False)
class Sequence:
    """What a client was told to do, and what the registry saw of it."""

    name: str
    client: str
    typed: tuple[str, ...]
    lines: tuple[Line, ...]


@cache
def sequences() -> dict[str, Sequence]:
    """All that are kept, by name."""
    found = (read(json.loads(path.read_text("utf-8"))) for path in sorted(DATA.glob("*.json")))
    return {one.name: one for one in found}


def read(document: dict[str, Any]) -> Sequence:
    lines = tuple(line_of(one) for one in document["lines"])
    return Sequence(document["name"], document["client"], tuple(document["typed"]), lines)


def line_of(document: dict[str, Any]) -> Line:
    pairs = {"form": tuple(map(tuple, document.get("form", ())))}
    basic = {"basic": tuple(document["basic"])} if "basic" in document else {}
    return Line(**{**EMPTY, **document, **pairs, **basic})


EMPTY = {"connection": 0, "agent": "", "method": "", "path": "", "status": 0}


class Played:
    """A sequence on its way: the learner, and the tokens that were issued so far."""

    def __init__(self, learner: Learner, sequence: Sequence) -> None:
        self.learner, self.sequence = learner, sequence
        self.tokens: list[str] = []
        self.begun = learner.sessions.clock()

    def steps(self) -> Iterator[tuple[Line, Response | None]]:
        """Each line with its answer now; the clock goes along."""
        for line in self.sequence.lines:
            self.learner.sessions.clock.now = self.begun + line.at  # type: ignore[attr-defined]
            if line.change is not None:
                self.learner.sessions.change(self.learner.session, **line.change)
                yield line, None
                continue
            client = Client(self.learner.where, f"{self.begun}-{line.connection}")
            delivery = self.learner.sessions.answer(self.request(line), client)
            delivery.done(True)
            self.remember(delivery.response)
            yield line, delivery.response

    def all(self) -> "Played":
        for _ in self.steps():
            pass
        return self

    def remember(self, answer: Response) -> None:
        document = answer.json() if answer.status == 200 else None
        token = document.get("token") if isinstance(document, dict) else None
        if isinstance(token, str):
            self.tokens.append(token)

    def request(self, line: Line) -> Request:
        sent = (("User-Agent", line.agent),) if line.agent else ()
        form = tuple((key, self.real(value)) for key, value in line.form)
        url = f"http://{HOST}{self.named(line.path)}"
        return Request(line.method, url, sent, self.proof(line), form)

    def proof(self, line: Line) -> Authorization | None:
        if line.basic is not None:
            return Authorization.basic(*map(self.real, line.basic))
        if line.token is not None:
            return Authorization(Scheme.BEARER, self.tokens[line.token])
        return None

    def named(self, text: str) -> str:
        return text.replace(NAME, self.learner.name)

    def real(self, text: str) -> str:
        return self.learner.password if text == RIGHT else self.named(text)
