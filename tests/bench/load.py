"""Fifty clients pull the same image at once: from our registry, and from `docker-registry`.

    python -m tests.bench.load [CLIENTS [MEGABYTES [ROUNDS]]]

Each registry is a process of its own, and each client a thread with a connection of its own,
which checks the digest of every blob. The registries take turns. Memory is the most that the
server held, as the kernel counts it: under load, and while all clients have asked for a layer
and read nothing. Last, Pullscope's page in a process of its own is stepped in Chromium, at rest
and while the registries are under load.
"""

import json
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from statistics import median, quantiles

from simulator.protocol.authorization import Authorization
from simulator.protocol.manifest import Manifest, parse_manifest
from simulator.protocol.media_types import MANIFESTS
from simulator.registry.fixtures import AMD64, image, layer, repository
from simulator.registry.model import Auth, Registry, Repository, User
from simulator.registry.serving import serve
from tests.bench.pull import high_water
from tests.bench.step import presses
from tests.pages import STAGE, app, chromium, free_port, wait_for
from tests.registries import push, served

LAYERS = 4
BUFFER = 1 << 18
HERE = "127.0.0.1"
USERS = {"alice": User("s3cret", ("big",))}


def big(megabytes: int) -> dict[str, Repository]:
    """One image of layers that do not compress, the same bytes each time."""
    seeded = random.Random(1)
    size = megabytes * 1_000_000 // LAYERS
    layers = tuple(layer({f"layer{n}": seeded.randbytes(size)}) for n in range(LAYERS))
    return {"big": repository({"1": image(layers, AMD64)})}


def ours(megabytes: int, port: int, auth: str) -> None:
    """What the server's process runs."""
    registry = Registry(Auth(auth), repositories=big(megabytes), users=USERS)
    serve(registry, HERE, port)


@dataclass(frozen=True)
class Server:
    """A registry under load: where it listens, whose memory counts, how to get in."""

    title: str
    host: str
    pid: int
    token: bool = False


@contextmanager
def our_process(title: str, megabytes: int, auth: Auth) -> Iterator[Server]:
    port = free_port()
    program = f"from tests.bench.load import ours; ours({megabytes}, {port}, {auth.value!r})"
    with subprocess.Popen([sys.executable, "-c", program]) as process:
        try:
            wait_for(f"http://{HERE}:{port}/")
            yield Server(title, f"{HERE}:{port}", process.pid, auth is Auth.BEARER)
        finally:
            process.terminate()


@contextmanager
def their_process(title: str, megabytes: int, folder: Path) -> Iterator[Server]:
    with served(folder) as registry:
        push(registry.host, big(megabytes))
        yield Server(title, registry.host, registry.pid)


# -- one client -------------------------------------------------------------------------------


@dataclass
class Client:
    """One connection, one buffer. It does no more than it must: it shares the processor."""

    server: Server
    buffer: bytearray = field(default_factory=lambda: bytearray(BUFFER))

    def pull(self) -> int:
        """Bytes of a whole pull. Raises where an answer is not what was asked for."""
        self.headers = {"Accept": ", ".join(MANIFESTS)}
        self.connection = HTTPConnection(self.server.host, timeout=60)
        try:
            if self.server.token:
                self.headers |= log_in(self.connection)
            return self.image()
        finally:
            self.connection.close()

    def image(self) -> int:
        self.connection.request("GET", "/v2/big/manifests/1", headers=self.headers)
        answer = self.connection.getresponse()
        found = parse_manifest(answer.read(), str(answer.headers["Docker-Content-Digest"]))
        assert isinstance(found, Manifest)
        return sum(self.blob(one.digest, one.size) for one in (found.config, *found.layers))

    def blob(self, digest: str, size: int) -> int:
        self.connection.request("GET", f"/v2/big/blobs/{digest}", headers=self.headers)
        answer, seen, hashed = self.connection.getresponse(), 0, sha256()
        view = memoryview(self.buffer)
        while count := answer.readinto(view):
            hashed.update(view[:count])
            seen += count
        if (answer.status, seen, f"sha256:{hashed.hexdigest()}") != (200, size, digest):
            raise HTTPException(f"{answer.status}, {seen} of {size} bytes of {digest}")
        return seen


def log_in(connection: HTTPConnection) -> dict[str, str]:
    """The header that opens the repository."""
    basic = {"Authorization": Authorization.basic("alice", "s3cret").header}
    connection.request("GET", "/token?scope=repository:big:pull", headers=basic)
    token = json.loads(connection.getresponse().read())["token"]
    return {"Authorization": f"Bearer {token}"}


# -- all of them ------------------------------------------------------------------------------


@dataclass(frozen=True)
class Figures:
    """One round: bytes a second, seconds of each pull, what failed, and memory in MB."""

    rate: float
    seconds: list[float]
    errors: list[str]
    memory: float


