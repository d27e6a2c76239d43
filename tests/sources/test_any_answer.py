"""Whatever a registry and its token service answer: a run ends in time, with an event of the table,
and sends no request that it must not.

`PULLSCOPE_EXAMPLES=2500` draws twice as many runs; each adds a second to the limit of the test.
"""

import time
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from simulator.docker.machine.table import TRANSITIONS
from simulator.docker.trace import Trace
from simulator.scenarios.real_run import run_real
from simulator.sources.dialer import ALONE, CLASS, Policy
from simulator.sources.downloads import AT_ONCE
from simulator.sources.http_client import PATIENCE
from tests.conftest import LIMIT
from tests.examples import EXAMPLES
from tests.sources.network import Answered, Connection, Network
from tests.sources.odd_answers import (
    PAIR,
    PASSWORD,
    REFRESH,
    REGISTRY,
    RIGHT,
    SERVERS,
    TOKEN,
    USER,
    Answering,
    Odd,
    Servers,
)

RUNS = 2 * EXAMPLES
PUBLIC = {"8.8.8.8", "8.8.4.4", "1.1.1.1", "9.9.9.9"}
"""The addresses that a run on this registry may ask."""
REAL_SECONDS = 30.0
"""For a run without a network, on a busy machine."""
POLICIES = [replace(known, seconds=60.0, most=200_000) for known in (ALONE, CLASS)]
READ = 1 << 16
"""Bytes that may arrive at once."""


def ran(network: Network, policy: Policy, user: str, engine: str) -> Trace:
    with pytest.MonkeyPatch.context() as patched:
        network.patch(patched)
        password = PASSWORD if user else ""
        return run_real(REGISTRY, user, password, "a/b:1", engine=engine, policy=policy)


@pytest.mark.timeout(LIMIT + RUNS)
@settings(max_examples=RUNS, deadline=None, derandomize=True, database=None,
          phases=[Phase.generate], suppress_health_check=list(HealthCheck))  # fmt: skip
@given(SERVERS, st.sampled_from(POLICIES), st.sampled_from([USER, ""]),
       st.sampled_from(["29", "26"]))  # fmt: skip
def test_every_run_ends_in_time_and_tells_no_secret(
    servers: Servers, policy: Policy, user: str, engine: str
) -> None:
    answering = servers.answering()
    network = Network(answering)
    began, real = network.clock.monotonic(), time.monotonic()
    trace = ran(network, policy, user, engine)
    assert time.monotonic() - real < REAL_SECONDS
    assert network.clock.monotonic() - began < policy.seconds + AT_ONCE * PATIENCE + REAL_SECONDS
    check_end(trace)
    check_bytes(network, policy)
    for connection in network.connections:
        check_connection(connection, policy, answering)
    told = trace.to_json()
    assert not any(secret in told for secret in (PASSWORD, PAIR))


def check_end(trace: Trace) -> None:
    """The run has ended, by an event that the table has for the phase before."""
    last = trace.steps[-1]
    assert last.after.finished
    assert type(last.event) in TRANSITIONS[last.before.phase]


def check_bytes(network: Network, policy: Policy) -> None:
    """No more arrives than the policy allows, but for one read of each connection at work."""
    received = sum(one.received for one in network.connections)
    assert received <= policy.most + (AT_ONCE + 1) * READ


def check_connection(connection: Connection, policy: Policy, answering: Answering) -> None:
    """It leads to an allowed address. A secret is sent with TLS, to the registry or the token
    service that it named; a token to the registry only."""
    assert connection.address in PUBLIC
    assert not policy.ports or connection.port in policy.ports
    assert connection.name or not connection.sent
    sent = connection.sent.decode("latin-1")
    if any(secret in sent for secret in (PASSWORD, PAIR, REFRESH)):
        assert connection.name in {REGISTRY, *answering.named}
    if TOKEN in sent:
        assert connection.name == REGISTRY


# -- the deadline and the budget of bytes ---------------------------------------------------------

DRIP = Odd(200, (), RIGHT, part=1, pause=1.0)
LARGE = Odd(200, (), b"x" * 300_000, "none")


@pytest.mark.parametrize("kind", ["ping", "manifests", "blobs", "other"])
@pytest.mark.parametrize("engine", ["29", "26"])
def test_a_drip_of_bytes_ends_with_the_time_of_the_run(kind: str, engine: str) -> None:
    """One byte a second never makes a connection wait too long; the run's own time ends it."""
    network = Network(always(kind, DRIP))
    began = network.clock.monotonic()
    trace = ran(network, POLICIES[0], USER, engine)
    passed = network.clock.monotonic() - began
    assert POLICIES[0].seconds - 2 < passed < POLICIES[0].seconds + REAL_SECONDS
    assert trace.failed
    check_end(trace)


@pytest.mark.parametrize("engine", ["29", "26"])
def test_a_run_takes_no_more_bytes_than_it_may(engine: str) -> None:
    """Many answers, each of an allowed size, are too many together."""
    network = Network(always("blobs", LARGE))
    trace = ran(network, replace(POLICIES[0], most=20_000), USER, engine)
    check_end(trace)
    check_bytes(network, replace(POLICIES[0], most=20_000))
    assert trace.failed


def always(kind: str, odd: Odd) -> Answering:
    """Only this answer to requests of this kind."""

    class Always(Answering):
        def __call__(self, connection: Connection, request: bytes) -> Answered:
            self.servers.odd[kind] = [odd] * 50
            return super().__call__(connection, request)

    made = Servers({kind: [odd]}, 0).answering()
    return Always(made.servers, made.dealt)
