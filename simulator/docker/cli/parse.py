"""From what is typed at the shell to a command."""

import re
import shlex
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from hashlib import sha256
from posixpath import normpath
from typing import Literal

from simulator.docker.cli.commands import (
    Command,
    Compose,
    DiskUsage,
    Images,
    Inspect,
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
from simulator.docker.cli.login import login
from simulator.docker.cli.options import OWN, SEARCH, USAGES, Usage, command_name
from simulator.docker.cli.words import Words
from simulator.docker.go_faults import NotPlayed, TemplateError
from simulator.docker.go_template import parsed


class InvalidCommand(ValueError):
    """The command line is not one that Pullscope plays."""


NOTHING: Mapping[str, str] = {}


def parse(
    text: str, typed: tuple[str, ...] = (), environment: Mapping[str, str] = NOTHING
) -> Command:
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
    wrong = unstartable(before)
    if wrong:
        return Unusable(text, why=wrong)
    options, rest = split_options(words[len(name.split()) :], text, usage)
    made = MAKERS[name](Words(text, name, options, rest, typed, environment))
    folder = config_folder(before, environment)
    return replace(
        made,
        config="" if folder == HOME else folder,
        engine=engine_address(address(before, environment)),
        misdirected=uninitialised(before, environment),
    )


def before_the_verb(words: Sequence[str]) -> tuple[dict[str, str], list[str]]:
    """Docker's own options by their keys, and the words from the verb on; or, where an option
    is wrong, that one and the words without options."""
    options: dict[str, str] = {}
    rest: list[str] = []
    for found in OWN.read(words):
        option, value = found.option, found.value
        if not found.name:
            rest.append(found.word)
        elif option is None or value is None or option.wrong(value):
            return options, [found.word]
        elif found.given:
            options["host again" if option.key == "host" and "host" in options else option.key] = (
                value
            )
        else:
            options.pop(option.key, None)
    return options, rest


LEVELS = ("debug", "info", "warn", "error", "fatal", "panic", "trace", "warning")


def unstartable(options: Mapping[str, str]) -> str:
    """Why the CLI reads no further than its own options; empty where it does."""
    level = options.get("log-level") or "info"
    if level.lower() not in LEVELS:
        return f"Unable to parse logging level: {level}"
    if "host" in options and options.get("context"):
        return "conflicting options: cannot specify both --host and --context"
    return ""


def uninitialised(options: Mapping[str, str], environment: Mapping[str, str] = NOTHING) -> str:
    """Why the CLI does not know where its engine is; empty where it does. Of contexts there is
    the usual one, and no file for TLS."""
    wrong = endpoint_fault(options, environment)
    return f"Failed to initialize: unable to resolve docker endpoint: {wrong}" if wrong else ""


def endpoint_fault(options: Mapping[str, str], environment: Mapping[str, str]) -> str:
    if "host again" in options:
        return "Specify only one -H"
    given = address(options, environment)
    known = "default" if given else environment.get("DOCKER_CONTEXT") or "default"
    context = options.get("context") or known
    if context != "default":
        folder = config_folder(options, environment)
        file = f"{folder}/contexts/meta/{sha256(context.encode()).hexdigest()}/meta.json"
        return f'context "{context}": context not found: open {file}: no such file or directory'
    whole = given if "://" in given else f"tcp://{given}"
    scheme, _, rest = whole.partition("://")
    if scheme not in SCHEMES:
        return f"invalid bind address format: {given}"
    port = parts(rest)[1]
    if scheme == "tcp" and port and not port.isdecimal():
        return f'parse "{whole}": invalid port ":{port}" after host'
    if "tls" in options or environment.get("DOCKER_TLS_VERIFY"):
        folder = environment.get("DOCKER_CERT_PATH") or config_folder({}, environment)
        file = options.get("tlscacert") or f"{folder}/ca.pem"
        return f"open {file}: no such file or directory"
    return ""


SCHEMES = ("tcp", "unix", "npipe", "fd", "ssh")
"""How an engine's address may begin (docker/cli, `opts/hosts.go`)."""


def address(options: Mapping[str, str], environment: Mapping[str, str]) -> str:
    """The engine's address as it was given; empty where none was."""
    return options.get("host", environment.get("DOCKER_HOST", "")).strip()


def config_folder(options: Mapping[str, str], environment: Mapping[str, str]) -> str:
    """The directory of `config.json`: `--config`, else `DOCKER_CONFIG`, else the user's own."""
    given = options.get("config") or environment.get("DOCKER_CONFIG")
    return normpath(given) if given else f"{environment.get('HOME', '/home/alice')}/.docker"


def engine_address(given: str) -> str:
    """The engine's address in full (docker/cli, `ParseHost`); empty for the usual one."""
    if not given:
        return ""
    scheme, _, rest = (given if "://" in given else f"tcp://{given}").partition("://")
    if scheme == "tcp":
        rest = with_port(rest)
    whole = f"{scheme}://{rest or SOCKET}"
    return "" if whole == HERE else whole


def with_port(rest: str) -> str:
    """Host and port; Docker's own where they are missing."""
    host, port, path = parts(rest)
    return f"{host or 'localhost'}:{port or ENGINE_PORT}{path}"


def parts(rest: str) -> tuple[str, str, str]:
    """Host, port and path of an address without its scheme."""
    found = PLACE.fullmatch(rest)
    return (found[1], found[2], found[3]) if found else (rest, "", "")


PLACE = re.compile(r"(\[[^]]*\]|[^:/]*):?([^/]*)(.*)", re.DOTALL)
HOME = "/home/alice/.docker"
ENGINE_PORT = "2375"
SOCKET = "/var/run/docker.sock"
HERE = f"unix://{SOCKET}"


def split_options(
    words: list[str], text: str, usage: Usage
) -> tuple[dict[str, str], tuple[str, ...]]:
    """Options by key, and the other words. Raises InvalidCommand for an option we do not play."""
    options: dict[str, str] = {}
    rest: list[str] = []
    for found in usage.read(words):
        if not found.name:
            rest.append(found.word)
        elif found.option is None or not found.option.key:
            raise InvalidCommand(f"option {found.name!r} of {text!r} is not played")
        elif found.option.key == "filter" and "filter" in options:
            raise InvalidCommand("several filters at once are not played")
        elif found.given:
            options[found.option.key] = found.value or ""
        else:
            options.pop(found.option.key, None)
    return options, tuple(rest)


def pull(words: Words) -> Pull:
    if len(words.rest) != 1:
        count = len(words.rest)
        raise InvalidCommand(f"docker pull takes one image, not {count}: {words.text!r}")
    return Pull(
        text=words.text,
        image=words.rest[0],
        platform=platform(words),
        all_tags="all" in words.options,
        quiet="quiet" in words.options,
        deprecated=("disable-content-trust",) if "untrusted" in words.options else (),
    )


def platform(words: Words) -> str:
    """`--platform`, else what the user has set for every pull."""
    usual = words.environment.get("DOCKER_DEFAULT_PLATFORM", "")
    return words.options.get("platform", usual)


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
    name, equals, wanted = text.partition("=")
    name = name.strip().lower()
    if name in ("label", "until"):
        raise InvalidCommand(f"the filter {name!r} is not played")
    return ((name, wanted.strip()),) if equals else ()


def prune(words: Words) -> Prune:
    """The answer to the CLI's question is the first line of its input."""
    answer = "".join(words.typed[:1]).partition("\n")[0].strip().lower()
    sure = "force" in words.options or answer == "y"
    return Prune(words.text, every="every" in words.options, sure=sure)


def disk_usage(words: Words) -> DiskUsage:
    template, verbose = words.options.get("format", ""), "verbose" in words.options
    if verbose and template:
        raise InvalidCommand("docker system df -v --format is not played")
    return DiskUsage(words.text, verbose=verbose, format=template)


def remove(words: Words) -> Remove:
    return Remove(text=words.text, names=at_least_one(words), force="force" in words.options)


def inspect(words: Words) -> Command:
    kind = words.options.get("type", "image")
    if kind != "image":
        raise InvalidCommand(f"docker inspect --type {kind} is not played")
    any_kind = words.name == "inspect" and "type" not in words.options
    template = words.options.get("format", "")
    try:
        parsed(template)
    except NotPlayed as error:
        raise InvalidCommand(str(error).removeprefix("pullscope: ")) from None
    except TemplateError as error:
        return Unusable(words.text, why=str(error), status=error.status)
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
        platform=platform(words),
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
