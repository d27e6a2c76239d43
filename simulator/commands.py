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
    """`docker login`; the password comes from a prompt, from standard input or from `-p`.

    `named`: the name was given with `-u`. `terminal`: somebody is there to answer prompts.
    `wrong` names what is wrong with the options themselves. `config` is the directory after
    `docker --config`. `patience`: how often Docker's CLI may ask about the browser before the
    user interrupts it.
    """

    text: str
    server: str = ""
    username: str = ""
    password: str = field(default="", repr=False)
    source: str = "prompt"
    named: bool = False
    terminal: bool = False
    wrong: str = ""
    config: str = ""
    patience: int = 0

    def masked(self) -> "Login":
        return replace(self, password=MASK)


@dataclass(frozen=True)
class Pull:
    """`docker pull`; `image` as typed, not yet parsed."""

    text: str
    image: str
    platform: str = ""
    all_tags: bool = False
    quiet: bool = False
    deprecated: tuple[str, ...] = ()
    config: str = ""

    def masked(self) -> "Pull":
        return self


@dataclass(frozen=True)
class Logout:
    """`docker logout`."""

    text: str
    server: str = ""
    config: str = ""

    def masked(self) -> "Logout":
        return self


Command = Login | Pull | Logout


def parse(text: str, typed: tuple[str, ...] = ()) -> Command:
    """Parse a command line; `typed` are the answers to its prompts, or its standard input.

    Raises InvalidCommand with what is wrong.
    """
    words = shlex.split(text)
    if words[:1] != ["docker"]:
        raise InvalidCommand(f"cannot play {text!r}: a command starts with docker")
    config, words = before_the_verb(words[1:])
    words = words[1:] if words[:1] == ["image"] else words
    if not words or words[0] not in PARSERS:
        known = "docker login, docker pull or docker logout"
        raise InvalidCommand(f"cannot play {text!r}: use {known}")
    options, rest = split_options(words[1:], text)
    return replace(PARSERS[words[0]](text, options, rest, typed), config=config)


def before_the_verb(words: list[str]) -> tuple[str, list[str]]:
    """`docker --config DIR login ...`: the directory, and the words from the verb on."""
    if words[:1] == ["--config"]:
        return "".join(words[1:2]), words[2:]
    if words and words[0].startswith("--config="):
        return words[0].partition("=")[2], words[1:]
    return "", words


VALUED = {"-u": "username", "--username": "username", "-p": "password", "--password": "password",
          "--platform": "platform"}  # fmt: skip
SWITCHES = {"--password-stdin": "stdin", "-a": "all", "--all-tags": "all", "-q": "quiet",
            "--quiet": "quiet", "--disable-content-trust": "untrusted"}  # fmt: skip


def split_options(words: list[str], text: str) -> tuple[dict[str, str], list[str]]:
    """Options by name, and the other words. Short switches may stand together (`-aq`)."""
    options: dict[str, str] = {}
    rest: list[str] = []
    pending = iter(words)
    for word in pending:
        name, equals, value = word.partition("=")
        short = word.startswith("-") and not word.startswith("--")
        letters = [f"-{letter}" for letter in word[1:]] if short else []
        if name in VALUED:
            options[VALUED[name]] = value if equals else next(pending, "")
        elif name in SWITCHES:
            options[SWITCHES[name]] = value or "yes"
        elif letters and all(letter in SWITCHES for letter in letters):
            options |= {SWITCHES[letter]: "yes" for letter in letters}
        elif word[:2] in VALUED and letters:
            options[VALUED[word[:2]]] = word[2:]
        elif word.startswith("-"):
            raise InvalidCommand(f"unknown option {word!r} in {text!r}")
        else:
            rest.append(word)
    return options, rest


def login(text: str, options: dict[str, str], rest: list[str], typed: tuple[str, ...]) -> Login:
    server = rest[0] if rest else HUB
    username, answers = options.get("username", ""), list(typed)
    wrong = wrong_options(options)
    if "stdin" in options or "password" in options:
        source = "stdin" if "stdin" in options else "flag"
        password = options.get("password", "")
        if source == "stdin":
            password = without_line_end((answers or [""])[0])
        kept = masked_flag(text)
        return Login(kept, server, username, password, source, bool(username), wrong=wrong)
    named, terminal = bool(username), bool(answers)
    if not username and answers:
        username = answers.pop(0)
    return Login(text, server, username, (answers or [""])[0], "prompt", named, terminal, wrong)


def wrong_options(options: dict[str, str]) -> str:
    """What Docker's CLI finds wrong before it asks anybody; empty if nothing."""
    if "stdin" in options and "password" in options:
        return "both passwords"
    if "stdin" in options and "username" not in options:
        return "username"
    if options.get("username") == "":
        return "empty username"
    return "password flag" if options.get("password") == "" else ""


def without_line_end(text: str) -> str:
    """A password on standard input, without the line's end."""
    return text.removesuffix("\n").removesuffix("\r")


def masked_flag(text: str) -> str:
    """The command line as kept: a password typed into it is masked."""
    words = shlex.split(text)
    for place, word in enumerate(words):
        if word in ("-p", "--password") and place + 1 < len(words):
            words[place + 1] = MASK
        elif word.startswith("--password="):
            words[place] = f"--password={MASK}"
        elif word.startswith("-p") and word[:2] == "-p" and len(word) > 2:
            words[place] = f"-p{MASK}"
    return " ".join(words)


def pull(text: str, options: dict[str, str], rest: list[str], typed: tuple[str, ...]) -> Pull:
    if len(rest) != 1:
        raise InvalidCommand(f"docker pull takes one image, not {len(rest)}: {text!r}")
    deprecated = ("disable-content-trust",) if "untrusted" in options else ()
    return Pull(
        text, rest[0], options.get("platform", ""), "all" in options, "quiet" in options, deprecated
    )


def logout(text: str, options: dict[str, str], rest: list[str], typed: tuple[str, ...]) -> Logout:
    return Logout(text, rest[0] if rest else "")


Parser = Callable[[str, dict[str, str], list[str], tuple[str, ...]], Command]
PARSERS: dict[str, Parser] = {"login": login, "pull": pull, "logout": logout}
