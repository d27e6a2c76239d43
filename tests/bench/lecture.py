"""A lecture of learners at the page for one's own docker: one port, each pulls and sees their own.

    python -m tests.bench.lecture [LEARNERS [SECONDS]]

Each learner's view is open as the page has it (server-sent events). Within a minute, each logs in
and pulls a small image, as a client does, and every digest is checked. Measured are a pull, the
way from a request to the message of the view, and the server's memory and processor time, which
say more than the clock on a busy machine. The same pulls then go to `docker-registry` alone, at
the same pace.
"""

import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median, quantiles

import httpx

from simulator.live.asgi import Live
from simulator.protocol.digest import digest_of
from simulator.protocol.manifest import Manifest, parse_manifest
from simulator.protocol.media_types import MANIFESTS
from simulator.registry.model import Signer
from simulator.registry.serving import address, bound, in_thread, server
from tests.pages import ROOT
from tests.registries import open_registry

AGENT = {"User-Agent": "docker/26.1.5 go/go1.24.4 os/linux arch/amd64"}
PATIENCE = 60.0


@dataclass
class Learner:
    """An account, and what its view was told: when each message came."""

    id: str
    name: str
    password: str = field(repr=False)
    messages: list[float] = field(default_factory=list)
    last: str = ""

    def after(self, moment: float) -> float:
        """Seconds from then to the next message."""
        return next((one - moment for one in self.messages if one > moment), PATIENCE)


@dataclass
class Measured:
    """Seconds by what they are of, and what went wrong."""

    pulls: list[float] = field(default_factory=list)
    views: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


# -- the server, in a process of its own ------------------------------------------------------


def serve(learners: int) -> None:
    """Until standard input ends. Each learner opens the page from a network of their own."""
    with bound("127.0.0.1", 0) as listening:
        live = Live(address(listening), Signer(b"a bench"))
        opened = [live.sessions.open(f"10.0.{n // 200}.{n % 200}") for n in range(learners)]
        accounts = [(session.id, session.name, password) for session, password in opened]
        with in_thread(server(live), listening):
            print(json.dumps([address(listening), accounts]), flush=True)
            sys.stdin.read()


@contextmanager
def served(learners: int) -> Iterator[tuple[str, list[Learner], int]]:
    """Its host, the learners and the process."""
    command = [sys.executable, "-m", "tests.bench.lecture", "serve", str(learners)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=ROOT, stdin=pipe, stdout=pipe, text=True) as process:
        assert process.stdout and process.stdin
        host, accounts = json.loads(process.stdout.readline())
        try:
            yield host, [Learner(*account) for account in accounts], process.pid
        finally:
            process.stdin.close()


