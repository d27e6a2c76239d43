"""The client of a world as data: config.json and the helpers it names, images held, the user."""

import base64
import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from simulator.docker.config_file import Credential, CredentialStore, HelperAnswer, InvalidConfig
from simulator.docker.engines import engine as known_engine
from simulator.docker.go_json import not_config
from simulator.docker.image_store import ImageStore
from simulator.docker.machine import Client
from simulator.docker.machine.requests import entry_for
from simulator.protocol.image_config import ImageConfig
from simulator.protocol.manifest import Descriptor, Index, Manifest, parse_manifest
from simulator.protocol.media_types import DOCKER_LAYER
from simulator.protocol.platform import Platform
from simulator.protocol.proxies import Proxies
from simulator.protocol.reference import Reference
from simulator.registry.fixtures import all_repositories, built_repositories, unpacked_size
from simulator.registry.model import Repository

HOME = "/home/alice/.docker"
CONFIG = f"{HOME}/config.json"
TEMPORARY = f"{CONFIG}1360777279"
"""Docker's CLI writes a file beside config.json first; the number is random."""

ConfigProblem = Literal[
    "", "is a directory", "permission denied", "read-only file system", "directory not writable",
    "not a directory",
]  # fmt: skip


UNREADABLE = ("is a directory", "permission denied", "not a directory")


class ClientDocument(BaseModel):
    """The machine on which docker is typed.

    `config` is config.json: a document, or the text of a file that may be broken; None: there is
    none. `config_base64` is a file that is no UTF-8. `problem` says what is wrong with the file or
    its directory. `helpers` are the credential helpers on the PATH, with what they keep
    (`user:password`) by registry, `broken_helpers` those that do not work. `files` are the texts
    of other files by path. `held` are images of an earlier pull, `built` those that
    were built here. `insecure` are the engine's
    insecure-registries, `certs` the files below /etc/docker/certs.d (`HOST/NAME`), `hosts_files`
    the texts of hosts.toml there by directory, `mirrors` the
    engine's registry-mirrors, `proxies` those that it uses.
    `socket`: why Docker's CLI does not reach the engine. `disk`: bytes of the file system that
    holds the image store, 0 for enough.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)
    config: dict[str, Any] | str | None = None
    config_base64: str = ""
    problem: ConfigProblem = ""
    helpers: dict[str, dict[str, str]] = Field(default_factory=dict)
    broken_helpers: dict[str, HelperAnswer] = Field(default_factory=dict)
    files: dict[str, str] = Field(default_factory=dict)
    held: tuple[str, ...] = ()
    built: tuple[str, ...] = ()
    platform: str = "linux/amd64"
    insecure: tuple[str, ...] = ()
    certs: tuple[str, ...] = ()
    hosts_files: dict[str, str] = Field(default_factory=dict)
    mirrors: tuple[str, ...] = ()
    proxies: Proxies = Proxies()
    socket: Literal["", "absent", "denied"] = ""
    disk: int = 0

    @property
    def text(self) -> str | None:
        """The text of config.json; a byte that is no UTF-8 is a surrogate."""
        if self.config_base64:
            return base64.b64decode(self.config_base64).decode(errors="surrogateescape")
        if self.config is None or isinstance(self.config, str):
            return self.config
        return json.dumps(self.config, indent="\t")

    def client(self, engine: str, now: int) -> Client:
        """The client before the first command, with the clock of its world."""
        return Client(
            engine=known_engine(engine).name,
            now=now,
            store=self.store(),
            images=with_built(held_images(self.held), self.built),
            platform=Platform.parse(self.platform),
            writable=self.writable(),
            unreadable=self.unreadable(),
            insecure=self.insecure,
            certs=self.certs,
            hosts_files=tuple(sorted(self.hosts_files.items())),
            mirrors=tuple(one.rstrip("/") for one in self.mirrors),
            proxies=self.proxies,
            socket=self.socket,
            disk=self.disk,
        )

    def store(self) -> CredentialStore:
        """What Docker's CLI reads; nothing from a file that it cannot read."""
        if self.problem in UNREADABLE:
            return CredentialStore()
        try:
            found = CredentialStore.from_json(self.text) if self.text else CredentialStore()
        except InvalidConfig:
            return CredentialStore()
        named = {one for one in (found.helper, *dict(found.helpers).values()) if one}
        installed = tuple(sorted({*self.helpers, *self.broken_helpers}))
        broken = tuple(sorted(self.broken_helpers.items()))
        found = found.on(CredentialStore(installed=installed, broken=broken))
        for one in named & self.helpers.keys():
            for host, pair in self.helpers[one].items():
                if found.helper_of(host) == one:
                    found = found.with_entry(host, kept_by_helper(pair))
        return found

    def unreadable(self) -> str:
        """What Docker's CLI says about a config.json that it cannot read; empty if it can."""
        if self.problem == "is a directory":
            return f"parsing config file ({CONFIG}): read {CONFIG}: is a directory"
        if self.problem in UNREADABLE:
            return f"loading config file: open {CONFIG}: {self.problem}"
        why = not_config(self.text) if self.text is not None else None
        return f"parsing config file ({CONFIG}): {why}" if why else ""

    def writable(self) -> str:
        """Why config.json cannot be written; empty if it can."""
        match self.problem:
            case "read-only file system":
                return f"open {TEMPORARY}: read-only file system"
            case "directory not writable":
                return f"open {TEMPORARY}: permission denied"
            case "is a directory":
                return f"rename {TEMPORARY} {CONFIG}: file exists"
            case "not a directory":
                return f"mkdir {HOME}: not a directory"
            case _:
                return ""


