"""A lecture of learners at the page for one's own docker: one port, each pulls and sees their own.

    python -m tests.bench.lecture [LEARNERS [SECONDS]]

Each learner's view is open as the page has it (server-sent events). Within a minute, each logs in
and pulls a small image with skopeo, which verifies every digest. Measured are the pull, the delay
of the view (from the arrival of each request at the registry to the message that shows it), and the
server's memory and processor time, which say more than the clock on a busy machine. The same pulls
then go to `docker-registry` alone, at the same pace.
"""

import asyncio
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Coroutine, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median, quantiles
from typing import Any

import httpx

from simulator.live.asgi import Live
from simulator.live.sessions import Asking, Sessions
from simulator.live.view import waiting
from simulator.protocol.message import Request
from simulator.registry.answer import Answer
from simulator.registry.asgi import Client, Delivery
from simulator.registry.model import Signer
from simulator.registry.serving import address, bound, in_thread, server
from tests.pages import ROOT
from tests.registries import open_registry

SETTLED = 3.0
"""Seconds after the last pull in which the views come to their end."""


@dataclass
class Learner:
    """An account, and what its view was sent: when, and how many exchanges that shows."""

    id: str
    name: str
    password: str = field(repr=False)
    messages: list[tuple[float, int]] = field(default_factory=list)
    last: str = ""

    def delays(self, came: Sequence[float]) -> list[float]:
        """For each exchange, the seconds from when it `came` to the message that shows it."""
        shown = [next((at for at, count in self.messages if count >= number), None)
                 for number in range(1, len(came) + 1)]  # fmt: skip
        return [at - begun for at, begun in zip(shown, came, strict=True) if at is not None]


@dataclass
class Measured:
    """Seconds by what they are of, and what went wrong."""

    pulls: list[float] = field(default_factory=list)
    delays: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


# -- the server, in a process of its own ------------------------------------------------------


class Noting(Sessions):
    """Notes when each learner's exchanges came, by the clock that all processes share."""

    def __init__(self, signer: Signer) -> None:
        super().__init__(signer=signer)
        self.here = threading.local()
        self.came: defaultdict[str, list[float]] = defaultdict(list)

    def answer(self, request: Request, client: Client) -> Delivery:
        self.here.began = time.monotonic()
        return super().answer(request, client)

    def delivery(self, asking: Asking, answer: Answer) -> Delivery:
        with self.lock:
            delivery = super().delivery(asking, answer)
            if asking.session:
                came = self.came[asking.session.name]
                came += [self.here.began] * (len(asking.session.seen) - len(came))
        return delivery


def serve(learners: int) -> None:
    """Until standard input ends; then print when the exchanges came. A class behind one router has
    one address."""
    with bound("127.0.0.1", 0) as listening:
        live = Live(address(listening), Signer(b"a bench"))
        live.sessions = noting = Noting(live.sessions.signer)
        waiting()  # as `pullscope app` does before it listens
        opened = [noting.open("127.0.0.1") for _ in range(learners)]
        accounts = [(session.id, session.name, password) for session, password in opened]
        with in_thread(server(live), listening):
            print(json.dumps([address(listening), accounts]), flush=True)
            sys.stdin.read()
        print(json.dumps(noting.came), flush=True)


@dataclass
class Served:
    """Its host, its learners, its process; at the end, when each learner's exchanges came."""

    host: str
    learners: list[Learner]
    process: int
    came: dict[str, list[float]] = field(default_factory=dict)


@contextmanager
def served(learners: int) -> Iterator[Served]:
    command = [sys.executable, "-m", "tests.bench.lecture", "serve", str(learners)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=ROOT, stdin=pipe, stdout=pipe, text=True) as process:
        assert process.stdout and process.stdin
        host, accounts = json.loads(process.stdout.readline())
        one = Served(host, [Learner(*account) for account in accounts], process.pid)
        try:
            yield one
        finally:
            process.stdin.close()
            one.came = json.loads(process.stdout.readline() or "{}")


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
                learner.last = line.removeprefix("data:")
                run = json.loads(learner.last)["run"]
                learner.messages.append((time.monotonic(), run.get("exchanges", 0) if run else 0))


async def skopeo(folder: Path, *words: str) -> float:
    """The seconds that the program took, with credentials of this folder. Raises ValueError."""
    began = time.monotonic()
    environment = {**os.environ, "REGISTRY_AUTH_FILE": str(folder / "auth.json")}
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        "skopeo", *words, env=environment, stdout=pipe, stderr=pipe
    )
    _out, err = await process.communicate()
    if process.returncode:
        raise ValueError(f"skopeo {words[0]}: {err.decode()[-200:]}")
    return time.monotonic() - began


