"""From what is typed at the shell to a command."""

import re
import shlex
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from simulator.docker.cli.commands import (
    Command,
    Images,
    Inspect,
    Login,
    Logout,
    Prune,
    Pull,
    Push,
    Remove,
    Tag,
)
from simulator.docker.cli.options import USAGES, Usage, command_name
from simulator.protocol.reference import HUB
from simulator.protocol.secrets import MASK


class InvalidCommand(ValueError):
    """The command line is not one that Pullscope plays."""


@dataclass(frozen=True)
class Words:
    """A command line taken apart: the options by key, the other words, and what is typed when
    the command asks."""

    text: str
    name: str
    options: Mapping[str, str]
    rest: tuple[str, ...]
    typed: tuple[str, ...]


def parse(text: str, typed: tuple[str, ...] = ()) -> Command:
    """Parse a command line; `typed` are the answers to its prompts, or its standard input.

    Raises InvalidCommand with what is wrong.
    """
    words = shlex.split(text)
    if words[:1] != ["docker"]:
        raise InvalidCommand(f"cannot play {text!r}: a command starts with docker")
    config, words = before_the_verb(words[1:])
    name = command_name(words) or ""
    usage = USAGES.get(name)
    if usage is None:
        names = ", ".join(f"docker {known}" for known in USAGES if " " not in known)
        raise InvalidCommand(f"cannot play {text!r}: use one of {names}")
    options, rest = split_options(words[len(name.split()) :], text, usage)
    made = MAKERS[name](Words(text, name, options, rest, typed))
    return replace(made, config=config)


def before_the_verb(words: list[str]) -> tuple[str, list[str]]:
    """`docker --config DIR login ...`: the directory, and the words from the verb on."""
    if words[:1] == ["--config"]:
        return "".join(words[1:2]), words[2:]
    if words and words[0].startswith("--config="):
        return words[0].partition("=")[2], words[1:]
    return "", words


def split_options(
    words: list[str], text: str, usage: Usage
) -> tuple[dict[str, str], tuple[str, ...]]:
    """Options by key, and the other words. Raises InvalidCommand for an option we do not play."""
    options: dict[str, str] = {}
    rest: list[str] = []
    pending = iter(words)
    for word in pending:
        if not word.startswith("-") or word == "-":
            rest.append(word)
            continue
        for name, value in usage.split(word):
            option = usage.find(name)
            if option is None or not option.key:
                raise InvalidCommand(f"option {name!r} of {text!r} is not played")
            follows = next(pending, "") if option.valued and value is None else "yes"
            options[option.key] = follows if value is None else value
    return options, tuple(rest)


def login(words: Words) -> Login:
    server = words.rest[0] if words.rest else HUB
    source = next((key for key in ("stdin", "password") if key in words.options), "prompt")
    return MAKERS_OF_LOGIN[source](words, server)


def login_with_password(words: Words, server: str) -> Login:
    """The password is an option; a name that is missing is still asked for."""
    username = words.options.get("username", "")
    asks = bool(words.typed) and not username
    return Login(
        text=" ".join(without_password(shlex.split(words.text))),
        server=server,
        username=words.typed[0] if asks else username,
        password=words.options["password"],
        source="flag",
        named=bool(username),
        terminal=asks,
        wrong=wrong_options(words.options),
    )


def login_from_input(words: Words, server: str) -> Login:
    """The password is on standard input, without the line's end."""
    given = "".join(words.typed[:1]).removesuffix("\n").removesuffix("\r")
    username = words.options.get("username", "")
    return Login(
        text=" ".join(without_password(shlex.split(words.text))),
        server=server,
        username=username,
        password=given,
        source="stdin",
        named=bool(username),
        wrong=wrong_options(words.options),
    )


def login_at_prompt(words: Words, server: str) -> Login:
    """The name, where it is not an option, and the password are asked for."""
    named, answers = words.options.get("username", ""), list(words.typed)
    username = named or (answers.pop(0) if answers else "")
    return Login(
        text=words.text,
        server=server,
        username=username,
        password=answers[0] if answers else "",
        named=bool(named),
        terminal=bool(words.typed),
        wrong=wrong_options(words.options),
    )


