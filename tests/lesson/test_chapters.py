"""Learn, Why and Deep: what they say is what the machine does."""

from pathlib import Path

import pytest

from simulator.authoring.chapters import problems
from simulator.docker.engines import engines
from simulator.lesson.chapters import (
    Chapters,
    InvalidChapters,
    Section,
    Shown,
    chain,
    chapters,
    step_at,
)
from simulator.lesson.library import HOME
from simulator.lesson.load import load
from simulator.protocol.digest import digest_of
from simulator.registry.fixtures import repositories
from tests.cases import each
from tests.lessons import beside

LESSON = load(HOME / "pulling-from-private-registries")
KNOWN = chapters(LESSON)
SECTIONS = dict(KNOWN.sections())


def with_section(section: Section) -> Chapters:
    return Chapters(learn=(section,), why=KNOWN.why, deep=KNOWN.deep)


def test_the_chapters_are_proven() -> None:
    """Nothing in them disagrees with the machine, on either engine."""
    assert list(problems(LESSON, KNOWN)) == []


@each("where", SECTIONS)
def test_a_section_shows_what_it_says(where: str) -> None:
    """Words alone prove nothing: something is run, opened, hashed or asked."""
    section = SECTIONS[where]
    assert any((section.play, section.pair, section.wire, section.exchanges, section.chain,
                section.stores, section.choice))  # fmt: skip
    for one in section.terminals:
        assert bool(one.play) == bool(one.says)
        for engine in engines():
            assert one.shell(engine).prompt is None


def spoiled(section: Section) -> list[Section]:
    """The section with each thing that it claims spoiled in turn."""
    copies = [section.model_copy(update={"says": (text + " no",)}) for text in section.says]
    for claim in section.claims:
        for path in claim.see:
            wrong = claim.model_copy(update={"see": {path: "no such value"}})
            copies.append(section.model_copy(update={"claims": (wrong,)}))
    return copies


CLAIMING = [where for where, section in SECTIONS.items() if section.says or section.claims]


@each("where", CLAIMING)
def test_a_spoiled_claim_is_noticed(where: str) -> None:
    """A proof that cannot fail is none."""
    copies = spoiled(SECTIONS[where])
    assert copies
    for section in copies:
        assert any(problems(LESSON, with_section(section))), section


WRONG = {
    "a scenario": ({"wire": Shown(run="moon", at="Challenged")}, "unknown scenario 'moon'"),
    "a moment": ({"wire": Shown(run="works", at="Redirected")}, "has no step at 'Redirected'"),
    "an image": ({"chain": "myimage:9"}, "no image 'myimage:9'"),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_does_not_exist_is_named(case: str) -> None:
    """In a sentence that says where."""
    update, sentence = WRONG[case]
    section = KNOWN.learn[0].model_copy(update=update)
    assert any(sentence in found for found in problems(LESSON, with_section(section)))


def test_the_tour_is_five_screens_with_one_prediction() -> None:
    """Two minutes, and it ends on the stage."""
    assert len(KNOWN.learn) == 5
    assert sum(section.question is not None for section in KNOWN.learn) == 1


def test_a_step_is_found_by_its_event() -> None:
    """The message that a section opens is the one it names."""
    step = step_at(LESSON, Shown(run="logged-in", at="TokenIssued"))
    assert step.name == "TokenIssued" and step.exchange


def test_the_chain_is_whole_and_breaks_where_it_is_spoiled() -> None:
    """Each digest is that of the bytes; one changed bit gives another one."""
    links = chain("myimage:latest")
    assert [link.what for link in links] == ["manifest", "config", "layer 1", "layer 2", "layer 3"]
    assert links[0].digest == repositories()["myimage"].tags["latest"]
    for link in links:
        assert link.recomputed() == link.digest == digest_of(link.data)
        assert link.recomputed(spoiled=True) != link.digest


def test_a_bad_file_is_one_sentence(tmp_path: Path) -> None:
    """It says where."""
    (tmp_path / "chapters.yaml").write_text("learn: []\nwhy:\n  - text: t\n", "utf-8")
    with pytest.raises(InvalidChapters, match=r"chapters\.yaml:3: why\.0\.title: "):
        chapters(beside(tmp_path))
