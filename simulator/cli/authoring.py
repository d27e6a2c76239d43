"""For authors of lessons: `check` proves them, `build` lays out their diagrams."""

import sys
from pathlib import Path

import click

from simulator.authoring.diagram import build
from simulator.authoring.proof import problems
from simulator.cli.common import told_plainly
from simulator.lesson.library import folders
from simulator.lesson.load import every_language

FOLDER = click.argument("folder", required=False, type=click.Path(path_type=Path))


@click.command()
@FOLDER
@told_plainly
def check(folder: Path | None) -> None:
    """Prove every lesson against the machine (or the one in FOLDER), in each language."""
    chosen = (folder,) if folder else tuple(folders().values())
    told = [lesson for one in chosen for lesson in every_language(one)]
    found = list(dict.fromkeys(problem for lesson in told for problem in problems(lesson)))
    for problem in found:
        click.echo(problem, err=True)
    count = len(chosen)
    click.echo(f"{count} lesson{'s' if count != 1 else ''}, {len(found)} problems")
    sys.exit(1 if found else 0)


@click.command(name="build")
@FOLDER
@told_plainly
def build_lessons(folder: Path | None) -> None:
    """Lay out the diagrams of the lessons, and write the JSON Schema for editors."""
    for one in (folder,) if folder else folders().values():
        for lesson in every_language(one):
            build(lesson)
            click.echo(f"built {lesson.id} ({lesson.language})")
