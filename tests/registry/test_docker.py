"""The real Docker engine on our registry does what our machine says that it does."""

import json
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from simulator.docker.cli.parse import parse
from simulator.docker.config_file import Credential, CredentialStore
from simulator.docker.machine import Client, State
from simulator.docker.trace import Trace, run
from simulator.protocol.digest import digest_of
from simulator.protocol.message import Exchange, Response
from simulator.registry import serving as server
from simulator.registry.asgi import RegistryApp
from simulator.registry.fixtures import repositories
from simulator.registry.model import Auth, Fault, Part, Registry, User
from simulator.registry.rate_limit import Rate
from simulator.registry.serving import Served, running
from simulator.sources.mock import mock
from simulator.sources.world import Site, Tls, World
from tests.docker import attested
from tests.dockerd import Docker
from tests.registry.worlds import registry
from tests.sources.servers import Elsewhere, certificate, listening


@dataclass(frozen=True)
class Situation:
    """The stored credentials, the command, and how it ends."""

    auth: Auth = Auth.BEARER
    stored: str | None = "alice:s3cret"
    image: str = "team/app:1.0"
    login: str | None = None
    faults: tuple[Fault, ...] = ()
    status: int = 0
    says: str = ""
    skew: int = 0
    """Seconds by which the token service's clock is ahead."""


HTML = "<html>Welcome!</html>"
ALICE = ("-u", "alice", "--password-stdin")
ANY = {"alice": User("s3cret", ("*",))}


def layer(repository: str, tag: str) -> str:
    """The digest of the image's first layer."""
    held = repositories()[repository]
    return str(json.loads(held.manifests[held.tags[tag]].data)["layers"][0]["digest"])


# The engine keeps a manifest that it has seen, so each pull here is of another image.
SITUATIONS = {
    "pull": Situation(says="Status: Downloaded newer image"),
    "pull, Basic": Situation(
        Auth.BASIC, image="myimage:latest", says="Status: Downloaded newer image"
    ),
    "pull, open": Situation(
        Auth.NONE, None, image="team/app:1.1", says="Status: Downloaded newer image"
    ),
    "an index": Situation(image="team/multi:latest", says="Status: Downloaded newer image"),
    "login": Situation(stored=None, login="s3cret", says="Login Succeeded"),
    "login, Basic": Situation(Auth.BASIC, None, login="s3cret", says="Login Succeeded"),
    "wrong password": Situation(
        stored=None, login="wrong", status=1, says="unauthorized: incorrect username or password"
    ),
    "wrong password, Basic": Situation(
        Auth.BASIC, None, login="wrong", status=1, says="failed with status: 401 Unauthorized"
    ),
    "no login": Situation(stored=None, status=1, says="pull access denied"),
    "no login, Basic": Situation(Auth.BASIC, None, status=1, says="no basic auth credentials"),
    "stale credentials": Situation(stored="alice:old", status=1, says="incorrect username"),
    "no right": Situation(image="other/secret:latest", status=1, says="pull access denied"),
    "no right, Basic": Situation(
        Auth.BASIC, image="other/secret:latest", status=1, says="access to the resource is denied"
    ),
    "unknown tag": Situation(image="team/app:9.9", status=1, says="manifest unknown"),
    "corrupted layer": Situation(
        faults=(Fault(Part.BLOB, corrupt=True, digest=layer("team/app", "1.0")),),
        status=1,
        says="filesystem layer verification failed",
    ),
    "a web page for a token": Situation(
        faults=(Fault(Part.TOKEN, status=200, body=HTML, media_type="text/html"),),
        status=1,
        says="unable to decode token response: invalid character '<' looking for",
    ),
    "an answer without a token": Situation(
        faults=(Fault(Part.TOKEN, status=200, body="{}", media_type="application/json"),),
        status=1,
        says="authorization server did not include a token in the response",
    ),
    "a clock that is behind": Situation(
        skew=-3600, status=1, says="unauthorized: authentication required"
    ),
    "a web page for a manifest": Situation(
        Auth.BASIC,
        faults=(Fault(Part.MANIFEST, status=200, body=HTML, media_type="text/html"),),
        status=1,
        says="error unmarshalling content: invalid character '<' looking for",
    ),
    "a web page that is said to be JSON": Situation(
        Auth.BASIC,
        faults=(Fault(Part.MANIFEST, status=403, body=HTML, media_type="application/json"),),
        status=1,
        says="error parsing HTTP 403 response body: invalid character '<' looking for",
    ),
    "cut layer": Situation(
        faults=(Fault(Part.BLOB, cut_after=250_000, digest=layer("team/app", "1.0"), times=1),),
        says="Status: Downloaded newer image",
    ),
}


