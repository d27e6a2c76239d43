"""The shape of a message: its words, with the names that stand in it left open.

Which parts of a message are names, the step knows that printed it: the reference, the host, what
was asked for, whom it was sent to, what the registry said in its own words. So no message is
written down here, and a new one has its shape at once.
"""

import json
import re
import shlex
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from urllib.parse import urlsplit

from rapidfuzz import fuzz

from simulator.docker.cli.commands import Login, Logout, Pull
from simulator.docker.config_file import hostname
from simulator.docker.events import RegistryError, StoredCredentialsRefused
from simulator.docker.machine.requests import origin
from simulator.docker.output.login import HOME
from simulator.docker.output.shared import DAEMON, bare
from simulator.docker.trace import Step
from simulator.protocol.digest import DIGEST
from simulator.protocol.network_failure import NetworkFailure
from simulator.protocol.platform import Platform
from simulator.protocol.reference import Reference

# -- kinds of names -----------------------------------------------------------------------------

WORD = r"[A-Za-z0-9](?:[A-Za-z0-9_./:@+-]*[A-Za-z0-9_/-])?"
KINDS: Mapping[str, str] = {
    "realm": r"https?://[^\s\"']+",
    "url": r"https?://[^\s\"']+",
    "origin": r"https?://[^\s/\"']+",
    "reference": WORD,
    "typed": r"[^\s()]+",
    "name": WORD,
    "repository": WORD,
    "tag": WORD,
    "host": r"[A-Za-z0-9\[](?:[A-Za-z0-9.:\[\]-]*[A-Za-z0-9\]])?",
    "address": r"(?:\d+(?:\.\d+){3}|\[[0-9a-fA-F:%\w]+\]):\d+",
    "digest": r"sha\d+:[0-9a-f]{12,}",
    "layer": r"[0-9a-f]{12}",
    "platform": r"\w+/\w+(?:/\w+)?(?:\([^)]*\))?",
    "media type": r"[\w.+-]+/[\w.+-]+",
    "user": r"[^\s\]]+",
    "directory": r"(?:[A-Za-z]:)?[^\s:'\"]+",
    "temporary file": r"config\.json\d*",
    "helper": r"[\w.-]+",
    "code": r"[A-Z0-9]+-[A-Z0-9]+",
    "said": r"[^\n]+",
}
"""Kinds of names, with what each looks like in somebody else's message."""
BY_FORM = re.compile(rf"(?P<digest>{KINDS['digest']})|(?P<address>{KINDS['address']})")
"""Names that show by their form alone."""

Names = Mapping[str, str]
"""By kind: the name that stands there."""


def names(step: Step) -> dict[str, str]:
    """Each name that this step knows -> its kind. What is more special comes first."""
    found: dict[str, str] = {}
    for kind, value in known(step):
        if value:
            found.setdefault(value, "digest" if DIGEST.fullmatch(value) else kind)
    return found


def known(step: Step) -> Iterator[tuple[str, str]]:
    state, event = step.before, step.event
    yield from addresses(step)
    yield from of_command(step)
    if step.after.run.reference:
        yield from of_reference(step.after.run.reference)
    for host in (state.run.host, step.after.run.host):
        yield "host", host
    yield from of_client(step)
    for name in ("helper", "user_code"):
        yield {"helper": "helper"}.get(name, "code"), str(getattr(event, name, ""))
    for name in ("platform", "wanted", "actual"):
        named = getattr(event, name, None)
        if isinstance(named, Platform):
            yield "platform", str(named)
    blob = getattr(event, "blob", None)
    if blob:
        yield from (("media type", blob.media_type), ("layer", blob.short))
    yield "media type", getattr(event, "media_type", "")


def addresses(step: Step) -> Iterator[tuple[str, str]]:
    """Where it was asked: whole for a token service, else by its parts."""
    state, event = step.before, step.event
    event = event.why if isinstance(event, StoredCredentialsRefused) else event
    realm = state.run.access.challenge.realm if state.run.access.challenge else ""
    asked = [getattr(event, "url", ""), step.exchange.request.url if step.exchange else ""]
    yield "url", getattr(event, "where", "")
    for url in filter(None, asked):
        if realm and url.startswith(realm):
            yield from (("realm", url), ("realm", realm))
        parts = urlsplit(url)
        yield "origin", f"{parts.scheme}://{parts.netloc}"
        yield from (("host", parts.netloc), ("host", parts.hostname or ""))
    if state.run.host:
        yield "origin", origin(state)
    answer = step.exchange.answer if step.exchange else None
    if isinstance(answer, NetworkFailure) and answer.detail:
        yield "address" if ":" in answer.detail else "host", answer.detail


