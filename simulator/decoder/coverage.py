"""How much the grammar reads of the errors that real clients printed, as recorded.

A rest is text without a speaker. Opaque words are own words of a registry, a helper or another
server in which no phrase of the table is known: they are shown, and nothing follows from them.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from simulator.decoder.decode import decode
from simulator.decoder.grammar import grammar
from simulator.decoder.reading import SAID, Message
from simulator.decoder.words import HELPERS, known_phrases, phrases_in, unwrapped
from simulator.recordings.document import recorded, second_lab

OWN = (*SAID, "helper_words", "proxy_words")
"""Names of the groups in which frames keep free text: of a registry, a proxy or a helper."""


@dataclass(frozen=True)
class Coverage:
    """The reading of some errors: how many there are, and the rests and opaque words in them."""

    errors: int
    segments: int
    rests: tuple[str, ...]
    opaque: tuple[str, ...]


def recorded_errors() -> Iterator[tuple[str, str]]:
    """Recording and engine, and what was printed on standard error, where a command failed; on
    a terminal, all that was printed."""
    for one in (*recorded().values(), *second_lab().values()):
        for engine, told in one.engines.items():
            failed = [(part.stderr if part.tty_raw is None else part.stdout).strip()
                      for part in told.outputs if part.exit_code != 0]  # fmt: skip
            if text := "\n".join(filter(None, failed)):
                yield f"{one.name}-{engine}", text


def coverage(texts: Iterable[str]) -> Coverage:
    """What the grammar reads of these errors."""
    found = [decode(text).messages for text in texts]
    messages = [message for one in found for message in one]
    segments = [one for message in messages for one in message.segments]
    rests = (one.text.strip() for one in segments if one.frame is None)
    opaque = (words for message in messages for words in opaque_words(message))
    return Coverage(
        len(found), len(segments), tuple(dict.fromkeys(rests)), tuple(dict.fromkeys(opaque))
    )


def opaque_words(message: Message) -> Iterator[str]:
    """Own words in this message that hold no known phrase."""
    for segment in message.segments:
        for name in OWN:
            words = unwrapped(segment.named.get(name, ""))[1].strip("` ")
            if words and not phrases_in(words, helper=name == "helper_words"):
                yield words


def table(read: Coverage) -> Iterator[str]:
    """The lines that `pullscope grammar` prints."""
    known = grammar()
    begins = sum(len(frame.begins) for frame in known.frames.values())
    phrases = known_phrases()
    yield (f"{len(known.frames)} kinds of segments of {len(known.speakers)} speakers, "
           f"with {begins} ways to begin")  # fmt: skip
    helpers = sum(name.startswith(HELPERS) for name in phrases)
    yield (f"{sum(len(one.phrases) for one in phrases.values())} phrases of own words in "
           f"{len(phrases)} meanings, {helpers} of them of credential helpers")  # fmt: skip
    yield f"{read.errors} recorded errors in {read.segments} segments, {len(read.rests)} rests"
    yield from (f"  rest: {one}" for one in read.rests)
    yield f"{len(read.opaque)} own words from which nothing follows:"
    yield from (f"  {one}" for one in read.opaque)
