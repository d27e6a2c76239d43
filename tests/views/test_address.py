"""Addresses: what is written can be read, whatever is in it."""

from hypothesis import given
from hypothesis import strategies as st

from simulator.views.address import Address, page_address, read_page

TEXT = st.text(max_size=20)


@given(TEXT, TEXT, st.integers(0, 99999), TEXT, TEXT, TEXT)
def test_what_is_written_is_read(
    scenario: str, engine: str, step: int, lesson: str, recording: str, change: str
) -> None:
    """Signs that mean something in an address come back as they were."""
    one = Address(scenario, engine, step, lesson, "recording", recording, change)
    assert Address.parse(one.query) == one
    assert Address.parse(f"?{one.query}") == one


def test_an_address_names_the_lesson_first() -> None:
    """Empty parts are not written."""
    one = Address("works", "29", 4, "names")
    assert one.query == "lesson=names&source=mock&engine=29&scenario=works&step=4"
    assert Address("works").query == "source=mock&scenario=works"


def test_what_belongs_to_no_run_is_left_out() -> None:
    """Also a step that is no number."""
    assert Address.parse("lang=de&step=x&scenario=works") == Address("works")


@given(st.from_regex(r"[a-z-]*", fullmatch=True), st.dictionaries(TEXT, TEXT.filter(bool)))
def test_a_pages_address_is_read_as_it_was_written(path: str, chosen: dict[str, str]) -> None:
    """Path and choices, whatever is in them; without choices there is no question mark."""
    assert read_page(page_address(f"/{path}", chosen)) == (path, chosen)
    assert ("?" in page_address(path, chosen)) == bool(chosen)
