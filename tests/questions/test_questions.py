"""Questions made from runs: fit to be asked, whatever the seed."""

import gettext
import os
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from functools import cache
from typing import Any

import pytest

from simulator import questions
from simulator.docker.engines import engines
from simulator.lesson.library import find_lesson
from simulator.questions import KINDS, OBJECTIVES, Question, by_weight, draw, problems, right
from simulator.questions.acts import follows
from simulator.questions.fields import FIELDS
from simulator.questions.misconceptions import MUTANTS, imagined
from simulator.questions.runs import by_message, ending, seen_by, twin
from simulator.scenarios.model import scenarios
from simulator.scenarios.play import trace as played
from simulator.views import stage as views
from simulator.views.probes import PROBES
from simulator.words import i18n
from tests.cases import each
from tests.pages import ROOT

LESSON = find_lesson()
SEEDS = range(10)
COUNT = 400
EVEN = {3: 13.8, 4: 16.3}
"""Chi-square by number of options; more would come of an even deal once in a thousand times."""


@cache
def drawn(seed: int) -> tuple[Question, ...]:
    return draw(LESSON, seed, COUNT)


@cache
def shown(scenario: str, engine: str) -> dict[str, Any]:
    """The stage of a run: the other witness."""
    return views.stage(LESSON, played(scenario, engine))


def as_asked(question: Question) -> tuple[object, ...]:
    """All that a learner is shown, whatever the order of the options."""
    offered = frozenset(option.text for part in question.parts for option in part.options)
    return question.situation, question.prompt, question.code, question.table, offered


def deviation(places: list[int], count: int) -> float:
    expected = len(places) / count
    return sum((places.count(place) - expected) ** 2 / expected for place in range(count))


@each("seed", SEEDS)
def test_hundreds_of_questions_are_fit_to_be_asked(seed: int) -> None:
    """One option is right, no two are the same, each has feedback, and no question comes twice."""
    found = [(q.kind, q.id, said) for q in drawn(seed) for said in problems(LESSON, q)]
    assert found == []
    assert len({question.id for question in drawn(seed)}) == COUNT
    texts = Counter(map(as_asked, drawn(seed)))
    assert max(texts.values()) == 1


@each("seed", SEEDS)
def test_the_place_of_the_right_option_says_nothing(seed: int) -> None:
    """Each place is right equally often."""
    for count, limit in EVEN.items():
        parts = [(q, part) for q in drawn(seed) for part in q.parts if len(part.options) == count]
        places = [right(question, part) for question, part in parts]
        assert deviation(places, count) < limit, Counter(places)


def test_no_kind_of_question_favours_a_place() -> None:
    """Over all seeds, the places are even within each kind too."""
    for kind in KINDS:
        found = [q for seed in SEEDS for q in drawn(seed) if q.kind == kind]
        for count, limit in {3: 23, 4: 26}.items():
            parts = [(q, part) for q in found for part in q.parts if len(part.options) == count]
            places = [right(q, part) for q, part in parts]
            assert not places or deviation(places, count) < limit, (kind, Counter(places))


def test_every_kind_objective_and_mutant_gets_its_turn() -> None:
    """In each set there are all kinds and objectives; every misconception leads somewhere."""
    for seed in SEEDS:
        assert {question.kind for question in drawn(seed)} == set(KINDS)
        assert {question.objective for question in drawn(seed)} == set(OBJECTIVES)
    led = {o.mutant for s in SEEDS for q in drawn(s) for part in q.parts for o in part.options}
    assert led - {""} == set(MUTANTS)


