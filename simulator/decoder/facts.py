"""The facts of a message: its content, by the names of the vocabulary of cases.

Nothing is concluded here about the reader's world.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from simulator.decoder.grammar import Segment
from simulator.decoder.reading import SAID, Message, readings, reference_of, tagged
from simulator.decoder.words import unwrapped

EMPTY = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
"""The digest of no bytes at all."""


@dataclass(frozen=True)
class Fact:
    """A named part of the message. `name` as in the vocabulary of cases."""

    name: str
    value: str


def facts(message: Message) -> Iterator[Fact]:
    """The named parts of the message; the host that was asked comes first."""
    yield from of_requests(message)
    yield from of_image(message)
    yield from of_answer(message)
    yield from of_words(message)
    yield from of_network(message)
    yield from of_files(message)


def of_requests(message: Message) -> Iterator[Fact]:
    if not message.targets:
        return
    first, *nested = message.targets
    host = first.host
    port = message.named.get("host_port", "")
    if host:
        yield Fact("host", port if port.startswith(f"{host}:") else host)
        yield Fact("endpoint", first.endpoint)
        yield Fact("scheme", first.parts[0])
    for one in nested or ([first] if "realm" in message.gives and not first.of_registry else []):
        if not one.of_registry:
            known = one.of_token_service or "realm" in message.gives
            yield Fact("realm" if known and "blob" not in message.gives else "redirected_to",
                       one.without_query)  # fmt: skip


def of_image(message: Message) -> Iterator[Fact]:
    """Registry, repository and tag or digest: of the name as given, else of the address."""
    given = reference_of(message)
    if given:
        first = message.targets[0].host if message.targets else ""
        yield Fact("registry" if first else "host", given.domain)
        yield Fact("repository", given.repository)
        if tagged(message, given):
            yield Fact("tag", given.tag or "")
        if given.digest:
            yield Fact("digest", given.digest)
        return
    path = message.named.get("hub_name", "")
    if path and not message.targets:  # docker names it so for every registry, without the host
        yield Fact("repository", path)
        yield Fact("tag", message.named.get("tag", ""))
        return
    for target in message.targets:
        repository, what = target.content
        if repository:
            yield Fact("repository", repository)
            yield Fact("digest" if ":" in what else "tag", what)
            return


def of_answer(message: Message) -> Iterator[Fact]:
    named, gives = message.named, message.gives
    if "status" in named:
        words = named.get("status_words", "")
        status = f"{named['status']} {words}".strip()
        yield from (Fact("status", one) for one in dict.fromkeys((status, status[:3])))
    elif "proxy-407" in gives:
        yield Fact("status", "407")
    elif named.get("v1_words"):
        yield Fact("status", "403")
    who = answered_by(message)
    if who:
        yield Fact("answered_by", who)


NOBODY = "nobody: no answer came"
UNANSWERED = frozenset({"dns-none", "dns-fails", "no-source-address", "refused-port", "no-route",
                        "unreachable", "dial-timeout"})  # fmt: skip


def answered_by(message: Message) -> str:
    """Who gave the answer, where the form of the message shows it."""
    gives = message.gives
    if "proxy-407" in gives or "proxy-refused" in gives:
        return "proxy"
    if gives & UNANSWERED and "engine-down" not in gives:
        return "" if "proxyconnect" in gives else NOBODY
    if "token-asked" in gives and ("http-status" in gives or "auth" in gives):
        return "token service"
    if gives & {"digest", "missing"} and "says-page" not in readings(message):
        return "registry"
    if gives & {"denied", "unauthorized", "access-denied", "limit", "own-words"}:
        return by_form(message)
    if "not-json" in gives:
        pages = readings(message) & {"says-page", "says-filter", "says-gateway"}
        return "registry" if message.phrases and not pages else ""
    return ""


def by_form(message: Message) -> str:
    """In the classic engine, words after an address come from the token service, words without
    one from the registry. What other clients print does not show it."""
    if readings(message) & {"says-page", "says-filter", "says-gateway"}:
        return ""
    classic = "daemon" in message.gives and "containerd" not in message.gives
    requested = any("request" in one.gives for one in message.segments)
    if classic and requested:
        return "token service"
    return "registry" if classic and not is_from_containerd(message) else ""


def is_from_containerd(message: Message) -> bool:
    return any(one.frame and one.frame.name == "from-registry" for one in message.segments)


SHORT = 2
"""Words of this number or fewer say little without their code, so both are given first."""


def of_words(message: Message) -> Iterator[Fact]:
    """Own words: of registry, token service, helper, proxy and server."""
    for one in message.segments:
        for name in SAID:
            words = one.named.get(name, "")
            if words:
                yield from of_said(one, unwrapped(words))
    for name in ("helper_words", "proxy_words", "server_words"):
        if message.named.get(name):
            yield Fact(name, message.named[name].rstrip("`"))
    alert = message.named.get("alert")
    if alert:
        yield Fact("server_words", f"{alert} (a TLS alert of the server)")
    raw = message.named.get("server_bytes", "")
    if raw:
        kind = {"\\x15": " (a TLS alert)", "\\x16": " (a TLS handshake)"}.get(raw[:4], "")
        yield Fact("server_bytes", raw + kind)


def of_said(segment: Segment, said: tuple[str, str]) -> Iterator[Fact]:
    code, words = said
    prefix = segment.text.partition(":")[0].strip()
    coded = segment.frame is not None and segment.frame.name in CODED
    coded = coded and prefix.lower().replace("_", " ") in CODES
    if coded or code:
        yield Fact("registry_code", code.lower().replace("_", " ") or prefix.lower())
    bare = words.strip().removesuffix('"}').rstrip('"')
    kept = bare.replace('\\"', '"').replace("\\n", " ").strip()
    both = (kept, f"{prefix}: {kept}") if coded else (kept,)
    short = coded and len(kept.split()) <= SHORT
    yield from (Fact("registry_words", one) for one in (reversed(both) if short else both))


CODES = frozenset({"denied", "unauthorized", "toomanyrequests", "manifest unknown",
                   "name unknown", "unsupported"})  # fmt: skip
"""Codes of a registry, as a message begins with them."""
CODED = frozenset({"code-denied", "code-unauthorized", "code-toomany", "code-manifest-unknown",
                   "code-name-unknown", "code-unsupported"})  # fmt: skip


AS_NAMED = ("dns_server", "address", "proxy", "now", "not_after", "not_before", "names",
            "platform", "actual", "media_type", "attempts", "service", "dns_name",
            "code")  # fmt: skip


def of_network(message: Message) -> Iterator[Fact]:
    named = message.named
    for name in AS_NAMED:
        if named.get(name):
            yield Fact(name, named[name])
    if "expected" in named:
        yield Fact("expected", named["expected"])
    if "got" in named:
        nothing = " (the digest of nothing)" if named["got"] == EMPTY else ""
        yield Fact("got", named["got"] + nothing)
    if "digest" in named:
        yield Fact("digest", named["digest"])
    if "host" in named and not message.targets and reference_of(message) is None:
        yield Fact("host", named["host"])
    quoted = next((one for one in message.phrases if one.gives == "says-address"), None)
    if quoted:
        yield from (Fact("address", one) for one in addresses(message))


def addresses(message: Message) -> Iterator[str]:
    """IPv4 addresses in the registry's own words."""
    for one in message.segments:
        for name in SAID:
            for word in unwrapped(one.named.get(name, ""))[1].split():
                kept = word.strip("'\".,;()[]")
                if kept.count(".") == 3 and kept.replace(".", "").isdigit():
                    yield kept


def of_files(message: Message) -> Iterator[Fact]:
    named = message.named
    if "cert" in named and "key" in named:
        missing_cert = "missing client certificate" in message.line.text.lower()
        there, not_there = ("key", "cert") if missing_cert else ("cert", "key")
        yield Fact("file", f"{named[there]} without {named[not_there]}")
    elif "file" in named:
        yield Fact("file", named["file"].removeprefix("unix://"))
    for name in ("helper", "typed", "os_words"):
        if named.get(name):
            yield Fact(name, named[name])
