"""The page's logic, without a browser."""

import json
import re
from typing import Any

from streamlit.testing.v1 import AppTest

from simulator.docker.engines import engines
from simulator.recordings.situations import recorded_situations
from simulator.recordings.situations import trace as trace_of
from simulator.scenarios.model import scenarios
from simulator.views.player import unpacked
from simulator.web.pages import PAGES
from simulator.words import i18n
from simulator.words.i18n import _
from tests.cases import each
from tests.pages import PATIENCE, ROOT


def opened(**query: str) -> AppTest:
    """The stage's page: an address that names a run leads there from the root. It is whole, as
    after a browser has drawn the stage."""
    test = AppTest.from_file(str(ROOT / "app.py"), default_timeout=PATIENCE)
    test.session_state.below = True
    for name, value in {"source": "mock", **query}.items():
        test.query_params[name] = value
    return test.run()


def given(test: AppTest) -> dict[str, Any]:
    """What the page's first component was given."""
    return dict(json.loads(test.get("bidi_component")[0].proto.json))


def staged(test: AppTest) -> dict[str, object]:
    """What the stage was given."""
    return unpacked(given(test)["run"])


def test_the_page_opens_with_the_whole_run() -> None:
    """The stage is given every step at once."""
    test = opened()
    assert not test.exception
    assert len(staged(test)["steps"]) == len(trace_of("works").steps)  # type: ignore[arg-type]


def test_what_is_below_waits_until_the_browser_rests() -> None:
    """The stage need not wait for it; it comes, and stays. (Each test in a browser that reads it
    sees that a browser says so.)"""
    test = opened()
    assert {"Key moments", "Quiz"} <= {one.value for one in test.run().header}
    del test.session_state.below
    assert [one.value for one in test.run().header] == []


ADDRESSES = [
    ("works", "29"), ("no-right", "26"), ("corrupted-layer", "29"), ("up-to-date", "26"),
    ("down", "29"), ("wrong-password-basic", "26"),
]  # fmt: skip


@each(("name", "engine"), ADDRESSES)
def test_a_scenario_opens_by_its_address(name: str, engine: str) -> None:
    """A permalink chooses scenario and engine; every run is staged in tests/lesson."""
    test = opened(scenario=name, engine=engine)
    assert not test.exception and not test.warning
    assert [staged(test)[key] for key in ("scenario", "engine")] == [name, engine]


SOME = ["pull_no_login", "hub_logout", "login_basic_ok_tty", "pull_layer_corrupted"]


@each("engine", list(engines()))
@each("name", SOME)
def test_a_recording_opens_by_its_address(name: str, engine: str) -> None:
    """Replayed as a recording, or its situation played on the mock registry."""
    test = opened(source="recording", recording=name, engine=engine)
    assert not test.exception and not test.warning and not test.error
    keys = ("source", "recording", "scenario", "engine")
    assert [staged(test)[key] for key in keys] == ["recording", name, "", engine]
    test = opened(scenario=name, engine=engine)
    assert not test.exception and not test.warning
    assert [staged(test)[key] for key in keys] == ["mock", "", name, engine]


def test_the_lessons_scenarios_come_first() -> None:
    """A learner finds the recorded situations below them, all that can be played."""
    options = opened().selectbox(key="scenario").options
    assert options[: len(scenarios())] == [one.title for one in scenarios().values()]
    assert len(options) == len(scenarios()) + len(recorded_situations())


@each("choice", ["source", "engine", "scenario", "recording"])
def test_an_address_of_nothing_is_one_sentence(choice: str) -> None:
    """A name in the address that does not exist is reported, and the default is shown."""
    test = opened(**{choice: "nonsense"})
    assert not test.exception
    assert f"There is no {choice.replace('_', ' ')} 'nonsense'" in test.warning[0].value
    assert staged(test)["scenario"] == "works"


BAD_FORMS = {
    "nothing": ({}, "Fill in the registry and the image"),
    "no image": ({"registry": "localhost:1"}, "Fill in the image"),
    "a scheme": ({"registry": "https://r.example", "image": "a"}, "is not a registry"),
    "a bad reference": ({"registry": "localhost:1", "image": "Bad"}, "must be lowercase"),
}


@each("case", BAD_FORMS)
def test_a_bad_form_is_one_sentence(case: str) -> None:
    """The form says what is wrong, and keeps what was entered but for the password."""
    fields, sentence = BAD_FORMS[case]
    test = opened(source="real")
    for key, value in fields.items():
        test.text_input(key=key).input(value)
    test.text_input(key="real-password-0").input("correct-horse")
    test.button[0].click().run()
    assert not test.exception
    assert sentence in test.error[0].value
    assert test.text_input(key="real-password-1").value == ""
    assert "correct-horse" not in repr(test.session_state)


def test_a_registry_that_does_not_answer_is_a_run_that_failed() -> None:
    """The network's trouble is content: the stage shows it."""
    test = opened(source="real")
    test.text_input(key="registry").input("localhost:1")
    test.text_input(key="image").input("team/app:1.0")
    test.button[0].click().run()
    assert not test.exception and not test.error
    assert staged(test)["outcome"] == "failed"
    assert staged(test)["source"] == "real"


def test_the_tracker_has_the_lessons_columns_or_every_step() -> None:
    """Start, after rows 2, 4 and 5, and the end; or one column a step. Asked for only."""
    test = opened()
    assert not test.table
    test.toggle(key="whole_run").set_value(True).run()
    few = test.table[1].value
    assert few.columns[0] == "Start" and len(few.columns) == 5
    test.toggle(key="every_step").set_value(True).run()
    assert len(test.table[1].value.columns) == 1 + len(trace_of("works").steps)


