"""From what is typed at the shell to a command."""

import re
import shlex
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Literal

from simulator.docker.cli.commands import (
    Command,
    Compose,
    DiskUsage,
    Images,
    Inspect,
    Login,
    Logout,
    ManifestInspect,
    Prune,
    Pull,
    Push,
    Remove,
    Search,
    Tag,
    Unusable,
)
from simulator.docker.cli.options import SEARCH, USAGES, Usage, command_name
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
    before, words = before_the_verb(words[1:])
    name = command_name(words) or ""
    usage = USAGES.get(name)
    if usage is None:
        names = ", ".join(f"docker {known}" for known in USAGES if " " not in known)
        raise InvalidCommand(f"cannot play {text!r}: use one of {names}")
    options, rest = split_options(words[len(name.split()) :], text, usage)
    made = MAKERS[name](Words(text, name, options, rest, typed))
    wrong = uninitialised(before)
    if wrong:
        return Unusable(text, why=wrong)
    engine = engine_address(before.get("host", ""))
    return replace(made, config=before.get("config", ""), engine=engine)


def before_the_verb(words: Sequence[str]) -> tuple[dict[str, str], list[str]]:
    """Docker's own options by their long names, and the words from the verb on."""
    options: dict[str, str] = {}
    rest = list(words)
    while rest and rest[0].startswith("-"):
        name, equals, value = rest[0].partition("=")
        if name in SWITCHES:
            rest = rest[1:]
        elif name in VALUED and (equals or len(rest) > 1):
            options[VALUED[name]] = value if equals else rest[1]
            rest = rest[1:] if equals else rest[2:]
        else:
            break
    return options, rest


VALUED = {
    "--config": "config", "-c": "context", "--context": "context", "-H": "host",
    "--host": "host", "-l": "log-level", "--log-level": "log-level",
}  # fmt: skip
SWITCHES = ("-D", "--debug")
"""Options before the command (docker/cli, `cli/flags/options.go`)."""
LEVELS = ("debug", "info", "warn", "error", "fatal", "panic", "trace", "warning")


def uninitialised(options: Mapping[str, str]) -> str:
    """Why the CLI does not even begin; empty where it does. Of contexts there is the usual one."""
    level, context = options.get("log-level", "info"), options.get("context", "default")
    if level not in LEVELS:
        return f"Unable to parse logging level: {level}"
    if context == "default":
        return ""
    place = f"{options.get('config') or HOME}/contexts/meta/{sha256(context.encode()).hexdigest()}"
    return (
        f'Failed to initialize: unable to resolve docker endpoint: context "{context}": context '
        f"not found: open {place}/meta.json: no such file or directory"
    )


def engine_address(given: str) -> str:
    """The engine's address in full (docker/cli, `ParseHost`); empty for the usual one."""
    if not given or given == HERE:
        return ""
    whole = given if "://" in given else f"tcp://{given}"
    bare = whole.startswith("tcp://") and ":" not in whole.removeprefix("tcp://")
    return f"{whole}:2375" if bare else whole


HOME = "/home/alice/.docker"
HERE = "unix:///var/run/docker.sock"


def split_options(
    words: list[str], text: str, usage: Usage
) -> tuple[dict[str, str], tuple[str, ...]]:
    """Options by key, and the other words. Raises InvalidCommand for an option we do not play."""
    options: dict[str, str] = {}
    rest: list[str] = []
    pending = iter(words)
    for word in pending:
        if not word.startswith("-") or word == "-":
            rest += [word, *(() if usage.mixed else pending)]
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
    options = words.options
    every, quiet = "all" in options, "quiet" in options
    return Push(words.text, words.rest[0], options.get("platform", ""), quiet, every)


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
        raise InvalidCommand(f"docker images takes at most one name, not {count}: {words.text!r}")
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


def disk_usage(words: Words) -> DiskUsage:
    template, verbose = words.options.get("format", ""), "verbose" in words.options
    if verbose and template:
        raise InvalidCommand("docker system df -v --format is not played")
    return DiskUsage(words.text, verbose=verbose, format=template)


def remove(words: Words) -> Remove:
    return Remove(text=words.text, names=at_least_one(words), force="force" in words.options)


def inspect(words: Words) -> Inspect:
    kind = words.options.get("type", "image")
    if kind != "image":
        raise InvalidCommand(f"docker inspect --type {kind} is not played")
    any_kind = words.name == "inspect" and "type" not in words.options
    template = words.options.get("format", "")
    return Inspect(words.text, at_least_one(words), any_kind, template)


def container(words: Words) -> Command:
    """What `docker run` and `docker create` do about the image."""
    by: Literal["run", "create"] = "run" if words.name.endswith("run") else "create"
    given = words.options.get("policy", "missing")
    policy = next((known for known in POLICIES if known == given), None)
    if policy is None:
        wrong = f"docker: invalid pull option: {given!r}: must be one of {KNOWN}"
        help_hint = f"Run 'docker {by} --help' for more information"
        return Unusable(words.text, why=f"{wrong}\n\n{help_hint}", status=125)
    return Pull(
        text=words.text,
        image=at_least_one(words)[0],
        platform=words.options.get("platform", ""),
        quiet="quiet" in words.options,
        by=by,
        policy=policy,
    )


POLICIES: tuple[Literal["always", "missing", "never"], ...] = ("always", "missing", "never")
KNOWN = '"always", "missing" or "never"'


def search(words: Words) -> Command:
    limit = words.options.get("limit", "25")
    if len(words.rest) != 1:
        raise InvalidCommand(f"docker search takes one term: {words.text!r}")
    if not limit.isdecimal():
        wrong = f'strconv.ParseInt: parsing "{limit}": invalid syntax'
        why = f'invalid argument "{limit}" for "--limit" flag: {wrong}'
        hint = f"Usage:  docker {SEARCH.line}\n\nRun 'docker search --help' for more information"
        return Unusable(words.text, why=f"{why}\n\n{hint}", status=125)
    return Search(words.text, words.rest[0], int(limit), "whole" in words.options)


def compose(words: Words) -> Compose:
    """The services are in a file: who has that file says which (`with_services`)."""
    return Compose(words.text, quiet="quiet" in words.options)


def imagetools(words: Words) -> Pull:
    return Pull(text=words.text, image=at_least_one(words)[0], by="imagetools")


def manifest_inspect(words: Words) -> ManifestInspect:
    if len(words.rest) != 1:
        raise InvalidCommand("docker manifest inspect of a list made here is not played")
    options = words.options
    return ManifestInspect(words.text, words.rest[0], "verbose" in options, "insecure" in options)


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
    "system df": disk_usage,
    "manifest inspect": manifest_inspect,
    "run": container,
    "create": container,
    "container run": container,
    "container create": container,
    "search": search,
    "compose pull": compose,
    "buildx imagetools inspect": imagetools,
}
