"""The project: a registry of one's own, as data (`project.yaml`)."""

from functools import cache
from pathlib import Path

from pydantic import ValidationError, field_validator

from simulator import i18n, translation
from simulator.checklist import ITEMS
from simulator.workbench import Strict

FILE = "project.yaml"


class InvalidProject(ValueError):
    """`project.yaml` is not right; the message says where."""


class Step(Strict):
    """What to do, and which items of the checklist it should turn green."""

    title: str
    text: str
    commands: tuple[str, ...]
    checks: tuple[str, ...] = ()

    @field_validator("checks")
    @classmethod
    def known(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        items = [item.name for item in ITEMS]
        for name in names:
            if name not in items:
                raise ValueError(f"there is no item {name!r}: choose of {', '.join(items)}")
        return names


class Hosted(Strict):
    """A registry that somebody else runs: how to log in, and what to remember."""

    name: str
    host: str
    login: str
    remember: str


class Project(Strict):
    """The steps, and the hosted registries."""

    steps: tuple[Step, ...]
    hosted: tuple[Hosted, ...]


def project(folder: Path) -> Project:
    """In the chosen language. Raises InvalidProject or InvalidTranslation with the first thing
    that is wrong."""
    return known_in(folder, i18n.chosen.get())


@cache
def known_in(folder: Path, _language: str) -> Project:
    try:
        return Project.model_validate(translation.read(folder / FILE))
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise InvalidProject(f"{FILE}: {where}: {first['msg']}") from None
