"""Recorded requests of real clients are told as the commands that were typed."""

import re
from collections.abc import Iterator
from functools import cache
from itertools import pairwise

import pytest

from simulator.live import view
from simulator.live.attempts import attempts
from simulator.live.coach import advice
from simulator.live.observer.observe import observe
from simulator.live.observer.run import Run
from simulator.live.sessions import Sessions
from simulator.live.trouble import known
from simulator.views.player import STRINGS
from tests.live.learner import HOST, LATER, Clock, Learner
from tests.live.sequences import Line, Played, Sequence, sequences

SILENCE = 1.0
"""Seconds after the last request at which the page is looked at."""
UNTOLD = {
    "docker-by-digest": "the engine holds the digest: it sends GET /v2/ and nothing else",
    "podman-all-tags": "podman asks over https whatever its flag says, and no request arrives",
    "buildah-twice": "buildah asks for nothing that it holds under this name",
    "skopeo-parallel-repositories": "both commands write to one folder, and one of them gives up",
}
"""Sequences in which a command leaves less than its requests."""


@cache
def played(sequence: Sequence) -> Played:
    """Played once for all tests, which only look."""
    return Played(Learner(Sessions(clock=Clock())), sequence).all()


def runs_of(one: Played) -> tuple[Run, ...]:
    now = one.learner.sessions.clock() + SILENCE
    return observe(tuple(one.learner.session.seen), now, known)


AT_ONCE = ("podman-unavailable", "skopeo-unavailable", "buildah-unavailable")
PATTERNS = (
    (r" login ", "login"), (r"docker pull -a .*/(\w+)$", r"pull \1"),
    (r"(?:pull|copy) .*\{name\}/([\w:.]+)", r"pull \1"), (r"docker push .*/(\w+):.*", r"push \1"),
    (r"docker search", "docker search"), (r"podman search .*--list-tags .*/(\w+)", r"tags \1"),
    (r"podman search", "podman search"), (r"skopeo list-tags .*/(\w+)", r"tags \1"),
    (r"skopeo inspect .*/([\w:.]+)", r"inspect \1"), (r"curl .*/v2/$", "curl"),
)  # fmt: skip


def typed(sequence: Sequence) -> list[str]:
    """The commands, in short. Who gives up at GET /v2/ has named no image."""
    if sequence.name in AT_ONCE:
        return ["login", "pull"]
    commands = (part for line in sequence.typed for part in line.split(" & "))
    found = []
    for command in commands:
        for pattern, short in PATTERNS:
            match = re.search(pattern, command)
            if match:
                found.append(match.expand(short))
                break
    return found


def told(runs: tuple[Run, ...], name: str) -> list[str]:
    """What the page says was typed, as short."""
    parts = [part for run in runs for part in run.short.replace(f"{name}/", "").split(" · ")]
    return [shortened(part) for part in parts]


def shortened(part: str) -> str:
    part = re.sub(r".*(?:list-tags|--list-tags) (?:docker://)?(\w+)$", r"tags \1", part)
    part = re.sub(r"docker push (\w+):…", r"push \1", part)
    return part.removesuffix(" …")


TYPED = [
    name for name, one in sequences().items() if name not in UNTOLD and one.client != "curl"
]  # fmt: skip


@pytest.mark.parametrize("name", TYPED)
def test_each_command_is_told_as_what_it_was(name: str) -> None:
    """One run a command, or a login with the pull after it; in the order in which they began."""
    sequence = sequences()[name]
    one = played(sequence)
    found = told(runs_of(one), one.learner.name)
    if "&" in " ".join(sequence.typed):
        assert sorted(found) == sorted(typed(sequence))
    else:
        assert found == typed(sequence)


def test_a_sequence_gets_the_answers_again_that_it_had() -> None:
    """So what is recorded is what the registry does today, and nothing of it is lost."""
    for sequence in sequences().values():
        learner = Learner(Sessions(clock=Clock()))
        for line, answer in Played(learner, sequence).steps():
            assert answer is None or answer.status == line.status, (sequence.name, line)
        asked = [line for line in sequence.lines if line.change is None]
        assert len(learner.session.seen) == len(asked), sequence.name


def test_each_request_is_in_one_command() -> None:
    """None is lost, none is shown twice, at whatever moment the page looks."""
    for sequence in sequences().values():
        learner = Learner(Sessions(clock=Clock()))
        for _line, _answer in Played(learner, sequence).steps():
            now = learner.sessions.clock()
            found = attempts(learner.session.seen, now)
            numbers = sorted(one.number for attempt in found for one in attempt.seen)
            assert numbers == [one.number for one in learner.session.seen], sequence.name


def test_the_newest_command_comes_last() -> None:
    """The stage follows the last run: the one whose newest command began last."""
    for sequence in sequences().values():
        runs = runs_of(played(sequence))
        begun = [run.seen[-1][0].number for run in runs]
        assert all(a < b for a, b in pairwise(begun)), sequence.name


# -- pulls that belong to an older login -------------------------------------------------------


