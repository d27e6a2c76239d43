"""Small programs: echo, base64, jwt, jq, sleep, systemctl."""

import base64
import binascii
import json
import re
from dataclasses import replace
from typing import Any

import jwt

from simulator.shell.files import read
from simulator.shell.values import DAEMON, Ran, Shell


def echo(shell: Shell, words: list[str], given: str | None) -> Ran:
    if words[:1] == ["-n"]:
        return Ran(shell, " ".join(words[1:]))
    return Ran(shell, " ".join(words) + "\n")


def decode(shell: Shell, words: list[str], given: str | None) -> Ran:
    """`base64` and `base64 -d`."""
    text = given or ""
    if not {"-d", "--decode", "-D"} & set(words):
        return Ran(shell, base64.b64encode(text.encode()).decode() + "\n")
    try:
        return Ran(shell, base64.b64decode(text.strip(), validate=True).decode("utf-8", "replace"))
    except binascii.Error:
        return Ran(shell, error="base64: invalid input", status=1)


def token(shell: Shell, words: list[str], given: str | None) -> Ran:
    """What a token says: its header and its claims. Nobody verifies it here."""
    text = (given or " ".join(words)).strip()
    try:
        header = jwt.get_unverified_header(text)
        claims = jwt.decode(text, options={"verify_signature": False})
    except jwt.InvalidTokenError:
        told = "jwt: not a JSON Web Token: give one on standard input, as in: echo TOKEN | jwt"
        return Ran(shell, error=told, status=1)
    return Ran(shell, "\n".join(json.dumps(part, indent=2) for part in (header, claims)))


def jq(shell: Shell, words: list[str], given: str | None) -> Ran:
    """`jq -r FILTER`, where a filter is a path or `keys`, or several with `|` between them."""
    raw = any(word in ("-r", "--raw-output") for word in words)
    program = next((word for word in words if not word.startswith("-")), ".")
    try:
        value = json.loads(given or "")
        for part in program.split("|"):
            value = sorted(value) if part.strip() == "keys" else at_path(value, part)
    except ValueError:
        return Ran(shell, error="jq: parse error: not JSON", status=2)
    except (AttributeError, IndexError, KeyError, TypeError):
        return Ran(shell, error=f"jq: error: cannot take {program!r} of this", status=5)
    if raw and isinstance(value, str):
        return Ran(shell, value + "\n")
    return Ran(shell, json.dumps(value, indent=2, ensure_ascii=False) + "\n")


def at_path(value: Any, path: str) -> Any:
    """The value at `.a."b.c"[0]`; None for a key that is not there."""
    for name, quoted, place in re.findall(r'([\w-]+)|"([^"]*)"|\[(\d+)\]', path):
        value = value[int(place)] if place else value.get(name or quoted)
    return value


def sleep(shell: Shell, words: list[str], given: str | None) -> Ran:
    """The clock of client and registries moves on; nobody waits."""
    if len(words) != 1 or not words[0].isdecimal():
        return Ran(shell, error="sleep: give a number of seconds", status=1)
    later = shell.world.later(int(words[0]))
    return Ran(replace(shell, world=later, client=replace(shell.client, now=later.now)))


def systemctl(shell: Shell, words: list[str], given: str | None) -> Ran:
    """`systemctl restart docker`: the engine reads `daemon.json` when it starts."""
    if words != ["restart", "docker"]:
        return Ran(shell, error="systemctl: only `systemctl restart docker` is played", status=1)
    try:
        document = json.loads(read(shell, DAEMON) or "{}")
        hosts = tuple(map(str, document.get("insecure-registries", [])))
    except (ValueError, AttributeError, TypeError):
        told = "Job for docker.service failed: unable to configure the Docker daemon with file "
        return Ran(shell, error=f"{told}{DAEMON}: it is not valid JSON", status=1)
    return Ran(replace(shell, client=replace(shell.client, insecure=hosts)))
