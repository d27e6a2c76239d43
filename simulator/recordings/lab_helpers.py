"""The laboratory's credential helpers: scripts of a shell, read for what they answer."""

import re
from collections.abc import Iterable, Iterator, Mapping
from fnmatch import fnmatch
from typing import Any

Scripts = Mapping[str, str | dict[str, str]]
"""By program: a script, or what a working helper keeps by host."""

EMPTY_ANSWERS = ("credentials not found in native keychain", r'\"Username\":\"\",\"Secret\":\"\"')
"""Scripts that answer with no credentials, in whichever way."""


def helpers(scripts: Scripts, hosts: Iterable[str]) -> Iterator[tuple[str, dict[str, str]]]:
    """Helpers by name, with what they keep."""
    for program, script in scripts.items():
        name = program.removeprefix("docker-credential-")
        if isinstance(script, dict):
            yield name, script
        elif KEPT.search(script) or any(words in script for words in EMPTY_ANSWERS):
            yield name, kept(script, hosts)


KEPT = re.compile(
    r'(?<![\w.*:-])(?P<host>[\w.*:-]++)\) echo "[^\n]{0,200}?'
    r'\\"Username\\":\\"(?P<user>[^"\\]+)\\",\\"Secret\\":\\"(?P<secret>[^"\\]+)\\"'
)
"""A script that answers for hosts of a pattern of the shell."""


def kept(script: str, hosts: Iterable[str]) -> dict[str, str]:
    """What a script answers with, by host."""
    return {
        host: f"{found['user']}:{found['secret']}"
        for found in KEPT.finditer(script)
        for host in hosts
        if fnmatch(host, found["host"])
    }


SAYS = re.compile(r'\becho "(?P<text>(?:[^"\\]|\\.)*)"(?! *>&2)')
"""What a script prints; its standard error is no part of the answer."""


def broken_helpers(scripts: Scripts, hosts: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Helpers that print something else than credentials, whatever they are asked."""
    working = dict(helpers(scripts, hosts))
    known = {program.removeprefix("docker-credential-"): script
             for program, script in scripts.items() if isinstance(script, str)}  # fmt: skip
    return {name: answer(script) for name, script in known.items() if name not in working}


def answer(script: str) -> dict[str, Any]:
    """What it prints, and its exit status."""
    printed = [re.sub(r"\\(.)", r"\1", found["text"]) for found in SAYS.finditer(script)]
    status = re.search(r"\bexit (\d+)", script)
    return {"output": "\n".join(printed), "status": int(status[1]) if status else 0}
