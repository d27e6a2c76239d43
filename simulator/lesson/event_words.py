"""What each event is called and what just happened, in words that every lesson has."""

from collections.abc import Mapping
from pathlib import Path

from simulator.views.outline import Words
from simulator.words.data_file import read
from simulator.words.i18n import per_language

EVENTS = Path(__file__).with_name("events.yaml")


class InvalidWords(ValueError):
    """`events.yaml` is not right; the message says where."""


@per_language
def words() -> Mapping[str, Words]:
    """By event, or by command and event (`login Challenged`), in the chosen language."""
    file = read(EVENTS, InvalidWords)
    return {key: file.part(Words, InvalidWords, key) for key in file.document}
