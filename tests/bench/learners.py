"""Two hundred learners answer questions at once, over real websocket sessions.

    python -m tests.bench.learners [LEARNERS [SECONDS]]

Each has a connection and a session of its own, and speaks what the browser speaks (Streamlit's
protobuf). A learner opens Recall, chooses an option and answers, goes on, and reads and steps
before the next answer: that is time alone, for the stage steps in the browser and tells the
server nothing. The time is that from the click to the end of the script's run, with the answer on
disk. The same clients then do the same to the bare app: one radio, one button, nothing kept.

There are two paces: that of a class, and one that is too fast to read, to see the limit.
"""

import asyncio
import random
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median, quantiles

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.asyncio.client import ClientConnection, connect

from simulator.progress.store import VARIABLE
from tests.pages import ROOT, free_port, started

PACES = (8.0, 2.0)
"""Seconds between two answers of a learner, on average: each is from half to one and a half."""
RAMP = 0.05
"""Seconds between the arrivals of two learners."""
PATIENCE = 60.0
HERE = Path(__file__).parent


@dataclass
class Seen:
    """What a session's page has: its widgets by kind, and the fragment that each is in."""

    radios: dict[str, tuple[list[str], str]] = field(default_factory=dict)
    buttons: dict[str, tuple[str, str]] = field(default_factory=dict)

    def take(self, message: ForwardMsg) -> None:
        delta = message.delta
        if message.WhichOneof("type") != "delta" or delta.WhichOneof("type") != "new_element":
            return
        element, fragment = delta.new_element, delta.fragment_id
        match element.WhichOneof("type"):
            case "radio" if not element.radio.disabled:
                self.radios[element.radio.id] = (list(element.radio.options), fragment)
            case "exception":
                raise RuntimeError(element.exception.message)
            case "button":
                self.buttons[element.button.label] = (element.button.id, fragment)


@dataclass
class Learner:
    """One session. `values` is what the browser would hold of the page's widgets."""

    socket: ClientConnection
    page: str
    query: str
    seen: Seen = field(default_factory=Seen)
    values: dict[str, str] = field(default_factory=dict)

    async def rerun(self, fragment: str = "", pressed: str = "") -> float:
        """Seconds from the message to the end of the run that it caused."""
        states = [WidgetState(id=name, string_value=value) for name, value in self.values.items()]
        if pressed:
            states.append(WidgetState(id=pressed, trigger_value=True))
        message = BackMsg()
        message.rerun_script.query_string = self.query
        message.rerun_script.page_name = self.page
        message.rerun_script.fragment_id = fragment
        message.rerun_script.widget_states.widgets.extend(states)
        self.seen = Seen()
        began = time.monotonic()
        await self.socket.send(message.SerializeToString())
        await self.finished()
        return time.monotonic() - began

    async def finished(self) -> None:
        while True:
            message = ForwardMsg.FromString(await asyncio.wait_for(self.socket.recv(), PATIENCE))
            self.seen.take(message)
            if message.WhichOneof("type") == "page_info_changed":
                self.query = message.page_info_changed.query_string
            ended = message.WhichOneof("type") == "script_finished"
            if ended and message.script_finished != ForwardMsg.FINISHED_EARLY_FOR_RERUN:
                return  # a run that asks for another one is not the end

    async def answer(self) -> float:
        """Choose something of each part, and press the button that answers."""
        fragment = ""
        for name, (options, inside) in self.seen.radios.items():
            self.values[name], fragment = random.choice(options), inside
        button, inside = self.seen.buttons["Answer"]
        return await self.rerun(inside or fragment, button)

    async def go_on(self) -> None:
        """To the next question, and after the last one to the next set."""
        for label in ("Next", "Another set"):
            if label in self.seen.buttons:
                button, inside = self.seen.buttons[label]
                await self.rerun(inside, button)
                self.values.clear()  # a browser forgets what it no longer shows


@dataclass(frozen=True)
class Figures:
    """Seconds of each answer, what went wrong, and memory of a session in MB."""

    seconds: list[float]
    errors: list[str]
    memory: float


async def session(
    port: int, page: str, number: int, pace: float, until: float,
    taken: list[float], errors: list[str],
) -> None:  # fmt: skip
    """A learner, from the first page to the end of the time."""
    await asyncio.sleep(number * RAMP)
    try:
        url = f"ws://localhost:{port}/_stcore/stream"
        async with connect(url, subprotocols=["streamlit"], max_size=None) as socket:
            learner = Learner(socket, page, f"seed={number + 1}" if page else "")
            await learner.rerun()
            while time.monotonic() < until:
                await asyncio.sleep(random.uniform(0.5, 1.5) * pace)
                seconds = await learner.answer()
                if time.monotonic() < until:
                    taken.append(seconds)
                await learner.go_on()
    except Exception as error:  # whatever it is, it counts
        errors.append(repr(error)[:200])


def resident(pid: int) -> float:
    """MB that a process holds."""
    text = Path(f"/proc/{pid}/status").read_text()
    return int(text.split("VmRSS:")[1].split()[0]) / 1000


async def measured(script: Path, page: str, learners: int, seconds: float) -> dict[float, Figures]:
    """All of them at each pace, once the server is warm."""
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        server = started(port, script, **{VARIABLE: f"sqlite:///{folder}/progress.db"})
        try:
            warm = time.monotonic() + (WARM if page else 5)
            await session(port, page, 0, PACES[-1], warm, [], [])
            before, found = resident(server.pid), dict[float, Figures]()
            for pace in PACES:
                taken, errors = list[float](), list[str]()
                until = time.monotonic() + learners * RAMP + seconds
                numbers = range(learners)
                await asyncio.gather(
                    *(session(port, page, n, pace, until, taken, errors) for n in numbers)
                )
                memory = (resident(server.pid) - before) / learners
                found[pace] = Figures(taken, errors, memory)
            return found
        finally:
            server.kill()
            server.wait()


WARM = 100.0
"""Seconds in which the server makes its questions, before it is measured."""


def show(title: str, figures: Figures, reference: float) -> float:
    """One line; the 95th percentile in ms."""
    if len(figures.seconds) < 2:
        print(f"{title:20}{len(figures.seconds):9}  too few answers: the server is saturated")
        return reference
    high = quantiles(figures.seconds, n=20)[-1] * 1000
    middle = median(figures.seconds) * 1000
    print(
        f"{title:20}{len(figures.seconds):9}{middle:12.0f}{high:12.0f}{figures.memory:16.2f}"
        f"{len(figures.errors):9}{high / (reference or high):8.2f}"
    )
    for error in sorted(set(figures.errors))[:3]:
        print("   ", error)
    return high


def main() -> None:
    numbers = [int(word) for word in sys.argv[1:3]]
    learners, seconds = (*numbers, *(200, 30)[len(numbers) :])
    apps = {"bare Streamlit": (HERE / "bare_app.py", ""), "pullscope": (ROOT / "app.py", "recall")}
    found = {
        title: asyncio.run(measured(script, page, learners, seconds))
        for title, (script, page) in apps.items()
    }
    for pace in PACES:
        print(f"{learners} learners, {seconds} s, an answer every {pace:.0f} s each")
        print(f"{'':20}{'answers':>9}{'median, ms':>12}{'95 %, ms':>12}{'MB a session':>16}"
              f"{'errors':>9}{'ratio':>8}")  # fmt: skip
        reference = 0.0
        for title, figures in found.items():
            high = show(title, figures[pace], reference)
            reference = reference or high


if __name__ == "__main__":
    main()
