"""What is typed at the shell: `docker login`, `logout`, `pull`, `images`, `rmi`, `inspect`."""

import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from simulator.protocol.reference import HUB
from simulator.protocol.secrets import MASK


class InvalidCommand(ValueError):
    """The command line is not one that Pullscope plays."""


@dataclass(frozen=True)
class Login:
    """`docker login`; the password comes from a prompt, from standard input or from `-p`.

    `named`: the name was given with `-u`, else it is asked for. `terminal`: somebody is there
    to answer prompts. `wrong` names what is wrong with the options themselves. `config` is the
    directory after `docker --config`. `patience`: how often Docker's CLI may ask about the
    browser before the user interrupts it.
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


@dataclass(frozen=True)
class Images:
    """`docker images`, of those that match a pattern. `short_form`: not `docker image ls`.

    `width` is that of the terminal, 0 without one.
    """

    text: str
    pattern: str = ""
    every: bool = False
    quiet: bool = False
    digests: bool = False
    whole: bool = False
    short_form: bool = True
    width: int = 0
    config: str = ""

    def masked(self) -> "Images":
        return self


@dataclass(frozen=True)
class Remove:
    """`docker rmi`."""

    text: str
    names: tuple[str, ...] = ()
    force: bool = False
    config: str = ""

    def masked(self) -> "Remove":
        return self


@dataclass(frozen=True)
class Inspect:
    """`docker inspect` (`any_kind`: it would look for containers too) or `image inspect`."""

    text: str
    names: tuple[str, ...] = ()
    any_kind: bool = True
    config: str = ""

    def masked(self) -> "Inspect":
        return self


Command = Login | Pull | Logout | Images | Remove | Inspect


def parse(text: str, typed: tuple[str, ...] = ()) -> Command:
    """Parse a command line; `typed` are the answers to its prompts, or its standard input.

    Raises InvalidCommand with what is wrong.
    """
    words = shlex.split(text)
    if words[:1] != ["docker"]:
        raise InvalidCommand(f"cannot play {text!r}: a command starts with docker")
    config, words = before_the_verb(words[1:])
    group = words[:1] == ["image"]
    verb = "".join(words[1:2] if group else words[:1])
    known = OF_IMAGES if group else VERBS
    if verb not in known:
        names = ", ".join(f"docker {name}" for name in VERBS)
        raise InvalidCommand(f"cannot play {text!r}: use one of {names}")
    chosen = known[verb]
    options, rest = split_options(words[2 if group else 1 :], text, chosen)
    return replace(chosen.parser(text, options, rest, typed), config=config)


def before_the_verb(words: list[str]) -> tuple[str, list[str]]:
    """`docker --config DIR login ...`: the directory, and the words from the verb on."""
    if words[:1] == ["--config"]:
        return "".join(words[1:2]), words[2:]
    if words and words[0].startswith("--config="):
        return words[0].partition("=")[2], words[1:]
    return "", words


Options = dict[str, str]
Parser = Callable[[str, Options, list[str], tuple[str, ...]], Command]


@dataclass(frozen=True)
class Verb:
    """How one command is read: its options with a value, those without, and its parser."""

    parser: Parser
    valued: Mapping[str, str] = field(default_factory=dict)
    switches: Mapping[str, str] = field(default_factory=dict)


def split_options(words: list[str], text: str, verb: Verb) -> tuple[Options, list[str]]:
    """Options by name, and the other words. Short switches may stand together (`-aq`)."""
    options: Options = {}
    rest: list[str] = []
    pending = iter(words)
    for word in pending:
        name, equals, value = word.partition("=")
        short = word.startswith("-") and not word.startswith("--")
        letters = [f"-{letter}" for letter in word[1:]] if short else []
        if name in verb.valued:
            options[verb.valued[name]] = value if equals else next(pending, "")
        elif name in verb.switches:
            options[verb.switches[name]] = value or "yes"
        elif letters and all(letter in verb.switches for letter in letters):
            options |= {verb.switches[letter]: "yes" for letter in letters}
        elif word[:2] in verb.valued and letters:
            options[verb.valued[word[:2]]] = word[2:]
        elif word.startswith("-"):
            raise InvalidCommand(f"unknown option {word!r} in {text!r}")
        else:
            rest.append(word)
    return options, rest


def login(text: str, options: Options, rest: list[str], typed: tuple[str, ...]) -> Login:
    server = rest[0] if rest else HUB
    username, answers = options.get("username", ""), list(typed)
    wrong = wrong_options(options)
    if "stdin" in options or "password" in options:
        source = "stdin" if "stdin" in options else "flag"
        password = options.get("password", "")
        if source == "stdin":
            password = without_line_end((answers or [""])[0])
        kept = masked_flag(text)
        asks = source == "flag" and bool(answers) and not username
        name = answers[0] if asks else username
        return Login(kept, server, name, password, source, bool(username), asks, wrong)
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


def pull(text: str, options: Options, rest: list[str], typed: tuple[str, ...]) -> Pull:
    if len(rest) != 1:
        raise InvalidCommand(f"docker pull takes one image, not {len(rest)}: {text!r}")
    deprecated = ("disable-content-trust",) if "untrusted" in options else ()
    return Pull(
        text, rest[0], options.get("platform", ""), "all" in options, "quiet" in options, deprecated
    )


def logout(text: str, options: Options, rest: list[str], typed: tuple[str, ...]) -> Logout:
    return Logout(text, rest[0] if rest else "")


def images(text: str, options: Options, rest: list[str], typed: tuple[str, ...]) -> Images:
    if len(rest) > 1:
        raise InvalidCommand(f"docker images takes at most one name, not {len(rest)}: {text!r}")
    return Images(
        text,
        "".join(rest),
        every="every" in options,
        quiet="quiet" in options,
        digests="digests" in options,
        whole="whole" in options,
        short_form="images" in shlex.split(text),
    )


def remove(text: str, options: Options, rest: list[str], typed: tuple[str, ...]) -> Remove:
    return Remove(text, at_least_one(text, rest), "force" in options)


def inspect(text: str, options: Options, rest: list[str], typed: tuple[str, ...]) -> Inspect:
    return Inspect(text, at_least_one(text, rest), "image" not in shlex.split(text))


def at_least_one(text: str, rest: list[str]) -> tuple[str, ...]:
    if not rest:
        raise InvalidCommand(f"which image? name at least one: {text!r}")
    return tuple(rest)


NAME = {"-u": "username", "--username": "username", "-p": "password", "--password": "password"}
PULL = Verb(
    pull,
    {"--platform": "platform"},
    {"-a": "all", "--all-tags": "all", "-q": "quiet", "--quiet": "quiet",
     "--disable-content-trust": "untrusted"},
)  # fmt: skip
IMAGES = Verb(
    images,
    switches={"-a": "every", "--all": "every", "-q": "quiet", "--quiet": "quiet",
              "--digests": "digests", "--no-trunc": "whole"},
)  # fmt: skip
REMOVE = Verb(remove, switches={"-f": "force", "--force": "force"})
INSPECT = Verb(inspect)
VERBS: Mapping[str, Verb] = {
    "login": Verb(login, NAME, {"--password-stdin": "stdin"}),
    "logout": Verb(logout),
    "pull": PULL,
    "images": IMAGES,
    "rmi": REMOVE,
    "inspect": INSPECT,
}
OF_IMAGES: Mapping[str, Verb] = {
    "pull": PULL, "ls": IMAGES, "list": IMAGES, "rm": REMOVE, "remove": REMOVE,
    "rmi": REMOVE, "inspect": INSPECT,
}  # fmt: skip
"""The verbs after `docker image`."""
