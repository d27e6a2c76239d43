"""What Docker's CLI says about a command line that it cannot take (docker/cli, `cli/required.go`).

Nothing is asked of an engine or a registry for it. Only the commands about images and
registries have their options here; of the others we know the names.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Usage:
    """`line` after `docker`; how many arguments; options that take a value, and switches."""

    line: str
    least: int
    most: int | None
    valued: frozenset[str] = frozenset()
    switches: frozenset[str] = frozenset()


def options(*names: str) -> frozenset[str]:
    return frozenset(names)


PULL = Usage("pull [OPTIONS] NAME[:TAG|@DIGEST]", 1, 1, options("--platform"),
             options("-a", "--all-tags", "-q", "--quiet", "--disable-content-trust"))  # fmt: skip
IMAGES = Usage("images [OPTIONS] [REPOSITORY[:TAG]]", 0, 1,
               options("-f", "--filter", "--format"),
               options("-a", "--all", "--digests", "--no-trunc", "-q", "--quiet",
                       "--tree"))  # fmt: skip
RMI = Usage("rmi [OPTIONS] IMAGE [IMAGE...]", 1, None, options("--platform"),
            options("-f", "--force", "--no-prune"))  # fmt: skip
USAGES = {
    "login": Usage("login [OPTIONS] [SERVER]", 0, 1,
                   options("-u", "--username", "-p", "--password"),
                   options("--password-stdin")),
    "logout": Usage("logout [SERVER]", 0, 1),
    "pull": PULL,
    "images": IMAGES,
    "rmi": RMI,
    "inspect": Usage("inspect [OPTIONS] NAME|ID [NAME|ID...]", 1, None,
                     options("-f", "--format", "--type"), options("-s", "--size")),
    "image pull": PULL,
    "image ls": IMAGES,
    "image rm": RMI,
    "image inspect": Usage("image inspect [OPTIONS] IMAGE [IMAGE...]", 1, None,
                           options("-f", "--format", "--platform")),
}  # fmt: skip
OTHERS = frozenset([
    "attach", "build", "builder", "buildx", "checkpoint", "commit", "compose", "config",
    "container", "context", "cp", "create", "diff", "events", "exec", "export", "history",
    "import", "info", "kill", "load", "logs", "manifest", "network", "node", "pause", "plugin",
    "port", "ps", "push", "rename", "restart", "run", "save", "search", "secret", "service",
    "stack", "start", "stats", "stop", "swarm", "system", "tag", "top", "trust", "unpause",
    "update", "version", "volume", "wait",
])  # fmt: skip
"""Commands that Docker has and that are not played here."""
IMAGE_OTHERS = frozenset(["build", "history", "import", "load", "prune", "push", "save", "tag"])


@dataclass(frozen=True)
class Complaint:
    """What is printed, and the exit status."""

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


def command_name(words: list[str]) -> str | None:
    """`pull`, `image ls`, or the name of a command that is not played; None if there is none."""
    first = words[0] if words else ""
    both = " ".join(words[:2])
    if first == "image" and (both in USAGES or (words[1:2] and words[1] in IMAGE_OTHERS)):
        return both
    return first if first in USAGES or first in OTHERS else None


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
        return Complaint(f"{unknown_flag(first)}\n\n{told}", 125)
    return Complaint(
        f"docker: unknown command: docker {first}\n\nRun 'docker --help' for more information", 1
    )


def usage_line(name: str, usage: Usage) -> str:
    """`docker image ls` has a usage line of its own, with other names for the same."""
    _, _, rest = usage.line.partition(" ")
    return f"{name} {rest}"


def unknown_flag(word: str) -> str:
    if word.startswith("--"):
        return f"unknown flag: {word.partition('=')[0]}"
    return f"unknown shorthand flag: {word[1:2]!r} in {word}"


def wrong_option(usage: Usage, rest: list[str]) -> str:
    """The first option that is unknown, or lacks its value; empty if all are right."""
    pending = iter(rest)
    for word in pending:
        name, equals, _ = word.partition("=")
        if not word.startswith("-") or word == "-":
            continue
        if name in usage.valued and not equals and next(pending, None) is None:
            lacks = f"{name[1]!r} in {name}" if len(name) == 2 else name
            return f"flag needs an argument: {lacks}"
        if name in usage.valued | usage.switches or short_ones(usage, word):
            continue
        known = word[1:] if word.startswith("--") else word[1:].lstrip(letters(usage))
        return unknown_flag(word if word.startswith("--") else f"-{known}")
    return ""


def short_ones(usage: Usage, word: str) -> bool:
    """`-aq` is `-a -q`, and `-palice` is `-p alice`."""
    if word.startswith("--"):
        return False
    return word[:2] in usage.valued or all(f"-{letter}" in usage.switches for letter in word[1:])


def letters(usage: Usage) -> str:
    """The switches of one letter."""
    return "".join(name[1] for name in usage.switches if len(name) == 2)


def arguments(usage: Usage, rest: list[str]) -> list[str]:
    found: list[str] = []
    pending = iter(rest)
    for word in pending:
        if word in usage.valued:
            next(pending, None)
        elif not word.startswith("-"):
            found.append(word)
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
        wants, run = f"requires at most {usage.most}", "SRun" if engine == "26" else "Run"
    number = usage.most if count > usage.least else usage.least
    noun = "argument" if number == 1 else "arguments"
    return Complaint(
        f"docker: 'docker {name}' {wants} {noun}\n\n{shown}\n\n"
        f"{run} 'docker {name} --help' for more information",
        1,
    )