def test_a_seed_says_which_set() -> None:
    """The same seed gives the same set in another process; another seed gives another one."""
    code = (
        "from simulator.lesson.library import find_lesson; from simulator.questions import draw; "
        "print([(q.id, [[o.text for o in p.options] for p in q.parts])"
        " for q in draw(find_lesson(), 5, 40)])"
    )
    told = subprocess.run(
        [sys.executable, "-c", code], env={**os.environ, "PYTHONHASHSEED": "1"},
        capture_output=True, text=True, check=True, cwd=ROOT,
    ).stdout  # fmt: skip
    here = [(q.id, [[o.text for o in p.options] for p in q.parts]) for q in draw(LESSON, 5, 40)]
    assert told == f"{here}\n"
    sets = [tuple(question.id for question in draw(LESSON, seed, 10)) for seed in range(50)]
    assert len({frozenset(one) for one in sets}) == len(sets)


def test_an_id_names_one_question_for_good() -> None:
    """The same id is the same question in every set, whatever order its options have."""
    known: dict[str, Any] = {}
    for seed in SEEDS:
        for question in drawn(seed):
            parts = [sorted(o.text for o in part.options) for part in question.parts]
            told = (question.prompt, question.situation, question.table, parts)
            assert known.setdefault(question.id, told) == told


def test_much_of_what_is_wrong_has_a_misconception_behind_it() -> None:
    parts = [p for seed in range(40) for q in draw(LESSON, seed, 12) for p in q.parts]
    wrong = sum(len(part.options) - 1 for part in parts)
    led = sum(1 for part in parts for option in part.options if option.mutant)
    assert led / wrong > 0.15


# -- another witness: the stage ---------------------------------------------------------------


def stage_says(question: Question, part: Any, place: int) -> bool | None:
    """Whether the option's words are what the stage shows; None where it shows no such thing."""
    option, payload = part.options[place], shown(question.at.scenario, question.at.engine)
    steps = payload["steps"]
    match question.kind, part.asks:
        case "value" | "blank", ("proof", number):
            return proof_on(steps[number - 1]) == option.text
        case "value", ("listed", number):
            held = steps[number - 1]["tracker"]["local_image_store"]
            named = held != "Empty" and "without an image" not in held
            return option.text == ("The image, with its name" if named else "No such image")
        case "which", ("token" | "password" as sought,):
            wanted = {"token": "A token", "password": "User name and password"}[sought]
            sent = [n for n, step in enumerate(steps, 1) if step["exchange"]]
            return next(n for n in sent if proof_on(steps[n - 1]) == wanted) == option.says
        case "false", cells:
            name, number, says = cells[option.says]
            assert name == "proof"
            return proof_on(steps[number - 1]) != says
        case "order", ((*numbers,),):
            return list(option.says) == sorted(numbers)
        case _:
            return None


def proof_on(step: dict[str, Any]) -> str:
    sent = "\n".join(line["text"] for line in step["exchange"]["sent"])
    if "Authorization: Basic" in sent or "password=" in sent:
        return "User name and password"
    return "A token" if "Authorization: Bearer" in sent else "No credentials"


def test_the_stage_agrees_with_every_answer() -> None:
    """What a learner sees on the stage makes the right option right, and each other one wrong."""
    asked: Counter[str] = Counter()
    for question in (q for seed in SEEDS for q in drawn(seed)):
        if question.kind == "value" and question.at.scenario in HELD_BEFORE:
            continue
        for part in question.parts:
            said = [stage_says(question, part, place) for place in range(len(part.options))]
            if None not in said:
                asked[question.kind] += 1
                assert [place for place, true in enumerate(said) if true] == [right(question, part)]
    assert set(asked) == {"value", "blank", "which", "false", "order"} and min(asked.values()) > 50


HELD_BEFORE = frozenset({"shared-layers", "images"})
"""Situations whose image store holds more than the image that is asked about."""


