"""The page of the decoder: paste, see who says what, find out which cause it is."""

from streamlit.testing.v1 import AppTest

from simulator.protocol.secrets import MASK
from tests.pages import PATIENCE

BASIC = (
    'Error response from daemon: Head "https://ghcr.io/v2/a/b/manifests/1": '
    "no basic auth credentials"
)
PAGE = """
from simulator.lesson.library import HOME
from simulator.lesson.load import load
from simulator.web.pages.decoder import page
page(load(HOME / "pulling-from-private-registries"))
"""


def opened() -> AppTest:
    return AppTest.from_string(PAGE, default_timeout=PATIENCE).run()


def pasted(text: str) -> AppTest:
    test = opened()
    test.text_area[0].input(text).run()
    assert not test.exception
    return test


def words(test: AppTest) -> str:
    return " ".join(one.value for one in (*test.markdown, *test.caption, *test.warning, *test.info))


def test_the_page_masks_at_once_and_stores_nothing() -> None:
    """The secret is gone from the field, the session, the address and the page."""
    test = pasted(f"{BASIC}\ndocker login -p hunter2")
    assert f"-p {MASK}" in test.text_area[0].value
    assert "Masked 1 secret." in words(test)
    session = repr(test.session_state)
    assert "hunter2" not in repr(test) + session + repr(test.query_params)
    assert not dict(test.query_params)


def test_the_page_says_what_to_do() -> None:
    """Nothing pasted, and nothing found: one sentence each."""
    assert "Paste an error" in opened().info[0].value
    assert "not from a login" in pasted("hello world").warning[0].value


def test_an_example_is_explained() -> None:
    test = opened()
    test.selectbox[0].select_index(0).run()
    assert not test.exception
    assert test.text_area[0].value == test.selectbox[0].value
    assert "who signed" in causes_of(test)[0]


def test_a_message_in_the_address_is_filled_in_and_leaves_it() -> None:
    test = AppTest.from_string(PAGE, default_timeout=PATIENCE)
    test.query_params["message"] = BASIC
    test.run()
    assert not test.exception
    assert test.text_area[0].value == BASIC
    assert not dict(test.query_params)


def test_an_answer_narrows_the_causes() -> None:
    """The check's answer leaves the causes that fit it, and says what it means."""
    test = pasted('Error response from daemon: Get "https://registry.example.com/v2/": dial tcp: '
                  "lookup registry.example.com on 10.0.0.2:53: no such host")  # fmt: skip
    before = len(causes_of(test))
    test.text_area[1].input("192.0.2.10 registry.example.com").run()
    assert not test.exception
    assert 0 < len(causes_of(test)) < before
    assert "Your answers leave" in words(test)


def causes_of(test: AppTest) -> list[str]:
    ends = ("certain", "likely", "possible")
    return [one.label for one in test.expander if one.label.endswith(ends)]