def of_command(step: Step) -> Iterator[tuple[str, str]]:
    """What was typed; of a reference that Docker does not take, its pieces."""
    match step.after.run.command:
        case Login(server=server, username=username):
            yield from (("host", hostname(server)), ("user", username))
        case Logout(server=server):
            yield "host", hostname(server)
        case Pull(image=image, platform=platform):
            yield from (("reference", image), ("platform", platform))
            if step.after.run.reference is None:
                rest = image.partition("/")[2] or image
                yield from (("typed", rest), ("typed", re.split("[:@]", rest)[0]))
        case command:
            words: list[str] = shlex.split(command.text)[2:] if command else []
            yield from (("reference", word) for word in words if not word.startswith("-"))


def of_reference(reference: Reference) -> Iterator[tuple[str, str]]:
    for whole in (reference.whole, reference.canonical, reference.familiar):
        yield "reference", whole
    for name in (f"{reference.domain}/{reference.repository}", reference.familiar_name):
        yield "name", name
    yield from (("repository", reference.repository), ("tag", reference.identifier))
    yield from (("host", reference.domain), ("host", reference.host))


def of_client(step: Step) -> Iterator[tuple[str, str]]:
    """The user, the credential store, and where it is."""
    for state in (step.before, step.after):
        yield "user", state.run.credential.username if state.run.credential else ""
        yield "directory", state.run.command.config if state.run.command else ""
        yield "helper", state.client.store.helper or ""
        for _, helper in state.client.store.helpers:
            yield "helper", helper
        yield from (("user", one.username) for _, one in state.client.store.entries)
        for file in re.findall(r"config\.json\d+", state.client.writable):
            yield "temporary file", file
    yield "platform", str(step.before.platform)
    yield "directory", HOME


def sayings(step: Step) -> Iterator[str]:
    """The registry's own words: what its error body says besides the codes."""
    event = step.event
    event = event.why if isinstance(event, StoredCredentialsRefused) else event
    for error in getattr(event, "errors", ()):
        if isinstance(error, RegistryError) and not bare(error):
            texts = (error.message, error.detail.strip('"'), json.dumps(error.message)[1:-1])
            yield from dict.fromkeys(text for text in texts if text.strip())


# -- shapes -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Slot:
    """A place for a name of this kind."""

    kind: str

    def __str__(self) -> str:
        return f"‹{self.kind}›"


@dataclass(frozen=True)
class Shape:
    """Words and places for names, in order."""

    parts: tuple[str | Slot, ...]

    def __str__(self) -> str:
        return "".join(map(str, self.parts))

    @property
    def words(self) -> int:
        """How many words are fixed, besides those that every error of the engine begins with."""
        fixed = " ".join(part for part in self.parts if isinstance(part, str))
        return len(re.findall(r"[^\W\d]{2,}", fixed.removeprefix(DAEMON)))


def shape(text: str, step: Step) -> Shape:
    """The shape of this message of this step."""
    parts = split([text], names(step))
    for saying in sayings(step):
        parts = without_last(parts, saying)
    return Shape(tuple(part for part in parts if part))


def split(parts: Iterable[str | Slot], known: Names) -> list[str | Slot]:
    """Longer names first, and only where a name stands by itself."""
    longest = sorted(known, key=len, reverse=True)
    one = "|".join(map(re.escape, longest))
    pattern = re.compile(rf"(?<![A-Za-z0-9])(?:{one})(?![A-Za-z0-9])|{BY_FORM.pattern}")
    return [piece for part in parts for piece in pieces(part, pattern, known)]


def pieces(part: str | Slot, pattern: re.Pattern[str], known: Names) -> Iterator[str | Slot]:
    if isinstance(part, Slot):
        yield part
        return
    end = 0
    for found in pattern.finditer(part):
        yield part[end : found.start()]
        yield Slot(found.lastgroup or known[found.group()])
        end = found.end()
    yield part[end:]


def without_last(parts: list[str | Slot], saying: str) -> list[str | Slot]:
    """The code stands before the registry's words and may be the same: so the last is theirs."""
    for place in range(len(parts) - 1, -1, -1):
        part = parts[place]
        if isinstance(part, str) and saying in part:
            before, _, after = part.rpartition(saying)
            return [*parts[:place], before, Slot("said"), after, *parts[place + 1 :]]
    return parts


