"""The console: a shell's lines and prompt, for the terminal in the page."""

from collections.abc import Sequence
from typing import Any

from simulator.protocol.secrets import MASK
from simulator.shell.values import Shell
from simulator.words.i18n import _


def console(shell: Shell, completed: Sequence[str] = (), asked: str = "") -> dict[str, Any]:
    """All that the console shows; `completed` are the lines that `asked` can become."""
    text, secret = shell.asks
    waits = shell.prompt or shell.pending
    return {
        "lines": [{"kind": line.kind, "text": line.text} for line in shell.lines],
        "count": f"{len(shell.lines)}-{shell.commands}-{id(shell.lines)}",
        "prompt": {"text": text, "secret": secret} if waits else None,
        "history": [line for line in shell.history if MASK not in line],
        "completed": list(completed),
        "asked": asked,
        "strings": {
            "console": _("Terminal"),
            "screen": _("What the terminal shows"),
            "input": _("Command line"),
            "keys": _("Enter runs it · ↑ ↓ earlier lines · Tab completes · Ctrl-C gives up · help"),
        },
    }
