"""What Docker's CLI says of its commands (`docker pull --help`), as 28.2.2 and 29 print it.

`help-26.txt` and `help-29.txt` are what they printed into a pipe, command by command.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import takewhile
from pathlib import Path

from simulator.docker.cli.options import command_name
from simulator.shell.files import home_of
from simulator.shell.values import HOME, Ran, Shell

FOLDER = Path(__file__).parent
GROUPS = ("", "image", "system", "manifest")
"""Commands that print their help where nothing follows them, as an error that is none."""
SHORT = "Flag shorthand -h has been deprecated, use --help\n"


@lru_cache(maxsize=2)
def texts(engine: str) -> Mapping[str, str]:
    """The help of each command, by its name; that of `docker` itself under an empty one."""
    kept = (FOLDER / f"help-{engine}.txt").read_text("utf-8")
    sections = (section.partition(" --help\n") for section in kept.split("$ docker")[1:])
    return {name.strip(): text for name, _, text in sections}


def asks_for_help(words: Sequence[str]) -> bool:
    """Whether this is a command's help: `help pull`, `pull --help`, or a group alone."""
    alone = " ".join(words) in GROUPS
    return alone or "--help" in words or words[0] in ("help", "-h")


def helped(shell: Shell, words: Sequence[str]) -> Ran | None:
    """The help that is asked for; None where it is that of a command that is not played."""
    known = texts(shell.client.engine)
    named = words[1:] if words[:1] == ["help"] else words
    topic = list(takewhile(lambda word: not word.startswith("-"), named))
    text = known.get(topic_of(topic, known))
    if text is None and f"\n  {topic[0]} " in known[""]:
        return None
    told = (text or known[""]).replace(HOME, home_of(shell))
    if " ".join(words) in GROUPS:
        return Ran(shell, error=told)
    return Ran(shell, told, error=SHORT if words[0] == "-h" else "")


def topic_of(words: Sequence[str], known: Mapping[str, str]) -> str:
    """The command that is named, without its arguments."""
    tried = (command_name(words), " ".join(words[:2]), "".join(words[:1]))
    return next((name for name in tried if name in known), " ".join(words)) or ""