async def copied(folder: Path, image: str) -> float:
    return await skopeo(
        folder, "copy", "--src-tls-verify=false", f"docker://{image}", f"dir:{folder / 'image'}"
    )


async def session(host: str, learner: Learner, folder: Path, measured: Measured) -> None:
    """Log in, and pull."""
    proof = ("-u", learner.name, "-p", learner.password)
    await skopeo(folder, "login", "--tls-verify=false", *proof, host)
    await asyncio.sleep(2)
    measured.pulls.append(await copied(folder, f"{host}/{learner.name}/app:1.0"))


async def alone(host: str, folder: Path, measured: Measured) -> None:
    """The pull alone, from a registry that asks for nothing."""
    measured.pulls.append(await copied(folder, f"{host}/team/app:1.0"))


Act = Callable[[Path], Coroutine[Any, Any, None]]


async def paced(acts: Sequence[Act], seconds: float, measured: Measured) -> None:
    """Each act at its own moment of these seconds, in a folder of its own."""

    async def one(place: int, act: Act) -> None:
        await asyncio.sleep(seconds * place / len(acts))
        with tempfile.TemporaryDirectory(prefix="pullscope-") as folder:
            try:
                await act(Path(folder))
            except ValueError as error:
                measured.errors.append(str(error))

    await asyncio.gather(*(one(place, act) for place, act in enumerate(acts)))


async def lecture(host: str, learners: list[Learner], seconds: float) -> Measured:
    measured = Measured()
    async with httpx.AsyncClient(timeout=None, limits=httpx.Limits(max_connections=None)) as views:
        watching = [asyncio.create_task(watch(views, host, one)) for one in learners]
        while not all(one.messages for one in learners):
            await asyncio.sleep(0.1)
        acts = [lambda folder, one=one: session(host, one, folder, measured) for one in learners]
        await paced(acts, seconds, measured)
        await asyncio.sleep(SETTLED)
        for task in watching:
            task.cancel()
        await asyncio.gather(*watching, return_exceptions=True)
    return measured


def look(served: Served, measured: Measured) -> None:
    """The delays of all views; an error for each that does not show its own pull to its end."""
    for one in served.learners:
        came = served.came.get(one.name, [])
        measured.delays += one.delays(came)
        runs = json.loads(one.last)["runs"]
        ended = [run["outcome"] for run in runs if f"/{one.name}/app:1.0" in run["title"]]
        if ended != ["done"] or len(runs) > 1 or one.messages[-1][1] < len(came):
            measured.errors.append(f"a view without its pull: {runs}")


def show(what: str, taken: list[float]) -> None:
    high = quantiles(taken, n=20)[-1]
    print(f"{what:44}{median(taken) * 1000:8.0f}{high * 1000:8.0f}{max(taken) * 1000:8.0f}")


def main() -> None:
    count, seconds = (*map(int, sys.argv[1:3]), *(200, 60)[len(sys.argv[1:3]) :])
    with served(count) as one:
        before = processor(one.process)
        ours = asyncio.run(lecture(one.host, one.learners, seconds))
        used, megabytes = processor(one.process) - before, peak(one.process)
    look(one, ours)
    with tempfile.TemporaryDirectory() as folder, open_registry(Path(folder)) as registry:
        beside = Measured()
        before = processor(registry.pid)
        acts = [lambda folder: alone(registry.host, folder, beside)] * count
        asyncio.run(paced(acts, seconds, beside))
        used_beside = processor(registry.pid) - before
    print(f"{count} learners in {seconds} seconds; ms{'':13}  median    95 %     max")
    show("skopeo copy, with its token", ours.pulls)
    show("from a request to the view's message", ours.delays)
    show("skopeo copy from docker-registry alone", beside.pulls)
    print(f"processor time: {used:.1f} s with logins and views; "
          f"docker-registry {used_beside:.1f} s")  # fmt: skip
    print(f"memory of the server at most {megabytes} MB; errors: {len(ours.errors)}, "
          f"docker-registry {len(beside.errors)}")  # fmt: skip
    for error in sorted(set(ours.errors + beside.errors))[:3]:
        print("   ", error)


if __name__ == "__main__":
    serve(int(sys.argv[2])) if sys.argv[1:2] == ["serve"] else main()
