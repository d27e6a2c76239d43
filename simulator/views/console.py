"""The console: a shell's lines and prompt, for the terminal in the page."""

from collections.abc import Sequence
from typing import Any

from simulator.shell.values import Shell
from simulator.words.i18n import _


def console(shell: Shell, completed: Sequence[str] = (), asked: str = "") -> dict[str, Any]:
    """All that the console shows; `completed` are the lines that `asked` can become."""
    prompt = shell.prompt
    return {
        "lines": [{"kind": line.kind, "text": line.text} for line in shell.lines],
        "count": f"{len(shell.lines)}-{shell.commands}-{id(shell.lines)}",
        "prompt": {"text": prompt.text, "secret": prompt.secret} if prompt else None,
        "history": list(shell.history),
        "completed": list(completed),
        "asked": asked,
        "strings": {
            "console": _("Terminal"),
            "screen": _("What the terminal shows"),
            "input": _("Command line"),
            "keys": _("Enter runs it · ↑ ↓ earlier lines · Tab completes · help"),
        },
    }
