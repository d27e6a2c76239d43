"""A second lesson, in data only: found, checked, stepped, quizzed and exported like the first."""

import json
from collections.abc import Iterator
from pathlib import Path
from shutil import copytree

import pytest
from click.testing import CliRunner, Result

from simulator import export
from simulator.authoring.new import CannotCreate, create
from simulator.authoring.proof import problems
from simulator.authoring.translations import translation_problems
from simulator.cli import main
from simulator.docker.engines import engines
from simulator.lesson import library
from simulator.lesson.card import card_of
from simulator.lesson.challenges import challenges
from simulator.lesson.chapters import Chapters, chapters
from simulator.lesson.claims import right_answer
from simulator.lesson.document import FILE, InvalidLesson, Lesson
from simulator.lesson.library import USUAL, entries, find_lesson, with_folders
from simulator.lesson.project import Project, project
from simulator.lesson.proof import CARDS, keep_proof
from simulator.questions import draw
from simulator.questions import problems as question_problems
from simulator.questions.runs import by_event, marked
from simulator.recordings import situations
from simulator.scenarios.model import own_scenarios
from simulator.scenarios.play import trace
from simulator.views.address import Address
from simulator.views.player import payload
from simulator.views.stage import stage
from simulator.words import i18n
from tests.pages import ROOT