def kept_by_helper(pair: str) -> Credential:
    """What a helper keeps (`user:password`); the name `<token>` is for an identity token."""
    username, _, password = pair.partition(":")
    return Credential("", "", password) if username == "<token>" else Credential(username, password)


def auth_entry(pair: str) -> dict[str, str]:
    """An entry of `auths` in config.json for `user:password`."""
    return {"auth": base64.b64encode(pair.encode()).decode()}


def held_images(images: tuple[str, ...]) -> ImageStore:
    """The image store after earlier pulls of these images."""
    store = ImageStore()
    for image in images:
        store = with_held(store, Reference.parse(image), all_repositories())
    return store


def with_built(store: ImageStore, images: tuple[str, ...]) -> ImageStore:
    """The image store after these images were built: no registry is known to have them."""
    for image in images:
        name = Reference.parse(image)
        store = with_held(store, name, built_repositories())
        store = replace(store, given=(*store.given, name.canonical), repacked=REPACKED)
    return store


REPACKED = (
    (
        "sha256:02ee7aa7aa7e5d5bf1006841359252ab924415ec89bf091b31de851ba4bfb110",
        Descriptor(
            DOCKER_LAYER,
            "sha256:b1a07e7d4a0fa7c3f3988a7fef9a44e861984f0339b7be947a218512f6836734",
            391,
        ),
    ),
)
"""What the classic engine makes of the layer of `web:1.0`; pushed with Docker 20.10."""


def pulled_from(index: Index) -> str:
    """The digest of the image that an earlier pull chose: the engine's own platform's or, in an
    index without one, the first, as with `--platform`."""
    return (entry_for(index, Platform()) or index.manifests[0]).digest


def with_held(
    store: ImageStore, reference: Reference, repositories: Mapping[str, Repository]
) -> ImageStore:
    repository = repositories[reference.repository]
    digest = repository.tags[reference.identifier]
    named = stored_manifest(repository, digest)
    chosen = pulled_from(named) if isinstance(named, Index) else digest
    manifest = stored_manifest(repository, chosen)
    assert isinstance(manifest, Manifest)
    blobs = (manifest.config.digest, *(layer.digest for layer in manifest.layers))
    packed = {d: repository.blobs[d].data for d in blobs}
    config = ImageConfig.read(packed[manifest.config.digest], manifest.config.digest)
    sizes = {d: unpacked_size(data) for d, data in packed.items()}
    kept = store.with_content(config, [(d, size) for d, size in sizes.items() if size])
    held = dict.fromkeys((named, manifest))
    return kept.with_image(reference.canonical, digest, blobs, *held)


def stored_manifest(repository: Repository, digest: str) -> Manifest | Index:
    return parse_manifest(repository.manifests[digest].data, digest)
