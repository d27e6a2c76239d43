"""The grammar of a message: from a text to its segments, read from the left.

Every speaker of a message is recognised by how they begin (`frames.yaml`). Nothing is compared
as a whole, so hosts, versions and clients make no difference. Whatever no frame begins with is
a segment without a speaker.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from simulator.words.data_file import read_as
from simulator.words.i18n import per_language

FRAMES = Path(__file__).with_name("frames.yaml")

NAMES = {
    "ref": r"(?P<reference>[A-Za-z0-9][^\s\"',]*?)",
    "url": r"\"?(?P<url>https?://[^\s\"]+?)\"?",
    "host": r"(?P<host>[A-Za-z0-9\[][A-Za-z0-9.\[\]-]*(?::\d+)?)",
    "digest": r"(?P<digest>sha\d+:[0-9a-f]{12,})",
    "status": r"(?P<status>\d{3}(?: [A-Z][\w']*(?:[ -][A-Za-z'][\w']*)*)?)",
}
"""The part of a pattern that is written `<name>`."""
NAME = re.compile(r"(?<!\?P)<(ref|url|host|digest|status)>")
WORD = re.compile(r"[A-Za-z0-9]+")
ANY, NONE = "*", ""
"""In place of a first word: every one, and no word at all."""
LOOKING = ("(?=", "(?!", "(?<")
OPEN = ("[", ".", "\\w", "\\d", "\\S", "\\x", "{", "*")
SEPARATORS = re.compile(r"[\s:;,.)\]}\"'`|(\\-]*")
"""Between two segments."""
BOUNDARY = re.compile(r"(?:[:;,=\n\"'`(\[>]|[-–|] |err=|\. )\s*")
"""After one of these a frame may begin."""


class InvalidFrames(ValueError):
    """`frames.yaml` is not right; the message says where."""


class Entry(BaseModel):
    """What a file of data holds: nothing more than is written here."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)


class Speaker(Entry):
    """Who may speak in a message. `layer` as in `causes.yaml`."""

    title: str
    layer: str


class Frame(Entry):
    """One way in which a speaker begins, and what it says. A pattern that may begin with any word
    is tried in texts that hold one of `needs` (small letters)."""

    name: str = ""
    speaker: str
    begins: tuple[str, ...]
    gives: frozenset[str] = frozenset()
    evidence: int = Field(default=0, ge=0, le=2)
    text: str
    source: str
    anywhere: bool = False
    needs: tuple[str, ...] = ()
    case: bool = False


@dataclass(frozen=True)
class Beginning:
    """One pattern of a frame."""

    frame: Frame
    text: str

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """Compiled when a text first begins so: one message needs a few of the 700."""
        return re.compile(expanded(self.text), 0 if self.frame.case else re.IGNORECASE)


Beginnings = tuple[Beginning, ...]


class Grammar(Entry):
    """Every speaker and every frame, by their names."""

    speakers: Mapping[str, Speaker]
    frames: Mapping[str, Frame]

    @cached_property
    def beginnings(self) -> Beginnings:
        """Every pattern of every frame, in order."""
        return tuple(Beginning(one, text) for one in self.frames.values() for text in one.begins)

    @cached_property
    def by_word(self) -> Mapping[str, Beginnings]:
        """The patterns by the first word that they begin with (`first_words`)."""
        found: dict[str, list[Beginning]] = {}
        for one in self.beginnings:
            for word in first_words(one.text):
                found.setdefault(word, []).append(one)
        return {word: tuple(known) for word, known in found.items()}

    def open_beginnings(self, text: str) -> Beginnings:
        """Those that may begin with any word of this text."""
        small = text.lower()
        return tuple(one for one in self.by_word.get(ANY, ())
                     if any(need in small for need in one.frame.needs))  # fmt: skip

    @cached_property
    def anywhere(self) -> frozenset[str]:
        """The first words of frames that may begin after any word."""
        known = (first_words(begin) for frame in self.frames.values() if frame.anywhere
                 for begin in frame.begins)  # fmt: skip
        return frozenset(word for words in known for word in words)


@dataclass(frozen=True)
class Segment:
    """A piece of a message: its text, the frame that it begins with, and what it names.

    Without a frame the speaker is unknown.
    """

    text: str
    start: int
    frame: Frame | None = None
    named: Mapping[str, str] = field(default_factory=dict)

    @property
    def gives(self) -> frozenset[str]:
        return self.frame.gives if self.frame else frozenset()

    @property
    def evidence(self) -> int:
        return self.frame.evidence if self.frame else 0


def expanded(begin: str) -> str:
    """The pattern with its names filled in."""
    return NAME.sub(lambda found: NAMES[found[1]], begin)


