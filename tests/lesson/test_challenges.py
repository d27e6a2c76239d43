"""Challenges: each is broken, each can be repaired, and the hints lead there."""

from functools import cache
from pathlib import Path

import pytest

from simulator.authoring.challenges import feedback_shown
from simulator.docker.engines import engines
from simulator.lesson.challenges import Goal, InvalidChallenge, challenges, next_command
from simulator.lesson.feedback import Feedback, feedback, sentences
from simulator.lesson.library import find_lesson, folders
from simulator.registry.fixtures import all_repositories
from simulator.scenarios.model import Setting, Typed
from simulator.shell import enter
from simulator.shell.session import terminal, typed
from simulator.views.sentences import applying
from tests.cases import each
from tests.lessons import beside
from tests.spoiled import survivors, unnoticed

ENGINES = list(engines())
LESSON = find_lesson()
NAMES = list(challenges(LESSON))


def test_there_are_enough() -> None:
    """At least ten, and no two with the same title."""
    titles = {challenge.title for challenge in challenges(LESSON).values()}
    assert len(titles) == len(NAMES) >= 10


@each("engine", ENGINES)
@each("name", NAMES)
def test_the_kept_solution_solves_it(name: str, engine: str) -> None:
    """From the broken world, in as many commands as its par, and not before the last one."""
    challenge = challenges(LESSON)[name]
    shell = challenge.shell(engine)
    for command in challenge.solution:
        assert not challenge.solved(shell)
        shell = typed(shell, [command])
        assert shell.prompt is None and shell.status == 0, shell.lines[-5:]
    assert challenge.solved(shell)
    assert shell.commands == challenge.par


@each("engine", ENGINES)
@each("name", NAMES)
def test_the_first_try_does_not_solve_it(name: str, engine: str) -> None:
    """The command that shows what is wrong fails, or does not reach the goal."""
    challenge = challenges(LESSON)[name]
    tried = enter(challenge.shell(engine), challenge.attempt)
    assert not challenge.solved(tried)
    assert tried.status != 0 or name == "platform"


LOOKS = ("curl", "TOKEN", "mkdir")
"""Commands of a solution that only look, or that this terminal does not need."""


@each("engine", ENGINES)
@each("name", NAMES)
def test_every_command_of_the_solution_is_needed(name: str, engine: str) -> None:
    """Without any one of those that change something, the goal is not reached."""
    challenge = challenges(LESSON)[name]
    for place, command in enumerate(challenge.solution):
        if any(word in command.run for word in LOOKS):
            continue
        rest = challenge.solution[:place] + challenge.solution[place + 1 :]
        assert not challenge.solved(typed(challenge.shell(engine), rest)), command.run


ASTRAY = (
    Typed(run="docker login myprivateregistry.com", typed=("alice", "wrong")),
    Typed(run="docker logout myprivateregistry.com"),
    Typed(run="echo '{}' > ~/.docker/config.json"),
    Typed(run="docker pull myprivateregistry.com/team/app:1.0"),
    Typed(run="dokcer pull"),
)


@each("engine", ENGINES)
@each("name", NAMES)
def test_the_last_hint_leads_to_the_goal(name: str, engine: str) -> None:
    """From the beginning, and from wherever a learner has gone astray."""
    challenge = challenges(LESSON)[name]
    starts = [challenge.shell(engine)]
    starts += [typed(starts[0], [command]) for command in ASTRAY if engine == ENGINES[0]]
    for shell in starts:
        for _ in range(challenge.par + 1):
            if challenge.solved(shell):
                break
            hint = next_command(challenge, shell)
            if not hint:  # only a fresh start helps: the terminal says how
                shell = enter(shell, "reset")
                hint = next_command(challenge, shell)
            known = next(command for command in challenge.solution if command.run == hint)
            shell = typed(shell, [known])
        assert challenge.solved(shell)


def test_a_hint_does_not_repeat_what_is_done() -> None:
    """A user who is logged in is not advised to log in."""
    challenge = challenges(LESSON)["stale"]
    done = typed(challenge.shell(), challenge.solution[:1])
    assert next_command(challenge, done).startswith("docker pull")
    assert next_command(challenge, typed(done, challenge.solution[1:])) == ""


