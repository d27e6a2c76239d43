"""The lesson "Names, tags and digests": it has all its parts, and its challenges can be solved."""

import pytest

from simulator.authoring.chapters import chapter_problems
from simulator.docker.engines import engines
from simulator.lesson.challenges import challenges
from simulator.lesson.chapters import chapters
from simulator.lesson.library import find_lesson
from simulator.lesson.project import project
from simulator.scenarios.model import own_scenarios
from simulator.shell import enter
from simulator.shell.session import typed

LESSON = find_lesson("names-tags-and-digests")


def test_it_has_every_section() -> None:
    """Seven questions, none of them about a row; a failure branch; situations of its own."""
    document = LESSON.document
    assert len(document.quiz) == 7
    paths = [path for one in document.quiz for option in one.options for path in option.claim.see]
    assert "row" not in paths
    assert [row.branch for row in document.rows].count(True) == 1
    assert any(box.failure for box in document.flow.boxes)
    assert document.moments and document.snapshot and document.transcript and document.predictions
    assert len(own_scenarios(LESSON.id)) >= 6
    known = chapters(LESSON)
    assert known.learn and known.why
    myths = [one for one in known.deep if one.title.startswith("Myth")]
    assert len(myths) >= 3 and all(one.question and one.play for one in myths)
    assert project(LESSON).title and project(LESSON).items


def test_its_chapters_are_proven() -> None:
    assert list(chapter_problems(LESSON)) == []


@pytest.mark.parametrize("engine", list(engines()))
@pytest.mark.parametrize("name", list(challenges(LESSON)))
def test_a_challenge_is_solved_by_its_solution_and_not_by_the_first_try(
    name: str, engine: str
) -> None:
    challenge = challenges(LESSON)[name]
    shell = challenge.shell(engine)
    assert not challenge.solved(shell)
    assert not challenge.solved(enter(shell, challenge.attempt))
    for command in challenge.solution:
        assert not challenge.solved(shell)
        shell = typed(shell, [command])
        assert shell.status == 0, shell.lines[-3:]
    assert challenge.solved(shell)
