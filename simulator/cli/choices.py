"""What several commands let one choose: the engine, the lesson, and folders of lessons."""

from pathlib import Path

import click

from simulator.cli.common import Command
from simulator.docker.engines import engines
from simulator.lesson.document import Lesson
from simulator.lesson.library import VARIABLE, find_lesson, with_folders

ENGINES = click.Choice(list(engines()))
USUAL_ENGINE = next(iter(engines()))


def with_lessons(command: Command) -> Command:
    """The command has `--lessons DIR` and `--lesson ID`; see `chosen_lesson`."""
    chosen = click.option(
        "--lesson", metavar="ID", default="", expose_value=False, callback=choose_lesson,
        help="The lesson whose words and situations are used.",
    )  # fmt: skip
    return chosen(named_lessons(command))


def named_lessons(command: Command) -> Command:
    """The command has `--lessons DIR`: lessons of other folders are found too."""
    folders = click.option(
        "--lessons", multiple=True, metavar="DIR", type=click.Path(path_type=Path),
        expose_value=False, is_eager=True, callback=name_folders,
        help=f"Lessons in this folder too, as {VARIABLE} names them; may be repeated.",
    )  # fmt: skip
    return folders(command)


def name_folders(context: click.Context, _option: object, folders: tuple[Path, ...]) -> None:
    """They are named until the command has ended."""
    try:
        context.with_resource(with_folders(folders))
    except ValueError as error:
        raise click.UsageError(str(error)) from None


def choose_lesson(context: click.Context, _option: object, name: str) -> None:
    context.meta[CHOSEN] = name


CHOSEN = "pullscope.lesson"


def chosen_lesson() -> Lesson:
    """The lesson that `--lesson` names, else the usual one. Raises UnknownLesson."""
    return find_lesson(click.get_current_context().meta.get(CHOSEN, ""))
