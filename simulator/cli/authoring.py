"""For authors: `lesson new` writes one, `check` proves them, `build` lays out their diagrams."""

import sys
from collections.abc import Sized
from pathlib import Path

import click

from simulator.authoring.check import build_folder, folder_problems
from simulator.authoring.new import create
from simulator.cli.choices import named_lessons
from simulator.cli.common import told_plainly
from simulator.lesson.library import one_or_all
from simulator.lesson.load import load

FOLDER = click.argument("folder", required=False, type=click.Path(path_type=Path))


@click.command()
@FOLDER
@named_lessons
@told_plainly
def check(folder: Path | None) -> None:
    """Prove every lesson against the machine (or the one in FOLDER), in each language."""
    if folder:
        load(folder)  # one that cannot be read is refused, as any other argument
    chosen = one_or_all(folder)
    found = list(dict.fromkeys(problem for one in chosen for problem in folder_problems(one)))
    for problem in found:
        click.echo(problem, err=True)
    click.echo(f"{counted(chosen, 'lesson')}, {counted(found, 'problem')}")
    sys.exit(1 if found else 0)


def counted(things: Sized, name: str) -> str:
    """The number of these things, with their name."""
    return f"{len(things)} {name}{'s' if len(things) != 1 else ''}"


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
    """Lay out the diagrams, write the JSON Schema for editors, and keep what is proven."""
    for one in one_or_all(folder):
        proven = build_folder(one)
        name = one.resolve().name
        click.echo(f"built {name}" if proven else f"built {name}: `pullscope check` has problems")
