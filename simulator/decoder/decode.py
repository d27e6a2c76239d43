"""From a pasted text to what it says and what may be the matter.

The text is masked first and kept nowhere. It is read (`grammar`), not compared with anything.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property

from simulator.decoder import cleaning
from simulator.decoder.causes import Verdict, judged
from simulator.decoder.cleaning import Line
from simulator.decoder.facts import Fact, facts
from simulator.decoder.reading import Message, readings
from simulator.decoder.redaction import mask
from simulator.decoder.signs import all_readings

LONGEST = 400_000
"""Characters that are read; of a longer text the last, where the error is."""
WRAPPED = 400
"""Lines of the longest text that is looked at as one with broken lines."""
AROUND = frozenset({"config-parse", "config-load", "must-build", "kubelet", "buildkit", "compose",
                    "pull", "push", "asks-elsewhere", "says-nothing"})  # fmt: skip
"""Readings of other lines that bear on the failure: a warning, which client it was, or what a
helper printed beside its answer."""
NEAR = 12
"""Lines before and after the failure that belong to it."""
OTHERS = frozenset({"registry", "host", "repository", "tag", "digest", "file", "helper", "service"})
"""Facts that lines near the failure may add, where its own line does not have them."""


@dataclass(frozen=True)
class Decoded:
    """A text that was read. `main` is the message that tells most about the failure, `warnings`
    those that bear on it; without `main` it is not from a login, a pull or a push."""

    text: str
    masked: int = 0
    messages: tuple[Message, ...] = ()
    main: Message | None = None
    warnings: tuple[Message, ...] = ()
    facts: tuple[Fact, ...] = ()
    readings: frozenset[str] = field(default_factory=frozenset)

    @cached_property
    def verdict(self) -> Verdict:
        """The causes that the message allows, in the chosen language."""
        return judged(self.readings) if self.main else Verdict()

    def fact(self, name: str) -> str:
        """The first fact of this name, or nothing."""
        return next((one.value for one in self.facts if one.name == name), "")


def decode(pasted: str) -> Decoded:
    """Mask the text, read it, and find the failure in it."""
    kept = mask(cleaning.plain(pasted))
    text = kept.text[-LONGEST:].strip("\n")
    found = read(text)
    main = failure(found)
    if main is None:
        return Decoded(text, kept.count, found)
    warnings = tuple(one for one in found if one is not main and is_warning(one))
    near = [one for one in found if one is not main
            and abs(one.line.number - main.line.number) <= NEAR]  # fmt: skip
    context = frozenset().union(*(readings(one) & AROUND for one in (*warnings, *near)))
    return Decoded(
        text, kept.count, found, main, warnings,
        tuple(collected(main, (*warnings, *near))), all_readings(main, context),
    )  # fmt: skip


def read(text: str) -> tuple[Message, ...]:
    """The messages of a text; where a terminal or a mail broke its lines, put together again."""
    best = messages(text)
    whole = not unread(best) and not unended(best)
    if whole or not 0 < text.count("\n") <= WRAPPED:
        return best
    main = failure(best)
    if main and main.ends and not unended(best) and cleaning.begins_anew(text, main.line.number):
        return best
    folded = messages(cleaning.folded(text))
    if unread(folded) + unended(folded) < unread(best) + unended(best):
        best = folded
    if any(one.line.prefix for one in best):
        return best
    for other in cleaning.joined(text):
        again = messages(other)
        if unread(again) + LITTLE < unread(best) and told(best) <= told(again):
            best = again
    return best


LITTLE = 3
"""Characters without a speaker that are no reason to read a text in another way."""


def unread(found: Iterable[Message]) -> int:
    return sum(one.unread for one in found)


def told(found: Iterable[Message]) -> frozenset[str]:
    """What the messages of ours give."""
    return frozenset().union(*(one.gives for one in found if one.ours))


def unended(found: Iterable[Message]) -> int:
    """How many messages begin as one of ours and do not say how anything failed."""
    return sum(one.ours and not one.ends for one in found)


def messages(text: str) -> tuple[Message, ...]:
    return tuple(Message.read(line) for line in together(cleaning.lines(text)))


def together(lines: Iterable[Line]) -> Iterator[Line]:
    """Lines that are one message: a page after its first line, the errors of a list."""
    held: Line | None = None
    for line in lines:
        if held and continues(held.text, line.text):
            held = replace(held, text=f"{held.text}\n{line.text}")
            continue
        if held:
            yield held
        held = line
    if held:
        yield held


CODES = ("denied:", "unauthorized:", "manifest unknown", "name unknown", "toomanyrequests:",
         "unknown:", "blob unknown", "requested access")  # fmt: skip


def continues(before: str, after: str) -> bool:
    """Whether this line goes on with what the one before began."""
    last = before.rpartition("\n")[2]
    in_list = "errors:" in before and after.startswith(CODES)
    in_page = after.startswith("<") and "<" in before
    return in_list or in_page or (last.endswith("errors:") and after.startswith(CODES))


def failure(found: Iterable[Message]) -> Message | None:
    """The message that tells most: the last of those that say how something failed."""
    best: Message | None = None
    for one in found:
        if one.ours and not is_warning(one) and (best is None or weight(one) >= weight(best)):
            best = one
    return best or next((one for one in found if one.ours), None)


def weight(message: Message) -> int:
    """How much a message tells of a failure: 3 how and that it is ours, 1 only that it is ours."""
    vague = message.gives & {"backoff", "canceled", "request-line"} and not message.gives & {"auth"}
    if message.ends:
        return 2 if vague else 3
    return 1


def is_warning(message: Message) -> bool:
    """Whether docker went on after it."""
    return bool(message.gives & {"config-parse", "config-load", "must-build"})


def collected(main: Message, near: Iterable[Message]) -> Iterator[Fact]:
    """The facts of the failure, then those of the lines around it that it lacks."""
    known = dict.fromkeys(facts(main))
    names = {one.name for one in known}
    yield from known
    for message in near:
        for one in facts(message):
            if one.name in OTHERS and one.name not in names:
                names.add(one.name)
                yield one
