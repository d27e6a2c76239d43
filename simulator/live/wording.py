"""A run in the words of its client: who is not Docker neither prints nor does what Docker does.

The usual words name Docker. Where what they say is true of the client too, its name takes Docker's
place; where it is not, `words.yaml` has words of their own. What no registry can know is not said.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, RootModel

from simulator.live.clients import Kind
from simulator.live.notes import NOTES
from simulator.live.observer.run import Run
from simulator.views.probes import ACCESS_WORDS, Access
from simulator.words.data_file import read
from simulator.words.i18n import _, per_language

FILE = Path(__file__).with_name("words.yaml")


class InvalidWords(ValueError):
    """`words.yaml` is not right; the message says where."""


class Saying(BaseModel):
    """Title and text of a step, for the clients that do or do not keep images or credentials."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    title: str
    text: str
    images: bool | None = None
    credentials: bool | None = None

    def holds(self, kind: Kind) -> bool:
        facts = ((self.images, kind.images), (self.credentials, bool(kind.credentials)))
        return all(wanted in (None, fact) for wanted, fact in facts)


class Sayings(RootModel[Mapping[str, tuple[Saying, ...]]]):
    """The file."""


@per_language
def sayings() -> Mapping[str, tuple[Saying, ...]]:
    """By event, in the chosen language."""
    return read(FILE, InvalidWords).part(Sayings, InvalidWords).root


def reworded(drawn: dict[str, Any], run: Run) -> dict[str, Any]:
    """The stage's payload of this run, in the words of its client."""
    kind, words = run.client.kind, words_of(run)
    for step in drawn["steps"]:
        own = None if kind.prints else own_words(step["event"], kind)
        if own:
            step |= {"title": own.title.format(**words), "text": own.text.format(**words)}
        aside = run.asides.get(step["number"])
        if aside:
            step |= {"title": _(aside.title), "text": _(aside.text)}
        note = "" if aside else NOTES.get(step["event"], "")
        step["text"] = f"{step['text']} {_(note) if note else ''}".strip()
        step["tracker"] = {k: cell(k, v, kind) for k, v in step["tracker"].items()}
    for one in drawn["variables"]:
        one["start"] = cell(one["name"], one["start"], kind)
    return drawn if kind.prints else in_place_of_docker(drawn, words)


def words_of(run: Run) -> dict[str, str]:
    kind = run.client.kind
    login = kind.typed.get("login", run.client.name).partition(" {host}")[0].strip()
    user = next((one.user for group in run.seen for one in group if one.user), "")
    return {
        "client": _("Your client") if not kind.typed else kind.name, "login": login,
        "file": kind.credentials, "user": user, "pull": pull_words(kind),
    }  # fmt: skip


def pull_words(kind: Kind) -> str:
    return kind.typed.get("pull", kind.name).partition(" {image}")[0].strip()


def own_words(event: str, kind: Kind) -> Saying | None:
    return next((one for one in sayings().get(event, ()) if one.holds(kind)), None)


def cell(variable: str, text: str, kind: Kind) -> str:
    """A variable's value: an image store that is not there, or whose content is unknown."""
    if variable == "local_image_store" and not kind.images:
        return _("none: the client has no image store")
    if variable == "local_image_store" and text == _("Empty"):
        return _("nothing seen yet")
    if text == _(ACCESS_WORDS[Access.STORED]) and not kind.credentials:
        return _(ACCESS_WORDS[Access.NOTHING])
    return text


SPOKEN = (
    "title", "text", "action", "result", "note", "input", "label", "said", "under", "cli", "short"
)
"""Keys of the payload whose texts are sentences."""
DOCKERS = re.compile(
    r"docker login|docker pull|config\.json|dockerd|Docker[ -][Ee]ngine|\bDocker(?=s?\b)(?! Hub|-)"
)


def in_place_of_docker(drawn: Any, words: Mapping[str, str], key: str = "") -> Any:
    """The same with the client's name, commands and file in place of Docker's."""
    if isinstance(drawn, dict):
        return {k: drawn[k] if k in LEFT else in_place_of_docker(v, words, k)
                for k, v in drawn.items()}  # fmt: skip
    if isinstance(drawn, list):
        return [in_place_of_docker(one, words, key) for one in drawn]
    if isinstance(drawn, str) and key in SPOKEN:
        return DOCKERS.sub(lambda found: ours(found[0], words), drawn)
    return drawn


LEFT = frozenset({"terminal", "exchange", "sample", "inputs", "strings", "flow"})
"""Parts of the payload that hold what was typed, sent or printed."""


def ours(text: str, words: Mapping[str, str]) -> str:
    places = {"docker login": words["login"], "docker pull": words["pull"],
              "config.json": words["file"] or _("a file")}  # fmt: skip
    return places.get(text, words["client"])
