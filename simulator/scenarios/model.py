"""Scenarios: a world and the commands typed in it, as data (`scenarios.yaml`).

A scenario says only what is special about it; the rest is the ordinary world (`ordinary.yaml`).
"""

import os
from collections.abc import Callable, Iterable
from functools import cache, wraps
from pathlib import Path
from typing import Any, ParamSpec, Self, TypeVar

from pydantic import Field, ValidationError

from simulator.docker.cli.commands import Command
from simulator.docker.cli.parse import parse
from simulator.docker.machine import State
from simulator.protocol.network_failure import Obstacle
from simulator.registry.model import Auth, Fault
from simulator.scenarios.client import auth_entry
from simulator.scenarios.world import InvalidWorld, Strict, WorldDocument, merged
from simulator.sources.world import Tls, World
from simulator.words.data_file import read_named
from simulator.words.i18n import per_language
from simulator.words.validation import first_wrong
from simulator.words.yaml_text import loaded

SCENARIOS = Path(__file__).with_name("scenarios.yaml")
ORDINARY = Path(__file__).with_name("ordinary.yaml")

P = ParamSpec("P")
R = TypeVar("R")


class UnknownScenario(ValueError):
    """No scenario has this name."""


class InvalidScenario(ValueError):
    """`scenarios.yaml` is not right; the message says where."""


class Typed(Strict):
    """A command line and what is typed at its prompts, or into its standard input."""

    run: str
    typed: tuple[str, ...] = ()


class Act(Strict):
    """What happens after the commands so far, and the commands then typed.

    `meanwhile` changes the world, in the terms of `Setting`; `later` is how many seconds pass;
    `say` tells people what happened.
    """

    say: str
    meanwhile: dict[str, Any] = Field(default_factory=dict)
    later: int = 0
    commands: tuple[Typed, ...] = Field(min_length=1)

    def parsed(self) -> tuple[Command, ...]:
        return tuple(parse(one.run, one.typed) for one in self.commands)


class Setting(Strict):
    """How a world differs from the ordinary one.

    `sites` and `client` say it in the terms of `WorldDocument`. The other fields are short for
    the frequent ones, at the first registry and for its first user: `password` is that user's,
    `stored` (`user:password`) is in config.json for that registry, `tags` are moved there.
    """

    auth: Auth = Auth.BEARER
    stored: str | None = None
    password: str = "s3cret"
    may_pull: tuple[str, ...] = ("myimage", "team/*")
    faults: tuple[Fault, ...] = ()
    obstacle: Obstacle | None = None
    tls: Tls = Tls.TRUSTED
    redirect: bool = False
    token_post: bool = False
    tags: dict[str, str] = Field(default_factory=dict)
    held: str | None = None
    helper_missing: bool = False
    read_only: bool = False
    platform: str = "linux/amd64"
    sites: dict[str, Any] = Field(default_factory=dict)
    client: dict[str, Any] = Field(default_factory=dict)

    def changed(self, patch: dict[str, Any]) -> Self:
        """The same setting with these fields. Raises InvalidWorld."""
        written = merged(self.model_dump(mode="json", exclude_unset=True), patch)
        try:
            return type(self).model_validate(written)
        except ValidationError as error:
            raise InvalidWorld(first_wrong(error)) from None

    def document(self) -> WorldDocument:
        """The whole world. Raises InvalidWorld."""
        short = {"sites": {first_registry(): self._registry()}, "client": self._client()}
        written = merged(merged(ordinary(), short), {"sites": self.sites, "client": self.client})
        try:
            return WorldDocument.model_validate(written)
        except ValidationError as error:
            raise InvalidWorld(first_wrong(error)) from None

    def world(self) -> World:
        """The hosts and what listens there. Raises InvalidWorld."""
        return self.document().network()

    def _registry(self) -> dict[str, Any]:
        return {
            "auth": self.auth, "tls": self.tls, "obstacle": self.obstacle, "faults": self.faults,
            "tags": self.tags, "redirects": self.redirect, "tokens": {"post": self.token_post},
            "users": {first_user(): {"password": self.password, "may_pull": self.may_pull}},
        }  # fmt: skip

    def _client(self) -> dict[str, Any]:
        auths = {first_registry(): auth_entry(self.stored)} if self.stored is not None else {}
        helper = {"credsStore": "desktop"} if self.helper_missing else {}
        return {
            "config": {"auths": auths, **helper} if auths or helper else None,
            "held": [self.held] if self.held else [],
            "platform": self.platform,
            "problem": "read-only file system" if self.read_only else "",
        }


