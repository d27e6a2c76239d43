"""Tables and styled text on the terminal."""

import os
import sys

from rich.console import Console

from simulator.cli.common import printable

UNBOUND = 1000
"""Columns of a table in a file or a pipe: its rows are lines, and no word is cut."""


def console() -> Console:
    """Of what standard output is now."""
    bounded = sys.stdout.isatty() or "COLUMNS" in os.environ
    return Console(width=None if bounded else UNBOUND)


def plain(value: object) -> str:
    """Text that rich takes for no markup, and a terminal for no command."""
    return printable(str(value)).replace("[", r"\[")