def test_a_pull_that_joins_an_older_login_comes_last() -> None:
    """docker login, podman login, docker pull: the stage goes back to docker."""
    learner = Learner(Sessions(clock=Clock()))
    everything = sequences()
    for name in ("docker-pull", "podman-pull"):
        one = everything[name]
        logins = tuple(line for line in one.lines if line.at < 0.9)
        Played(learner, Sequence(name, one.client, (), logins)).all()
        learner.sessions.clock.now += 5  # type: ignore[attr-defined]
    pull = tuple(line for line in everything["docker-pull"].lines if line.at > 0.9)
    first = min(line.token for line in pull if line.token is not None)
    shifted = tuple(line if line.token is None else moved(line, -first) for line in pull)
    Played(learner, Sequence("pull", "docker", (), shifted)).all()
    last = observe(tuple(learner.session.seen), learner.sessions.clock() + 9, known)[-1]
    assert (last.client.name, last.outcome) == ("Docker", "done")
    assert last.trace.steps[0].name == "LoginTyped"


def moved(line: Line, by: int) -> Line:
    assert line.token is not None
    return Line(**{**vars(line), "token": line.token + by})


# -- words of each client ---------------------------------------------------------------------


def texts(shown: object, key: str = "") -> Iterator[str]:
    """Every sentence of a payload; not what was sent, nor the labels of the stage."""
    if isinstance(shown, dict):
        for name, value in shown.items():
            if name not in ("exchange", "strings", "flow", "sample", "situation"):
                yield from texts(value, name)
    elif isinstance(shown, list):
        for value in shown:
            yield from texts(value, key)
    elif isinstance(shown, str) and key not in ("id", "lesson", "event", "client"):
        yield shown


@pytest.mark.parametrize("client", ["podman", "skopeo", "buildah", "ctr", "curl"])
def test_docker_is_named_to_nobody_who_does_not_use_it(client: str) -> None:
    """Neither in the steps, nor in the rows, the terminal, the variables and the coach's words."""
    for sequence in (one for one in sequences().values() if one.client == client):
        one = played(sequence)
        now = one.learner.sessions.clock() + SILENCE
        for run in runs_of(one):
            wrong = [text for text in texts(view.payload(run)) if names_docker(text)]
            assert wrong == [], sequence.name
        assert not names_docker(advice(view.facts(one.learner.session, HOST, now)))


def names_docker(text: str) -> bool:
    return "docker" in text.lower() and "docker://" not in text and "Docker Hub" not in text


def test_clients_without_a_store_are_said_to_store_nothing() -> None:
    """skopeo and curl write what they get wherever they are told to."""
    for sequence in (one for one in sequences().values() if one.client in ("skopeo", "curl")):
        for run in runs_of(played(sequence)):
            events = [step.name for step in run.trace.steps]
            assert "ImageStored" not in events, sequence.name
            cells = {one["tracker"].get("local_image_store") for one in view.payload(run)["steps"]}
            assert all("no image store" in str(cell) for cell in cells), (sequence.name, cells)


# -- the coach --------------------------------------------------------------------------------


def before(lines: list[Line], kind: str) -> list[Line]:
    return [line for line in lines if kind in line.path and line.change is None]


def until_next(sequence: Sequence, line: Line) -> float:
    """Seconds of silence after this line."""
    return next((one.at - line.at for one in sequence.lines if one.at > line.at), LATER)


def asks_in_vain(lines: list[Line]) -> bool:
    """Since the last command began, nothing but anonymous requests came, and one was refused."""
    return lines[-1].status in (401, 403)


def switched(lines: list[Line]) -> set[str]:
    on: set[str] = set()
    for line in lines:
        for name, value in (line.change or {}).items():
            on = on | {name} if value else on - {name}
    return on


def is_true(hint: str, text: str, lines: list[Line], learner: Learner) -> bool:
    """Whether what the coach asserts is so, from what was really typed and answered."""
    asked = [line for line in lines if line.change is None]
    passwords = [line for line in asked if line.basic and "/token" in line.path]
    match hint:
        case "":
            return True
        case "pushes":
            return any("push" in line.path or line.method == "POST" for line in asked[-8:])
        case "wrong_password":
            return [line.basic[1] for line in passwords[-3:] if line.basic] == ["wrong"] * 3
        case "no_login":
            return asks_in_vain(asked) and not any(line.basic or line.form for line in asked)
        case "broken":
            refused = any(line.status >= 400 for line in asked[-4:])
            return "corrupt" in switched(lines) or (bool(switched(lines)) and refused)
        case "wrong_name":
            return asked[-1].status == 404 and "nope" in asked[-1].path and "nope" in text
    return False


def test_the_coach_says_what_is_true_or_nothing() -> None:
    """In every sequence, at every request and in the silence after it."""
    spoke: set[str] = set()
    for sequence in sequences().values():
        learner = Learner(Sessions(clock=Clock()))
        done: list[Line] = []
        for line, _answer in Played(learner, sequence).steps():
            done.append(line)
            if not [one for one in done if one.change is None]:
                continue
            for later in (0.5, 30.0):
                if later > until_next(sequence, line):
                    break
                hint = learner.hinted(later=later)
                spoke.add(hint.name)
                true = is_true(hint.name, hint.text, done, learner)
                assert true, (sequence.name, line, hint.text)
    assert spoke >= {"", "pushes", "wrong_password", "no_login", "broken", "wrong_name"}


def test_the_words_of_the_stage_are_no_claims() -> None:
    """Before a request, nothing is said about the client's images."""
    shown = view.waiting()
    assert {one["start"] for one in shown["variables"]} == {"–"}
    assert shown["strings"]["notTaken"] != STRINGS["notTaken"]
