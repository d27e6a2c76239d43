"""The observer tells from the exchanges alone what the machine did."""

import json
from dataclasses import replace
from itertools import count
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.docker import events as e
from simulator.docker.machine import TRANSITIONS
from simulator.docker.trace import Trace
from simulator.docker.unions import kinds
from simulator.live import view
from simulator.live.attempts import QUIET
from simulator.live.notes import NOTES
from simulator.live.observer.observe import observe
from simulator.live.observer.run import Run
from simulator.live.seen import Seen, client_of
from simulator.live.trouble import known
from simulator.protocol.message import Request, Response
from simulator.recordings.situations import trace as trace_of
from simulator.scenarios.model import Setting, first_registry, scenarios
from simulator.sources.world import Role
from tests.live.learner import DOCKER, LATER

AGENTS = {"26": "docker/26.1.5 go/go1", "29": "docker/29.0.1 go/go1"}
LOCAL = {
    "SessionEnded", "FellBackToHttp", "LogoutTyped", "CredentialsRemoved", "InputMissing",
    "ImagesTyped", "RemoveTyped", "InspectTyped", "ImagesListed", "ImagesRemoved",
    "ImagesInspected", "ImagesRefused",
}  # fmt: skip
"""Steps that no registry sees, or that the scenarios' https does not have."""
UNKNOWABLE = {
    "public-registry": "nothing tells a login at an open registry from a pull's greeting",
    "no-login-basic": "with Basic, the greeting does not say for which image it is",
    "rate-limited": "nobody asked for credentials",
    "server-error": "nobody asked for credentials",
    "web-page": "nobody asked for credentials",
    "redirected-blobs": "the other host's log is not ours",
    "no-platform": "silence after an index does not say why",
    "read-only-config": "the client's files are its own",
    "up-to-date": "the earlier pull was before our time",
    "login-again": "typed or stored, the password comes the same way",
}


HOSTNAME = first_registry()
(TOKENS,) = Setting().document().hosts(Role.TOKENS, HOSTNAME)


def seen_by_registry(trace: Trace) -> list[Seen]:
    """What a registry would have seen of this run: the exchanges, and whose they are."""
    tokens = [s.event.claims for s in trace.steps if isinstance(s.event, e.TokenIssued)]
    known_user = "alice" if not tokens or json.loads(tokens[-1])["sub"] else ""
    found: list[Seen] = []
    for step in trace.steps:
        exchange = step.exchange
        if exchange is None or not isinstance(exchange.answer, Response):
            continue
        asked = exchange.request
        sent = (*asked.headers, ("User-Agent", AGENTS[trace.engine]))
        url = asked.url.replace(TOKENS, HOSTNAME)
        kept = replace(exchange, request=replace(asked, url=url, headers=sent))
        proven = asked.authorization or dict(asked.form).get("username")
        claims = getattr(step.event, "claims", "")
        number = len(found) + 1
        found.append(Seen(number, number / 100, "a", kept, known_user if proven else "", claims))
    return found


def names(runs: tuple[Run, ...]) -> list[str]:
    return [step.name for run in runs for step in run.trace.steps]


OBSERVABLE = [
    (name, engine)
    for name in scenarios() for engine in AGENTS
    if name not in UNKNOWABLE and seen_by_registry(trace_of(name, engine))
]  # fmt: skip


@pytest.mark.parametrize(("name", "engine"), OBSERVABLE)
def test_the_observer_tells_what_the_machine_did(name: str, engine: str) -> None:
    """From nothing but the exchanges come the same events in the same order."""
    trace = trace_of(name, engine)
    did = [step.name for step in trace.steps if step.name not in LOCAL]
    told = names(observe(seen_by_registry(trace), LATER, known))
    assert [name for name in told if name not in LOCAL] == did


@pytest.mark.parametrize("name", list(UNKNOWABLE))
def test_what_cannot_be_known_is_not_claimed(name: str) -> None:
    """The exceptions above are ones: the observer does differ there."""
    agrees = []
    for engine in AGENTS:
        trace = trace_of(name, engine)
        told = names(observe(seen_by_registry(trace), LATER, known))
        did = [step.name for step in trace.steps if step.name not in LOCAL]
        agrees.append([name for name in told if name not in LOCAL] == did)
    assert not all(agrees)


def test_a_legal_run_is_told_with_legal_steps() -> None:
    """Each step of an ordinary run takes an edge of the table, none jumps."""
    (run,) = observe(seen_by_registry(trace_of("works", "26")), LATER, known)
    jumps = [s.name for s in run.trace.steps if type(s.event) not in TRANSITIONS[s.before.phase]]
    assert jumps == []