def load(server: Server, clients: int) -> Figures:
    """All clients start together."""
    together = threading.Barrier(clients + 1)
    Path(f"/proc/{server.pid}/clear_refs").write_text("5")  # the peak counts from here

    def one() -> tuple[int, float, str]:
        client = Client(server)
        together.wait()
        began = time.monotonic()
        try:
            return client.pull(), time.monotonic() - began, ""
        except (OSError, HTTPException, ValueError) as error:
            return 0, time.monotonic() - began, repr(error)

    with ThreadPoolExecutor(clients) as pool:
        pulls = [pool.submit(one) for _ in range(clients)]
        together.wait()
        began = time.monotonic()
        done = [pull.result() for pull in pulls]
        taken = time.monotonic() - began
    return Figures(
        sum(size for size, _, _ in done) / taken,
        [seconds for _, seconds, _ in done],
        [error for _, _, error in done if error],
        high_water(server.pid),
    )


def unread(server: Server, clients: int, digest: str) -> float:
    """Memory while all have asked for a layer, and no client takes more of it than a network
    holds."""
    Path(f"/proc/{server.pid}/clear_refs").write_text("5")
    with ExitStack() as stack:
        for _ in range(clients):
            client = stack.enter_context(closing(HTTPConnection(server.host)))
            headers = log_in(client) if server.token else {}
            client.request("GET", f"/v2/big/blobs/{digest}", headers=headers)
        time.sleep(1)
        return high_water(server.pid)


def show(server: Server, rounds: list[Figures], waiting: float, reference: float) -> float:
    """One line; the rate in MB a second."""
    rate = median(one.rate for one in rounds) / 1e6
    high = quantiles([s for one in rounds for s in one.seconds], n=20)[-1]
    errors = [error for one in rounds for error in one.errors]
    memory = max(one.memory for one in rounds)
    ratio = rate / (reference or rate)
    row = f"{rate:8.0f}{high:9.2f}{memory:8.0f}{waiting:8.0f}{len(errors):8}{ratio:7.2f}"
    print(f"{server.title:24}{row}")
    for error in sorted(set(errors))[:3]:
        print("   ", error)
    return rate


def stepping(servers: list[Server], clients: int) -> None:
    """Key to painted frame in another process's page, at rest and under each registry's load."""
    with app() as url, chromium() as browser:
        print(f"\n{'a step of the stage, ms':28}{'median':>9}{'95 %':>10}{'pulls':>9}{'errors':>8}")
        for server in [None, *servers]:
            stop, done = threading.Event(), list[Figures]()

            def keep_loading(
                server: Server | None = server,
                stop: threading.Event = stop,
                done: list[Figures] = done,
            ) -> None:
                while server and not stop.is_set():
                    done.append(load(server, clients))

            loading = threading.Thread(target=keep_loading)
            loading.start()
            try:
                taken = [whole for _told, whole in presses(browser, f"{url}/{STAGE}", 12, 1)]
            finally:
                stop.set()
                loading.join()
            title = f"beside {server.title}" if server else "at rest"
            errors = sum(len(one.errors) for one in done)
            row = f"{median(taken):9.1f}{quantiles(taken, n=20)[-1]:10.1f}"
            print(f"{title:28}{row}{clients * len(done):9}{errors:8}")


def main() -> None:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("interrupted"))  # no server is left behind
    numbers = [int(word) for word in sys.argv[1:4]]
    clients, megabytes, count = (*numbers, *(50, 20, 5)[len(numbers) :])
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        servers = [
            stack.enter_context(their_process("docker-registry", megabytes, folder)),
            stack.enter_context(our_process("pullscope", megabytes, Auth.NONE)),
            stack.enter_context(our_process("pullscope, with tokens", megabytes, Auth.BEARER)),
        ]
        rounds: dict[str, list[Figures]] = {server.title: [] for server in servers}
        for number in range(count + 1):  # the first is for the disk's cache
            for server in servers:
                figures = load(server, clients)
                if number:
                    rounds[server.title].append(figures)
        blobs = big(megabytes)["big"].blobs.values()
        layer = max(blobs, key=lambda blob: len(blob.data)).digest
        print(f"{clients} clients, {megabytes} MB each, {count} rounds; memory in MB")
        print(f"{'':24}{'MB/s':>8}{'95 %, s':>9}{'peak':>8}{'unread':>8}{'errors':>8}{'ratio':>7}")
        reference = 0.0
        for server in servers:
            waiting = unread(server, clients, layer)
            rate = show(server, rounds[server.title], waiting, reference)
            reference = reference or rate
        stepping(servers[:2], clients)


if __name__ == "__main__":
    main()
