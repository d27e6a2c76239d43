"""Programs about the machine and the shell: variables, users, the clock, the engine's service."""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime

from simulator.protocol.json_text import json_of
from simulator.protocol.proxies import Proxies
from simulator.shell.files import home_of, read
from simulator.shell.octets import readable
from simulator.shell.programs.options import Refused, not_played, read_options, refusing
from simulator.shell.values import DAEMON, Ran, Shell


def export(shell: Shell, words: list[str], given: str | None) -> Ran:
    """`export NAME` or `export NAME=value`; alone it lists what is exported."""
    if not words or words == ["-p"]:
        return Ran(shell, "".join(f'declare -x {line}\n' for line in exported_lines(shell)))
    variables, names = dict(shell.variables), set(shell.exported)
    for word in words:
        name, equals, text = word.partition("=")
        if not name.isidentifier():
            return Ran(shell, error=f"bash: export: `{word}': not a valid identifier", status=1)
        names.add(name)
        if equals:
            variables[name] = text
    return Ran(replace(shell, variables=variables, exported=frozenset(names)))


def exported_lines(shell: Shell) -> list[str]:
    return [f'{name}="{shell.variables.get(name, "")}"' for name in sorted(shell.exported)]


def environment(shell: Shell) -> Mapping[str, str]:
    """What a program finds in its environment."""
    return {name: shell.variables[name] for name in shell.exported if name in shell.variables}


def unset(shell: Shell, words: list[str], given: str | None) -> Ran:
    left = {name: text for name, text in shell.variables.items() if name not in words}
    return Ran(replace(shell, variables=left, exported=shell.exported - set(words)))


def env(shell: Shell, words: list[str], given: str | None) -> Ran:
    known = {"HOME": home_of(shell), "USER": shell.user, **environment(shell)}
    return Ran(shell, "".join(f"{name}={text}\n" for name, text in known.items()))


def read_line(shell: Shell, words: list[str], given: str | None) -> Ran:
    """`read NAME` takes a line of its standard input."""
    names = [word for word in words if not word.startswith("-")] or ["REPLY"]
    if given is None:
        return Ran(shell, error="read: in this terminal, give the line with <<< or |", status=1)
    line = readable(given.split("\n")[0])
    return Ran(replace(shell, variables={**shell.variables, names[0]: line}))


def true(shell: Shell, words: list[str], given: str | None) -> Ran:
    return Ran(shell)


def false(shell: Shell, words: list[str], given: str | None) -> Ran:
    return Ran(shell, status=1)


def whoami(shell: Shell, words: list[str], given: str | None) -> Ran:
    return Ran(shell, f"{shell.user}\n")


def id_(shell: Shell, words: list[str], given: str | None) -> Ran:
    number = 0 if shell.user == "root" else 1000
    groups = "0(root)" if number == 0 else "1000(alice),998(docker)"
    return Ran(shell, f"uid={number}({shell.user}) gid={number}({shell.user}) groups={groups}\n")


DATE = """
-u --utc --universal
-d --date=
-I
--iso-8601
"""
USUAL = "+%a %b %e %H:%M:%S UTC %Y"
DIRECTIVE = re.compile(r"%-?([a-zA-Z%])")
OWN_DIRECTIVES = {"N": "000000000", "n": "\n", "t": "\t", "Z": "UTC", "z": "+0000", "%": "%"}
STRFTIME = frozenset("aAbBcCdDeFgGhHIjklmMpPrRSTuUVwWxXyY")


@refusing
def date(shell: Shell, words: list[str], given: str | None) -> Ran:
    """The client's clock in UTC, or the moment of `-d @SECONDS`, in the form of `+FORMAT`."""
    seconds = re.sub(r"^(-I|--iso-8601=)seconds$", "+%FT%T+00:00", " ".join(words))
    options = read_options("date", [seconds] if seconds != " ".join(words) else words, DATE)
    form = "+%F" if {"I", "iso-8601"} & options.values.keys() else USUAL
    for word in options.names:
        if word[:1] != "+":
            raise Refused(f"date: invalid date '{word}'", 1)
        form = word
    moment = options.value("d", f"@{shell.client.now}")
    if not re.fullmatch(r"@\d{1,11}", moment):
        raise Refused(not_played(f"date -d '{moment}' (only -d @SECONDS is)"), 1)
    return Ran(shell, moment_as(int(moment[1:]), form[1:]) + "\n")


def moment_as(seconds: int, form: str) -> str:
    """A moment in seconds since 1970, as `date` writes it. An unknown directive stays."""
    moment = datetime.fromtimestamp(seconds, UTC)

    def filled(found: re.Match[str]) -> str:
        letter = found[1]
        if letter == "s":
            return str(seconds)
        return OWN_DIRECTIVES.get(letter) or (
            moment.strftime(found[0]) if letter in STRFTIME else found[0]
        )

    return DIRECTIVE.sub(filled, form)


def sleep(shell: Shell, words: list[str], given: str | None) -> Ran:
    """All clocks of the world move on, the client's and the registries', without a wait."""
    if len(words) != 1 or not words[0].isdecimal():
        return Ran(shell, error="sleep: give a number of seconds", status=1)
    later = shell.world.later(int(words[0]))
    return Ran(replace(shell, world=later, client=replace(shell.client, now=later.now)))


def exit_(shell: Shell, words: list[str], given: str | None) -> Ran:
    """There is no other shell to go back to."""
    return Ran(shell, error="pullscope: this terminal stays open; type reset", status=1)


def systemctl(shell: Shell, words: list[str], given: str | None) -> Ran:
    """`systemctl restart docker`: the engine reads `daemon.json` when it starts."""
    if words not in (["restart", "docker"], ["reload", "docker"]):
        return Ran(shell, error="systemctl: only `systemctl restart docker` is played", status=1)
    try:
        document = json_of(read(shell, DAEMON) or "{}")
        hosts = tuple(map(bare_host, document.get("insecure-registries", [])))
        mirrors = tuple(str(one).rstrip("/") for one in document.get("registry-mirrors", []))
        named = {name.partition("-")[0]: str(value)
                 for name, value in document.get("proxies", {}).items()}  # fmt: skip
        proxies = Proxies(**named)
    except (ValueError, AttributeError, TypeError):
        said = ("Job for docker.service failed because the control process exited with error "
                'code.\nSee "systemctl status docker.service" and "journalctl -xeu '
                'docker.service" for details.')  # fmt: skip
        down = replace(shell.client, socket="absent")
        return Ran(replace(shell, client=down), error=said, status=1)
    client = replace(
        shell.client, insecure=hosts, mirrors=mirrors, proxies=proxies, socket=""
    )
    return Ran(replace(shell, client=client))


def bare_host(entry: object) -> str:
    """dockerd drops a scheme, with a warning in its log (moby, `daemon/pkg/registry/config.go`)."""
    return str(entry).removeprefix("http://").removeprefix("https://")
