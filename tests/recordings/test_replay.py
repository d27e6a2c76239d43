"""Recordings as a source: the machine on what was recorded, and the reports where they differ."""

import json
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.docker.trace import Trace
from simulator.lesson.library import find_lesson
from simulator.protocol.network_failure import Obstacle
from simulator.recordings.document import (
    ENGINES,
    RECORDED,
    Engine,
    Exchanged,
    InvalidRecording,
    Recording,
    parsed,
    recorded,
)
from simulator.recordings.fidelity import unreached
from simulator.recordings.replay import Kind
from simulator.recordings.replayed import Replayed, remarks, replayed
from simulator.recordings.situations import recorded_situations, run_situation
from simulator.recordings.situations import trace as trace_of
from simulator.scenarios import model as scenario
from simulator.views.stage import stage
from tests.cases import each

PULL = "bearer_pull_after_login"


@each("engine", ENGINES)
@each("name", [name for name in recorded() if name not in unreached()])
def test_a_recording_is_a_run_that_ends_as_docker_did(name: str, engine: Engine) -> None:
    """Every answer is found, none is left, and each printed line is in the terminal."""
    told = recorded()[name].engines[engine]
    run = replayed(recorded()[name], engine)
    assert run.deviations == () and run.differences == ()
    assert run.trace.failed == bool(told.exit_code)
    assert (run.trace.source, run.trace.scenario) == ("recording", name)
    if told.tty_raw is None:
        for kind, text in (("output", told.stdout), ("error", told.stderr)):
            assert shown(run.trace, kind) == text.removesuffix("\n").split("\n")


def shown(trace: Trace, kind: str) -> list[str]:
    found = [x.text for step in trace.steps for x in step.terminal if x.kind == kind]
    return found or [""]


@pytest.mark.parametrize("name", [PULL, "login_basic_ok_p_flag", "pull_layer_truncated_retry"])
def test_a_replay_is_masked_and_can_be_staged(name: str) -> None:
    """The recording has the lab's passwords in it, the trace has none, and it reads back."""
    trace = replayed(recorded()[name], "29").trace
    text = trace.to_json()
    assert Trace.from_json(text) == trace
    assert "s3cret" not in text and "YWxpY2U6czNjcmV0" not in text
    given = stage(find_lesson(), trace)
    assert (given["source"], given["recording"], given["scenario"]) == ("recording", name, "")


def altered(
    name: str, engine: Engine, http: Sequence[Exchanged] | None = None, **told: object
) -> Replayed:
    """The recording with this one thing changed, replayed."""
    recording = recorded()[name]
    kept = recording.engines[engine]
    change = told | ({} if http is None else {"http": tuple(http)})
    other = kept.model_copy(update=change)
    return replayed(recording.model_copy(update={"engines": {engine: other}}), engine)


def test_a_request_that_was_not_recorded_is_told() -> None:
    """Without the manifest's exchange the run ends there, and nothing is made up."""
    http = recorded()[PULL].engines["26"].http
    less = [x for x in http if not ("/manifests/sha256" in x.path and x.status == 200)]
    run = altered(PULL, "26", less, exit_code=1)
    first = run.deviations[0]
    assert first.kind is Kind.NOT_RECORDED and "/manifests/sha256:" in first.request
    failure = run.trace.steps[-1].after.failure
    assert getattr(failure, "obstacle", None) is Obstacle.NOT_RECORDED
    assert "differ" not in first.request


def test_an_exchange_that_nobody_asks_for_is_told() -> None:
    """It stays over, and is named."""
    http = recorded()[PULL].engines["29"].http
    extra = Exchanged(url="https://private.example.com", method="GET", path="/v2/_catalog",
                      status=200)  # fmt: skip
    run = altered(PULL, "29", [*http, extra])
    (only,) = run.deviations
    assert only.kind is Kind.NOT_ASKED
    assert only.request == "GET https://private.example.com/v2/_catalog"
    assert not run.trace.failed


def test_other_parameters_are_told_and_another_order_is_none() -> None:
    """A token is a token, though this Docker asked for it with one parameter more."""

    def asked(change: str) -> Replayed:
        http = [x.model_copy(update={"path": x.path.replace("?account=alice&", change)})
                for x in recorded()[PULL].engines["26"].http]  # fmt: skip
        return altered(PULL, "26", http)

    run = asked("?account=alice&client_id=docker&")
    assert [one.kind for one in run.deviations] == [Kind.OTHERWISE]
    assert not run.trace.failed
    whole = "account=alice&scope=repository%3Ateam%2Fapp%3Apull"
    turned = "scope=repository%3Ateam%2Fapp%3Apull&account=alice"
    http = [x.model_copy(update={"path": x.path.replace(whole, turned)})
            for x in recorded()[PULL].engines["26"].http]  # fmt: skip
    assert any(turned in x.path for x in http)
    assert altered(PULL, "26", http).deviations == ()


def test_a_blob_that_docker_fetched_elsewhere_is_taken_as_promised() -> None:
    """A recorder does not see storage behind a redirect; Docker verified what came from there."""
    away: dict[str, Any] = {"status": 307, "response_bytes": None, "response_digest": ""}
    away |= {"response_headers": {"Location": "https://storage.example.com/x?sig=••••••"}}
    http = recorded()[PULL].engines["29"].http
    last = [x for x in http if "/blobs/" in x.path][-1]
    run = altered(PULL, "29", [x.model_copy(update=away) if x is last else x for x in http])
    assert [one.kind for one in run.deviations] == [Kind.UNSEEN]
    assert run.deviations[0].request.startswith("GET https://storage.example.com/x")
    assert not run.trace.failed


