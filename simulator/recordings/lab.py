"""The lab in which Docker was recorded, as a world: its hosts, users and repositories.

The content (`lab.json`) is what its registries served: manifests and configs as bytes, other
blobs by size and digest, so that digests are the very same.
"""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from simulator.protocol.network_failure import Obstacle
from simulator.protocol.platform import Platform
from simulator.protocol.reference import HUB_HOST
from simulator.registry.model import Auth, Blob, Registry, Repository, StoredManifest, User
from simulator.sources.world import Site, Tls, WebLogin, World

CONTENT = Path(__file__).with_name("lab.json")
ALICE, BOB = "s3cret", "hunter2"
NOW = 1767225600
"""The lab's clock: 1 January 2026, 00:00 UTC."""
HOST_PLATFORMS = {"29": Platform("linux", "amd64", "v4"), "26": Platform("linux", "amd64")}
"""The recording machine's processor, as each engine names it."""


@cache
def content() -> Any:
    return json.loads(CONTENT.read_text(encoding="utf-8"))


def repositories(storage: str) -> Mapping[str, Repository]:
    """The repositories of `lab` or `hub`, by name."""
    return {name: repository(entry) for name, entry in content()["repositories"][storage].items()}


def repository(entry: Any) -> Repository:
    known = content()
    manifests = {digest: known["manifests"][digest] for digest in entry["manifests"]}
    return Repository(
        entry["tags"],
        {d: StoredManifest(one["type"], one["data"].encode()) for d, one in manifests.items()},
        {digest: blob(digest, known["blobs"][digest]) for digest in entry["blobs"]},
    )


def blob(digest: str, entry: Any) -> Blob:
    if "data" in entry:
        return Blob(digest, entry["data"].encode())
    return Blob(digest, b"", entry["size"], entry.get("actual", ""), entry.get("unpacked"))


def basic() -> Registry:
    """Basic authentication knows no rights: whoever has a password may pull everything."""
    everything = ("*",)
    return Registry(
        auth=Auth.BASIC,
        realm="Lab Registry",
        repositories=repositories("lab"),
        users={"alice": User(ALICE, everything), "bob": User(BOB, everything)},
        in_order=False,
        now=NOW,
    )


def bearer(realm: str, service: str, storage: str) -> Registry:
    rights = {"lab": (("team/*",), ("other/*",)), "hub": (("alice/*",), ("bob/*",))}[storage]
    return Registry(
        auth=Auth.BEARER,
        realm=realm,
        service=service,
        repositories=repositories(storage),
        users={"alice": User(ALICE, rights[0]), "bob": User(BOB, rights[1])},
        public=(
            "public/*",
            *(name for name in repositories(storage) if name.startswith("library/")),
        ),
        in_order=False,
        now=NOW,
    )


TOKENS = {"private.example.com": "auth.example.com", HUB_HOST: "auth.docker.io"}
"""Registries with a token service, and where it is."""


CODE = WebLogin("dev", "LNFR-PGCJ", "https://login.docker.com/activate")
"""What the stand-in for Docker's login service gives to everybody."""


def world() -> World:
    """All hosts of the lab. Names that are not here do not resolve."""
    private = bearer("https://auth.example.com/token", "private.example.com", "lab")
    hub = bearer("https://auth.docker.io/token", "registry.docker.io", "hub")
    unprotected = Registry(
        auth=Auth.NONE, repositories=repositories("lab"), in_order=False, now=NOW
    )
    here = "127.0.0.1"
    return World({
        "registry.example.com": Site(basic(), address="192.0.2.10"),
        "private.example.com": Site(private, address="192.0.2.11"),
        "auth.example.com": Site(private, address="192.0.2.12"),
        "selfsigned.example.com": Site(basic(), Tls.UNTRUSTED, address="192.0.2.13"),
        "plain.example.com:5000": Site(basic(), Tls.PLAIN, address="192.0.2.14"),
        "down.example.com": Site(obstacle=Obstacle.REFUSED, address="192.0.2.15"),
        "hang.example.com": Site(obstacle=Obstacle.TIMEOUT, address="192.0.2.16"),
        HUB_HOST: Site(hub, address="192.0.2.17"),
        "auth.docker.io": Site(hub, address="192.0.2.17"),
        "login.docker.com": Site(web=CODE, address="192.0.2.17"),
        "localhost:5000": Site(basic(), Tls.PLAIN, address=here),
        "localhost:5001": Site(unprotected, Tls.PLAIN, address=here),
        "127.0.0.1:5000": Site(basic(), Tls.PLAIN, address=here),
        "127.0.0.1:5001": Site(unprotected, Tls.PLAIN, address=here),
    })  # fmt: skip


def user(name: str) -> User:
    """alice or bob, whatever they may pull. Raises KeyError for anybody else."""
    return {"alice": User(ALICE), "bob": User(BOB)}[name]