class Scenario(Setting):
    """One situation: a world, and what is typed in it."""

    name: str
    title: str
    cause: str = ""
    commands: tuple[Typed, ...]
    then: tuple[Act, ...] = ()
    """Further acts, each after a change of the world."""

    def state(self, engine: str = "29") -> State:
        """The client before the first command."""
        document = self.document()
        typed = tuple(parse(command.run, command.typed) for command in self.commands)
        return State(document.engine_client(engine), typed)


@cache
def ordinary() -> dict[str, Any]:
    """The ordinary world, as it is written."""
    return dict(loaded(ORDINARY))


def first_registry() -> str:
    """The host of the registry that a scenario's short fields are about."""
    return str(next(iter(ordinary()["sites"])))


def first_user() -> str:
    return str(next(iter(ordinary()["sites"][first_registry()]["users"])))


@per_language
def scenarios() -> dict[str, Scenario]:
    """All scenarios by name, the default first, in the chosen language. Raises InvalidScenario."""
    return read_named(Scenario, SCENARIOS, InvalidScenario)


OWN: dict[str, Path] = {}
"""The file with a lesson's own scenarios, by the lesson's id. The library of lessons fills it."""


Written = tuple[tuple[Path, int, int], ...]
"""Lessons' own files: where, when their content last changed, and their sizes."""


def own_written(names: Iterable[object]) -> Written:
    """Another value after the own file of a lesson was written, replaced or left out, if one of
    these names the lesson or a scenario of its own."""
    lessons = {name.partition("/")[0] for name in names if isinstance(name, str)}
    paths = [OWN[lesson] for lesson in sorted(lessons & OWN.keys())]
    return tuple((path, *state) for path in paths if (state := state_of(path)))


def state_of(path: Path) -> tuple[int, int] | None:
    """When the content of the file last changed, and its size; None where it is not there."""
    try:
        now = os.stat(path)
    except FileNotFoundError:
        return None
    return now.st_ctime_ns, now.st_size


def per_own_scenarios(make: Callable[P, R]) -> Callable[P, R]:
    """What this makes is kept, as by `per_language`, for each state of the lessons' own files that
    its arguments name."""

    @per_language
    def made(_written: Written, *args: P.args, **kwargs: P.kwargs) -> R:
        return make(*args, **kwargs)

    @wraps(make)
    def kept(*args: P.args, **kwargs: P.kwargs) -> R:
        return made(own_written((*args, *kwargs.values())), *args, **kwargs)

    return kept


def own_scenarios(lesson: str) -> dict[str, Scenario]:
    """The scenarios that this lesson brings, as `LESSON/NAME`; none for a lesson without.

    Raises InvalidScenario.
    """
    return read_own(lesson) if lesson in OWN else {}


@per_own_scenarios
def read_own(lesson: str) -> dict[str, Scenario]:
    known = read_named(Scenario, OWN[lesson], InvalidScenario)
    named = {f"{lesson}/{name}": one for name, one in known.items()}
    return {name: one.model_copy(update={"name": name}) for name, one in named.items()}


def find_scenario(name: str) -> Scenario | None:
    """The scenario of this name, a lesson's own as `LESSON/NAME`; None for a name of nothing."""
    lesson, slash, _own = name.partition("/")
    return (own_scenarios(lesson) if slash else scenarios()).get(name)


def titled(name: str) -> str:
    """The scenario's title in the chosen language; empty for a run that is none."""
    known = find_scenario(name)
    return known.title if known else ""


def scenario(name: str) -> Scenario:
    """The scenario of this name. Raises UnknownScenario with the names there are."""
    known = find_scenario(name)
    if known is None:
        names = ", ".join(scenarios())
        raise UnknownScenario(f"unknown scenario {name!r}: choose one of {names}")
    return known
