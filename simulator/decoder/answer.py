"""The decoder's answer as data for scripts, and as plain text."""

from collections.abc import Iterator
from typing import Any

from simulator.decoder.causes import Cause
from simulator.decoder.decode import Decoded
from simulator.decoder.grammar import Segment, grammar
from simulator.decoder.reading import Message
from simulator.words.i18n import _, ngettext


def as_data(decoded: Decoded) -> dict[str, Any]:
    """What `pullscope decode --json` prints."""
    verdict = decoded.verdict
    return {
        "docker": decoded.main is not None,
        "summary": summary(decoded),
        "said": [of_segment(one) for message in shown(decoded) for one in message.segments],
        "causes": [{"id": one.cause.name, "standing": one.standing, "title": one.cause.title,
                    "why": one.why, "played_by": list(one.cause.played_by)}
                   for one in verdict.candidates],
        "excluded": [{"id": one.cause.name, "why": one.why} for one in verdict.excluded],
        "facts": [{"name": one.name, "value": one.value} for one in decoded.facts],
        "masked": decoded.masked,
    }  # fmt: skip


def shown(decoded: Decoded) -> tuple[Message, ...]:
    """The messages that are taken apart: warnings first, then the failure."""
    return (*decoded.warnings, decoded.main) if decoded.main else ()


def of_segment(segment: Segment) -> dict[str, Any]:
    frame = segment.frame
    if frame is None:
        return {"text": segment.text.strip(), "speaker": "unknown"}
    speaker = grammar().speakers[frame.speaker]
    return {
        "text": segment.text.strip(), "frame": frame.name, "speaker": speaker.title,
        "layer": speaker.layer, "means": frame.text, "names": dict(segment.named),
        "source": frame.source,
    }  # fmt: skip


def summary(decoded: Decoded) -> str:
    """One sentence: how many causes the message allows, or that it is not ours."""
    if decoded.main is None:
        return _("This is not from a login, pull or push.")
    found = decoded.verdict.candidates
    if not found:
        return _("The message does not say enough to name a cause.")
    if found[0].standing == "certain":
        return _("The message allows one cause.")
    return _("The message allows {count} causes; it does not say which.").format(count=len(found))


def as_text(decoded: Decoded) -> Iterator[str]:
    """The lines that `pullscope decode` prints."""
    for message in shown(decoded):
        for segment in message.segments:
            yield from text_of(segment)
        yield ""
    yield summary(decoded)
    for one in decoded.verdict.candidates:
        yield f"  [{standing_word(one.standing)}] {one.cause.title} ({one.cause.name})"
        yield f"      {one.why}"
        yield f"      {played(one.cause)}"


def played(cause: Cause) -> str:
    """How to see this cause happen, or that no situation plays it."""
    if not cause.played_by:
        return _("No situation plays this cause yet.")
    return _("See it happen: {command}").format(
        command=f"pullscope run --scenario {cause.played_by[0]}"
    )


def text_of(segment: Segment) -> Iterator[str]:
    yield segment.text.strip()
    if segment.frame is None:
        yield "    " + _("No speaker is known for these words.")
        return
    yield f"    {grammar().speakers[segment.frame.speaker].title}: {segment.frame.text}"


def standing_word(standing: str) -> str:
    return {"certain": _("certain"), "likely": _("likely"), "possible": _("possible")}[standing]


def masked_words(count: int) -> str:
    return ngettext("Masked {count} secret.", "Masked {count} secrets.", count).format(count=count)