def test_the_terminal_says_which_images_there_are() -> None:
    """As one types them; only the registry on this machine speaks plain HTTP."""
    test = AppTest.from_function(terminal_page, default_timeout=PATIENCE).run()
    listed = re.split("</?code>", test.get("html")[0].proto.body)[1].splitlines()
    assert {"myprivateregistry.com/myimage:latest", "alpine:3.22"} <= {*listed}
    (plain,) = (one.value for one in test.markdown if "plain HTTP" in one.value)
    assert "`localhost:5000`" in plain


def terminal_page() -> None:
    from simulator.web.pages import terminal  # noqa: PLC0415

    terminal.world(terminal.ordinary("29"))


# -- what if ------------------------------------------------------------------------------------


def compared(**query: str) -> AppTest:
    test = AppTest.from_function(what_if_page, default_timeout=PATIENCE)
    for name, value in query.items():
        test.query_params[name] = value
    return test.run()


def what_if_page() -> None:
    from simulator.lesson.library import find_lesson  # noqa: PLC0415
    from simulator.web.pages import compare  # noqa: PLC0415

    compare.page(find_lesson())


WAYS = {
    "one thing changed": ({"scenario": "works", "engine": "26", "change": "tag"}, 12),
    "two situations": ({"left": "works", "right": "no-login", "engine": "29"}, 1),
    "two engines": ({"scenario": "logged-in", "engine": "29", "right_engine": "26"}, 4),
    "no difference": ({"scenario": "works", "engine": "29", "change": "not-stored"}, None),
}


@each("way", WAYS)
def test_a_comparison_opens_by_its_address(way: str) -> None:
    """The address chooses both runs; the component is given them, and writes the same address."""
    query, parted = WAYS[way]
    test = compared(**query)
    assert not test.exception and not test.warning
    shown = given(test)
    assert shown["parted"] == parted
    assert shown["address"] == {"lesson": "pulling-from-private-registries"} | query


@each("choice", ["scenario", "engine", "change", "right", "right_engine"])
def test_a_comparison_of_nothing_is_one_sentence(choice: str) -> None:
    """A name in the address that does not exist is reported, and a run is shown."""
    test = compared(**{choice: "nonsense"})
    assert not test.exception
    assert f"There is no {choice.replace('_', ' ')} 'nonsense'" in test.warning[0].value
    assert given(test)["rows"]
    ways = test.segmented_control(key="way")
    ways.set_value("right" if ways.value == "change" else "change").run()  # another is chosen
    assert not test.warning


def test_a_change_is_chosen_by_where_it_matters() -> None:
    """Changes are in the order of the steps at which the runs differ."""
    test = compared(scenario="works", engine="29")
    titles = test.selectbox(key="change").options
    steps = [int(title.rpartition("step ")[2]) for title in titles if "· step " in title]
    assert steps == sorted(steps) and steps
    assert titles[-1].endswith("nothing to change")
    test.selectbox(key="change").select("host").run()
    assert given(test)["change"] == "host"
    test.selectbox(key="scenario").select("logged-in").run()
    assert (given(test)["change"], given(test)["parted"]) == ("host", 3)


@each("scenario", ["works", "logged-in", "up-to-date", "basic"])
def test_what_if_begins_with_a_change_that_matters(scenario: str) -> None:
    """Where the address names none: another password changes no run without a login."""
    assert given(compared(scenario=scenario, engine="29"))["parted"]


def test_the_stage_invites_to_what_if() -> None:
    """Below the stage, on demand, each step at which a change matters links to it."""
    test = opened(scenario="logged-in")
    test.toggle(key="what-if-here").set_value(True).run()
    links = "".join(mark.value for mark in test.markdown)
    assert "&engine=29&scenario=logged-in&change=not-stored)" in links


def test_a_surprise_does_not_show_its_title() -> None:
    """A situation that was not shown before. Neither the stage nor the address names it, and a
    page that is opened at this address does not either, until the title is asked for."""
    test = opened()
    test.button(key="surprise").click().run()
    name = test.session_state["scenario"]
    assert not test.exception and name != "works"
    assert not [one for one in test.selectbox if one.key == "scenario"]
    shown = staged(test)
    assert shown["scenario"] == shown["situation"] == "" and shown["steps"]
    assert name not in json.dumps(shown["address"])
    again = opened(scenario=shown["address"]["scenario"])
    assert not [one for one in again.selectbox if one.key == "scenario"]
    assert again.session_state["scenario"] == name and not again.warning
    again.button(key="reveal").click().run()
    assert again.selectbox(key="scenario").value == name


# -- small things that learners met ---------------------------------------------------------------


@each("language", i18n.LANGUAGES)
def test_each_page_has_a_title_of_its_own(language: str) -> None:
    """The browser's tab and its history name it."""
    with i18n.speaking(language):
        titles = [_("Lessons"), *(_(page.title) for page in PAGES)]
    assert len(set(titles)) == len(titles)


def nothing_to_celebrate() -> None:
    from simulator.lesson.library import find_lesson  # noqa: PLC0415
    from simulator.progress.records import Progress  # noqa: PLC0415
    from simulator.web.pages import learner, recall  # noqa: PLC0415

    learner.take_in(Progress().to_json().encode())
    recall.ended(find_lesson(), (), {})
    learner.take_along()


def test_green_is_for_success_alone() -> None:
    """No success: a file that adds nothing, a set with errors. To delete is no first choice."""
    test = AppTest.from_function(nothing_to_celebrate, default_timeout=PATIENCE).run()
    assert not test.exception and not test.success
    assert [one.value for one in test.info] == ["0 records were added.", "0 of 0 right."]
    assert test.button(key="delete").proto.type != "primary"
    assert test.button(key="another").proto.type == "primary"
