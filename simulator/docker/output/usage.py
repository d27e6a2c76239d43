"""What Docker's CLI says about a command line that it cannot take (docker/cli, `cli/required.go`).

Nothing is asked of an engine or a registry for it.
"""

from dataclasses import dataclass

from simulator.docker.cli.options import USAGES, Usage, command_name
from simulator.docker.output.by_engine import WORDS


@dataclass(frozen=True)
class Complaint:
    """The output and the exit status."""

    text: str
    status: int


def complaint(words: list[str], engine: str) -> Complaint | None:
    """Why `docker WORDS` is not run; None where it is. `engine` names whose CLI it is."""
    name = command_name(words)
    if name is None:
        return unknown(words)
    usage = USAGES.get(name)
    if usage is None:
        return None
    rest = words[len(name.split()) :]
    wrong = wrong_option(usage, rest)
    shown = f"Usage:  docker {usage_line(name, usage)}"
    if wrong:
        return Complaint(
            f"{wrong}\n\n{shown}\n\nRun 'docker {name} --help' for more information", 125
        )
    return wrong_count(name, usage, len(arguments(usage, rest)), shown, engine)


def unknown(words: list[str]) -> Complaint:
    first = words[0] if words else ""
    if first == "image" and words[1:]:
        wrong = f"docker: unknown command: docker image {words[1]}"
        return Complaint(
            f"{wrong}\n\nUsage:  docker image\n\nRun 'docker image --help' for more information", 1
        )
    if first.startswith("-"):
        told = (
            "Usage:  docker [OPTIONS] COMMAND [ARG...]\n\nRun 'docker --help' for more information"
        )
        return Complaint(f"{unknown_flag(first, first.partition('=')[0])}\n\n{told}", 125)
    return Complaint(
        f"docker: unknown command: docker {first}\n\nRun 'docker --help' for more information", 1
    )


def usage_line(name: str, usage: Usage) -> str:
    """`docker image ls` has a usage line of its own, with other names for the same."""
    _, _, rest = usage.line.partition(" ")
    return f"{name} {rest}"


def unknown_flag(word: str, name: str) -> str:
    if word.startswith("--"):
        return f"unknown flag: {name}"
    return f"unknown shorthand flag: {name[1:]!r} in -{word[word.index(name[1:]) :]}"


def wrong_option(usage: Usage, rest: list[str]) -> str:
    """The first option that is unknown, or lacks its value; empty if all are right."""
    pending = iter(rest)
    for word in pending:
        if not word.startswith("-") or word == "-":
            if usage.mixed:
                continue
            break
        for name, value in usage.split(word):
            option = usage.find(name)
            if option is None:
                return unknown_flag(word, name)
            if option.valued and value is None and next(pending, None) is None:
                lacks = f"{name[1]!r} in {name}" if len(name) == 2 else name
                return f"flag needs an argument: {lacks}"
    return ""


def arguments(usage: Usage, rest: list[str]) -> list[str]:
    """The words that are no options, and no values of options."""
    found: list[str] = []
    pending = iter(rest)
    for word in pending:
        option = usage.find(word)
        if option and option.valued:
            next(pending, None)
        elif not word.startswith("-") or word == "-":
            found += [word, *(() if usage.mixed else pending)]
    return found


def wrong_count(name: str, usage: Usage, count: int, shown: str, engine: str) -> Complaint | None:
    """Too few or too many arguments. The CLI of engine 26 has a letter too many in one case."""
    if usage.least <= count and (usage.most is None or count <= usage.most):
        return None
    if usage.least == usage.most:
        wants, run = f"requires {usage.least}", "Run"
    elif count < usage.least:
        wants, run = f"requires at least {usage.least}", "See"
    else:
        wants, run = f"requires at most {usage.most}", WORDS[engine].cli.see_help
    number = usage.most if count > usage.least else usage.least
    noun = "argument" if number == 1 else "arguments"
    return Complaint(
        f"docker: 'docker {name}' {wants} {noun}\n\n{shown}\n\n"
        f"{run} 'docker {name} --help' for more information",
        1,
    )
