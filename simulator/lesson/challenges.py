"""Challenges: broken worlds to repair in the terminal, as data (`challenges.yaml`).

The machine checks the goal, proves the kept solution, and computes the last hint: the next
command that leads from the learner's own state to the goal.
"""

from collections.abc import Mapping
from dataclasses import replace

from pydantic import Field

from simulator.docker.config_file import registry_key
from simulator.docker.machine.requests import entry_for
from simulator.lesson.document import Lesson
from simulator.protocol.manifest import Index, Manifest
from simulator.protocol.platform import Platform
from simulator.protocol.reference import Reference
from simulator.protocol.secrets import MASK
from simulator.registry.fixtures import all_repositories
from simulator.scenarios.model import Setting, Typed
from simulator.scenarios.world import Strict
from simulator.shell.session import terminal, typed
from simulator.shell.values import Shell
from simulator.words.data_file import read_named
from simulator.words.i18n import per_language

FILE = "challenges.yaml"


class InvalidChallenge(ValueError):
    """`challenges.yaml` is not right; the message says where."""


class Goal(Strict):
    """What must be true of the terminal's client. `image`: held under this name, as the registry
    has it; `content`: held under any name; `platform`: of the index, this one; `stored`: there
    are credentials for this host, `kept_by`: in this credential helper; `no_password_typed`: in
    no command line; `named`: an image has this name, `only`: so many names are held."""

    image: str = ""
    content: str = ""
    platform: str = ""
    stored: str = ""
    kept_by: str = ""
    no_password_typed: bool = False
    named: str = ""
    only: int | None = None

    def met(self, shell: Shell) -> bool:
        return (
            (not self.image or holds(shell, self.image, self.platform))
            and (not self.content or digest_of(self.content) in held(shell).values())
            and (not self.stored or bool(shell.client.store.find(registry_key(self.stored))))
            and (not self.kept_by or helper_of(shell, self.stored) == self.kept_by)
            and (not self.named or Reference.parse(self.named).canonical in held(shell))
            and (self.only is None or len(held(shell)) == self.only)
            and not (self.no_password_typed and any(MASK in line for line in shell.history))
        )


class Challenge(Strict):
    """`attempt` is the command that shows what is wrong; `rule` is the second hint, a general one
    that its `source` proves."""

    name: str
    title: str
    story: str
    world: Setting
    attempt: str = Field(alias="try")
    rule: str
    source: str = Field(pattern=r"^https://\S+$")
    goal: Goal
    solution: tuple[Typed, ...] = Field(min_length=1)

    @property
    def par(self) -> int:
        """Commands of the kept solution."""
        return len(self.solution)

    def shell(self, engine: str = "29") -> Shell:
        """The terminal in the broken world."""
        return terminal(self.world, engine)

    def solved(self, shell: Shell) -> bool:
        return self.goal.met(shell)

    def ahead(self, shell: Shell) -> tuple[Typed, ...]:
        """The shortest end of the solution that leads from here to the goal; empty if none does,
        or if it is reached."""
        ends = (self.solution[place:] for place in reversed(range(self.par)))
        here = replace(shell, prompt=None)
        if self.solved(here):
            return ()
        return next((end for end in ends if self.solved(typed(here, end))), ())


def helper_of(shell: Shell, host: str) -> str | None:
    """The credential helper that keeps this host's credentials."""
    return shell.client.store.helper_of(registry_key(host))


def held(shell: Shell) -> Mapping[str, str]:
    return dict(shell.client.images.images)


def digest_of(image: str) -> str:
    """The digest that a tag of the lesson's images stands for."""
    repository, _, tag = image.rpartition(":")
    return all_repositories()[repository].tags[tag]


def registry_digest(shell: Shell, reference: Reference) -> str:
    """The digest that the registry of this world has for a name; empty for none."""
    site = shell.world.sites.get(reference.host.removesuffix(":443"))
    known = site.registry.repositories.get(reference.repository) if site and site.registry else None
    return reference.digest or (known.tags.get(reference.identifier, "") if known else "")


def holds(shell: Shell, image: str, platform: str) -> bool:
    """Under this name, the content that the registry has; of an index, this platform's image."""
    reference = Reference.parse(image)
    wanted = registry_digest(shell, reference)
    if not wanted or shell.client.images.find(reference.canonical) != wanted:
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


@per_language
def challenges(lesson: Lesson) -> Mapping[str, Challenge]:
    """A lesson's challenges by name, the easiest first, in the chosen language; none for a lesson
    without.

    Raises InvalidChallenge or InvalidTranslation.
    """
    path = lesson.folder / FILE
    return read_named(Challenge, path, InvalidChallenge) if path.exists() else {}
