"""German: complete, like the English in everything that is not words, and shown where it should."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po
from streamlit.testing.v1 import AppTest

from simulator.authoring.diagram import outdated
from simulator.compare.align import what_if
from simulator.compare.lanes import lanes
from simulator.decoder.answer import as_data
from simulator.decoder.decode import decode
from simulator.lesson import event_words
from simulator.lesson.claims import right_answer as right_of
from simulator.lesson.document import Lesson
from simulator.lesson.library import USUAL, folders
from simulator.lesson.load import every_language, load
from simulator.scenarios.model import scenarios
from simulator.scenarios.play import trace as run
from simulator.views import stage as views
from simulator.web.pages import PAGES
from simulator.words import i18n
from simulator.words.translation import sibling, translations
from tests.cases import each
from tests.pages import PATIENCE, ROOT
from tests.words.data import DATA, has_words

OTHERS = [code for code in i18n.LANGUAGES if code != i18n.DEFAULT]


# -- the catalog --------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def extracted() -> Catalog:
    """What `make messages` finds in the sources."""
    found = Catalog()
    for file, _line, text, _notes, _context in extract_from_dir(
        ROOT, [("simulator/**.py", "tests.messages:extract")]
    ):
        found.add(text, locations=[(file, 0)])
    return found


@pytest.fixture(scope="module", params=OTHERS)
def catalog(request: pytest.FixtureRequest) -> Catalog:
    path = i18n.LOCALE / request.param / "LC_MESSAGES" / "pullscope.po"
    with path.open("rb") as file:
        return read_po(file, locale=request.param)


def said(catalog: Catalog) -> dict[Any, Message]:
    return {message.id: message for message in catalog if message.id}


def strings(text: Any) -> tuple[str, ...]:
    return (text,) if isinstance(text, str) else tuple(text or ())


def test_the_catalog_is_what_the_sources_say(extracted: Catalog, catalog: Catalog) -> None:
    """Nothing is missing, nothing is left over, nothing waits for a translator."""
    assert set(said(extracted)) == set(said(catalog))
    assert not catalog.obsolete
    for message in said(catalog).values():
        assert not message.fuzzy
        assert all(strings(message.string)), message.id


SAME = frozenset({
    "Bytes", "Client", "Decoder", "Engine", "Error response from daemon: …",
    "Host", "Image", "Moodle XML", "Player", "Quiz", "Registry", "Situation", "Terminal",
    "Variable", "in {helper}",
})  # fmt: skip
"""Words that are the same in both languages."""


def test_a_translation_keeps_what_is_filled_in(catalog: Catalog) -> None:
    """Every `{name}` of the original and no other, spaces at the ends, and not the English."""
    for message in said(catalog).values():
        many = strings(message.id)[-1]
        for number, text in enumerate(strings(message.string)):
            wanted, given = blanks(many), blanks(text)
            assert given == wanted or (number == 0 and len(strings(message.string)) > 1), text
            assert given <= wanted, text
            assert [many[:1] == " ", many[-1:] == " "] == [text[:1] == " ", text[-1:] == " "]
            assert text != many or text in SAME or not has_words(text), text


def blanks(text: str) -> set[str]:
    return set(re.findall(r"\{[^}]*\}", text))


# -- data ------------------------------------------------------------------------------------------

ONE_WORD = {
    r"Zugangs(daten)?speicher|Speicher für Zugangsdaten": "Credential Store",
    r"\bHelfer": "Helper",
    r"Token-Service": "Token-Dienst",
    r"\bLayer[ns]?\b(?! already)": "Schicht",
    r"Aufforderung": "Challenge",
    r"\bNode": "Knoten",
    r"\b(ab(ge)?leg|legt\b.*\bab\b)": "speichern",
}
"""Words for what already has one."""


def test_a_term_is_always_the_same_word(catalog: Catalog) -> None:
    data = [told for path in DATA for told in translations(sibling(path, "de")).values()]
    told = [*data, *(text for one in said(catalog).values() for text in strings(one.string))]
    other = [(text, one) for text in told for way, one in ONE_WORD.items() if re.search(way, text)]
    assert not other


@pytest.mark.parametrize("language", OTHERS)
def test_one_cause_is_one_sentence(language: str) -> None:
    """Situations that have a cause in common have it in every language: the decoder joins them."""
    english = {name: one.cause for name, one in scenarios().items()}
    with i18n.speaking(language):
        theirs = {name: one.cause for name, one in scenarios().items()}
    pairs = {(english[name], theirs[name]) for name in english}
    assert len(pairs) == len({one for one, _other in pairs}) == len({two for _one, two in pairs})


# -- the lesson ---------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def german() -> Lesson:
    with i18n.speaking("de"):
        return load(folders()[USUAL])


def test_a_lesson_is_read_in_every_language() -> None:
    """`pullscope check` proves each of them: tests/cli."""
    told = [lesson for folder in folders().values() for lesson in every_language(folder)]
    assert [lesson.language for lesson in told] == list(i18n.LANGUAGES) * len(folders())


def test_the_right_answer_is_the_same_in_every_language(german: Lesson) -> None:
    """It is computed from the claims, whoever asks in whichever language."""
    english = load(german.folder)
    for ours, theirs in zip(english.document.quiz, german.document.quiz, strict=True):
        with i18n.speaking("de"):
            there = right_of(german, theirs)
        assert there == right_of(english, ours)


def test_what_has_two_names_has_two_in_german() -> None:
    """Events are told apart by their titles, in predictions and questions."""
    ours = event_words.words()
    with i18n.speaking("de"):
        theirs = event_words.words()
    titles = {
        (our.title, their.title)
        for event in ours
        for our, their in zip(ours[event], theirs[event], strict=True)
    }
    assert len(titles) == len({one for one, _other in titles}) == len({two for _one, two in titles})


def test_a_diagram_has_its_languages_labels(german: Lesson) -> None:
    """Each language has SVGs of its own, with the same boxes."""
    english = load(german.folder)
    for shape in ("wide", "tall"):
        ours, theirs = (str(one.svgs[shape]) for one in (english, german))
        assert re.findall(r'id="[^"]+"', ours) == re.findall(r'id="[^"]+"', theirs)
        assert "herunterladen" in theirs and "herunterladen" not in ours


def test_a_diagram_of_another_language_is_stale(tmp_path: Path) -> None:
    """A label that was changed in the sibling asks for `pullscope build`."""
    source = folders()[USUAL]
    for path in source.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    german = tmp_path / "lesson.de.yaml"
    german.write_text(
        german.read_text("utf-8").replace("Image herunterladen", "Image herunterladen!")
    )
    ours, theirs = every_language(tmp_path)
    assert list(outdated(ours)) == []
    assert "flow-wide.de.svg" in list(outdated(theirs))


def test_what_is_staged_is_german(german: Lesson) -> None:
    """Words, tracker, table; what Docker prints stays as Docker prints it."""
    with i18n.speaking("de"):
        staged = views.stage(german, run("works"))
    english = views.stage(load(german.folder), run("works"))
    assert staged["columns"][0] == "Zeile"
    for ours, theirs in zip(english["steps"], staged["steps"], strict=True):
        assert theirs["terminal"] == ours["terminal"]
        assert theirs["title"] != ours["title"] and theirs["text"] != ours["text"]
    assert staged["steps"][-1]["tracker"]["auth_token"] == "Keines; Zugangsdaten gespeichert"


def test_lanes_and_cards_are_german(german: Lesson) -> None:
    """Comparison and decoder keep nothing of the language in which they were first asked."""
    text = ('Error response from daemon: Get "https://r.example/v2/": '
            "unauthorized: incorrect username or password")  # fmt: skip
    english = as_data(decode(text))
    with i18n.speaking("de"):
        verdict = lanes(german, what_if("works", "password"))["verdict"]
        answer = as_data(decode(text))
    assert verdict["why"] == ["Das Passwort wird beim Login geprüft. Es wird abgelehnt, also "
                              "speichert Docker es nicht."]  # fmt: skip
    assert "unterscheiden sich" in verdict["heading"]
    assert [one["id"] for one in answer["causes"]] == [one["id"] for one in english["causes"]]
    for ours, theirs in zip(answer["causes"], english["causes"], strict=True):
        assert ours["title"] != theirs["title"] and ours["why"] != theirs["why"]
    assert answer["said"][0]["means"] != english["said"][0]["means"]


# -- pages --------------------------------------------------------------------------------------


def one_page(path: str) -> None:
    from simulator.web.pages import PAGES, proven, speech  # noqa: PLC0415
    from simulator.words import i18n  # noqa: PLC0415

    i18n.use(speech.language())
    page = next(page for page in PAGES if page.path == path)
    page.draw(proven("", i18n.chosen.get()))


def opened(path: str, language: str) -> AppTest:
    """This page, with what is further down."""
    test = AppTest.from_function(one_page, default_timeout=3 * PATIENCE, args=(path,))
    test.session_state.below = True
    test.query_params["lang"] = language
    return test.run()


def words_on(test: AppTest) -> list[str]:
    """Every text on the page but for code; of components what they are given."""
    return list(of(test.main))


def of(element: Any) -> Iterator[str]:
    """The words of an element and of all that is in it."""
    if element.type == "bidi_component":
        yield from leaves(json.loads(element.proto.json))
    elif element.type == "arrow_table":
        frame = element.value
        yield from map(str, (*frame.columns, *frame.index.names, *frame.to_numpy().ravel()))
    elif element.type == "html":
        yield from shown(element.proto.body)
    else:
        told = (getattr(element, name, "") for name in ("label", "value", "placeholder"))
        yield from (text for text in told if isinstance(text, str))
        yield from map(str, getattr(element, "options", ()))
    for child in getattr(element, "children", {}).values():
        yield from of(child)


def shown(body: str) -> Iterator[str]:
    """The words of HTML, but for what is code."""
    yield from re.split(r"<[^>]*>", re.sub(r"(?s)<pre>.*?</pre>", "", body))


AS_IT_IS = frozenset({
    "terminal", "sent", "answer", "sample", "event", "summary", "asked", "lines", "outcome",
})  # fmt: skip
"""What a component is given of others' words: terminals, messages, commands."""


