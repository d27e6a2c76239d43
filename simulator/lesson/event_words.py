"""What each event is called and what just happened, in words that every lesson has."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

from pydantic import BeforeValidator, RootModel

from simulator.views.outline import Words
from simulator.words.data_file import read
from simulator.words.i18n import per_language

EVENTS = Path(__file__).with_name("events.yaml")


def as_variants(written: object) -> object:
    """One set of words is the only variant; variants without a title have the first one's."""
    if not isinstance(written, list):
        return [written]
    title = next((one["title"] for one in written if "title" in one), "")
    return [{"title": title, **one} for one in written]


class EventWords(RootModel[Annotated[tuple[Words, ...], BeforeValidator(as_variants)]]):
    """The words of an event: one set, or variants."""


class InvalidWords(ValueError):
    """`events.yaml` is not right; the message says where."""


@per_language
def words() -> Mapping[str, tuple[Words, ...]]:
    """The variants by event, or by command and event (`login Challenged`), in the chosen
    language."""
    file = read(EVENTS, InvalidWords)
    return {
        key: file.part(EventWords, InvalidWords, key).root for key in file.document
    }
