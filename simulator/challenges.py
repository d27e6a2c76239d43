"""Challenges: broken worlds to repair in the terminal, as data (`challenges.yaml`).

The machine checks the goal, proves the kept solution, and computes the last hint: the next
command that leads from the learner's own state to the goal.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from ruamel.yaml import YAML

from simulator.auth import CredentialStore, registry_key
from simulator.images import repositories
from simulator.machine import entry_for
from simulator.oci import HUB_HOST, Index, Manifest, Platform, Reference
from simulator.scenario import HOSTNAME, NOW, Scenario, Typed
from simulator.shell import enter
from simulator.shell.values import Shell
from simulator.wire import MASK
from simulator.world import Auth, Registry, Site, User, World

FILE = Path(__file__).resolve().parent.parent / (
    "lessons/pulling-from-private-registries/challenges.yaml"
)
MIRROR = f"mirror.{HOSTNAME}"
HUB_TOKENS = "auth.docker.io"
BOB = "hunter2"


class InvalidChallenge(ValueError):
    """`challenges.yaml` is not right; the message says where."""


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Broken(Scenario):
    """A scenario's world with a terminal in it, and what only challenges have.

    `config` is config.json as a document, `files` the text of others by path; `bob` may pull
    these repositories; `mirror`: another host has the same images, and no faults.
    """

    name: str = ""
    title: str = ""
    commands: tuple[Typed, ...] = ()
    config: dict[str, Any] | None = None
    files: dict[str, str] = Field(default_factory=dict)
    bob: tuple[str, ...] = ()
    mirror: bool = False

    def world(self) -> World:
        known = dict(super().world().sites)
        own = known[HOSTNAME].registry
        assert own is not None
        if self.bob:
            users = {**own.users, "bob": User(BOB, self.bob)}
            known = {
                host: replace(site, registry=site.registry and replace(site.registry, users=users))
                for host, site in known.items()
            }
        if self.mirror:
            known[MIRROR] = Site(replace(own, faults=()))
        hub = Registry(Auth.BEARER, f"https://{HUB_TOKENS}/token", "registry.docker.io", now=NOW)
        return World({**known, HUB_HOST: Site(hub), HUB_TOKENS: Site(hub)})

    def shell(self, engine: str) -> Shell:
        client = self.state(engine)
        if self.config is not None:
            store = CredentialStore.from_json(json.dumps(self.config))
            missing = bool(store.helper or store.helpers)
            client = replace(client, store=replace(store, helper_missing=missing))
        return Shell(self.world(), client, files=self.files)


class Goal(Part):
    """What must be true of the terminal's client. `image`: held under this name, as the registry
    has it; `content`: held under any name; `platform`: of the index, this one; `stored`: there
    are credentials for this host; `no_password_typed`: in no command line."""

    image: str = ""
    content: str = ""
    platform: str = ""
    stored: str = ""
    no_password_typed: bool = False

    def met(self, shell: Shell) -> bool:
        return (
            (not self.image or holds(shell, self.image, self.platform))
            and (not self.content or digest_of(self.content) in held(shell).values())
            and (not self.stored or bool(shell.client.store.find(registry_key(self.stored))))
            and not (self.no_password_typed and any(MASK in line for line in shell.history))
        )


class Challenge(Part):
    """`attempt` is the command that shows what is wrong; `rule` is the second hint."""

    name: str
    title: str
    story: str
    world: Broken
    attempt: str = Field(alias="try")
    rule: str
    goal: Goal
    solution: tuple[Typed, ...] = Field(min_length=1)

    @property
    def par(self) -> int:
        """Commands of the kept solution."""
        return len(self.solution)

    def shell(self, engine: str = "29") -> Shell:
        """The terminal in the broken world."""
        return self.world.shell(engine)

    def solved(self, shell: Shell) -> bool:
        return self.goal.met(shell)

    def ahead(self, shell: Shell) -> tuple[Typed, ...]:
        """The shortest end of the solution that leads from here to the goal; empty if none does,
        or if it is reached."""
        ends = (self.solution[place:] for place in reversed(range(self.par)))
        here = replace(shell, prompt=None)
        if self.solved(here):
            return ()
        return next((end for end in ends if self.solved(play(here, end))), ())


def play(shell: Shell, commands: Iterable[Typed]) -> Shell:
    """The shell after these commands and the answers to their prompts."""
    for command in commands:
        for text in (command.run, *command.typed):
            shell = enter(shell, text)
    return shell


def held(shell: Shell) -> Mapping[str, str]:
    return dict(shell.client.images.images)


def digest_of(image: str) -> str:
    """The digest that a tag of the lesson's images stands for."""
    repository, _, tag = image.rpartition(":")
    return repositories()[repository].tags[tag]


def holds(shell: Shell, image: str, platform: str) -> bool:
    """Under this name, the content that the registry has; of an index, this platform's image."""
    reference = Reference.parse(image)
    wanted = digest_of(f"{reference.repository}:{reference.identifier}")
    if held(shell).get(reference.canonical) != wanted:
        return False
    return not platform or holds_platform(shell, wanted, Platform.parse(platform))


def holds_platform(shell: Shell, digest: str, platform: Platform) -> bool:
    images = shell.client.images
    index = images.manifest(digest)
    entry = entry_for(index, platform) if isinstance(index, Index) else None
    found = images.manifest(entry.digest) if entry else None
    return isinstance(found, Manifest) and found.config.digest in images.blobs


# -- hints ------------------------------------------------------------------------------------


def next_command(challenge: Challenge, shell: Shell) -> str:
    """The last hint: what to type now; empty where only a fresh start helps."""
    if shell.prompt:
        return ""
    ahead = challenge.ahead(shell)
    return ahead[0].run if ahead else ""


# -- reading ----------------------------------------------------------------------------------


@cache
def challenges(path: Path = FILE) -> Mapping[str, Challenge]:
    """All challenges by name, the easiest first. Raises InvalidChallenge."""
    try:
        document = YAML(typ="safe").load(path)
        known = [Challenge.model_validate({"name": k, **v}) for k, v in document.items()]
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise InvalidChallenge(f"{path.name}: {where}: {first['msg']}") from None
    return {challenge.name: challenge for challenge in known}