def leaves(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for name, part in value.items():
            if name not in AS_IT_IS:
                yield from leaves(part)
    elif isinstance(value, list):
        for part in value:
            yield from leaves(part)
    elif isinstance(value, str):
        yield value


@pytest.fixture(scope="module")
def english() -> frozenset[str]:
    """Sentences that are others in German."""
    german = i18n.catalog("de")
    path = i18n.LOCALE / "de" / "LC_MESSAGES" / "pullscope.po"
    with path.open("rb") as file:
        ids = [one for m in read_po(file) if m.id for one in strings(m.id)]
    interface = {one for one in ids if german.gettext(one) != one and not blanks(one)}
    words = [entry for path in DATA for entry in translations(sibling(path, "de")).items()]
    told = {text for (_context, text), _theirs in words}
    same = {theirs for _text, theirs in words}
    return frozenset(one for one in interface | (told - same) if len(one) >= 4 or " " in one)


@each("page", [page.path for page in PAGES])
def test_a_page_is_german(page: str, english: frozenset[str]) -> None:
    """It opens, says something, and nothing that has a translation is there in English."""
    test = opened(page, "de")
    assert not test.exception and not test.error
    words = [part.strip("*:. ") for text in words_on(test) for part in text.split("\n")]
    assert len(words) > 5
    left = {word for word in words if word in english}
    assert left <= HOMOGRAPHS, left


HOMOGRAPHS = frozenset({"password"})
"""English words that are no English here: the test is given a select's value, a change's name, and
not the words that the page shows for it."""


def test_a_page_is_english_by_default() -> None:
    """For whoever asks for a language that there is not, too."""
    assert any("A registry of your own" in text for text in words_on(opened("project", "xx")))
