"""For authors: `lesson new` writes one, `check` proves them, `build` lays out their diagrams."""

import sys
from collections.abc import Iterator
from pathlib import Path

import click

from simulator.authoring.chapters import chapter_problems
from simulator.authoring.diagram import build
from simulator.authoring.new import create
from simulator.authoring.proof import problems
from simulator.authoring.translations import translation_problems
from simulator.cli.common import named_lessons, told_plainly
from simulator.lesson.challenges import InvalidChallenge, challenges
from simulator.lesson.chapters import InvalidChapters
from simulator.lesson.document import InvalidLesson
from simulator.lesson.library import folders
from simulator.lesson.load import every_language
from simulator.lesson.project import InvalidProject, project
from simulator.scenarios.model import InvalidScenario
from simulator.words import i18n
from simulator.words.translation import InvalidTranslation

FOLDER = click.argument("folder", required=False, type=click.Path(path_type=Path))


@click.command()
@FOLDER
@named_lessons
@told_plainly
def check(folder: Path | None) -> None:
    """Prove every lesson against the machine (or the one in FOLDER), in each language."""
    chosen = (folder,) if folder else tuple(folders().values())
    found = list(dict.fromkeys(problem for one in chosen for problem in problems_in(one)))
    for problem in found:
        click.echo(problem, err=True)
    count = len(chosen)
    click.echo(f"{count} lesson{'s' if count != 1 else ''}, {len(found)} problems")
    sys.exit(1 if found else 0)


def problems_in(folder: Path) -> Iterator[str]:
    """Every way in which this lesson, in any of its languages, is not right. A file that cannot be
    read hides no problem of another lesson."""
    try:
        for lesson in every_language(folder):
            with i18n.speaking(lesson.language):
                yield from problems(lesson)
                yield from chapter_problems(lesson)
                challenges(lesson)
                project(lesson)
        yield from translation_problems(folder)
    except (InvalidLesson, InvalidChapters, InvalidChallenge, InvalidProject,
            InvalidScenario, InvalidTranslation) as error:  # fmt: skip
        yield str(error)


@click.group(name="lesson")
def lesson() -> None:
    """Write a new lesson."""


@lesson.command(name="new")
@click.argument("folder", metavar="NAME", type=click.Path(path_type=Path))
@told_plainly
def new(folder: Path) -> None:
    """Write a small lesson into the new folder NAME; `check` proves it as it is."""
    click.echo(f"wrote {create(folder)}: change its words, then `pullscope check {folder}`")


@click.command(name="build")
@FOLDER
@named_lessons
@told_plainly
def build_lessons(folder: Path | None) -> None:
    """Lay out the diagrams of the lessons, and write the JSON Schema for editors."""
    for one in (folder,) if folder else folders().values():
        for lesson in every_language(one):
            build(lesson)
            click.echo(f"built {lesson.id} ({lesson.language})")
