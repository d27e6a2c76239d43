"""JSON from outside: how deep it may be, and what becomes of odd characters."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.protocol.json_text import DEEPEST, TooDeep, json_of
from tests.pages import ROOT


@pytest.mark.parametrize("text", ["[" * 101 + "]" * 101, '{"a":' * 101 + "1" + "}" * 101,
                                  "[" * 200_000])  # fmt: skip
def test_deep_json_is_refused(text: str) -> None:
    """Before Python's own parser sees it."""
    with pytest.raises(TooDeep):
        json_of(text)
    with pytest.raises(TooDeep):
        json_of(text.encode())


def test_brackets_in_strings_and_in_a_row_are_no_depth() -> None:
    wide = [["[" * 500, {}] for _ in range(500)]
    assert json_of(json.dumps(wide)) == wide
    assert json_of("[" * DEEPEST + "]" * DEEPEST)


def test_half_of_a_surrogate_pair_is_replaced() -> None:
    """Text with one could be neither printed nor saved."""
    assert json_of(r'{"\ud800": ["a\udfffb", "\ud83d\ude00"]}') == {"�": ["a�b", "😀"]}


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(values)
def test_ordinary_json_is_read_as_it_is(value: object) -> None:
    assert json_of(json.dumps(value)) == value
    assert json_of(json.dumps(value, ensure_ascii=False).encode()) == value


OUR_OWN = {
    "docker/config_file.py": "values that json_of has read, written again",
    "docker/image_store.py": "settings that json_of has read, written again",
    "docker/go_template.py": "one string of a template",
    "live/book.py": "what a process of ours has kept",
    "live/observer/token.py": "claims that the token service here wrote",
    "protocol/json_text.py": "is the reader",
    "recordings/lab.py": "a file of ours",
    "recordings/lab_client.py": "a value, written and read again",
    "recordings/recorder.py": "a value, written and read again",
    "recordings/recording_file.py": "a value, written and read again",
    "registry/fixtures.py": "content of ours",
    "sources/front.py": "an answer of the mock",
    "views/explain.py": "claims that the token's reader has read",
    "views/player.py": "what this process packed",
    "web/worker.py": "what the parent process said",
}
"""Files that read JSON without a bound on its depth: why they may."""


def test_json_of_others_is_read_with_a_bound() -> None:
    """By `json_of`: the reader of the standard library ends with a RecursionError."""
    files = (ROOT / "simulator").rglob("*.py")
    reading = {file.relative_to(ROOT / "simulator").as_posix() for file in files
               if "json.loads(" in file.read_text("utf-8")}  # fmt: skip
    assert reading == set(OUR_OWN)
