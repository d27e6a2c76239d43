"""Every lesson has all its parts, and its challenges can be solved."""

import re

from simulator.docker.engines import engines
from simulator.lesson.challenges import Challenge, challenges
from simulator.lesson.chapters import FILE as CHAPTERS
from simulator.lesson.chapters import Chapters, chapters
from simulator.lesson.document import FILE, Lesson
from simulator.lesson.library import find_lesson, folders
from simulator.lesson.project import project
from simulator.scenarios.play import trace
from simulator.shell import enter
from simulator.shell.session import typed
from simulator.words.data_file import read
from simulator.words.translation import texts
from tests.cases import each

LESSONS = tuple(folders())
CHALLENGES = {
    f"{lesson} {name}": one
    for lesson in LESSONS
    for name, one in challenges(find_lesson(lesson)).items()
}


def parts(lesson: Lesson, known: Chapters) -> dict[str, bool]:
    """What a whole lesson has, and whether this one has it."""
    document, options = lesson.document, [o for q in lesson.document.quiz for o in q.options]
    myths = [one for one in known.deep if one.title.startswith("Myth")]
    pitfalls = [one for one in known.deep if one.title.startswith("Pitfall")]
    return {
        "outcomes": bool(document.outcomes),
        "a quiz of at least seven": len(document.quiz) >= 7,
        "no question about a row": all("row" not in one.claim.see for one in options),
        "one row for the failure": [row.branch for row in document.rows].count(True) == 1,
        "a box for the failure": any(box.failure for box in document.flow.boxes),
        "a tracker, with its columns": bool(document.tracker and document.tracker_after),
        "predictions": bool(document.predictions),
        "key moments": len(document.moments) >= 3,
        "a snapshot": len(document.snapshot) >= 5,
        "a transcript": len(document.transcript) >= 3,
        "five screens with one prediction": len(known.learn) == 5
        and sum(one.choice is not None for one in known.learn) == 1,
        "Why": len(known.why) >= 3,
        "at least three myths": len(myths) >= 3,
        "a project that checks itself": bool(project(lesson).steps and project(lesson).items),
        "five challenges": len(challenges(lesson)) >= 5,
        "each myth asks for yes or no": all(one.choice for one in myths),
        "a pair before and after": any(one.pair for one in known.why),
        "pitfalls": len(pitfalls) >= 2 and all(one.pitfall for one in pitfalls),
        "a what-if that is run": any(one.choice and one.timed for one in known.perf),
    }


@each("name", LESSONS)
def test_it_has_every_part(name: str) -> None:
    lesson = find_lesson(name)
    lacking = [part for part, there in parts(lesson, chapters(lesson)).items() if not there]
    assert not lacking


def lesson_texts(name: str) -> list[str]:
    """Each text of the lesson's files."""
    files = sorted(find_lesson(name).folder.glob("*.yaml"))
    return [text for path in files for _, text in texts(read(path, ValueError).document)]


@each("name", LESSONS)
def test_a_list_is_written_as_points(name: str) -> None:
    """In one paragraph "1. ... 2. ..." is drawn as a list of one item."""
    assert not [text for text in lesson_texts(name) if re.match(r"1\. .* 2\. ", text)]


A_MINUTE, A_STEP = 200, 5 / 60
"""Words that are read in a minute, and minutes that a step takes."""
READ = ("title", "outcomes", "sample_caption", "flow", "table_caption", "rows", "moments", "quiz",
        "snapshot")  # fmt: skip
"""What one reads of a lesson's file; the transcript says the same once more."""


def minutes(lesson: Lesson) -> float:
    """How long the short chapters and the page of the steps take."""
    written = read(lesson.folder / FILE, ValueError).document
    shown = {key: written[key] for key in READ}
    short = read(lesson.folder / CHAPTERS, ValueError).document["learn"]
    words = sum(len(text.split()) for _, text in texts([shown, short]))
    return words / A_MINUTE + len(trace(lesson.scenario).steps) * A_STEP


@each("name", LESSONS)
def test_its_minutes_are_those_of_its_words_and_steps(name: str) -> None:
    lesson = find_lesson(name)
    stated = int(re.sub(r"\D", "", lesson.minutes))
    assert abs(stated - minutes(lesson)) < 3, minutes(lesson)


@each("engine", list(engines()))
@each("challenge", CHALLENGES)
def test_a_challenge_is_solved_by_its_solution_and_not_before(
    challenge: str, engine: str
) -> None:
    """Not by doing nothing, and not by the first try."""
    known: Challenge = CHALLENGES[challenge]
    shell = known.shell(engine)
    assert not known.solved(shell)
    assert not known.solved(enter(shell, known.attempt))
    for command in known.solution:
        assert not known.solved(shell)
        shell = typed(shell, [command])
        assert shell.status == 0 and not shell.prompt, shell.lines[-3:]
    assert known.solved(shell)