MAKERS_OF_LOGIN: Mapping[str, Callable[[Words, str], Login]] = {
    "stdin": login_from_input,
    "password": login_with_password,
    "prompt": login_at_prompt,
}


def wrong_options(options: Mapping[str, str]) -> str:
    """What Docker's CLI finds wrong before it asks anybody; empty if nothing."""
    if "stdin" in options and "password" in options:
        return "both passwords"
    if "stdin" in options and "username" not in options:
        return "username"
    if options.get("username") == "":
        return "empty username"
    return "password flag" if options.get("password") == "" else ""


GIVEN = re.compile(r"(-p|--password=).+", re.DOTALL)


def without_password(words: list[str]) -> Iterator[str]:
    """The words of a command line as kept: a password among them is masked."""
    for before, word in zip(["", *words], words, strict=False):
        found = GIVEN.fullmatch(word)
        if before in ("-p", "--password"):
            yield MASK
        else:
            yield f"{found[1]}{MASK}" if found else word


def pull(words: Words) -> Pull:
    if len(words.rest) != 1:
        count = len(words.rest)
        raise InvalidCommand(f"docker pull takes one image, not {count}: {words.text!r}")
    return Pull(
        text=words.text,
        image=words.rest[0],
        platform=words.options.get("platform", ""),
        all_tags="all" in words.options,
        quiet="quiet" in words.options,
        deprecated=("disable-content-trust",) if "untrusted" in words.options else (),
    )


def push(words: Words) -> Push:
    if len(words.rest) != 1:
        count = len(words.rest)
        raise InvalidCommand(f"docker push takes one image, not {count}: {words.text!r}")
    platform = words.options.get("platform", "")
    return Push(words.text, words.rest[0], platform, "quiet" in words.options)


def tag(words: Words) -> Tag:
    if len(words.rest) != 2:
        count = len(words.rest)
        raise InvalidCommand(f"docker tag takes two names, not {count}: {words.text!r}")
    return Tag(words.text, *words.rest)


def logout(words: Words) -> Logout:
    return Logout(text=words.text, server="".join(words.rest[:1]))


def images(words: Words) -> Images:
    if len(words.rest) > 1:
        count = len(words.rest)
        raise InvalidCommand(
            f"docker images takes at most one name, not {count}: {words.text!r}"
        )
    return Images(
        text=words.text,
        pattern="".join(words.rest),
        every="every" in words.options,
        quiet="quiet" in words.options,
        digests="digests" in words.options,
        whole="whole" in words.options,
        short_form=words.name == "images",
        tree="tree" in words.options,
        format=words.options.get("format", ""),
        filters=filters(words.options.get("filter", "")),
    )


def filters(text: str) -> tuple[tuple[str, str], ...]:
    """`NAME=VALUE`, as `--filter` has it. Raises InvalidCommand for one that is not played."""
    name, _, wanted = text.partition("=")
    if name not in ("", "dangling", "reference", "before", "since"):
        raise InvalidCommand(f"the filter {name!r} is not played")
    return ((name, wanted),) if name else ()


def prune(words: Words) -> Prune:
    return Prune(words.text, every="every" in words.options, sure="force" in words.options)


def remove(words: Words) -> Remove:
    return Remove(text=words.text, names=at_least_one(words), force="force" in words.options)


def inspect(words: Words) -> Inspect:
    kind = words.options.get("type", "image")
    if kind != "image":
        raise InvalidCommand(f"docker inspect --type {kind} is not played")
    any_kind = words.name == "inspect" and "type" not in words.options
    template = words.options.get("format", "")
    return Inspect(words.text, at_least_one(words), any_kind, template)


def at_least_one(words: Words) -> tuple[str, ...]:
    if not words.rest:
        raise InvalidCommand(f"which image? name at least one: {words.text!r}")
    return words.rest


MAKERS: Mapping[str, Callable[[Words], Command]] = {
    "login": login,
    "logout": logout,
    "pull": pull,
    "push": push,
    "tag": tag,
    "images": images,
    "rmi": remove,
    "inspect": inspect,
    "image pull": pull,
    "image push": push,
    "image tag": tag,
    "image ls": images,
    "image rm": remove,
    "image inspect": inspect,
    "image prune": prune,
}
