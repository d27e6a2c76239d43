"""The page's logic, without a browser."""

import json

import pytest
from streamlit.testing.v1 import AppTest

from simulator import scenario, stage
from simulator.engines import engines
from simulator.scenario import scenarios
from tests.pages import ROOT


def opened(**query: str) -> AppTest:
    test = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    for name, value in query.items():
        test.query_params[name] = value
    return test.run()


def staged(test: AppTest) -> dict[str, object]:
    """What the stage was given."""
    return stage.unpacked(json.loads(test.get("bidi_component")[0].proto.json)["run"])


def test_the_page_opens_with_the_whole_run() -> None:
    """The stage is given every step at once."""
    test = opened()
    assert not test.exception
    assert len(staged(test)["steps"]) == len(scenario.run("works").steps)  # type: ignore[arg-type]


@pytest.mark.parametrize("engine", list(engines()))
@pytest.mark.parametrize("name", list(scenarios()))
def test_every_scenario_opens_by_its_address(name: str, engine: str) -> None:
    """A permalink chooses scenario and engine."""
    test = opened(scenario=name, engine=engine)
    assert not test.exception and not test.warning
    assert [staged(test)[key] for key in ("scenario", "engine")] == [name, engine]


@pytest.mark.parametrize("choice", ["source", "engine", "scenario"])
def test_an_address_of_nothing_is_one_sentence(choice: str) -> None:
    """What an address names and does not exist is told, and the default is shown."""
    test = opened(**{choice: "nonsense"})
    assert not test.exception
    assert f"There is no {choice} 'nonsense'" in test.warning[0].value
    assert staged(test)["scenario"] == "works"


BAD_FORMS = {
    "nothing": ({}, "Fill in the registry and the image"),
    "no image": ({"registry": "localhost:1"}, "Fill in the image"),
    "a scheme": ({"registry": "https://r.example", "image": "a"}, "is not a registry"),
    "a bad reference": ({"registry": "localhost:1", "image": "Bad"}, "must be lowercase"),
}


@pytest.mark.parametrize("case", BAD_FORMS)
def test_a_bad_form_is_one_sentence(case: str) -> None:
    """The form says what is wrong, and keeps what was entered but for the password."""
    fields, sentence = BAD_FORMS[case]
    test = opened(source="real")
    for key, value in fields.items():
        test.text_input(key=key).input(value)
    test.text_input(key="password").input("correct-horse")
    test.button[0].click().run()
    assert not test.exception
    assert sentence in test.error[0].value
    assert test.text_input(key="password").value == ""
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
    assert len(test.table[1].value.columns) == 1 + len(scenario.run("works").steps)
