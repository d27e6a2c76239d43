"""Checks: the command that tells the remaining causes apart best, and what its answer leaves.

`checks.yaml` has the commands; they are filled with what the message names, and with nothing
else. An answer that is pasted narrows the causes.
"""

import re
import shlex
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Literal

from simulator.decoder.causes import Candidate, Excluded, Verdict
from simulator.decoder.cleaning import plain
from simulator.decoder.decode import Decoded
from simulator.decoder.grammar import Entry
from simulator.protocol.hosts import bare
from simulator.protocol.reference import HUB, HUB_HOST
from simulator.words.data_file import read_named
from simulator.words.i18n import N_, _, per_language

CHECKS = Path(__file__).with_name("checks.yaml")
FIELD = re.compile(r"(?<!\{)\{(\w+)\}(?!\})")
PLAIN = re.compile(r"[a-zA-Z0-9\[][\w.:/@%+\[\]-]*", re.ASCII)
"""What a command is filled with: no option, nothing that a shell reads in a way of its own."""
LONGEST = 20_000
"""Characters of an answer that are read."""

System = Literal["linux", "macos", "windows", "node"]
SYSTEMS: Mapping[System, str] = {
    "linux": "Linux", "macos": "macOS", "windows": "Windows", "node": N_("Cluster node"),
}  # fmt: skip


class InvalidChecks(ValueError):
    """`checks.yaml` is not right; the message says where."""


class Answer(Entry):
    """What a command may print, what that means, and the causes that it leaves. `named`: it is
    about the message's host, so a message that names none has no such answer."""

    when: str
    text: str
    keeps: frozenset[str]
    named: bool = False


class Check(Entry):
    """A command for each system, where it has to run, and its answers. `outside`: with Docker
    Desktop the person's own shell can ask it, too."""

    name: str
    title: str
    where: Literal["shell", "engine"]
    linux: str
    windows: str
    macos: str = ""
    vm: str = ""
    clients: frozenset[str] = frozenset()
    outside: bool = False
    answers: tuple[Answer, ...]

    @cached_property
    def fields(self) -> frozenset[str]:
        """What it has to know of the message."""
        forms = (self.linux, self.macos, self.vm, self.windows)
        return frozenset(FIELD.findall(" ".join(forms)))

    def split(self, names: Iterable[str]) -> int:
        """How many causes remain in the worst case."""
        groups: dict[frozenset[int], int] = {}
        for name in names:
            answers = frozenset(
                at for at, answer in enumerate(self.answers) if name in answer.keeps
            )
            groups[answers] = groups.get(answers, 0) + 1
        return max(groups.values(), default=0)

    def spoken_of(self, names: Iterable[str]) -> frozenset[str]:
        """Those of these causes that one of its answers is about."""
        return frozenset().union(*(answer.keeps for answer in self.answers)) & frozenset(names)


@dataclass(frozen=True)
class Command:
    """A check filled in for one message, by system."""

    check: Check
    commands: Mapping[System, str]

    @property
    def place(self) -> str:
        """On which machine it has to run."""
        if self.check.where == "shell":
            return _("In the shell in which the command failed.")
        if self.check.outside:
            return _("On the machine where the engine runs; with Docker Desktop in your own shell.")
        return _("On the machine where the engine runs: with Docker Desktop in its VM, in a "
                 "cluster on the node. Your own shell may have another DNS, proxy and "
                 "clock.")  # fmt: skip


@per_language
def known_checks() -> Mapping[str, Check]:
    """Every check by its name. Raises InvalidChecks."""
    return read_named(Check, CHECKS, InvalidChecks)


def fitting(decoded: Decoded, verdict: Verdict, asked: Iterable[str] = ()) -> tuple[Command, ...]:
    """The checks that can be filled in and tell something about these causes, the one that
    separates them best first. `asked` are those that were answered already."""
    names = [one.cause.name for one in verdict.candidates]
    values = fields_of(decoded)
    done = frozenset(asked)
    known = [one for one in known_checks().values()
             if one.name not in done and one.fields <= values.keys() and one.spoken_of(names)
             and (not one.clients or one.clients & decoded.readings)]  # fmt: skip
    order = sorted(known, key=lambda one: (one.split(names), -len(one.spoken_of(names))))
    return tuple(Command(one, dict(filled(one, values, decoded))) for one in order)


def filled(
    check: Check, values: Mapping[str, str], decoded: Decoded
) -> Iterator[tuple[System, str]]:
    """The command for each system, with the names of the message."""
    texts = {name: value.format(**values) for name, value in (
        ("linux", check.linux), ("macos", check.macos or check.linux),
        ("windows", check.windows), ("vm", check.vm or check.linux),
    )}  # fmt: skip
    yield "linux", texts["linux"]
    inside = shlex.quote(texts["vm"])
    if check.where == "shell" or check.outside:
        yield "macos", texts["macos"]
        yield "windows", texts["windows"]
    else:
        yield "macos", f"docker run --rm --network host busybox sh -c {inside}"
        yield "windows", f"wsl -d docker-desktop sh -c {inside}"
    if check.where == "shell":
        return
    if "kubelet" in decoded.readings:
        yield "node", f"kubectl debug node/NODE -it --image=busybox -- chroot /host sh -c {inside}"