# -- what was pasted ----------------------------------------------------------------------------

CONTROL = re.compile(
    r"\x1b\[[0-9;?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|[\x00-\x08\x0b-\x1f]"
)
TYPOGRAPHY = str.maketrans({"“": '"', "”": '"', "‘": "'", "’": "'", "\r": "\n", "\xa0": " "})


def clean(text: str) -> str:
    """Without colours, escapes of a log's `msg="..."`, and a word processor's quotes."""
    plain = CONTROL.sub("", text.translate(TYPOGRAPHY))
    return plain.replace('\\"', '"').replace("\\n", "\n").strip()


LINK = r"(?:^|(?<=: )|(?<=[\"\n])|(?<== ))"
LINK_END = r"(?=\s*(?:$|[\n\":]))"
"""Where a link of a chain of errors begins and ends."""
ENOUGH = 4
"""A shape of so many fixed words is itself, wherever it stands."""


@cache
def pattern(known: Shape) -> re.Pattern[str]:
    """Finds messages of this shape, with other names; a log may have left the first words out."""
    parts = list(known.parts)
    begins = isinstance(parts[0], str) and parts[0].startswith(DAEMON)
    if begins:
        parts[0] = str(parts[0]).removeprefix(DAEMON)
    start, end = (r"(?<!\w)", r"(?!\w)") if known.words >= ENOUGH else (LINK, LINK_END)
    start = f"(?:{loose(DAEMON)}|{start})" if begins else start
    body = "".join(
        f"(?P<{group(part, place)}>{KINDS[part.kind]})" if isinstance(part, Slot) else loose(part)
        for place, part in enumerate(parts)
    )
    return re.compile(f"{start}{body}{end}", re.IGNORECASE)


def group(slot: Slot, place: int) -> str:
    return f"{slot.kind.replace(' ', '_')}_{place}"


def loose(words: str) -> str:
    """These words, with any space between them."""
    return r"\s+".join(map(re.escape, re.split(r"\s+", words)))


def captured(found: re.Match[str]) -> dict[str, str]:
    """The names in this match, by kind; the first of a kind counts."""
    names: dict[str, str] = {}
    for name, value in found.groupdict().items():
        names.setdefault(name.rpartition("_")[0].replace("_", " "), value)
    return names


ASKED = re.compile(
    r"(?P<origin>https?://[^\s/\"']+)/v2/"
    r"(?:(?P<repository>[^\s\"']+)/(?:manifests|blobs)/(?P<tag>[^\s\"']*\w))?"
)


def asked(text: str) -> dict[str, str]:
    """The names in the first address of a registry, whatever the message around it."""
    found = ASKED.search(text)
    return {kind: value for kind, value in (found.groupdict() if found else {}).items() if value}


def fill(known: Shape, names: Names) -> str:
    """The text of this shape with these names; what is missing is a word in capitals."""
    return "".join(
        names.get(part.kind, part.kind.upper().replace(" ", "_"))
        if isinstance(part, Slot)
        else part
        for part in known.parts
    )


# -- closeness ----------------------------------------------------------------------------------

WORDS = re.compile(r"[^\s\"'(),]+")
NAMED = re.compile(r"/|sha256:|\d\.\d+\.\d")
SHORT = 16
"""Characters; a message this short is found in anything, so it must be alike as a whole."""


def outline(text: str) -> str:
    """The text with everything that looks like a name made alike; to compare by."""
    named = WORDS.sub(lambda word: "…" if NAMED.search(word[0]) else word[0], text.lower())
    return re.sub(r"\s+", " ", named).strip(" .:\"'")


def core(outline: str) -> str:
    """Without what every error of the engine begins with."""
    return outline.replace(DAEMON.lower(), "")


def closeness(pasted: str, printed: str) -> float:
    """From 0 to 1: how much of the shorter outline is in the longer one."""
    pasted, printed = core(pasted), core(printed)
    if min(len(pasted), len(printed)) < SHORT:
        return fuzz.ratio(pasted, printed) / 100
    return fuzz.partial_ratio(pasted, printed) / 100


def likeness(pasted: str, printed: str) -> float:
    """From 0 to 1: how alike both are as a whole."""
    return fuzz.ratio(core(pasted), core(printed)) / 100