def typed(situation: Situation, host: str) -> list[str]:
    if situation.login:
        return ["login", host, "--username", "alice", "--password-stdin"]
    return ["pull", f"{host}/{situation.image}"]


def config_json(situation: Situation, host: str) -> str:
    """`config.json` as it is before the command."""
    if situation.stored is None:
        return CredentialStore().to_json()
    username, _, password = situation.stored.partition(":")
    return CredentialStore(((host, Credential(username, password)),)).to_json()


def predicted(situation: Situation, served: Served) -> Trace:
    """What our machine does in the same world, in the ways of the classic image store."""
    host, now = served.host, int(time.time())
    known = replace(
        registry(situation.auth, *situation.faults),
        now=now,
        token_skew=situation.skew,
        realm=f"http://{host}/token" if situation.auth is Auth.BEARER else "Private",
        service="pullscope",
    )
    words = " ".join(["docker", *typed(situation, host)])
    command = parse(words, (situation.login,) if situation.login else ())
    store = CredentialStore.from_json(config_json(situation, host))
    state = State(Client("26", now, store), (command,))
    return run(state, mock(World({host: Site(known, Tls.PLAIN, address="127.0.0.1")}, now)))


Seen = tuple[str, str, str, int]


def seen(exchanges: Iterable[Exchange]) -> tuple[list[Seen], set[Seen]]:
    """The request, how it was authorized, and the answer; blobs as a set, for they race."""
    ordered: list[Seen] = []
    blobs: set[Seen] = set()
    for exchange in exchanges:
        request, answer = exchange.request, exchange.answer
        assert isinstance(answer, Response)
        scheme = str(request.authorization.scheme) if request.authorization else ""
        entry = (request.method, request.path, scheme, answer.status)
        if "/blobs/" in request.path:
            blobs.add(entry)
        else:
            ordered.append(entry)
    return ordered, blobs


@pytest.mark.parametrize("name", SITUATIONS)
def test_docker_does_what_our_machine_says(name: str, docker: Docker) -> None:
    """The real engine ends as predicted, and the registry saw the requests that we predict."""
    situation = SITUATIONS[name]
    world = replace(registry(situation.auth, *situation.faults), token_skew=situation.skew)
    with running(world) as served:
        (docker.config / "config.json").write_text(config_json(situation, served.host), "utf-8")
        password = situation.login and situation.login + "\n"
        done = docker(*typed(situation, served.host), typed=password)
        trace = predicted(situation, served)
        happened = list(served.exchanges)
    docker("image", "prune", "--all", "--force")
    assert done.returncode == situation.status, done.stderr
    assert situation.says in done.stdout + done.stderr
    assert situation.says in " ".join(line.text for s in trace.steps for line in s.terminal)
    assert trace.failed == bool(situation.status)
    ours = [s.exchange for s in trace.steps if s.exchange]
    answered = [exchange for exchange in ours if isinstance(exchange.answer, Response)]
    assert seen(happened)[0] == seen(answered)[0]
    if name != "corrupted layer":  # which blobs are asked for before the failure is a race
        assert seen(happened)[1] == seen(answered)[1]
    assert "s3cret" not in repr(happened)


def test_docker_stores_what_our_machine_stores(docker: Docker) -> None:
    """After a login `config.json` is, byte for byte, what our credential store writes."""
    with running(registry(Auth.BEARER)) as served:
        (docker.config / "config.json").unlink(missing_ok=True)
        docker("login", served.host, "-u", "alice", "--password-stdin", typed="s3cret\n")
        written = (docker.config / "config.json").read_text("utf-8")
        ours = CredentialStore(((served.host, Credential("alice", "s3cret")),))
    assert written == ours.to_json()


