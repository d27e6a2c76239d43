"""What is typed at the shell: `docker login`, `docker pull`, `docker logout`."""

import shlex
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from simulator.oci import HUB
from simulator.wire import MASK


class InvalidCommand(ValueError):
    """The command line is not one that Pullscope plays."""


@dataclass(frozen=True)
class Login:
    """`docker login`; the password comes from a prompt, from standard input or from `-p`."""

    text: str
    server: str = ""
    username: str = ""
    password: str = field(default="", repr=False)
    source: str = "prompt"

    def masked(self) -> "Login":
        return replace(self, password=MASK)


@dataclass(frozen=True)
class Pull:
    """`docker pull`; `image` as typed, not yet parsed."""

    text: str
    image: str
    platform: str = ""

    def masked(self) -> "Pull":
        return self


@dataclass(frozen=True)
class Logout:
    """`docker logout`."""

    text: str
    server: str = ""

    def masked(self) -> "Logout":
        return self


Command = Login | Pull | Logout


def parse(text: str, typed: tuple[str, ...] = ()) -> Command:
    """Parse a command line; `typed` are the answers to its prompts, or its standard input.

    Raises InvalidCommand with what is wrong.
    """
    words = shlex.split(text)
    if len(words) < 2 or words[0] != "docker" or words[1] not in PARSERS:
        raise InvalidCommand(f"cannot play {text!r}: use docker login, docker pull or docker logout")
    options, rest = split_options(words[2:], text)
    return PARSERS[words[1]](text, options, rest, typed)


FLAGS = {"-u": "username", "--username": "username", "-p": "password", "--password": "password",
         "--platform": "platform"}  # fmt: skip


def split_options(words: list[str], text: str) -> tuple[dict[str, str], list[str]]:
    options: dict[str, str] = {}
    rest: list[str] = []
    pending = iter(words)
    for word in pending:
        name, equals, value = word.partition("=")
        if word == "--password-stdin":
            options["stdin"] = "yes"
        elif name in FLAGS:
            options[FLAGS[name]] = value if equals else next(pending, "")
        elif word.startswith("-"):
            raise InvalidCommand(f"unknown option {word!r} in {text!r}")
        else:
            rest.append(word)
    return options, rest


def login(text: str, options: dict[str, str], rest: list[str], typed: tuple[str, ...]) -> Login:
    server = rest[0] if rest else HUB
    username, answers = options.get("username", ""), list(typed)
    if "password" in options:
        return Login(masked_flag(text), server, username, options["password"], "flag")
    if "stdin" in options:
        return Login(text, server, username, (answers or [""])[0].strip(), "stdin")
    if not username and answers:
        username = answers.pop(0)
    return Login(text, server, username, (answers or [""])[0], "prompt")


def masked_flag(text: str) -> str:
    """The command line as kept: a password typed into it is masked."""
    words = shlex.split(text)
    for place, word in enumerate(words):
        if word in ("-p", "--password") and place + 1 < len(words):
            words[place + 1] = MASK
        elif word.startswith("--password="):
            words[place] = f"--password={MASK}"
    return " ".join(words)


def pull(text: str, options: dict[str, str], rest: list[str], typed: tuple[str, ...]) -> Pull:
    if len(rest) != 1:
        raise InvalidCommand(f"docker pull takes one image, not {len(rest)}: {text!r}")
    return Pull(text, rest[0], options.get("platform", ""))


def logout(text: str, options: dict[str, str], rest: list[str], typed: tuple[str, ...]) -> Logout:
    return Logout(text, rest[0] if rest else "")


Parser = Callable[[str, dict[str, str], list[str], tuple[str, ...]], Command]
PARSERS: dict[str, Parser] = {"login": login, "pull": pull, "logout": logout}
