"""An image with an attestation, as BuildKit makes it, and signatures that refer to that."""

import json
from collections.abc import Iterator

from simulator.docker.cli.parse import parse
from simulator.docker.config_file import Credential, CredentialStore
from simulator.docker.machine import Client, State
from simulator.protocol.digest import digest_of
from simulator.protocol.media_types import OCI_CONFIG, OCI_INDEX, OCI_LAYER, OCI_MANIFEST
from simulator.registry.fixtures import layer
from simulator.registry.model import Auth, Blob, Registry, Repository, StoredManifest, User
from simulator.sources.world import Site, Tls, World

HOST, TOKENS, NAME = "registry.example.com", "auth.example.com", "team/attested"
SIGNATURE = "application/vnd.dev.sigstore.bundle.v0.3+json"


def pointer(media_type: str, data: bytes, **more: object) -> dict[str, object]:
    return {"mediaType": media_type, "digest": digest_of(data), "size": len(data), **more}


def manifest(config: bytes, layer_type: str, data: bytes, **more: object) -> bytes:
    document = {"schemaVersion": 2, "mediaType": OCI_MANIFEST,
                "config": pointer(OCI_CONFIG, config),
                "layers": [pointer(layer_type, data)], **more}  # fmt: skip
    return json.dumps(document).encode()


LAYER = layer({"app": b"hello\n"})
DIFF = digest_of(LAYER.plain)
CONFIG = json.dumps({"os": "linux", "architecture": "amd64",
                     "rootfs": {"type": "layers", "diff_ids": [DIFF]}}).encode()  # fmt: skip
ODD_CONFIG = json.dumps({"os": "unknown", "architecture": "unknown",
                         "rootfs": {"type": "layers", "diff_ids": [DIFF]}}).encode()  # fmt: skip
STATEMENT, BUNDLE = b'{"_type": "https://in-toto.io/Statement/v0.1"}', b'{"signature": "..."}'
IMAGE = manifest(CONFIG, OCI_LAYER, LAYER.packed)
ATTESTATION = manifest(ODD_CONFIG, "application/vnd.in-toto+json", STATEMENT)
SIGNED = manifest(b"{}", SIGNATURE, BUNDLE)
ABOUT = {"vnd.docker.reference.type": "attestation-manifest",
         "vnd.docker.reference.digest": digest_of(IMAGE)}  # fmt: skip


def index(attestation: bytes) -> bytes:
    entries = [
        pointer(OCI_MANIFEST, IMAGE, platform={"os": "linux", "architecture": "amd64"}),
        pointer(OCI_MANIFEST, attestation, annotations=ABOUT,
                platform={"os": "unknown", "architecture": "unknown"}),
    ]  # fmt: skip
    document = {"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": entries}
    return json.dumps(document).encode()


INDEX = index(ATTESTATION)
REFERRERS = json.dumps({"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": [
    pointer(OCI_MANIFEST, SIGNED, artifactType=SIGNATURE),
    pointer(OCI_MANIFEST, b"{}", artifactType="application/vnd.example.other"),
]}).encode()  # fmt: skip
TAG = digest_of(ATTESTATION).replace(":", "-")
"""The tag that stands for the referrers of the attestation."""


def repository(signed: bool, attestation: bytes) -> Repository:
    top = index(attestation)
    known = {OCI_INDEX: (top, REFERRERS), OCI_MANIFEST: (IMAGE, attestation, SIGNED)}
    manifests = {digest_of(data): StoredManifest(kind, data)
                 for kind, all_ in known.items() for data in all_}  # fmt: skip
    blobs = (CONFIG, ODD_CONFIG, STATEMENT, BUNDLE, b"{}", LAYER.packed)
    tags = {"latest": digest_of(top)} | ({TAG: digest_of(REFERRERS)} if signed else {})
    return Repository(tags, manifests, {digest_of(data): Blob(digest_of(data), data)
                                        for data in blobs})  # fmt: skip


def world(
    auth: Auth = Auth.BASIC, signed: bool = True, host: str = HOST, odd: bytes = ATTESTATION
) -> World:
    registry = Registry(auth=auth, users={"alice": User("s3cret", ("*",))},
                        repositories={NAME: repository(signed, odd)},
                        realm=f"https://{TOKENS}/token", service="registry")  # fmt: skip
    tls = Tls.PLAIN if host != HOST else Tls.TRUSTED
    return World({host: Site(registry=registry, tls=tls), TOKENS: Site(registry=registry)})


def states(engine: str, host: str = HOST) -> Iterator[State]:
    """The pull twice, that without credentials, and of the attestation as if it were an image."""
    store = CredentialStore().with_entry(host, Credential("alice", "s3cret"))
    pull, odd = (parse(f"docker pull {option}{host}/{NAME}:latest")
                 for option in ("", "--platform unknown/unknown "))  # fmt: skip
    yield State(Client(engine, store=store), (pull, pull))
    yield State(Client(engine), (pull,))
    yield State(Client(engine, store=store), (odd,))
