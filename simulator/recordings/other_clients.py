"""The recorder for clients other than Docker: podman, skopeo, buildah, ctr and crane.

Each runs as it is, through the same proxy, with a file of credentials of its own. What it prints
is written down; the machine does not play it.
"""

import os
import pty
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from simulator.protocol.reference import HOST
from simulator.recordings.proxy import Proxy, running
from simulator.recordings.recording_file import masked, with_true_names
from simulator.recordings.upstream import (
    SECRET_IN_SIGHT,
    objection,
    proxied,
    reachable,
    upstream_of,
)
from simulator.recordings.user_docker import CannotRecord, Order, store, written


@dataclass(frozen=True)
class Program:
    """How a client takes its settings.

    `environment` are variables with a file of ours in the place of `{folder}`, `flags` words after
    its name. `removes` are the words that remove an image, empty for a client that keeps none.
    `asks`: it stores no credentials and asks for a password on the terminal.
    """

    environment: Mapping[str, str]
    flags: tuple[str, ...] = ()
    removes: str = ""
    asks: bool = False


CREDENTIALS = {"REGISTRY_AUTH_FILE": "{folder}/config.json"}
REGISTRIES = "{folder}/registries.conf"
"""Where podman and its relatives read which registries speak plain HTTP (registries.conf(5))."""
PROGRAMS: Mapping[str, Program] = {
    "podman": Program({**CREDENTIALS, "CONTAINERS_REGISTRIES_CONF": REGISTRIES}, removes="rmi"),
    "buildah": Program({**CREDENTIALS, "CONTAINERS_REGISTRIES_CONF": REGISTRIES}, removes="rmi"),
    "skopeo": Program(CREDENTIALS, ("--registries-conf", REGISTRIES)),
    "ctr": Program({}, removes="rm", asks=True),
    "crane": Program({"DOCKER_CONFIG": "{folder}"}),
}
"""By name. ctr and crane speak plain HTTP to this machine by themselves."""
PLAIN = '[[registry]]\nlocation = "{address}"\ninsecure = true\n'


def record_other(order: Order) -> dict[str, Any]:
    """Run the command; the recording as a document. Raises CannotRecord."""
    name = order.words[0]
    program, path = PROGRAMS[name], shutil.which(name)
    if path is None:
        raise CannotRecord(f"there is no {name} on the PATH: install it, then record")
    refuse_secrets(order.words)
    registry = upstream_of(order, host_of(order.words))
    reachable(registry, order.authority)
    with (
        TemporaryDirectory(prefix="pullscope-") as folder,
        running(registry, order.authority) as proxy,
    ):
        config = prepared(Path(folder), proxy, order, program)
        words = command(path, program, order, proxy, folder)
        environment = settings(program, folder)
        done = run(words, environment, order, program)
        after, mode = written(config)
        remove(words, environment, proxy, program)
    objection(proxy)
    version = run([path, "--version"], environment, None, program).stdout.strip()
    told = {
        "client": version, "exit_code": done.returncode,
        "stdout": with_true_names(done.stdout, proxy, folder),
        "stderr": with_true_names(done.stderr, proxy, folder),
        "config_json_text_after": after and proxy.unproxied(after), "config_json_mode": mode,
    }  # fmt: skip
    return masked(order, proxy, f"{name}-{number(version)}".removesuffix("-"), told)


def number(version: str) -> str:
    """`1.28.2` of `buildah version 1.28.2 (image-spec 1.1.0)`."""
    words = (word for word in version.split() if word[0].isdigit() and "." in word)
    return next(words, "").partition("~")[0]


# -- the command ------------------------------------------------------------------------------


SECRETS = re.compile(r"--(?:\w+-)?(?:password|creds|registry-token)(?:=.*)?|-p")
"""Options that have a secret on the command line."""


def refuse_secrets(words: Sequence[str]) -> None:
    """Raises CannotRecord for a password on the command line."""
    pairs = pairwise(words)
    given = any(word in ("-u", "--user") and ":" in after for word, after in pairs)
    if given or any(SECRETS.fullmatch(word) for word in words):
        raise CannotRecord(f"{SECRET_IN_SIGHT}, or have it stored with --username")


def host_of(words: Sequence[str]) -> str:
    """The registry that the words name: as a word of its own in a login, else before an image."""
    plain = [word.removeprefix("docker://") for word in words[1:] if not word.startswith("-")]
    signs = "login" in words or "logout" in words
    for word in reversed(plain):
        host, slash, _rest = word.partition("/")
        named = "." in host or ":" in host or host == "localhost"
        if named and HOST.fullmatch(host) and bool(slash) != signs:
            return host
    raise CannotRecord(
        f"{' '.join(words)!r} names no registry: write it in front of the image, as in "
        "podman pull registry.example.com/team/app:1.0"
    )


def command(path: str, program: Program, order: Order, proxy: Proxy, folder: str) -> list[str]:
    """The words as they are run: by the proxy, with our settings."""
    words = list(proxied(order.words[1:], proxy))
    if program.asks and order.username and "pull" in words:
        place = words.index("pull") + 1
        words[place:place] = ["--user", order.username]
    return [path, *(flag.format(folder=folder) for flag in program.flags), *words]


# -- running it -------------------------------------------------------------------------------


def prepared(folder: Path, proxy: Proxy, order: Order, program: Program) -> Path:
    """The file of credentials, as an earlier login would have left it, and the settings."""
    (folder / "registries.conf").write_text(PLAIN.format(address=proxy.address), "utf-8")
    config = folder / "config.json"
    if not program.asks:
        store(config, proxy.address, order)
    return config


def settings(program: Program, folder: str) -> dict[str, str]:
    own = {name: value.format(folder=folder) for name, value in program.environment.items()}
    return {**os.environ, **own}


def run(
    words: Sequence[str], environment: Mapping[str, str], order: Order | None, program: Program
) -> "subprocess.CompletedProcess[str]":
    """The command with what is typed: on a terminal for a client that asks there."""
    typed = order.typed if order else ""
    with terminal(order.password if order and program.asks else "") as stdin:
        given: dict[str, Any] = {"input": typed or ""} if stdin is None else {"stdin": stdin}
        return subprocess.run(
            words, capture_output=True, text=True, encoding="utf-8", errors="replace",
            env=environment, **given,
        )  # fmt: skip


@contextmanager
def terminal(password: str) -> Iterator[int | None]:
    """A terminal on which the password is typed; None without one."""
    if not password:
        yield None
        return
    ours, theirs = pty.openpty()
    try:
        os.write(ours, f"{password}\n".encode())
        yield theirs
    finally:
        os.close(ours)
        os.close(theirs)


def remove(
    words: Sequence[str], environment: Mapping[str, str], proxy: Proxy, program: Program
) -> None:
    """The proxy's names are of no use to anybody afterwards."""
    if not program.removes or "pull" not in words:
        return
    before = words[: words.index("pull")]
    images = [word for word in words if word.startswith(f"{proxy.address}/")]
    removes = "rm" if before[-1] in ("image", "images", "i") else program.removes
    subprocess.run([*before, removes, *images], capture_output=True, env=dict(environment))
