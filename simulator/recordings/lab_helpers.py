"""The laboratory's credential helpers: scripts of a shell, read for what they answer."""

import re
from collections.abc import Iterable, Iterator, Mapping
from fnmatch import fnmatch
from typing import Any

Scripts = Mapping[str, str | dict[str, str]]
"""By program: a script, or what a working helper keeps by host."""

EMPTY_ANSWERS = ("credentials not found in native keychain", 'echo "{}"',
                 r'\"Username\":\"\",\"Secret\":\"\"')  # fmt: skip
"""Scripts that answer with no credentials, in whichever way."""


def helpers(scripts: Scripts, hosts: Iterable[str]) -> Iterator[tuple[str, dict[str, str]]]:
    """Helpers by name, with what they keep."""
    for program, script in scripts.items():
        name = program.removeprefix("docker-credential-")
        if isinstance(script, dict):
            yield name, script
        elif answers_well(clause(script, "get")):
            yield name, kept(script, hosts)


def answers_well(script: str) -> bool:
    """Whether a helper gives credentials, or says that it has none."""
    return bool(KEPT.search(script)) or any(words in script for words in EMPTY_ANSWERS)


CASES = re.compile(r'case "?\$1"? in(?P<clauses>.{0,2000})esac', re.DOTALL)
CLAUSE = re.compile(r"(?<![\w|*])(?P<verbs>[\w|*]{1,60}+)\)(?P<body>.{0,1000}?);;", re.DOTALL)
TEST = re.compile(
    r'\[ "?\$1"? = (?P<verb>\w{1,20}) \] && (?P<then>.{0,500}?) \|\| (?P<other>.{0,999})',
    re.DOTALL,
)


def clause(script: str, verb: str) -> str:
    """What of the script answers this verb (`get`, `store`, `erase`); all of it where it does not
    look at the verb."""
    found, test = CASES.search(script), TEST.search(script)
    if found and script.count("case ") == 1:
        clauses = CLAUSE.finditer(found["clauses"])
        known = [(one["verbs"].split("|"), one["body"].strip()) for one in clauses]
        return next((body for verbs, body in known if verb in verbs or "*" in verbs), "")
    if test and not found:
        return test["then"] if verb == test["verb"] else test["other"]
    return script


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
    """Helpers that print something else than credentials, or fail at one verb."""
    working = dict(helpers(scripts, hosts))
    known = {program.removeprefix("docker-credential-"): script
             for program, script in scripts.items() if isinstance(script, str)}  # fmt: skip
    found = {name: fault(script, name in working) for name, script in known.items()}
    return {name: one for name, one in found.items() if one is not None}


def fault(script: str, works: bool) -> dict[str, Any] | None:
    """The fault of a helper, and its verb if it fails at one only; None for one that works."""
    get, store = (answer(clause(script, verb)) for verb in ("get", "store"))
    if works:
        return {**store, "only": "storing"} if store["status"] else None
    return {**get, "only": "getting"} if get["status"] and not store["status"] else get


def answer(script: str) -> dict[str, Any]:
    """What it prints, and its exit status."""
    printed = [re.sub(r"\\(.)", r"\1", found["text"]) for found in SAYS.finditer(script)]
    status = re.search(r"\bexit (\d+)", script)
    return {"output": "\n".join(printed), "status": int(status[1]) if status else 0}
