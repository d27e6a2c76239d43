"""A click group that imports a command's module only when that command is called or completed.

`pullscope --help` needs one line a command; that line is in the table, so listing imports nothing.
"""

import gc
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib import import_module
from typing import Any, NamedTuple

import click


def load(place: str) -> Any:
    """The object at `module:name`, its module imported now."""
    module, _colon, name = place.partition(":")
    with without_collections():
        return getattr(import_module(module), name)


@contextmanager
def without_collections() -> Iterator[None]:
    """What modules define stays to the end: looking for garbage in it takes a tenth of a start."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


class Entry(NamedTuple):
    """A command's place as `module:function`, and its line in the list of commands."""

    place: str
    summary: str


class LazyGroup(click.Group):
    """`entries` holds the commands by name, in the order in which they are listed."""

    def __init__(self, *args: Any, entries: Mapping[str, Entry], **options: Any) -> None:
        super().__init__(*args, **options)
        self.entries = entries

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.entries)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        entry = self.entries.get(cmd_name)
        return load(entry.place) if entry else None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, entry.summary) for name, entry in self.entries.items()])
