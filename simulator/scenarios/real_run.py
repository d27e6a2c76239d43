"""A run against a real registry: its client, and its layers on disk."""

import time
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path

from simulator.docker.cli.commands import Login, Pull
from simulator.docker.engines import engine as known_engine
from simulator.docker.machine import Client, State
from simulator.docker.trace import Took, Trace
from simulator.docker.trace import run as run_trace
from simulator.protocol.hosts import is_server
from simulator.protocol.proxies import Proxies
from simulator.protocol.reference import Reference
from simulator.sources.certificates import trusted
from simulator.sources.dialer import ALONE, Policy
from simulator.sources.downloads import Progress
from simulator.sources.layout import adding
from simulator.sources.real import real
from simulator.words.i18n import N_, _

SHOWN = 60
"""Characters of a wrong name that the sentence about it repeats."""


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
    policy: Policy = ALONE,
    authority: Path | None = None,
    proxies: Proxies | None = None,
) -> Trace:
    """Log in (where a user is given) and pull from a real registry; layers land in `output`.

    Without `output` the layers are verified and not kept. The password is in memory for this run
    only. `authority` is a file with further certificate authorities to trust; connections go
    through `proxies`. Raises InvalidRegistry, InvalidReference or InvalidAuthority on bad input,
    InvalidLayout for a directory that can take no image, and CannotStore where the disk is full.
    """
    state = real_state(registry, username, password, image, engine)
    times: list[tuple[float, float]] = []

    def note(began: float, ended: float) -> None:
        times.append((began, ended))

    with adding(output) if output else nullcontext() as layout:
        host = host_of_run(state)
        known = trusted(host, authority=authority)
        with real(host, policy, layout, on_progress, known, note, proxies) as transport:
            trace = run_trace(state, transport, source="real")
        last = trace.steps[-1].after
        manifest, reference = last.run.image.manifest, last.run.reference
        if layout and manifest and reference and not trace.failed:
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
    """The client before a login and a pull. Raises InvalidRegistry or InvalidReference."""
    check_registry(registry)
    name = image if image.startswith(f"{registry}/") else f"{registry}/{image}"
    Reference.parse(name)
    login = Login(f"docker login {registry}", registry, username, password)
    pull = Pull(f"docker pull {name}", name)
    commands = (login, pull) if username else (pull,)
    return State(Client(known_engine(engine).name, now=int(time.time())), commands)


def host_of_run(state: State) -> str:
    """The host that a real run is about; Docker Hub's differs from its name in references."""
    pull = state.commands[-1]
    assert isinstance(pull, Pull)
    return Reference.parse(pull.image).host


# -- the registry's name ------------------------------------------------------------------------

NOT_A_REGISTRY = N_("{registry} is not a registry: give host or host:port, no scheme")
NO_DOMAIN = N_(
    "{registry} is not a registry to Docker: without a dot or a port it is part of a repository's "
    "name on Docker Hub. Give the full name, or docker.io"
)


def check_registry(registry: str) -> None:
    """Raises InvalidRegistry unless this is `host` or `host:port`, and to Docker as well."""
    shown = repr(registry if len(registry) <= SHOWN else f"{registry[:SHOWN]}…")
    if not is_server(registry):
        raise InvalidRegistry(_(NOT_A_REGISTRY).format(registry=shown))
    if not (set(registry) & set(".:") or registry == "localhost" or registry.lower() != registry):
        raise InvalidRegistry(_(NO_DOMAIN).format(registry=shown))

