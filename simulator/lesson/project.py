"""The project: your own registry, as data (`project.yaml`)."""

from pydantic import field_validator

from simulator.lesson.checklist import ITEMS, Item
from simulator.lesson.document import Lesson
from simulator.scenarios.world import Strict
from simulator.words.data_file import read_as
from simulator.words.i18n import per_language

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
                raise ValueError(f"there is no item {name!r}: choose one of {', '.join(items)}")
        return names


class Hosted(Strict):
    """A hosted registry: how to log in, and what to remember."""

    name: str
    host: str
    login: str
    remember: str


class Project(Strict):
    """The steps, and the hosted registries. `title` is of the page; a usual one for none."""

    title: str = ""
    steps: tuple[Step, ...] = ()
    hosted: tuple[Hosted, ...] = ()

    @property
    def items(self) -> tuple[Item, ...]:
        """The items of the checklist that a step names."""
        named = {name for step in self.steps for name in step.checks}
        return tuple(item for item in ITEMS if item.name in named)


@per_language
def project(lesson: Lesson) -> Project:
    """In the chosen language; empty for a lesson without. Raises InvalidProject or
    InvalidTranslation with the first thing that is wrong."""
    path = lesson.folder / FILE
    return read_as(Project, path, InvalidProject) if path.exists() else Project()