def test_what_docker_prints_has_that_cause_and_no_other_on_offer() -> None:
    """The terminal of the right situation ends with these words; that of no other option does."""
    titles = {known.title: name for name, known in scenarios().items()}
    for question in (q for q in drawn(0) if q.kind == "cause"):
        for place, option in enumerate(question.options):
            steps = shown(titles[option.text], question.at.engine)["steps"]
            said = [line["text"] for step in steps for line in step["terminal"]]
            asked = [line for line in question.code.split("\n") if "IMAGE" not in line]
            asked = [line for line in asked if "REPOSITORY" not in line and "…" not in line]
            if asked:
                printed = all(line in said for line in asked)
                assert printed == (place == right(question, question.parts[0])), question


def test_every_question_leads_to_its_moment() -> None:
    """The stage can be opened at the step that a question is about."""
    for question in drawn(1):
        payload = shown(question.at.scenario, question.at.engine)
        assert 1 <= question.at.step <= len(payload["steps"])
        assert f"step={question.at.step}" in question.at.query


def test_no_question_holds_a_secret() -> None:
    """Passwords and tokens are in no question."""
    said = "\n".join(map(repr, drawn(2)))
    for secret in ("s3cret", "oldpass", "eyJ"):
        assert secret not in said


def credited(question: Question) -> list[tuple[Any, Any]]:
    return [(part, option) for part in question.parts for option in part.options if option.mutant]


def test_a_misconception_really_leads_there() -> None:
    """An option that names a mutant is what this mutant shows, and the machine does not."""
    told: Counter[str] = Counter()
    for question in drawn(3):
        at = question.at
        for part, option in credited(question):
            told[question.kind] += 1
            name = option.says if question.kind == "cause" else at.scenario
            run = imagined(option.mutant, name, at.engine)
            assert run.steps != played(name, at.engine).steps
            if question.kind in ("value", "blank"):
                field = FIELDS[part.asks[0]]
                place = replace(at, step=part.asks[1])
                assert seen_by(option.mutant, place, field) == option.says
            if question.kind == "cause":
                assert ending(run) == part.asks[1] != ending(played(name, at.engine))
            if question.kind == "next":
                before = twin(option.mutant, at, by_message)
                move = before and follows(run, before.number)
                assert move and "|".join(move) == option.says
            if question.kind == "false":
                name, number, says = part.asks[option.says]
                assert seen_by(option.mutant, replace(at, step=number), FIELDS[name]) == says
    assert set(told) >= set(KINDS) - {"remedy", "meaning"}, told


# -- worth asking -------------------------------------------------------------------------------


def test_a_set_is_about_docker_and_not_about_the_stage() -> None:
    """No question asks for the title of a step or for a variable of the status tracker."""
    titles = {step["title"] for name in LESSON.situations for engine in engines()
              for step in shown(name, engine)["steps"]}  # fmt: skip
    for seed in SEEDS:
        for question in drawn(seed):
            words = [question.prompt, *question.hints, *(o.text for o in options(question))]
            assert not [word for word in words if any(name in word for name in PROBES)]
            if question.kind in ("next", "order", "meaning", "which"):
                assert not titles & {option.text for option in options(question)}


def options(question: Question) -> list[Any]:
    return [option for part in question.parts for option in part.options]


def test_the_third_hint_leaves_a_choice() -> None:
    """It reasons: the right option's words are not in it."""
    for question in drawn(0):
        for part in question.parts if len(question.parts) == 1 else ():
            said = part.options[right(question, part)].text
            assert len(said) < 12 or said not in question.hints[2], question


@each("seed", SEEDS)
def test_a_small_set_is_even(seed: int) -> None:
    """Twenty questions: objectives take turns, and no two ask the same of the same message."""
    few = draw(LESSON, seed, 20)
    counts = Counter(question.objective for question in few)
    assert set(counts) == set(OBJECTIVES) and max(counts.values()) <= 2
    assert len({question.core for question in few}) == len(few)
    assert len({question.kind for question in few}) >= 7


class Marked(gettext.NullTranslations):
    """A language of its own: every interface text is marked."""

    def gettext(self, message: str) -> str:
        return f"¤{message}"


