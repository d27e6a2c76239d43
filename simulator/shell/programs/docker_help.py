"""What Docker's CLI says of its commands (`docker pull --help`), as 28.2.2 and 29 print it.

`help-26.txt` and `help-29.txt` are what they printed into a pipe, command by command.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import takewhile
from pathlib import Path

from simulator.docker.cli.options import HELP, OWN, Usage, command_name, usage_of
from simulator.docker.cli.parse import before_the_verb
from simulator.shell.files import home_of
from simulator.shell.values import HOME, Ran, Shell

FOLDER = Path(__file__).parent
GROUPS = ("", "image", "system", "manifest")
"""Commands that print their help where nothing follows them, as an error that is none."""
SHORT = "Flag shorthand -h has been deprecated, use --help\n"
NOT_PLAYED = (
    "pullscope: docker {} exists, but is not played here: this terminal is about login and pull; "
    "type help to see what it knows"
)


@lru_cache(maxsize=2)
def texts(engine: str) -> Mapping[str, str]:
    """The help of each command, by its name; that of `docker` itself under an empty one."""
    kept = (FOLDER / f"help-{engine}.txt").read_text("utf-8")
    sections = (section.partition(" --help\n") for section in kept.split("$ docker")[1:])
    return {name.strip(): text for name, _, text in sections}


def helped(shell: Shell, words: Sequence[str]) -> Ran | None:
    """The help of a command, of a group alone, or after `docker help`; None where none is wanted.
    Docker prints its remark about `-h` on standard error before a command, and behind on output."""
    _, rest = before_the_verb(words)
    own, behind = option_for_help(OWN, words), option_behind(rest)
    if rest[:1] == ["help"] and not (own or behind):
        return topic_page(shell, rest[1:])
    if " ".join(rest) in GROUPS and not (own or behind):
        return Ran(shell, error=page(shell, rest))
    if not (own or behind):
        return None
    topic = list(takewhile(lambda word: not word.startswith("-"), rest))
    text = page(shell, topic)
    if not text:
        return Ran(shell, error=NOT_PLAYED.format(f"{' '.join(words)} (its help)"), status=1)
    return Ran(shell, (SHORT if behind == "-h" else "") + text, SHORT if own == "-h" else "")


def option_for_help(usage: Usage, words: Sequence[str]) -> str:
    """`-h` or `--help` among these words; empty where neither is, or it is set to false."""
    asking = (found.name for found in usage.read(words) if found.option is HELP and found.given)
    return next(asking, "")


def option_behind(words: Sequence[str]) -> str:
    """The same behind a command. Of those that are not played the options are not known."""
    name = command_name(words) or ""
    usage = usage_of(name)
    if usage is None:
        return next((word for word in words if word in HELP.names), "")
    return option_for_help(usage, words[len(name.split()) :])


def page(shell: Shell, topic: Sequence[str]) -> str:
    """The help of what is named, or of `docker` for an unknown name; empty where it is that of a
    command that is not played."""
    known = texts(shell.client.engine)
    name = topic_of(topic, known)
    text = known.get(name)
    inside = len(topic) > 1 and name in GROUPS and f"\n  {''.join(topic[1:2])} " in known[name]
    if inside or (text is None and listed(topic, known)):
        return ""
    return (text or known[""]).replace(HOME, home_of(shell))


def topic_page(shell: Shell, topic: Sequence[str]) -> Ran:
    """`docker help TOPIC`, which takes no word more than the name of a command."""
    known = texts(shell.client.engine)
    name = topic_of(topic, known)
    left = topic if name not in known else topic[len(name.split()) :]
    if name not in known and listed(topic, known):
        return Ran(shell, error=NOT_PLAYED.format(f"help {' '.join(topic)} (its help)"), status=1)
    if left:
        return Ran(shell, error=f"unknown help topic: {' '.join(left)}", status=1)
    return Ran(shell, page(shell, topic))


def listed(topic: Sequence[str], known: Mapping[str, str]) -> bool:
    """Whether Docker's own help lists this command."""
    return f"\n  {''.join(topic[:1])} " in known[""]


def topic_of(words: Sequence[str], known: Mapping[str, str]) -> str:
    """The command that is named, without its arguments."""
    tried = (command_name(words), " ".join(words[:2]), "".join(words[:1]))
    return next((name for name in tried if name in known), " ".join(words)) or ""
