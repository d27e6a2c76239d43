"""Tables and styled text on the terminal."""

from rich.console import Console

from simulator.cli.common import printable

console = Console()


def plain(value: object) -> str:
    """Text that rich takes for no markup, and a terminal for no command."""
    return printable(str(value)).replace("[", r"\[")