def test_a_hint_says_that_a_command_worked() -> None:
    """It names no step at which a run ended, since nothing failed there."""
    for challenge in challenges(LESSON).values():
        shell = enter(challenge.shell(), "docker logout myprivateregistry.com")
        assert shell.status == 0 and not challenge.solved(shell)
        hint = feedback(LESSON, challenge, "29", shell).text("ended")
        assert "worked, but the goal is not reached" in hint and "ended at step" not in hint


def test_a_password_in_a_command_line_is_noticed() -> None:
    """The goal of the script is not reached through the history."""
    challenge = challenges(LESSON)["script"]
    login = Typed(run="docker login -u alice -p s3cret myprivateregistry.com")
    shell = typed(challenge.shell(), [login, challenge.solution[-1]])
    assert shell.status == 0 and not challenge.solved(shell)


def test_a_goal_follows_the_registry_of_the_world() -> None:
    """An image that was pulled before its tag moved does not reach the goal; a digest is a name."""
    app = "myprivateregistry.com/team/app"
    world = Setting(stored="alice:s3cret", held=f"{app}:latest", tags={"team/app:latest": "1.1"})
    shell, goal = terminal(world), Goal(image=f"{app}:latest")
    assert not goal.met(shell)
    assert goal.met(enter(shell, f"docker pull {app}"))
    at_port = "myprivateregistry.com:443/public/hello:latest"
    assert Goal(image=at_port).met(enter(shell, f"docker pull {at_port}"))
    pinned = f"{app}@{all_repositories()['team/app'].tags['1.0']}"
    assert Goal(image=pinned).met(enter(shell, f"docker pull {pinned}"))


def test_no_story_is_solved_by_its_neighbour() -> None:
    """Each challenge is one of its own: no other one's solution solves it."""
    ordinary = challenges(LESSON)["forgotten-host"].solution
    for name, challenge in challenges(LESSON).items():
        if name != "forgotten-host":
            assert not challenge.solved(typed(challenge.shell(), ordinary)), name


KNOWN = "a: {title: t, story: s, world: {}, try: x, rule: r, source: https://example.com/, "
BAD = {
    "a goal that does not exist": f"{KNOWN}goal: {{moon: full}}, solution: [{{run: x}}]}}",
    "no solution": f"{KNOWN}goal: {{}}, solution: []}}",
    "a source that is no address": KNOWN.replace("https", "javascript")
    + "goal: {}, solution: [{run: x}]}",
}


@pytest.mark.parametrize("case", BAD)
def test_a_bad_file_is_one_sentence(case: str, tmp_path: Path) -> None:
    """It says where."""
    path = tmp_path / "challenges.yaml"
    path.write_text(BAD[case], "utf-8")
    with pytest.raises(
        InvalidChallenge, match=r"challenges\.yaml:1: a\.(goal\.moon|solution|source): "
    ):
        challenges(beside(tmp_path))


# -- what a challenge says --------------------------------------------------------------------


@cache
def said() -> dict[tuple[str, str], Feedback]:
    """Each sentence of the challenges' feedback, once, where it is shown in some world: at the
    start, at a prompt, astray, and on the way to the goal. Lessons are asked until all are shown;
    that they are true wherever they are shown is part of each lesson's proof."""
    found: dict[tuple[str, str], Feedback] = {}
    for lesson in map(find_lesson, folders()):
        for _where, told, place in feedback_shown(lesson):
            found.setdefault((place, applying(sentences()[place], told)[0].text), told)
        if found.keys() == written():
            break
    return found


def written() -> set[tuple[str, str]]:
    return {(place, one.text) for place, many in sentences().items() for one in many}


def test_every_feedback_is_shown_somewhere() -> None:
    assert said().keys() == written()


def test_each_spoiled_condition_claim_and_fact_of_a_feedback_is_noticed() -> None:
    for (place, text), told in said().items():
        variants = sentences()[place]
        assert survivors(variants, told) + unnoticed(variants, told) == [], text
