"""What Docker's CLI says about a command line that it cannot take (docker/cli, `cli/required.go`).

Nothing is asked of an engine or a registry for it.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import dropwhile

from simulator.docker.cli.options import GROUPS, OWN, Found, Usage, command_name, usage_of
from simulator.docker.output.by_engine import WORDS


@dataclass(frozen=True)
class Complaint:
    """The output and the exit status."""

    text: str
    status: int


def complaint(words: list[str], engine: str) -> Complaint | None:
    """Why `docker WORDS` is not run; None where it is. `engine` names whose CLI it is."""
    return misread(words) or miscounted(words, engine)


def misread(words: list[str]) -> Complaint | None:
    """The first option that is unknown, lacks its value, or has a wrong one."""
    name = command_name(words)
    usage = usage_of(name) if name else None
    if name is None or usage is None:
        return misread_before(words)
    wrong = wrong_option(usage, words[len(name.split()) :])
    if not wrong:
        return None
    return Complaint(f"{wrong}\n\n{shown(name, usage)}\n\n{hint('Run', f'{name} ')}", 125)


def misread_before(words: list[str]) -> Complaint | None:
    """A wrong option of Docker itself, or of a group, before the command."""
    group = "".join(words[:1]) if words[:1] and words[0] in GROUPS else ""
    usage = GROUPS.get(group, OWN)
    wrong = wrong_option(usage, words[bool(group) :])
    run = hint("Run", f"{group} " if group else "")
    return Complaint(f"{wrong}\n\nUsage:  docker {usage.line}\n\n{run}", 125) if wrong else None


def miscounted(words: list[str], engine: str) -> Complaint | None:
    """An unknown command, or too few or too many arguments."""
    name = command_name(words)
    if name is None:
        return unknown(words)
    usage = usage_of(name)
    if usage is None:
        return None
    return wrong_count(name, usage, arguments(usage, words[len(name.split()) :]), engine)


def unknown(words: list[str]) -> Complaint:
    first = words[0] if words else ""
    if first == "image" and words[1:]:
        wrong = f"docker: unknown command: docker image {words[1]}"
        return Complaint(f"{wrong}\n\nUsage:  docker image\n\n{hint('Run', 'image ')}", 1)
    return Complaint(f"docker: unknown command: docker {first}\n\n{hint('Run', '')}", 1)


def shown(name: str, usage: Usage) -> str:
    """The usage line. `docker image ls` has one of its own, with other names for the same."""
    rest = dropwhile(str.isalpha, usage.line.split())
    return " ".join(["Usage:  docker", *name.split(), *rest])


def hint(verb: str, name: str) -> str:
    return f"{verb} 'docker {name}--help' for more information"


def unknown_flag(word: str, name: str) -> str:
    if word.startswith("--"):
        return f"unknown flag: {name}"
    return f"unknown shorthand flag: {name[1:]!r} in -{word[word.index(name[1:]) :]}"


def wrong_option(usage: Usage, rest: Sequence[str]) -> str:
    """Go's complaint about the first wrong option; empty if all are right."""
    return next((wrong for found in usage.read(rest) if (wrong := fault(found))), "")


def fault(found: Found) -> str:
    if not found.name:
        return ""
    if found.option is None:
        return unknown_flag(found.word, found.name)
    if found.value is None:
        lacks = f"{found.name[1]!r} in {found.name}" if len(found.name) == 2 else found.name
        return f"flag needs an argument: {lacks}"
    wrong = found.option.wrong(found.value)
    value = json.dumps(found.value, ensure_ascii=False)
    label = found.option.label(found.name)
    return f'invalid argument {value} for "{label}" flag: {wrong}' if wrong else ""


def arguments(usage: Usage, rest: Sequence[str]) -> int:
    """How many words are no options, and no values of options."""
    return sum(1 for found in usage.read(rest) if not found.name)


def wrong_count(name: str, usage: Usage, count: int, engine: str) -> Complaint | None:
    """Too few or too many arguments. The CLI of engine 26 has a letter too many in one case."""
    least, most, verb = usage.least, usage.most, "Run"
    if least <= count and (most is None or count <= most):
        return None
    if most == 0:
        wants = "accepts no arguments"
    elif most == least:
        wants = f"requires {counted(least)}"
    elif most is None:
        wants, verb = f"requires at least {counted(least)}", "See"
    elif least:
        wants = f"requires at least {least} and at most {counted(most)}"
    else:
        wants, verb = f"requires at most {counted(most)}", WORDS[engine].cli.see_help
    said = f"docker: 'docker {name}' {wants}"
    return Complaint(f"{said}\n\n{shown(name, usage)}\n\n{hint(verb, f'{name} ')}", 1)


def counted(number: int) -> str:
    return f"{number} argument{'' if number == 1 else 's'}"