@pytest.fixture(scope="module")
def new(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A lesson as `pullscope lesson new` writes it."""
    return create(tmp_path_factory.mktemp("new") / "second").parent


@pytest.fixture
def root(tmp_path: Path, new: Path) -> Iterator[Path]:
    """A folder of lessons outside the checkout, named to the library, with one lesson in it."""
    copytree(new, tmp_path / "second")
    with with_folders([tmp_path]):
        yield tmp_path


def pullscope(*words: str) -> Result:
    return CliRunner().invoke(main, words)


def check_named(*words: str) -> Result:
    """`pullscope check` of the lessons that are named. Those that come with Pullscope take a minute
    of a processor, and tests/cli checks them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(library, "HOME", ROOT / "none")
        return pullscope("check", *words)


def spoil(root: Path, old: str, new: str) -> int:
    """Change the lesson's file; the line that was changed."""
    path = root / "second" / FILE
    text = path.read_text("utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), "utf-8")
    return text[: text.index(old)].count("\n") + 1


def second() -> Lesson:
    return find_lesson("second")


def test_a_named_folder_is_in_the_library(root: Path) -> None:
    """Beside the lessons that come with Pullscope, and no longer than it is named."""
    assert {one.id for one in entries()} == {*library.folders()} >= {USUAL, "second"}
    assert find_lesson().id == USUAL
    with pytest.raises(library.UnknownLesson, match="there is no lesson 'third': choose one of"):
        find_lesson("third")


def test_lessons_come_in_the_order_to_learn_them(root: Path) -> None:
    """One comes after those that it builds on, wherever it is found; the usual one is first."""
    assert entries()[0].id == USUAL
    copytree(root / "second", root / "first")
    spoil(root, "topic: Docker", "builds_on: [first]\ntopic: Docker")
    assert [one.id for one in entries()][-2:] == ["first", "second"]
    copytree(root / "second", root / "third")
    spoil(root, "builds_on: [first]", "builds_on: [third, nowhere]")
    assert [one.id for one in entries()][-3:] == ["first", "third", "second"]
    assert "lesson.yaml:5: there is no lesson 'nowhere' to build on" in problems(second())[0]


def test_lessons_in_a_circle_are_all_listed(root: Path) -> None:
    spoil(root, "topic: Docker", "builds_on: [second]\ntopic: Docker")
    assert entries()[-1].id == "second"


def test_the_folder_of_a_lesson_itself_can_be_named(tmp_path: Path, new: Path) -> None:
    copytree(new, tmp_path / "second")
    with with_folders([tmp_path / "second"]):
        assert second().title == "Second"
    assert "second" not in library.folders()
    with pytest.raises(InvalidLesson, match=f"there is no {FILE} in it"):
        with_folders([tmp_path / "no"]).__enter__()


def test_a_folder_that_the_environment_names_in_vain_is_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """On the home beside the lessons, and by each command that looks for lessons."""
    monkeypatch.setenv(library.VARIABLE, str(tmp_path / "no"))
    known, last = find_lesson(), entries()[-1]
    assert (known.id, last.card) == (USUAL, None)
    refused = pullscope("run")
    assert refused.exit_code == 2
    for told in (last.trouble, refused.stderr):
        assert f"{library.VARIABLE} names {tmp_path / 'no'}, but there is no {FILE}" in told


def test_what_replaces_a_lesson_is_played_anew(tmp_path: Path, new: Path) -> None:
    """Other situations under the same name, from other files or from the same: none of what was
    made of the former ones is shown."""
    kept = []
    for name in ("a", "b"):
        copytree(new, tmp_path / name / "second")
    for place, folder in enumerate((tmp_path / "a", tmp_path / "b", tmp_path / "b")):
        (folder / "second" / library.SCENARIOS).write_text(SITUATION.format(tag=f"1.{place}"))
        with with_folders([folder]):
            assert second().situations[1] == "second/one"
            run = situations.trace("second/one")
            assert run == trace("second/one")
            kept.append((run.steps[0].event, marked("", "second/one", "29", by_event)))
    assert [f"1.{place}" in str(event) for place, (event, _marks) in enumerate(kept)] == [True] * 3
    assert len({repr(one) for one in kept}) == 3


SITUATION = """
one:
  title: One
  commands:
    - {{run: "docker pull myprivateregistry.com/myimage:{tag}"}}
"""


def test_a_folder_alone_brings_its_own_situations(tmp_path: Path) -> None:
    """As an author checks one: it is in no folder that is named."""
    folder = tmp_path / "mine"
    copytree(library.HOME / "names-tags-and-digests", folder)
    try:
        assert library.one_or_all(folder) == (folder,)
        assert "mine/moved-latest" in own_scenarios("mine")
    finally:
        assert "mine" not in library.folders()


def test_a_lesson_is_read_once_until_it_changes(root: Path) -> None:
    """And anew when one of its files has changed."""
    before = second()
    assert second() is before
    spoil(root, "title: Second", "title: Another")
    assert (before.title, second().title) == ("Second", "Another")


def test_a_new_lesson_is_proven_as_it_is(root: Path) -> None:
    assert problems(second()) == ()
    done = check_named("--lessons", str(root))
    assert (done.exit_code, done.stdout) == (0, "1 lesson, 0 problems\n")


@pytest.mark.parametrize("engine", engines())
def test_it_is_stepped(root: Path, engine: str) -> None:
    """Also through situations in which the run comes to phases that it has no box for."""
    lesson = second()
    for name in (*lesson.situations, "no-right", "works", "images"):
        shown = stage(lesson, trace(name, engine))
        boxes = {node["id"] for node in shown["flow"]["nodes"]}
        assert {step["node"] for step in shown["steps"]} <= boxes
        assert shown["address"]["lesson"] == "second"
        json.dumps(payload(lesson, trace(name, engine)))


def test_it_is_quizzed_from_its_own_runs(root: Path) -> None:
    """Every question is about one of its situations, fit to be asked, and leads back to it."""
    lesson = second()
    for question in draw(lesson, 3, 12):
        assert list(question_problems(lesson, question)) == []
        assert question.at.scenario in lesson.situations
        assert Address.parse(question.at.query).lesson == "second"


def test_two_lessons_have_keys_of_their_own(root: Path) -> None:
    """The first question of each has its own right answer."""
    keys = {
        one.id: [right_answer(one, question) for question in one.document.quiz]
        for one in (find_lesson(), second())
    }
    assert keys["second"] == [0] and keys[USUAL] != [0]


def test_it_is_exported(root: Path, tmp_path: Path) -> None:
    """As a page that steps, and to read."""
    lesson = second()
    runs = [trace(name) for name in lesson.situations]
    items = export.from_quiz(lesson)
    page, text = (export.WHOLE[name](lesson, runs, items).decode() for name in ("html", "md"))
    assert "When does the image get its name?" in page and "401, with a challenge" in page
    assert "# Second" in text and "401, with a challenge" in text


def test_what_it_does_not_have_is_empty(root: Path) -> None:
    """A lesson need not have chapters, challenges or a project."""
    assert chapters(second()) == Chapters()
    assert challenges(second()) == {}
    assert project(second()) == Project()


@pytest.mark.parametrize(
    "words",
    [
        ("run",),
        ("run", "--scenario", "up-to-date", "--engine", "26"),
        ("compare", "logged-in", "up-to-date"),
        ("questions", "--count", "3"),
        ("questions", "--quiz", "--format", "gift"),
        ("export", "--format", "md", "--count", "1"),
    ],
)
def test_every_command_takes_it(root: Path, words: tuple[str, ...]) -> None:
    """By its id, from its folder."""
    done = pullscope(*words, "--lessons", str(root), "--lesson", "second")
    assert (done.exit_code in (0, 1) and done.exception is None) or done.exit_code == 1
    assert "Traceback" not in done.output
    assert pullscope(*words, "--lesson", "third").exit_code == 2


BROKEN = {
    "no phase": ("phases: [done]\n    claims", "phases: [gone]\n    claims", "rows.1.phases.0: "),
    "a word missing": ("topic: Docker", "topik: Docker", "topic: Field required"),
    "no probe": ("probes: [auth_token", "probes: [password", "choose from auth_token"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_broken_lesson_says_where_and_the_others_work(root: Path, case: str) -> None:
    """File, line and cure; in the library and in `check`."""
    old, new, sentence = BROKEN[case]
    line = spoil(root, old, new)
    (broken,) = (one for one in entries() if one.card is None)
    assert broken.id == "second" and sentence in broken.trouble
    assert f"second/{FILE}:" in broken.trouble and "\n" not in broken.trouble
    if case != "a word missing":
        assert f"second/{FILE}:{line}: " in broken.trouble
    assert find_lesson().id == USUAL
    done = check_named()
    assert done.exit_code == 1 and broken.trouble in done.stderr


def test_a_claim_that_does_not_hold_is_told_with_its_line(root: Path) -> None:
    """The engine can be named: on the other one it is so."""
    line = spoil(
        root,
        "- {at: Resolved, see: {exchange.answer.status: 200}}",
        '- {at: Resolved, run: "up-to-date@26", see: {exchange.answer.status: 201}}',
    )
    (found,) = problems(second())
    assert found.endswith(f"{FILE}:{line}: exchange.answer.status at 'Resolved' of 'up-to-date' "
                          "is 200, not 201")  # fmt: skip
    spoil(root, "status: 201", "status: 200")
    assert problems(second()) == ()


def test_check_tells_what_is_not_translated(root: Path) -> None:
    """Of a lesson with German words every text of every file needs some, and none is left over."""
    german = root / "second" / "lesson.de.yaml"
    german.write_text("Second: Zweite\nLong gone: Lange fort\n", "utf-8")
    (root / "second" / "scenarios.yaml").write_text(OWN, "utf-8")
    found = [told.rpartition("second/")[2] for told in translation_problems(root / "second")]
    assert "lesson.de.yaml:2: lesson.yaml has no text 'Long gone'" in found
    assert "scenarios.yaml:3: scenarios.de.yaml has no translation of " \
           "'The password of yesterday'" in found  # fmt: skip
    assert not any("'Second'" in told for told in found)
    done = pullscope("check", str(root / "second"))
    assert done.exit_code == 1 and all(told in done.stderr for told in found)


def test_a_phase_without_a_box_is_noticed(root: Path) -> None:
    """Those that its runs come to need one; the others do not."""
    spoil(root, ", storing]", "]")
    assert any("phase 'storing' is in 0 boxes" in one for one in problems(second()))


@pytest.mark.parametrize("name", ["Second", "a b", "../x y", "ä"])
def test_a_bad_id_is_one_sentence(tmp_path: Path, name: str) -> None:
    with pytest.raises(CannotCreate, match="cannot be the id of a lesson"):
        create(tmp_path / name)
    done = pullscope("lesson", "new", str(tmp_path / name))
    assert done.exit_code == 2 and "\n" not in done.stderr.strip()


OWN = """
yesterday:
  title: The password of yesterday
  cause: alice has a new password.
  stored: alice:oldpass
  commands:
    - {run: "docker pull myprivateregistry.com/myimage:latest"}
logged-in:
  title: Ours, of the same name
  stored: alice:s3cret
  commands:
    - {run: "docker pull myprivateregistry.com/myimage:latest"}
"""


def test_a_lesson_brings_situations_of_its_own(root: Path) -> None:
    """They go before those of the same name, and are asked about, shown and exported as others."""
    (root / "second" / "scenarios.yaml").write_text(OWN, "utf-8")
    (root / "second" / "title").touch()
    lesson = second()
    assert lesson.scenario == "second/logged-in"
    assert lesson.situations == ("second/logged-in", "second/yesterday", "up-to-date")
    spoil(root, "probes: [auth_token", "predictions: []\nprobes: [auth_token")
    found = problems(second())
    assert found and all("phase 'failed' is in 0 boxes" in one for one in found)
    run = trace("second/yesterday", "26")
    assert run.failed and run.scenario == "second/yesterday"
    asked = draw(second(), 2, 10)
    assert {question.at.scenario for question in asked} <= set(lesson.situations)
    shown = export.WHOLE["md"](second(), [run], export.from_quiz(second())).decode()
    assert "The password of yesterday" in shown
    assert payload(second(), run)["situation"] == "The password of yesterday"


def test_a_broken_situation_says_where(root: Path) -> None:
    """And breaks nothing else."""
    (root / "second" / "scenarios.yaml").write_text(OWN.replace("cause:", "couse:"), "utf-8")
    (broken,) = (one for one in entries() if one.card is None)
    assert "second/scenarios.yaml:4: yesterday.couse: " in broken.trouble
    assert find_lesson().id == USUAL
    done = check_named()
    assert done.exit_code == 1 and broken.trouble in done.stderr


def test_broken_challenges_say_where(root: Path) -> None:
    """On the card of the lesson; the home and the other lessons work."""
    (root / "second" / "challenges.yaml").write_text("one: {title: One}\n", "utf-8")
    (broken,) = (one for one in entries() if one.card is None)
    assert "second/challenges.yaml:1: one.story: Field required" in broken.trouble


def test_a_card_is_that_of_the_lesson_as_it_is(root: Path) -> None:
    """Kept with the proof in each language; after a change made anew, without being built."""
    assert {one.id: one.card for one in entries()} == {
        one.id: card_of(one.lesson) for one in entries() if one.lesson
    }
    spoil(root, "title: Second", "title: Changed")
    assert entries()[-1].card == card_of(second())
    assert second().title == "Changed"
    with i18n.speaking("de"):
        card = entries()[0].card
        assert card and card == card_of(find_lesson()) and card.title == find_lesson().title


def test_cards_that_are_none_are_not_believed(root: Path) -> None:
    """Anyone can write a proof for any files: the card then comes from the lesson."""
    for text in ("[]", '{"de": {"title": 1}}', "{}", "\xff"):
        (root / "second" / CARDS).write_text(text, "latin-1")
        keep_proof(root / "second")
        assert entries()[-1].card == card_of(second())