def processor(process: int) -> float:
    """Seconds of processor time that the process has used."""
    fields = Path(f"/proc/{process}/stat").read_text("ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def peak(process: int) -> int:
    """Megabytes that the process had at most."""
    status = Path(f"/proc/{process}/status").read_text("ascii")
    return int(status.split("VmHWM:")[1].split()[0]) // 1024


# -- a learner --------------------------------------------------------------------------------


async def watch(client: httpx.AsyncClient, host: str, learner: Learner) -> None:
    async with client.stream("GET", f"http://{host}/watch/events/{learner.id}") as stream:
        async for line in stream.aiter_lines():
            if line.startswith("data:"):
                learner.messages.append(time.monotonic())
                learner.last = line


async def pull(client: httpx.AsyncClient, root: str, bearer: dict[str, str]) -> None:
    """Raises ValueError where an answer is not what was asked for."""
    accept = bearer | {"Accept": ", ".join(MANIFESTS)}
    answer = await client.get(f"{root}/manifests/1.0", headers=accept)
    answer.raise_for_status()
    found = parse_manifest(answer.content, answer.headers["Docker-Content-Digest"])
    assert isinstance(found, Manifest)
    for blob in (found.config, *found.layers):
        data = (await client.get(f"{root}/blobs/{blob.digest}", headers=bearer)).raise_for_status()
        if digest_of(data.content) != blob.digest:
            raise ValueError(f"{blob.digest} is not what came")


async def token(client: httpx.AsyncClient, host: str, learner: Learner, scope: str) -> str:
    query = {"account": learner.name, **({"scope": scope} if scope else {})}
    proof = (learner.name, learner.password)
    answer = await client.get(f"http://{host}/token", params=query, auth=proof)
    return str(answer.raise_for_status().json()["token"])


async def session(host: str, learner: Learner, told: Measured) -> None:
    """Log in, and pull."""
    async with httpx.AsyncClient(headers=AGENT, timeout=PATIENCE) as client:
        await client.get(f"http://{host}/v2/")
        asked = time.monotonic()
        bearer = {"Authorization": f"Bearer {await token(client, host, learner, '')}"}
        (await client.get(f"http://{host}/v2/", headers=bearer)).raise_for_status()
        await asyncio.sleep(2)
        told.views.append(learner.after(asked))
        began = time.monotonic()
        repository = f"{learner.name}/app"
        await client.get(f"http://{host}/v2/")
        given = await token(client, host, learner, f"repository:{repository}:pull")
        await pull(client, f"http://{host}/v2/{repository}", {"Authorization": f"Bearer {given}"})
        ended = time.monotonic()
        told.pulls.append(ended - began)
        await asyncio.sleep(3)
        told.views.append(learner.after(ended))
        others = "Downloaded newer image" not in learner.last and '"done"' not in learner.last
        if others:
            told.errors.append("a view without its pull")


async def alone(host: str, told: Measured) -> None:
    """The pull alone, from a registry that asks for nothing."""
    async with httpx.AsyncClient(headers=AGENT, timeout=PATIENCE) as client:
        began = time.monotonic()
        await client.get(f"http://{host}/v2/")
        await pull(client, f"http://{host}/v2/team/app", {})
        told.pulls.append(time.monotonic() - began)


async def paced(
    acts: list[Callable[[], Awaitable[None]]], seconds: float, told: Measured
) -> None:
    """Each act at its own moment of these seconds."""

    async def one(place: int, act: Callable[[], Awaitable[None]]) -> None:
        await asyncio.sleep(seconds * place / len(acts))
        try:
            await act()
        except (httpx.HTTPError, ValueError) as error:
            told.errors.append(repr(error)[:200])

    await asyncio.gather(*(one(place, act) for place, act in enumerate(acts)))


async def lecture(host: str, learners: list[Learner], seconds: float) -> Measured:
    told = Measured()
    async with httpx.AsyncClient(timeout=None, limits=httpx.Limits(max_connections=None)) as views:
        watching = [asyncio.create_task(watch(views, host, one)) for one in learners]
        while not all(one.messages for one in learners):
            await asyncio.sleep(0.1)
        await paced([lambda one=one: session(host, one, told) for one in learners], seconds, told)  # type: ignore[misc]
        for task in watching:
            task.cancel()
        await asyncio.gather(*watching, return_exceptions=True)
    return told


def show(what: str, taken: list[float]) -> None:
    high = quantiles(taken, n=20)[-1]
    print(f"{what:44}{median(taken) * 1000:8.0f}{high * 1000:8.0f}{max(taken) * 1000:8.0f}")


def main() -> None:
    count, seconds = (*map(int, sys.argv[1:3]), *(200, 60)[len(sys.argv[1:3]):])
    with served(count) as (host, learners, process):
        before = processor(process)
        ours = asyncio.run(lecture(host, learners, seconds))
        used, megabytes = processor(process) - before, peak(process)
    with tempfile.TemporaryDirectory() as folder, open_registry(Path(folder)) as registry:
        beside = Measured()
        acts = [lambda: alone(registry.host, beside) for _ in range(count)]
        before = processor(registry.pid)
        asyncio.run(paced(acts, seconds, beside))
        used_beside = processor(registry.pid) - before
    print(f"{count} learners in {seconds} seconds; ms{'':13}  median    95 %     max")
    show("a pull, with its token", ours.pulls)
    show("from a request to the view's message", ours.views)
    show("a pull from docker-registry alone", beside.pulls)
    print(f"processor time: {used:.1f} s with logins and views; "
          f"docker-registry {used_beside:.1f} s")  # fmt: skip
    print(f"memory of the server at most {megabytes} MB; errors: {len(ours.errors)}, "
          f"docker-registry {len(beside.errors)}")  # fmt: skip
    for error in sorted(set(ours.errors + beside.errors))[:3]:
        print("   ", error)


if __name__ == "__main__":
    serve(int(sys.argv[2])) if sys.argv[1:2] == ["serve"] else main()