def test_docker_says_that_it_asked_too_often(docker: Docker) -> None:
    """The registry's own sentence, on the terminal."""
    with running(registry(Auth.NONE), rate=Rate(0.1, burst=0)) as served:
        done = docker("pull", f"{served.host}/team/app:1.0")
    assert done.returncode == 1
    assert "toomanyrequests: too many requests: wait" in done.stderr


@contextmanager
def at_443(folder: Path) -> Iterator[tuple[str, Served]]:
    """The registry behind TLS at port 443 of an address of this machine, which Docker does not
    verify."""
    address = "127.0.0.43"
    with server.bound(address, 443) as listening:
        served = Served(registry(Auth.BASIC), address)
        pem = certificate(folder, address)
        app = RegistryApp(served.handle)
        with server.in_thread(server.server(app, ssl_certfile=pem), listening):
            yield address, served


def test_a_login_without_the_port_does_not_count_with_it(docker: Docker, tmp_path: Path) -> None:
    """Port 443 is the one that is used without, and yet another key of `config.json`."""
    (docker.config / "config.json").unlink(missing_ok=True)
    with at_443(tmp_path) as (host, served):
        image = f"{host}:443/team/app:1.0"
        assert docker("login", host, *ALICE, typed="s3cret\n").returncode == 0
        served.exchanges.clear()
        refused = docker("pull", image)
        asked = list(served.exchanges)
        assert docker("login", f"{host}:443", *ALICE, typed="s3cret\n").returncode == 0
        pulled = docker("pull", image)
        stored = json.loads((docker.config / "config.json").read_text("utf-8"))["auths"]
    docker("image", "prune", "--all", "--force")
    assert (refused.returncode, pulled.returncode) == (1, 0), pulled.stderr
    assert asked and not any(
        x.request.authorization for x in asked
    )  # Debian 12's engine says EOF in the end
    assert set(stored) == {host, f"{host}:443"}


def test_blobs_at_another_host_are_asked_for_without_credentials(docker: Docker) -> None:
    Elsewhere.told = []
    with listening(Elsewhere) as storage, running(stored_at(f"http://{storage}/")) as served:
        (docker.config / "config.json").write_text(config_json(SITUATIONS["pull"], served.host))
        done = docker("pull", f"{served.host}/team/app:1.0")
        here = [x.request for x in served.exchanges if "/blobs/" in x.request.path]
    docker("image", "prune", "--all", "--force")
    assert done.returncode == 0, done.stderr
    assert here and all(request.authorization for request in here)
    assert len(Elsewhere.told) == len(here) and set(Elsewhere.told) == {None}


def stored_at(storage: str) -> Registry:
    """The registry, whose blobs are at this address."""
    return replace(registry(Auth.BEARER), blobs_at=storage)


def test_an_attested_image_is_pulled_without_its_attestation(docker: Docker) -> None:
    """The classic engine takes the image out of the index, and nothing else."""
    held = {attested.NAME: attested.repository(True, attested.ATTESTATION)}
    world = replace(registry(Auth.BASIC), repositories=held, users=ANY)
    with running(world) as served:
        (docker.config / "config.json").write_text(config_json(SITUATIONS["pull"], served.host))
        done = docker("pull", f"{served.host}/{attested.NAME}:latest")
        asked = [(x.request.method, x.request.path) for x in served.exchanges]
    docker("image", "prune", "--all", "--force")
    assert done.returncode == 0, done.stderr
    top, image = (digest_of(data) for data in (attested.INDEX, attested.IMAGE))
    assert f"Digest: {top}" in done.stdout
    base = f"/v2/{attested.NAME}/manifests"
    manifests = [("HEAD", f"{base}/latest"), ("GET", f"{base}/{top}"), ("GET", f"{base}/{image}")]
    assert [one for one in asked if "/manifests/" in one[1]] == manifests
    blobs = {path.rpartition("/")[2] for _, path in asked if "/blobs/" in path}
    assert blobs == {digest_of(attested.CONFIG), digest_of(attested.LAYER.packed)}
    assert not any("referrers" in path for _, path in asked)
