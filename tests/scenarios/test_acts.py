"""Scenarios of several acts: the world changes between two commands."""

from typing import Any

import pytest

from simulator.docker.engines import engines
from simulator.docker.trace import Trace
from simulator.lesson.library import find_lesson
from simulator.protocol.digest import short_digest
from simulator.protocol.message import Response
from simulator.registry.fixtures import hub_repositories
from simulator.scenarios.model import Scenario, scenarios
from simulator.scenarios.play import run
from simulator.scenarios.world import InvalidWorld
from simulator.views.commands import typed_commands
from simulator.views.probes import PROBES
from simulator.views.stage import stage

APP = "docker pull myprivateregistry.com/team/app:latest"
HUB = {"registry-1.docker.io": {"images": "lesson", "public": ["public/*"]}}
LIMIT = {"part": "manifest", "status": 429, "code": "TOOMANYREQUESTS", "until": 1767225660}


def played(engine: str, *then: dict[str, Any], command: str = APP, **world: Any) -> Trace:
    """The run of a scenario that is in no file."""
    commands = [{"run": command}]
    written = {"stored": "alice:s3cret", "commands": commands, "then": then, **world}
    return run(Scenario.model_validate({"name": "acts", "title": "", **written}), engine)


def act(say: str, command: str = APP, **more: Any) -> dict[str, Any]:
    return {"say": say, "commands": [{"run": command}], **more}


def printed(trace: Trace) -> list[str]:
    return [line.text for step in trace.steps for line in step.terminal if line.kind != "command"]


@pytest.mark.parametrize("engine", list(engines()))
def test_a_tag_moves_between_two_pulls(engine: str) -> None:
    """The same command gets another image, and the layers that both have are not loaded again."""
    trace = played(engine, act("The tag moves.", meanwhile={"tags": {"team/app:latest": "1.1"}}))
    assert not trace.failed
    downloads = [line for line in printed(trace) if line.startswith("Status: Downloaded newer")]
    assert len(downloads) == 2
    names = dict(trace.steps[-1].after.client.images.images)
    moved = played(engine, command=APP.replace("latest", "1.1")).steps[-1].after.client.images
    assert set(dict(moved.images).values()) == {names["myprivateregistry.com/team/app:latest"]}
    change = next(step for step in trace.steps if step.name == "WorldChanged")
    assert (change.event.say, change.exchange) == ("The tag moves.", None)  # type: ignore[attr-defined]
    assert [step.number for step in trace.steps] == list(range(1, len(trace.steps) + 1))


@pytest.mark.parametrize("engine", list(engines()))
def test_a_password_changes_and_a_failed_act_is_not_the_end(engine: str) -> None:
    """The pull fails with the stored password; after a new login it is up to date."""
    login = {"run": "docker login myprivateregistry.com", "typed": ["alice", "new"]}
    stale = act("The password is changed.", meanwhile={"password": "new"})
    again = {"say": "alice logs in.", "commands": [login, {"run": APP}]}
    trace = played(engine, stale, again)
    changes = [place for place, step in enumerate(trace.steps) if step.name == "WorldChanged"]
    failures = [bool(trace.steps[place].before.failure) for place in changes]
    assert failures == [False, True]
    assert not trace.failed
    assert any("Image is up to date" in line for line in printed(trace))


@pytest.mark.parametrize("engine", list(engines()))
def test_time_passes_for_client_and_registry(engine: str) -> None:
    """A limit of one minute is over after a minute; docker images counts it too."""
    trace = played(engine, act("A minute passes.", later=60), faults=[LIMIT])
    assert not trace.failed
    first, last = trace.steps[0].before.client.now, trace.steps[-1].after.client.now
    assert last - first == 60


def test_what_a_run_did_to_the_world_stays() -> None:
    """A limited fault that has struck is not there again because something else changed."""
    once = {"part": "manifest", "status": 503, "times": 1}
    change = act("The password is the same.", meanwhile={"may_pull": ["*"]})
    trace = played("26", change, faults=[once])
    answers = [step.exchange.answer for step in trace.steps if step.exchange]
    statuses = [answer.status for answer in answers if isinstance(answer, Response)]
    assert statuses.count(503) == 1


def test_docker_hub_is_a_registry_like_others() -> None:
    """A name without a host is asked for there, with its token service."""
    trace = played("29", command="docker pull public/hello", sites=HUB, stored=None)
    assert not trace.failed
    asked = {step.exchange.request.host for step in trace.steps if step.exchange}
    assert asked == {"registry-1.docker.io", "auth.docker.io"}


@pytest.mark.parametrize(("patch", "place"), [
    ({"tags": {"team/app:latest": "7"}}, "there is no '7' in 'team/app'"),
    ({"sites": {"a": {"of": "b"}}}, "there is no registry at 'b'"),
    ({"auth": "charm"}, "auth"),
])  # fmt: skip
def test_a_change_that_makes_no_sense_is_a_sentence(patch: dict[str, Any], place: str) -> None:
    """With the place, and on one line."""
    with pytest.raises(InvalidWorld, match=place) as refused:
        played("29", act("Something odd happens.", meanwhile=patch))
    assert "\n" not in str(refused.value)


def test_one_act_is_what_it_was() -> None:
    """A scenario without further acts has no such step."""
    assert not any(step.name == "WorldChanged" for step in run(scenarios()["works"]).steps)


ALPINE = "docker pull alpine"
MOVED = act(
    "latest moves to 3.23.",
    ALPINE,
    meanwhile={"sites": {"registry-1.docker.io": {"tags": {"library/alpine:latest": "3.23"}}}},
)


@pytest.mark.parametrize("engine", list(engines()))
def test_the_ordinary_docker_hub_has_an_official_image(engine: str) -> None:
    """It needs no login, and a name that only the private registry has is denied there."""
    trace = played(engine, command=ALPINE, stored=None)
    digest = PROBES["resolved_digest"].value(trace.steps[-2].after)
    assert digest == hub_repositories()["library/alpine"].tags["3.22"]
    assert played(engine, command="docker pull myimage", stored=None).failed


def test_the_sample_of_a_run_has_the_commands_of_all_acts() -> None:
    """Of two commands that are alike, the second has the second line; the change is shown."""
    trace = played("29", MOVED, command=ALPINE, stored=None)
    staged = stage(find_lesson(), trace)
    assert staged["sample"] == typed_commands(trace) == [ALPINE, ALPINE]
    steps = {step["event"]: step for step in staged["steps"]}
    assert (staged["steps"][0]["line"], steps["ImageStored"]["line"]) == (0, 1)
    assert steps["WorldChanged"]["terminal"] == [
        {"kind": "command", "text": "# latest moves to 3.23."}
    ]


@pytest.mark.parametrize("engine", list(engines()))
def test_probes_of_names_follow_the_tag(engine: str) -> None:
    """The full name is known once the reference is parsed, the digest once it is resolved."""
    trace = played(engine, MOVED, command=ALPINE, stored=None)
    values = {name: [PROBES[name].value(step.after) for step in trace.steps]
              for name in ("full_name", "resolved_digest")}  # fmt: skip
    assert set(values["full_name"]) == {"", "docker.io/library/alpine:latest"}
    tags = hub_repositories()["library/alpine"].tags
    assert set(values["resolved_digest"]) == {"", tags["3.22"], tags["3.23"]}
    cells = {PROBES["resolved_digest"].cell(step.after) for step in trace.steps}
    assert cells == {"None", short_digest(tags["3.22"]), short_digest(tags["3.23"])}
