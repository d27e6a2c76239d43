"""What holds in every world: a run ends, says so, and keeps its secrets."""

import os
import subprocess
import sys
from ast import literal_eval
from urllib.parse import urlsplit

from hypothesis import given
from hypothesis import strategies as st

from simulator.docker.events import Failure
from simulator.docker.trace import run, steps
from simulator.protocol.network_failure import Obstacle
from simulator.registry.fixtures import repositories
from simulator.registry.model import Auth, Fault, Part
from simulator.scenarios.model import Scenario, Setting, Typed, first_registry
from simulator.sources.mock import mock
from simulator.sources.world import Role, Tls

HOSTNAME = first_registry()
ORDINARY = Setting().document()
TOKENS, STORAGE = (ORDINARY.hosts(role, HOSTNAME)[0] for role in (Role.TOKENS, Role.STORAGE))
SECRET = "correct-horse-battery"
STALE = "yesterdays-staple-zebra"

faults = st.builds(
    Fault,
    part=st.sampled_from(Part),
    status=st.sampled_from([None, 400, 401, 403, 404, 405, 429, 500, 502, 503, 418]),
    code=st.sampled_from([None, "DENIED", "UNKNOWN", "TOOMANYREQUESTS"]),
    corrupt=st.booleans(),
    cut_after=st.sampled_from([None, 0, 1, 50]),
    times=st.sampled_from([None, 1, 2]),
)
images = st.sampled_from(
    ["myimage:latest", "team/app:1.1", "team/multi:latest", "team/oci", "team/nosuch", "Bad", "a@b"]
)


@st.composite
def cases(draw: st.DrawFn) -> tuple[Scenario, str]:
    password = draw(st.sampled_from([SECRET, STALE]))
    login = Typed(run=f"docker login {HOSTNAME}", typed=("alice", password))
    pull = Typed(run=f"docker pull {HOSTNAME}/{draw(images)}")
    scenario = Scenario(
        name="drawn",
        title="",
        password=SECRET,
        auth=draw(st.sampled_from(Auth)),
        commands=draw(st.sampled_from([(login, pull), (pull,), (login,), (pull, pull)])),
        stored=draw(st.sampled_from([None, f"alice:{SECRET}", f"alice:{STALE}"])),
        may_pull=draw(st.sampled_from([("*",), ("other/*",)])),
        faults=tuple(draw(st.lists(faults, max_size=2))),
        obstacle=draw(st.sampled_from([None, None, None, *Obstacle])),
        tls=draw(st.sampled_from([Tls.TRUSTED, Tls.TRUSTED, *Tls])),
        redirect=draw(st.booleans()),
        token_post=draw(st.booleans()),
        helper_missing=draw(st.sampled_from([False, False, True])),
        platform=draw(st.sampled_from(["linux/amd64", "linux/s390x"])),
    )
    return scenario, draw(st.sampled_from(["29", "26"]))


@given(cases())
def test_a_run_ends_and_fails_exactly_when_it_says_so(case: tuple[Scenario, str]) -> None:
    """The last state is failed if and only if the last event is a failure."""
    scenario, engine = case
    trace = run(scenario.state(engine), mock(scenario.world()))
    last = trace.steps[-1]
    assert last.after.finished
    assert trace.failed == isinstance(last.event, Failure)
    assert sum(isinstance(step.event, Failure) for step in trace.steps) <= 1


@given(cases())
def test_a_password_goes_only_to_the_registry_or_its_realm(case: tuple[Scenario, str]) -> None:
    """No other host gets a password or a token."""
    scenario, engine = case
    for step in steps(scenario.state(engine), mock(scenario.world())):
        if step.exchange is None:
            continue
        request = step.exchange.request
        if request.authorization or request.form:
            assert urlsplit(request.url).netloc in (HOSTNAME, TOKENS)
        assert request.host != STORAGE or request.authorization is None


@given(cases())
def test_no_secret_is_printed_or_kept(case: tuple[Scenario, str]) -> None:
    """Neither `repr`, nor the trace's JSON, nor the terminal, nor a URL holds a secret."""
    scenario, engine = case
    tokens = set()
    for step in steps(scenario.state(engine), mock(scenario.world())):
        sent = step.exchange.request.authorization if step.exchange else None
        if sent:
            tokens.add(sent.secret)
        assert not leaks(repr(step), tokens)
        assert not leaks(step.exchange.request.url if step.exchange else "", tokens)
    trace = run(scenario.state(engine), mock(scenario.world()))
    assert not leaks(trace.to_json(), tokens)


def leaks(text: str, tokens: set[str]) -> bool:
    return any(secret in text for secret in (SECRET, STALE, *tokens))


def test_the_images_are_the_same_each_time() -> None:
    """Content is made, not drawn: another process, with another hash seed, has the same digests."""
    code = (
        "from simulator.registry.fixtures import repositories\n"
        "print({name: dict(one.tags) for name, one in repositories().items()})"
    )
    environment = {**os.environ, "PYTHONHASHSEED": "7"}
    printed = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    )
    here = {name: dict(repository.tags) for name, repository in repositories().items()}
    assert literal_eval(printed.stdout) == here