def test_what_is_right_depends_on_no_language(monkeypatch: pytest.MonkeyPatch) -> None:
    """In another language the same seed asks the same questions, and each is proven."""
    plain = [question.id for question in draw(LESSON, 4, 70)]
    monkeypatch.setattr(questions, "MADE", {})
    known = {i18n.DEFAULT: gettext.NullTranslations(), "de": Marked()}
    monkeypatch.setattr("simulator.words.i18n.catalog", known.__getitem__)
    with i18n.speaking("de"):
        marked = draw(LESSON, 4, 70)
        assert [question.id for question in marked] == plain
        assert [said for question in marked for said in problems(LESSON, question)] == []
    assert all("¤" in question.prompt for question in marked)


# -- the checker can say no -------------------------------------------------------------------


def sample(kind: str) -> Question:
    return next(question for question in drawn(0) if question.kind == kind)


def spoiled(question: Question, place: int, **changed: Any) -> Question:
    part = question.parts[0]
    options = list(part.options)
    options[place] = replace(options[place], **changed)
    return replace(question, parts=(replace(part, options=tuple(options)), *question.parts[1:]))


@each("kind", KINDS)
def test_a_spoiled_question_is_found_out(kind: str) -> None:
    """A second right option, none, a twin, words of another, or no feedback: each is reported."""
    question = sample(kind)
    part = question.parts[0]
    key = right(question, part)
    other = (key + 1) % len(part.options)
    says, text = part.options[key].says, part.options[key].text
    wrong = part.options[other].says
    assert list(problems(LESSON, question)) == []
    for bad in (
        spoiled(question, other, says=says),
        spoiled(question, key, says=wrong),
        spoiled(question, other, text=text),
        spoiled(question, key, text=part.options[other].text),
        spoiled(question, other, feedback=" "),
        replace(question, hints=(question.hints[0],) * 3),
        replace(question, objective="nonsense"),
    ):
        assert list(problems(LESSON, bad)) != []


def test_a_second_false_cell_is_found_out() -> None:
    """The table of a question may hold one lie, not two."""
    question = sample("false")
    (part,) = question.parts
    lie = part.options[right(question, part)].says
    place = next(place for place in range(len(part.asks)) if place != lie)
    name, number, _ = part.asks[place]  # type: ignore[misc]
    asks = (*part.asks[:place], (name, number, "nonsense"), *part.asks[place + 1 :])
    bad = replace(question, parts=(replace(part, asks=asks),))
    assert any("false cells" in said for said in problems(LESSON, bad))


# -- what to draw -----------------------------------------------------------------------------


@each("objective", OBJECTIVES)
def test_each_objective_has_questions_of_its_own(objective: str) -> None:
    """A review asks for one objective, and gets a fresh question each time."""
    found = draw(LESSON, 3, 8, objectives=[objective])
    assert {question.objective for question in found} == {objective}


def test_what_cannot_be_drawn_is_said() -> None:
    """An unknown name, and more than there is, are answered by one sentence."""
    with pytest.raises(questions.UnknownTopic, match="unknown objective 'x': choose from"):
        draw(LESSON, 1, 1, objectives=["x"])
    with pytest.raises(questions.UnknownTopic, match="unknown kind 'x': choose from value"):
        draw(LESSON, 1, 1, kinds=["x"])
    with pytest.raises(questions.TooMany, match=r"there are \d+ such questions, not 100000"):
        draw(LESSON, 1, 100_000, kinds=["cause"])


FIRST = {
    "whom-does-the-daemon-trust": "one-message-many-causes",
    "one-name-many-platforms": "manifest-before-layers",
    "pushing-an-image": "challenge-and-scope",
}


@each("lesson", FIRST)
def test_the_first_question_is_about_the_lesson(lesson: str) -> None:
    """Whoever has answered nothing yet is asked what the lesson's situations are about."""
    order = by_weight(find_lesson(lesson))
    assert order[0] == FIRST[lesson] and set(order) == set(OBJECTIVES)