def first_words(begin: str) -> frozenset[str]:
    """The words, in small letters, that a text may begin with for this pattern to fit: `ANY` where
    the pattern leaves the word open, `NONE` where no word is first."""
    return frozenset(leading(begin))


def leading(begin: str, word: str = "") -> Iterator[str]:
    """The first words of a pattern, after the letters of `word`."""
    found = WORD.match(begin)
    rest = begin[found.end() :] if found else begin
    word += found[0].lower() if found else ""
    if rest.startswith("?") and word:
        yield from leading(rest[1:], word)
        yield from leading(rest[1:], word[:-1])
    elif rest.startswith("(") and not rest.startswith(LOOKING):
        inside, after, optional = group(rest)
        for one in inside:
            yield from leading(one + after, word)
        if optional:
            yield from leading(after, word)
    elif rest.startswith("[") and (letters := re.match(r"\[([A-Za-z]{2})\](?![*+?])", rest)):
        yield from leading(rest[letters.end() :], word + letters[1][0].lower())
    elif rest.startswith(OPEN):
        yield ANY
    else:
        yield word or NONE


def group(begin: str) -> tuple[list[str], str, bool]:
    """The alternatives of the group that a pattern begins with, the rest, and whether the group
    may be left out."""
    head = re.match(r"\((?:\?:|\?P<\w+>)?", begin)
    assert head
    depth, start, place = 1, head.end(), head.end()
    parts: list[str] = []
    while depth:
        char = begin[place]
        depth += {"(": 1, ")": -1}.get(char, 0)
        if (char == "|" and depth == 1) or not depth:
            parts.append(begin[start:place])
            start = place + 1
        place = after_one(begin, place)
    rest = begin[place:]
    optional = rest.startswith(("?", "*"))
    return parts, rest[1:] if optional else rest, optional


def after_one(begin: str, place: int) -> int:
    """The place after one character, one escape or one set of a pattern."""
    if begin[place] == "\\":
        return place + 2
    return begin.index("]", place + 2) + 1 if begin[place] == "[" else place + 1


@per_language
def grammar() -> Grammar:
    """The grammar, with its words in the chosen language. Raises InvalidFrames."""
    known = read_as(Grammar, FRAMES, InvalidFrames)
    frames = {name: frame.model_copy(update={"name": name})
              for name, frame in known.frames.items()}  # fmt: skip
    return Grammar(speakers=known.speakers, frames=frames)


def segments(text: str) -> tuple[Segment, ...]:
    """The text in pieces, without a rest: joined they are the text."""
    reader = Reader(text, grammar())
    return tuple(reader.segments())


@dataclass(frozen=True)
class Reader:
    """A text that is read from the left."""

    text: str
    known: Grammar

    def segments(self) -> Iterator[Segment]:
        start, place = 0, self.after(0)
        while place < len(self.text):
            hit = self.begun(place)
            if hit is None:
                place = self.following(place)
                yield Segment(self.text[start:place], start)
            else:
                frame, match = hit
                place = self.after(match.end())
                named = {name: value for name, value in match.groupdict().items() if value}
                yield Segment(self.text[start:place], start, frame, named)
            start = place

    def after(self, place: int) -> int:
        """The place after the separators that are here."""
        found = SEPARATORS.match(self.text, place)
        return found.end() if found else place

    @cached_property
    def open_beginnings(self) -> Beginnings:
        return self.known.open_beginnings(self.text)

    def begun(self, place: int) -> tuple[Frame, re.Match[str]] | None:
        """The frame that begins here, the longest if several do."""
        word = WORD.match(self.text, place)
        candidates = self.known.by_word.get(word[0].lower() if word else NONE, ())
        best: tuple[Frame, re.Match[str]] | None = None
        for one in (*candidates, *self.open_beginnings):
            match = one.pattern.match(self.text, place)
            if match and match.end() > (best[1].end() if best else place):
                best = (one.frame, match)
        return best

    def following(self, place: int) -> int:
        """Where, after this place, the next frame begins; else the end."""
        place += 1
        while place < len(self.text):
            found = BOUNDARY.search(self.text, place)
            end = found.end() if found else len(self.text)
            inside = self.anywhere(place, end)
            if inside is not None:
                return inside
            if end < len(self.text) and self.begun(end):
                return end
            place = max(end, place + 1)
        return len(self.text)

    def anywhere(self, start: int, end: int) -> int | None:
        """A frame that may begin after any word, between these places."""
        for found in WORD.finditer(self.text, start, end):
            if found[0].lower() in self.known.anywhere:
                hit = self.begun(found.start())
                if hit and hit[0].anywhere:
                    return found.start()
        return None