def test_other_words_are_shown_and_told_as_a_diff() -> None:
    """The terminal shows what was recorded; the diff has both."""
    said = "Error response from daemon: manifest went fishing\n"
    run = altered("pull_unknown_tag", "26", stderr=said)
    assert shown(run.trace, "error") == [said.strip()]
    assert [one.field for one in run.differences] == ["stderr"]
    lines = remarks(run)
    assert lines[0] == "Your Docker says something else (stderr):"
    assert f"+{said.strip()}" in lines
    assert any(line.startswith("-Error response from daemon: manifest for") for line in lines)


@each("engine", ENGINES)
@each("name", ["pull_no_login", "hub_logout", "login_basic_ok_tty"])
def test_a_recorded_situation_is_also_a_scenario(name: str, engine: str) -> None:
    """Its world is played on the mock registry, by its name."""
    trace = trace_of(name, engine)
    assert (trace.source, trace.scenario, trace.engine) == ("mock", name, engine)
    told = recorded()[name].engines["26" if engine == "26" else "29"]
    assert trace.failed == bool(told.exit_code)


def test_what_cannot_be_played_is_not_offered() -> None:
    """All recordings but those that the machine does not reach."""
    offered = recorded_situations()
    assert set(recorded()) - {one.name for one in offered.values()} <= set(unreached())
    assert not set(offered) & set(scenario.scenarios())
    assert trace_of("recorded_logout").scenario == "recorded_logout"


@each("world", [
    {"config_json_before": 5}, {"config_json_before": {"auths": 5}}, {"config_json_before": "no"},
    {"config_json_before": {"auths": {"a": 5}}}, {"config_json_before": {"bytes_base64": "?"}},
    {"commands_before": ["docker pull Bad"]}, {"commands_before": ["dance"]}, {"registries": 5},
    {"commands_before": ["docker pull registry.example.com/team/app:9.9"]}, {"disk": "full"},
    {"registries": {"a": {"transport": "pigeon"}}}, {"faults": [{"host": "a", "action": {}}]},
    {"registries": {"a": {"transport": "https", "auth": "token (realm x, service y)"}}},
    {"registries": {"a": {"transport": "https", "auth": "none"}}, "images_present": {"b:1": "c"}},
    {"faults": [{"host": "a", "path": "(", "action": {"close": True}}]}, {"config_problem": "odd"},
    {"faults": [{"host": "a", "action": {"respond": {"status": "odd"}}}]},
    {"faults": [{"host": "a", "action": {"respond": 5}}]}, {"token_server": {"denies": "x"}},
    {"helpers": {"docker-credential-a": "exit 1"}}, {"engine_options": {"proxies": {}}},
])  # fmt: skip
def test_an_odd_world_is_a_run_or_a_sentence(world: dict[str, Any]) -> None:
    """So is any other text in a recording."""
    known = json.loads((RECORDED / "pull_no_login.json").read_text())
    try:
        run = replayed(parsed(json.dumps({**known, "world": world}).encode(), "mine"), "26")
    except InvalidRecording as error:
        refused = str(error)
        assert refused.strip() and "\n" not in refused
        return
    assert run.trace.steps[-1].after.finished


few = st.sets(st.integers(0, 20), max_size=6)
oddities: st.SearchStrategy[dict[str, Any]] = st.sampled_from([
    {"status": 200, "response_body": "{}"}, {"status": 200, "response_body": "not JSON"},
    {"status": 307, "response_headers": {"Location": "/v2/elsewhere"}}, {"status": 206},
    {"status": 500}, {"response_bytes": 1}, {"response_digest": "sha256:odd"},
    {"response_headers": {"Content-Length": "many"}}, {"method": "HEAD"}, {"url": "nonsense"},
    {"path": ""}, {"status": 401, "response_headers": {"WWW-Authenticate": "Bearer realm=\"x\""}},
])  # fmt: skip


@given(
    st.sampled_from([PULL, "pull_layer_truncated_retry", "pull_multiarch", "pull_all_tags"]),
    st.sampled_from(ENGINES), few, st.one_of(few, st.just(set(range(30)))), oddities,
)  # fmt: skip
def test_a_mangled_recording_is_a_run_or_a_sentence(
    name: str, engine: Engine, gone: set[int], odd: set[int], oddity: dict[str, Any]
) -> None:
    """The machine does not break on any uploaded file."""
    kept = [line for place, line in enumerate(recorded()[name].engines[engine].http)
            if place not in gone]  # fmt: skip
    http = [x.model_copy(update=oddity) if place in odd else x for place, x in enumerate(kept)]
    try:
        run = altered(name, engine, http)
    except InvalidRecording:
        return
    assert run.trace.steps[-1].after.finished


def test_a_recording_without_an_engine_is_refused() -> None:
    """There is nothing to replay."""
    with pytest.raises(InvalidRecording, match=r"mine: engines"):
        parsed(b'{"name": "mine", "command": "docker pull a", "engines": {}}', "mine")


def test_a_recording_with_one_engine_is_played_with_that() -> None:
    """A user has one Docker."""
    both = recorded()["pull_no_login"]
    alone = both.model_copy(update={"engines": {"26": both.engines["26"]}})
    assert run_situation(Recording.model_validate(alone.model_dump()), "29").engine == "26"
