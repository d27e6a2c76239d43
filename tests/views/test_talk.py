"""Who speaks to whom: at every event, in every run, and in words that fit."""

from dataclasses import replace

from simulator.authoring.talk import of_talk, speech_faults
from simulator.docker.engines import engines
from simulator.docker.events import Event
from simulator.docker.trace import Trace
from simulator.docker.unions import kinds
from simulator.lesson.library import find_lesson
from simulator.lesson.load import load
from simulator.protocol.message import Response
from simulator.protocol.network_failure import Obstacle
from simulator.recordings.situations import recorded_situations
from simulator.recordings.situations import trace as recorded
from simulator.scenarios.model import scenarios
from simulator.scenarios.play import trace
from simulator.views.stage import stage
from simulator.views.talk import LONGEST_SHORT, common, parties_of
from simulator.words import i18n
from tests.cases import each

LESSON = find_lesson()
RUNS = [(name, engine) for name in scenarios() for engine in engines()]


@each("language", sorted(i18n.LANGUAGES))
def test_every_event_says_who_speaks_to_whom(language: str) -> None:
    """In the table itself, in every played run, and in every recorded one."""
    runs = [trace(name, engine) for name, engine in RUNS]
    runs += [recorded(name, engine) for engine in engines() for name in recorded_situations()]
    with i18n.speaking(language):
        lesson = load(LESSON.folder)
        assert list(of_talk(lesson, (step for run in runs for step in run.steps))) == []
    assert common().events.keys() == {kind.__name__ for kind in kinds(Event)}


def test_every_obstacle_has_a_few_characters() -> None:
    """A network error is a word on the picture, whatever its whole text."""
    assert common().obstacles.keys() == set(Obstacle)
    assert all(1 <= len(one.short) <= LONGEST_SHORT for one in common().obstacles.values())


def shown(run: Trace) -> list[tuple[str, str, str, str]]:
    """Sender, receiver, label and answer of each step."""
    told = [one["talk"] for one in stage(LESSON, run)["steps"]]
    return [(one["from"], one["to"], one["label"], one["short"]) for one in told]


def test_the_engine_speaks_to_whom_it_asks() -> None:
    """The challenge comes from the registry, the token from its service."""
    run = shown(trace("works"))
    assert ("engine", "registry", "GET /v2/", "401") in run
    assert ("engine", "token", "GET /token Basic", "200 token") in run
    assert ("cli", "store", "save alice : ••••", "") in run
    assert not any("password" in label and one == "registry" for _who, one, label, _short in run)


@each("name, engine", RUNS)
def test_a_message_goes_to_the_host_of_its_party(name: str, engine: str) -> None:
    """Each host is one party in a run: the token service where a challenge names it, the registry
    of the reference, and storage for all else."""
    run = trace(name, engine)
    hosts: dict[str, set[str]] = {}
    for step, (_sender, receiver, _label, _short) in zip(run.steps, shown(run), strict=True):
        if step.exchange:
            hosts.setdefault(receiver, set()).add(step.exchange.request.host)
            assert receiver in ("token", "registry", "storage", "mirror")
    seen = [host for known in hosts.values() for host in known]
    assert len(seen) == len(set(seen))


def test_a_failure_is_marked_at_the_party_that_failed() -> None:
    """The registry refuses; a wrong digest is found by the engine."""
    last = {name: stage(LESSON, trace(name))["steps"][-1]["talk"] for name in scenarios()}
    assert last["no-right"]["fails"] == "registry"
    assert last["corrupted-layer"]["fails"] == "engine"
    assert last["works"]["fails"] == ""


def test_the_proof_finds_what_does_not_fit() -> None:
    """A message without its ends, too long a text, a missing answer, and an unknown party."""
    step = next(one for one in trace("works").steps if isinstance(exchange_answer(one), Response))
    known = common().events[step.name]
    wrong = (
        {"sender": "engine"}, {"label": "x" * 60}, {"short": "y" * 11}, {"short": ""},
    )  # fmt: skip
    for change in wrong:
        assert list(speech_faults(step, known.model_copy(update=change)))
    assert not list(speech_faults(step, known))
    spoiled = {"talk": {step.name: known.model_copy(update={"via": "stranger"})}}
    document = LESSON.document.model_copy(update=spoiled)
    assert list(of_talk(replace(LESSON, document=document), iter(())))


def exchange_answer(step: object) -> object:
    exchange = getattr(step, "exchange", None)
    return exchange and exchange.answer


def test_a_party_says_what_it_has() -> None:
    """The engine has the token after it was issued, and the store the account once it is saved."""
    steps = stage(LESSON, trace("works"))["steps"]
    has = {step["event"]: step["has"] for step in steps}
    assert has["CredentialsEntered"]["store"] == "empty"
    assert has["CredentialsStored"]["store"] == "alice · password"
    assert has["TokenIssued"]["engine"] == "token: myimage"
    assert has["SessionEnded"]["images"] == "myimage:latest"


def test_what_is_marked_on_the_wire_matters() -> None:
    """The password in a body and the methods that are allowed are; the type of a body is not."""
    sent = [one["exchange"] for one in stage(LESSON, trace("works"))["steps"] if one["exchange"]]
    marked = [line["text"] for one in sent for side in ("sent", "answer") for line in one[side]
              if line["mark"]]  # fmt: skip
    assert any("password=" in text for text in marked)
    assert any(text.startswith("Allow:") for text in marked)
    assert not any(text.lower().startswith("content-type") for text in marked)


def test_each_host_that_is_asked_in_place_of_the_registry_is_a_mirror() -> None:
    """Whether `registry-mirrors` names it or hosts.toml."""
    lesson = find_lesson("limits-and-mirrors")
    for name, engine in (("cache", "26"), ("cache", "29"), ("hosts-file", "29")):
        run = trace(f"limits-and-mirrors/{name}", engine)
        asked = [parties_of(one, lesson.speech(one.name))[1] for one in run.steps if one.exchange]
        assert set(asked) == {"mirror"}, name
