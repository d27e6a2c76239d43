"""A run against a real registry: its client, and its layers on disk."""

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from simulator.docker.cli.commands import Login, Pull
from simulator.docker.engines import engine as known_engine
from simulator.docker.machine import Client, State
from simulator.docker.trace import Took, Trace
from simulator.docker.trace import run as run_trace
from simulator.protocol.reference import HOST, Reference
from simulator.sources.layout import Layout
from simulator.sources.real import Progress, real
from simulator.words.i18n import _


class InvalidRegistry(ValueError):
    """The registry's name is not `host` or `host:port`."""


def run_real(
    registry: str,
    username: str,
    password: str,
    image: str,
    on_progress: Callable[[Progress], object] | None = None,
    output: Path | None = None,
    engine: str = "29",
) -> Trace:
    """Log in (where a user is given) and pull from a real registry; layers land in `output`.

    Without `output` the layers go to a temporary directory that is removed. The password is
    in memory for this run only. Raises InvalidRegistry or InvalidReference on bad input.
    """
    state = real_state(registry, username, password, image, engine)
    times: list[tuple[float, float]] = []

    def note(began: float, ended: float) -> None:
        times.append((began, ended))

    with TemporaryDirectory() as spare:
        layout = Layout(output or Path(spare))
        with real(layout, on_progress, registry, on_exchange=note) as transport:
            trace = run_trace(state, transport, source="real")
        last = trace.steps[-1].after
        manifest, reference = last.run.image.manifest, last.run.reference
        if manifest and reference and not trace.failed:
            layout.name(reference.identifier, manifest.digest, manifest.media_type)
    return replace(trace, took=took(trace, times))


def took(trace: Trace, times: Sequence[tuple[float, float]]) -> tuple[Took, ...]:
    """When each step's exchange was, counted from the first one."""
    asking = [step.number for step in trace.steps if step.exchange]
    first = min((began for began, _ended in times), default=0.0)
    return tuple(
        Took(number, round(began - first, 6), round(ended - first, 6))
        for number, (began, ended) in zip(asking, times, strict=False)
    )


def real_state(registry: str, username: str, password: str, image: str, engine: str) -> State:
    if not HOST.fullmatch(registry):
        told = _("{registry} is not a registry: give host or host:port, no scheme")
        raise InvalidRegistry(told.format(registry=repr(registry)))
    name = image if image.startswith(f"{registry}/") else f"{registry}/{image}"
    Reference.parse(name)
    login = Login(f"docker login {registry}", registry, username, password)
    pull = Pull(f"docker pull {name}", name)
    commands = (login, pull) if username else (pull,)
    return State(Client(known_engine(engine).name, now=int(time.time())), commands)
