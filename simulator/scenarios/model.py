"""Scenarios: a world and the commands typed in it, as data (`scenarios.yaml`).

A scenario says only what is special about it; the rest is the lesson's ordinary world:
`myprivateregistry.com`, where alice may pull.
"""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from simulator.docker.cli.commands import parse
from simulator.docker.config_file import Credential, CredentialStore
from simulator.docker.engines import engine as known_engine
from simulator.docker.image_store import ImageStore
from simulator.docker.machine import Client, State, entry_for
from simulator.protocol.image_config import ImageConfig
from simulator.protocol.manifest import Index, Manifest, parse_manifest
from simulator.protocol.network_failure import Obstacle
from simulator.protocol.platform import Platform
from simulator.protocol.reference import Reference
from simulator.registry.fixtures import repositories, unpacked_size
from simulator.registry.model import Auth, Fault, Registry, Repository, User
from simulator.sources.world import Site, Tls, World
from simulator.words.data_file import read_named
from simulator.words.i18n import per_language

HOSTNAME = "myprivateregistry.com"
TOKENS = "auth.myprivateregistry.com"
STORAGE = "storage.myprivateregistry.com"
NOW = 1767225600
"""The scenarios' clock: 1 January 2026, 00:00 UTC."""
SCENARIOS = Path(__file__).with_name("scenarios.yaml")


class UnknownScenario(ValueError):
    """No scenario has this name."""


class InvalidScenario(ValueError):
    """`scenarios.yaml` is not right; the message says where."""


class Typed(BaseModel):
    """A command line and what is typed at its prompts, or into its standard input."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    run: str
    typed: tuple[str, ...] = ()


class Scenario(BaseModel):
    """One situation. `password` is alice's at the registry, `stored` what
    `config.json` holds before the first command, as `user:password`."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    name: str
    title: str
    cause: str = ""
    auth: Auth = Auth.BEARER
    commands: tuple[Typed, ...]
    stored: str | None = None
    password: str = "s3cret"
    may_pull: tuple[str, ...] = ("myimage", "team/*")
    faults: tuple[Fault, ...] = ()
    obstacle: Obstacle | None = None
    tls: Tls = Tls.TRUSTED
    redirect: bool = False
    token_post: bool = False
    held: str | None = None
    helper_missing: bool = False
    read_only: bool = False
    platform: str = "linux/amd64"

    def world(self) -> World:
        """The hosts and what listens there."""
        registry = Registry(
            auth=self.auth,
            realm=f"https://{TOKENS}/token" if self.auth is Auth.BEARER else "Private registry",
            service=HOSTNAME,
            repositories=repositories(),
            users={"alice": User(self.password, self.may_pull)},
            faults=self.faults,
            token_post=self.token_post,
            blobs_at=f"https://{STORAGE}/blobs/" if self.redirect else None,
            now=NOW,
        )
        open_storage = replace(registry, auth=Auth.NONE, blobs_at=None)
        return World({
            HOSTNAME: Site(registry, self.tls, self.obstacle),
            "localhost:5000": Site(registry, Tls.PLAIN, address="127.0.0.1"),
            TOKENS: Site(registry),
            STORAGE: Site(open_storage),
        })  # fmt: skip

    def state(self, engine: str = "29") -> State:
        """The client before the first command."""
        client = Client(
            engine=known_engine(engine).name,
            now=NOW,
            store=self._store(),
            images=held_images(self.held),
            platform=Platform.parse(self.platform),
            writable=READ_ONLY if self.read_only else "",
        )
        return State(client, tuple(parse(one.run, one.typed) for one in self.commands))

    def _store(self) -> CredentialStore:
        helper = "desktop" if self.helper_missing else None
        if self.stored is None:
            return CredentialStore((), helper, self.helper_missing)
        username, _, password = self.stored.partition(":")
        entry = (HOSTNAME, Credential(username, password))
        return CredentialStore((entry,), helper, self.helper_missing)


READ_ONLY = "open /home/alice/.docker/config.json1360777279: read-only file system"


def held_images(image: str | None) -> ImageStore:
    """The image store after an earlier pull of this image; empty for None."""
    if image is None:
        return ImageStore()
    reference = Reference.parse(image)
    repository = repositories()[reference.repository]
    digest = repository.tags[reference.identifier]
    named = stored_manifest(repository, digest)
    entry = entry_for(named, Platform()) if isinstance(named, Index) else None
    manifest = stored_manifest(repository, entry.digest) if entry else named
    assert isinstance(manifest, Manifest)
    blobs = (manifest.config.digest, *(layer.digest for layer in manifest.layers))
    packed = {d: repository.blobs[d].data for d in blobs}
    config = ImageConfig.read(packed[manifest.config.digest], manifest.config.digest)
    sizes = {d: unpacked_size(data) for d, data in packed.items()}
    store = ImageStore().with_content(config, [(d, size) for d, size in sizes.items() if size])
    held = dict.fromkeys((named, manifest))
    return store.with_image(reference.canonical, digest, blobs, *held)


def stored_manifest(repository: Repository, digest: str) -> Manifest | Index:
    return parse_manifest(repository.manifests[digest].data, digest)


@per_language
def scenarios() -> Mapping[str, Scenario]:
    """All scenarios by name, the default first, in the chosen language. Raises InvalidScenario."""
    return read_named(Scenario, SCENARIOS, InvalidScenario)


def titled(name: str) -> str:
    """The scenario's title in the chosen language; empty for a run that is none."""
    return scenarios()[name].title if name in scenarios() else ""


def scenario(name: str) -> Scenario:
    """The scenario of this name. Raises UnknownScenario with the names there are."""
    if name not in scenarios():
        names = ", ".join(scenarios())
        raise UnknownScenario(f"unknown scenario {name!r}: choose one of {names}")
    return scenarios()[name]