EVERYTHING = [
    one for name in scenarios() for engine in AGENTS
    for one in seen_by_registry(trace_of(name, engine))
]  # fmt: skip


@given(st.data())
def test_no_order_of_requests_breaks_it(data: Any) -> None:
    """Any requests in any order, from several clients: each is in some step, none is lost."""
    chosen = data.draw(st.lists(st.sampled_from(EVERYTHING), max_size=12))
    times = count(1)
    seen = []
    for one in chosen:
        number = next(times)
        at = number * data.draw(st.sampled_from([0.01, 0.5, 5.0]))
        where = data.draw(st.sampled_from("ab"))
        pending = data.draw(st.booleans()) and "/blobs/" in one.request.path
        seen.append(replace(one, number=number, at=at, address=where, pending=pending))
    runs = observe(sorted(seen, key=lambda s: s.at), data.draw(st.sampled_from([0, LATER])), known)
    told = [s.exchange for run in runs for s in run.trace.steps if s.exchange]
    assert len(told) == sum(1 for one in seen if not one.pending)
    for run in runs:
        view.payload(run)
        assert Trace.from_json(run.trace.to_json()) == run.trace


def test_a_memo_changes_nothing() -> None:
    """Telling again with what was told before gives the same as telling anew."""
    seen, memo = seen_by_registry(trace_of("corrupted-layer", "26")), {}
    for end in range(1, len(seen) + 1):
        now = seen[end - 1].at
        assert observe(seen[:end], now, known, memo) == observe(seen[:end], now, known)


def test_a_greeting_is_revised_by_what_follows() -> None:
    """At first it may be a login; a token for a repository makes it a pull."""
    seen = seen_by_registry(trace_of("stale-credentials", "26"))
    assert names(observe(seen[:1], seen[0].at, known))[0] == "LoginTyped"
    assert names(observe(seen[:2], seen[1].at, known))[0] == "PullTyped"


def later(seen: list[Seen], by: float) -> list[Seen]:
    return [replace(one, number=one.number + 100, at=one.at + by) for one in seen]


def test_silence_after_the_digest_means_up_to_date() -> None:
    """If the name was pulled before our eyes; and not before it has been silent for a while."""
    first = seen_by_registry(trace_of("works", "26"))
    seen = first + later(seen_by_registry(trace_of("up-to-date", "26")), 100)
    assert names(observe(seen, seen[-1].at, known))[-1] == "Resolved"
    assert names(observe(seen, seen[-1].at + QUIET + 0.1, known))[-1] == "AlreadyUpToDate"


def test_content_held_under_another_name_is_named_anew() -> None:
    """Nothing is downloaded for a name that was never pulled here: the client has it already."""
    seen = seen_by_registry(trace_of("up-to-date", "26"))
    told = names(observe(seen, LATER, known))
    assert told[-5:] == [
        "ManifestHeld", "LayersPlanned", "BlobsVerified", "ImageStored", "SessionEnded"
    ]  # fmt: skip


def test_every_note_is_for_an_event() -> None:
    """Notes name events that there are."""
    assert NOTES.keys() <= {kind.__name__ for kind in kinds(e.Event)}


@pytest.mark.parametrize(
    ("agent", "client"),
    [
        (DOCKER, "Docker 20.10.24"), ("containerd/2.3.4+unknown", "containerd 2.3.4"),
        ("skopeo/1.9.3", "skopeo 1.9.3"), ("Buildah/1.28.2", "Buildah 1.28.2"),
        ("libpod/4.3.1", "Podman 4.3.1"), ("oras/1.2.0", "ORAS 1.2.0"),
        ("go-containerregistry/v0.20.1", "crane 0.20.1"),
        ("crane/0.21.10-0.20260821201612-3f4ff3ca60f5 go-containerregistry/0", "crane 0.21.10"),
        ("buildkit/v0.13.1", "BuildKit 0.13.1"), ("curl/7.88.1", "curl 7.88.1"),
        ("containers/5.24 (github.com/containers/image)", "Podman"),
        ("Something/3", "Something"), ("", "a client without a name"),
    ],
)  # fmt: skip
def test_clients_are_named_by_their_user_agent(agent: str, client: str) -> None:
    """An unknown client keeps the name that it gives itself."""
    assert str(client_of(Request("GET", "http://h/v2/", (("User-Agent", agent),)))) == client
