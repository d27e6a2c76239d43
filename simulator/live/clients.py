"""The clients that the live view knows (`clients.yaml`): how each names itself, the note for it,
and the exact commands, with this learner's registry, name and images.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict, RootModel

from simulator.words.data_file import read
from simulator.words.i18n import per_language

FILE = Path(__file__).with_name("clients.yaml")


class InvalidClients(ValueError):
    """`clients.yaml` is not right; the message says where."""


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class OverHttp(Part):
    """Notes for a registry that speaks plain HTTP."""

    note: str


class Recipe(Part):
    """How one client logs in and pulls. `plain` is the flag that lets it speak plain HTTP;
    `note` says what is special."""

    login: str = ""
    pull: str
    plain: str = ""
    note: str = ""
    over_http: OverHttp | None = None
    shown: str = ""


class Kind(Part):
    """A kind of client, as `clients.yaml` describes it."""

    id: str
    name: str
    agents: tuple[str, ...] = ()
    leads: tuple[str, ...] = ()
    prints: bool = False
    images: bool = False
    credentials: str = ""
    typed: Mapping[str, str] = {}
    recipe: Recipe | None = None

    @property
    def title(self) -> str:
        """As the list of recipes has it."""
        return (self.recipe.shown if self.recipe else "") or self.id

    @property
    def family(self) -> str:
        """The one through which it works: their requests are told apart by what they ask."""
        return self.leads[0] if self.leads else self.id


class Kinds(RootModel[tuple[Kind, ...]]):
    """The file."""


@per_language
def kinds() -> Mapping[str, Kind]:
    """All of them by their id, in the order of the file, in the chosen language."""
    file = read(FILE, InvalidClients)
    return {one.id: one for one in file.part(Kinds, InvalidClients).root}


@dataclass(frozen=True)
class Client:
    """A program, by what it calls itself. `kind` is empty for an unknown one."""

    id: str
    name: str
    version: str = ""

    def __str__(self) -> str:
        return f"{self.name} {self.version}".strip()

    @property
    def kind(self) -> Kind:
        known = kinds().get(self.id)
        return known or Kind(id=self.id, name=self.name)

    @property
    def family(self) -> str:
        """Programs of one family work for one another."""
        return self.kind.family


NAMELESS = Client("", "a client without a name")
LONGEST_VERSION = 16


def named(agent: str) -> Client:
    """The client that calls itself so in its `User-Agent`."""
    for kind in kinds().values():
        for pattern in kind.agents:
            found = re.match(pattern, agent)
            if found:
                return Client(kind.id, kind.name, version_of(found))
    word = re.match(r"[\w.-]{1,40}", agent)
    return Client(word[0].lower(), word[0]) if word else NAMELESS


def version_of(found: "re.Match[str]") -> str:
    """Without what a build adds to it."""
    version = found[1] if found.re.groups else ""
    return version if len(version) <= LONGEST_VERSION else version.partition("-")[0]


def leading(one: Client, other: Client) -> Client:
    """Whose command it is, of two that work together."""
    return other if one.id in other.kind.leads else one


# -- what to type -----------------------------------------------------------------------------


def recipes() -> tuple[Kind, ...]:
    """The clients for which there are commands to copy, in the order in which they are shown."""
    return tuple(kind for kind in kinds().values() if kind.recipe)


def note(kind: Kind, secure: bool) -> str:
    """Notes for this client; empty where there are none."""
    recipe = kind.recipe
    if recipe is None:
        return ""
    return recipe.note if secure or not recipe.over_http else recipe.over_http.note


def commands(kind: Kind, host: str, name: str, image: str, secure: bool) -> tuple[str, str]:
    """The login and the pull, ready to paste; a login that there is none of is empty."""
    recipe = kind.recipe
    if recipe is None:
        return "", ""
    plain = "" if secure else recipe.plain
    words = {
        "host": host, "name": name, "image": f"{host}/{name}/{image}", "plain": plain,
        "source": plain.replace("--", "--src-"), "from_plain": plain.replace("--", "--from-"),
    }  # fmt: skip
    return recipe.login.format(**words), recipe.pull.format(**words)
