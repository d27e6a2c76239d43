"""The docker of the user whose command is recorded: its engine, its images, its config.json."""

import os
import shlex
import shutil
import stat
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from simulator.docker.config_file import Credential, CredentialStore
from simulator.protocol.json_text import json_of
from simulator.recordings.proxy import Proxy

SNAPSHOTTER = "io.containerd.snapshotter.v1"
"""The driver type of an engine that keeps images in containerd's store."""


class CannotRecord(ValueError):
    """There is no recording; the message says why, and what to do."""


@dataclass(frozen=True)
class Order:
    """What to record. `typed` goes to the command's standard input; `username` and `password`
    are stored beforehand, as an earlier login would have; `upstream` is the registry's address
    where the command's own name does not tell it, and `authority` a file with the certificate of
    whoever signed its own."""

    words: tuple[str, ...]
    upstream: str = ""
    username: str = ""
    password: str = field(default="", repr=False)
    typed: str | None = field(default=None, repr=False)
    name: str = "mine"
    title: str = ""
    authority: str = ""

    @property
    def text(self) -> str:
        return shlex.join(self.words)


@dataclass(frozen=True)
class Engine:
    """What the engine says of itself. `kind` is whose ways it has: `29` or `26`."""

    kind: str
    title: str
    platform: str


@dataclass(frozen=True)
class Image:
    """An image under the proxy's name: how to name it to Docker, and its row."""

    name: str
    row: dict[str, Any]


@dataclass(frozen=True)
class Docker:
    """The user's Docker CLI, and the environment that leads it to their engine."""

    program: str
    environment: dict[str, str] = field(repr=False)

    @classmethod
    def found(cls) -> "Docker":
        program = shutil.which("docker")
        if program is None:
            raise CannotRecord("there is no docker on the PATH: install Docker, then record")
        docker = cls(program, dict(os.environ))
        if os.environ.get("DOCKER_HOST"):
            return docker
        endpoint = docker.run("context", "inspect", "--format", "{{.Endpoints.docker.Host}}")
        where = endpoint.stdout.strip() if endpoint.returncode == 0 else ""
        return cls(program, {**os.environ, "DOCKER_HOST": where}) if where else docker

    def run(self, *words: str, typed: str = "") -> "subprocess.CompletedProcess[str]":
        try:
            return subprocess.run(
                [self.program, *words], input=typed, capture_output=True, text=True,
                encoding="utf-8", errors="replace", env=self.environment,
            )  # fmt: skip
        except OSError as error:
            raise CannotRecord(f"{self.program} does not start: {error.strerror}") from None

    def engine(self) -> Engine:
        done = self.run("info", "--format", "{{json .}}")
        info = document(done.stdout)
        if not info.get("ServerVersion"):
            said = info.get("ServerErrors") or done.stderr.splitlines() or ["no answer"]
            raise CannotRecord(
                f"Docker's engine does not answer ({said[0]}): start it, then record"
            )
        status = [tuple(pair) for pair in info.get("DriverStatus") or []]
        kind = "29" if ("driver-type", SNAPSHOTTER) in status else "26"
        title = f"Docker Engine {info['ServerVersion']}, {info.get('Driver')}"
        processor = PROCESSORS.get(info.get("Architecture", ""), info.get("Architecture", ""))
        return Engine(kind, title, f"{info.get('OSType', 'linux')}/{processor}")

    def client(self) -> str:
        return self.run("--version").stdout.strip()

    def remove(self, images: Sequence[Image]) -> None:
        """The proxy's names are of no use to anybody afterwards."""
        if images:
            self.run("image", "rm", *(image.name for image in images))


PROCESSORS = {"x86_64": "amd64", "aarch64": "arm64", "armv7l": "arm"}
"""Names of processors, the kernel's -> Docker's."""


def document(text: str) -> dict[str, Any]:
    try:
        found = json_of(text)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def held(docker: Docker, proxy: Proxy) -> Iterator[Image]:
    """The images that Docker now has under the proxy's name; no other is looked at."""
    listed = docker.run("image", "ls", "--digests", "--no-trunc", "--format", "{{json .}}")
    for line in listed.stdout.splitlines():
        one = document(line)
        repository, tag, digest = (str(one.get(k, "")) for k in ("Repository", "Tag", "Digest"))
        if not repository.startswith(f"{proxy.address}/"):
            continue
        name = f"{repository}@{digest}" if tag == "<none>" else f"{repository}:{tag}"
        found = docker.run("image", "inspect", "--format", "{{json .}}", name)
        yield Image(name, row(one, document(found.stdout), proxy.address))


def row(listed: dict[str, Any], inspected: dict[str, Any], address: str) -> dict[str, Any]:
    """An image as the recordings tell it; what else the user calls it is theirs."""

    def ours(names: Any) -> list[str]:
        return sorted(name for name in names or [] if name.startswith(f"{address}/"))

    return {
        **{name: listed.get(name, "") for name in ("Repository", "Tag", "Digest", "ID", "Size")},
        "RepoTags": ours(inspected.get("RepoTags")),
        "RepoDigests": ours(inspected.get("RepoDigests")),
        "Layers": (inspected.get("RootFS") or {}).get("Layers"),
        "Architecture": inspected.get("Architecture", ""),
        "Size_bytes": inspected.get("Size"),
    }


def store(config: Path, key: str, order: Order) -> None:
    """What an earlier login would have left."""
    if order.username:
        entry = (key, Credential(order.username, order.password))
        config.write_text(CredentialStore((entry,)).to_json(), "utf-8")
        config.chmod(0o600)


def written(config: Path) -> tuple[str | None, str | None]:
    """The text of `config.json` and its mode, None where there is no such file."""
    if not config.exists():
        return None, None
    return config.read_text("utf-8"), oct(stat.S_IMODE(config.stat().st_mode))