def fields_of(decoded: Decoded) -> dict[str, str]:
    """What commands are filled with: names that are in the message, if they are fit for a shell."""
    host = decoded.fact("host") or decoded.fact("registry")
    host = HUB_HOST if host == HUB else host
    found = {name: decoded.fact(name) for name in ("repository", "digest", "helper")}
    if host:
        scheme = decoded.fact("scheme") or "https"
        name, port = bare(host), port_of(host, scheme)
        found |= {"host": host, "hostname": name, "port": port, "tls": f"{name}:{port}",
                  "origin": f"{scheme}://{host}", "login": "" if host == HUB_HOST else host,
                  "host_on_windows": host.replace(":", "")}  # fmt: skip
        found |= {"reference": reference(decoded, host)}
    found |= {"dns_server_address": decoded.fact("dns_server").rpartition(":")[0].strip("[]"),
              "ip": decoded.fact("address").rpartition(":")[0].strip("[]"),
              "name": decoded.fact("repository").removeprefix("library/"),
              "helper": helper_of(decoded)}  # fmt: skip
    return {name: shlex.quote(value) if value else "" for name, value in found.items()
            if PLAIN.fullmatch(value) or (name == "login" and not value)}  # fmt: skip


def helper_of(decoded: Decoded) -> str:
    """The helper that the message names, with `docker-credential-` in front."""
    named = decoded.fact("helper").rpartition("/")[2]
    return named if named.startswith("docker-credential-") else ""


def port_of(host: str, scheme: str) -> str:
    port = host.rpartition(":")[2] if ":" in host.rpartition("]")[2] else ""
    return port if port.isdigit() else {"http": "80"}.get(scheme, "443")


def reference(decoded: Decoded, host: str) -> str:
    repository = decoded.fact("repository")
    tag, digest = decoded.fact("tag"), decoded.fact("digest")
    if not repository:
        return ""
    prefix = "" if host == HUB_HOST else f"{host}/"
    return f"{prefix}{repository}" + (f":{tag}" if tag else f"@{digest}" if digest else "")


WORDS = re.compile(r"\b(SCHEME://HOST:PORT|HOST:PORT|HOST|SERVER:PORT|SERVER|REPO|TAG|DIGEST)\b")
"""The words that replace the message's names in the texts of causes."""


def with_names(text: str, decoded: Decoded) -> str:
    """The text of a cause with the names that the message has; the others stay words."""
    values = fields_of(decoded)
    known = {
        "SCHEME://HOST:PORT": values.get("origin"), "HOST:PORT": values.get("host"),
        "SERVER:PORT": values.get("tls"), "SERVER": values.get("hostname"),
        "HOST": values.get("host"), "REPO": values.get("repository"),
        "TAG": decoded.fact("tag"), "DIGEST": values.get("digest"),
    }  # fmt: skip
    return WORDS.sub(lambda found: known[found[0]] or found[0], text)


def narrowed(
    verdict: Verdict, check: Check, printed: str, decoded: Decoded
) -> tuple[Verdict, str]:
    """The verdict after this answer, and what the answer means; both unchanged and empty where it
    tells nothing. A cause that no answer of this check is about stays."""
    found = answer_to(check, printed, decoded)
    if found is None:
        return verdict, ""
    if not found.keeps:
        return verdict, found.text
    out_of = check.spoken_of(one.cause.name for one in verdict.candidates) - found.keeps
    kept = tuple(one for one in verdict.candidates if one.cause.name not in out_of)
    if not kept:
        return verdict, found.text
    out = tuple(Excluded(one.cause, found.text) for one in verdict.candidates if one not in kept)
    return Verdict(likelier(kept), (*out, *verdict.excluded), verdict.rule), found.text


def likelier(kept: tuple[Candidate, ...]) -> tuple[Candidate, ...]:
    """One cause that is left is likely; a check is no proof."""
    if len(kept) != 1:
        return kept
    only = kept[0]
    return (replace(only, standing="likely") if only.standing == "possible" else only,)


def answer_to(check: Check, printed: str, decoded: Decoded) -> Answer | None:
    """The first answer of this check whose pattern is in what was printed."""
    text = plain(printed)[-LONGEST:].lower()
    host = (decoded.fact("host") or decoded.fact("registry")).lower()
    key = "index.docker.io/v1/" if host in (HUB, HUB_HOST) else host
    names = {"{key}": re.escape(key), "{bare_key}": re.escape(bare(host)) or "(?!)"}
    for answer in check.answers:
        if answer.named and not host:
            continue
        pattern = answer.when.replace("{{", "{").replace("}}", "}")
        for name, value in names.items():
            pattern = pattern.replace(name, value)
        if re.search(pattern, text):
            return answer
    return None
