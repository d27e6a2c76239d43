"""Debian's real `docker-registry`, started for a test, with the project's own images in it."""

import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from simulator.registry.fixtures import repositories
from simulator.registry.model import Auth, Registry, Repository, Signer, User
from simulator.registry.serving import Served, running
from simulator.registry.tokens import ISSUER, certificate_pem
from tests.need import need
from tests.pages import free_port, wait_for

SIGNER = Signer(b"tests")
ALICE = {"alice": User("s3cret", ("myimage", "team/*"))}


@dataclass(frozen=True)
class RealRegistry:
    """Where it listens, where it keeps its blobs, and its process."""

    host: str
    storage: Path
    pid: int

    def blob(self, digest: str) -> Path:
        name = digest.removeprefix("sha256:")
        return self.storage / f"docker/registry/v2/blobs/sha256/{name[:2]}/{name}/data"


CONFIG = """\
version: 0.1
log: {{level: error}}
storage: {{filesystem: {{rootdirectory: {storage}}}}}
http: {{addr: "127.0.0.1:{port}"}}
"""


@contextmanager
def served(folder: Path, auth: str = "", port: int = 0) -> Iterator[RealRegistry]:
    """`docker-registry serve`, with this `auth` section."""
    need("docker-registry")
    port, storage = port or free_port(), folder / "storage"
    config = folder / "config.yml"
    config.write_text(CONFIG.format(storage=storage, port=port) + auth, "utf-8")
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            ["docker-registry", "serve", str(config)], stdout=log, stderr=log
        )
        try:
            wait_for(f"http://127.0.0.1:{port}/")
            yield RealRegistry(f"127.0.0.1:{port}", storage, process.pid)
        finally:
            process.terminate()
            process.wait()


def push(host: str, held: Mapping[str, Repository] | None = None) -> None:
    """These repositories, or all of the project (distribution spec, "Pushing")."""
    with httpx.Client(base_url=f"http://{host}", timeout=30) as client:
        for name, repository in (held or repositories()).items():
            for blob in repository.blobs.values():
                started = client.post(f"/v2/{name}/blobs/uploads/")
                where = httpx.URL(started.headers["Location"]).copy_merge_params(
                    {"digest": blob.digest}
                )
                client.put(where, content=blob.data).raise_for_status()
            names = {digest: tag for tag, digest in repository.tags.items()}
            last = sorted(repository.manifests, key=lambda digest: digest in names)
            for digest in last:
                stored = repository.manifests[digest]
                tags = [tag for tag, known in repository.tags.items() if known == digest]
                for identifier in [digest, *tags]:
                    client.put(
                        f"/v2/{name}/manifests/{identifier}",
                        content=stored.data,
                        headers={"Content-Type": stored.media_type},
                    ).raise_for_status()


@contextmanager
def open_registry(folder: Path) -> Iterator[RealRegistry]:
    """Without authentication, with the images."""
    with served(folder) as registry:
        push(registry.host)
        yield registry


@contextmanager
def basic_registry(folder: Path) -> Iterator[RealRegistry]:
    """With alice in an htpasswd file, and the images."""
    need("htpasswd")
    with open_registry(folder):
        pass
    line = subprocess.run(
        ["htpasswd", "-Bbn", "alice", "s3cret"], capture_output=True, check=True
    ).stdout
    (folder / "htpasswd").write_bytes(line)
    auth = f"auth: {{htpasswd: {{realm: Private, path: {folder / 'htpasswd'}}}}}\n"
    with served(folder, auth) as registry:
        yield registry


@contextmanager
def token_registry(folder: Path) -> Iterator[RealRegistry]:
    """With tokens that our own token service issues, and the images."""
    with tokens_and_registry(folder) as (registry, _tokens):
        yield registry


@contextmanager
def tokens_and_registry(
    folder: Path, users: Mapping[str, User] = ALICE
) -> Iterator[tuple[RealRegistry, Served]]:
    """The same, with the token service that issues them to these users."""
    with open_registry(folder):
        pass
    (folder / "tokens.pem").write_bytes(certificate_pem(SIGNER))
    port = free_port()
    host = f"127.0.0.1:{port}"
    issuing = Registry(
        auth=Auth.BEARER, service=host, users=users, signer=SIGNER, writable=True
    )  # fmt: skip
    with running(issuing) as tokens:
        auth = (
            f"auth: {{token: {{realm: 'http://{tokens.host}/token', service: '{host}', "
            f"issuer: {ISSUER}, rootcertbundle: {folder / 'tokens.pem'}}}}}\n"
        )
        with served(folder, auth, port) as registry:
            yield registry, tokens
