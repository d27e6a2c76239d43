"""A message that was read: its segments, what they give, and whom it says was asked for what."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import parse_qs, urlsplit

from simulator.decoder.cleaning import Line
from simulator.decoder.grammar import Segment, segments
from simulator.decoder.words import Phrase, phrases_in, unwrapped
from simulator.protocol.reference import HUB, InvalidReference, Reference

CONTEXT = frozenset({
    "daemon", "kubelet", "pull", "podman", "buildkit", "build", "compose", "ctr", "crane",
    "containerd", "request", "socket", "push", "login", "desktop", "dial", "engine-log",
    "request-line", "saving", "helper", "tls", "blob", "unpack", "manifest", "ping", "realm",
    "token-asked", "with-login", "without-login", "backoff", "own-words", "code",
})  # fmt: skip
"""Readings that say where something failed, and not yet how."""
SAID = ("registry_words", "body", "body_plain", "v1_words", "json_words")
"""What a server may have said, by the names of the grammar."""


@dataclass(frozen=True)
class Target:
    """What a request asked for, as its address says."""

    method: str
    url: str

    @cached_property
    def parts(self) -> tuple[str, str, str, str]:
        """Scheme, host with port, path and query; empty where the address is none."""
        try:
            split = urlsplit(self.url)
        except ValueError:
            return "", "", "", ""
        return split.scheme, split.netloc.rpartition("@")[2], split.path, split.query

    @property
    def host(self) -> str:
        return self.parts[1]

    @property
    def endpoint(self) -> str:
        return f"{self.method.upper()} {self.parts[2] or '/'}"

    @property
    def of_registry(self) -> bool:
        """Whether a registry is asked by its interface: `/v2/…`, or `/v1/…` of old."""
        return self.parts[2].startswith(("/v2/", "/v1/")) or self.parts[2] in ("/v2", "/v1")

    @property
    def of_token_service(self) -> bool:
        """Whether this looks like a request for a token."""
        path, query = self.parts[2], self.parts[3]
        asks = "service=" in query or "scope=" in query
        return not self.of_registry and (asks or path.rstrip("/").endswith(("token", "auth")))

    @property
    def without_query(self) -> str:
        scheme, host, path, _query = self.parts
        return f"{scheme}://{host}{path}" if host else path

    @property
    def content(self) -> tuple[str, str]:
        """Repository and tag or digest of a manifest or blob."""
        if not self.parts[2].startswith("/v2/"):
            return "", ""
        path = self.parts[2].removeprefix("/v2/")
        for kind in ("/manifests/", "/blobs/"):
            repository, found, what = path.partition(kind)
            if found:
                return repository, what
        return "", ""


@dataclass(frozen=True)
class Message:
    """One error as it was printed: a line of the text, or several that belong together."""

    line: Line
    segments: tuple[Segment, ...]

    @classmethod
    def read(cls, line: Line) -> "Message":
        return cls(line, segments(line.text))

    @cached_property
    def gives(self) -> frozenset[str]:
        """Every reading of its frames."""
        return frozenset().union(*(one.gives for one in self.segments))

    @cached_property
    def targets(self) -> tuple[Target, ...]:
        """The requests that it names, the outermost first."""
        return tuple(Target(one.named.get("method", "GET"), one.named["url"])
                     for one in self.segments if "url" in one.named)  # fmt: skip

    @cached_property
    def unread(self) -> int:
        """How many characters no speaker was found for."""
        return sum(len(one.text.strip()) for one in self.segments if one.frame is None)

    @property
    def ends(self) -> bool:
        """Whether it says how something failed, not only where."""
        return bool(self.gives - CONTEXT) or "registry_words" in self.named

    @cached_property
    def named(self) -> Mapping[str, str]:
        """What the frames name; of several the last, which is nearest to the failure."""
        found: dict[str, str] = {}
        for one in self.segments:
            found.update(one.named)
        return found

    @property
    def strength(self) -> int:
        """How surely this is from a login, a pull or a push: 0 not at all, 1 if it ends, 2."""
        strong = max((one.evidence for one in self.segments), default=0)
        if any(target.of_registry or target.of_token_service for target in self.targets):
            strong = 2
        return strong

    @property
    def ours(self) -> bool:
        """Whether this is an error of a login, a pull or a push."""
        if self.strength == 2:
            return True
        foreign = self.unread > 3 or any(not one.of_registry for one in self.targets)
        known = "daemon" in self.gives
        return self.strength == 1 and self.ends and (known or not foreign)

    @cached_property
    def phrases(self) -> tuple[Phrase, ...]:
        """The known phrases in own words."""
        found: list[Phrase] = []
        for one in self.segments:
            for name, value in one.named.items():
                if name in SAID or name == "proxy_words":
                    found += phrases_in(unwrapped(value)[1], helper=False)
                elif name == "helper_words":
                    found += phrases_in(value, helper=True)
            if one.frame and one.frame.name == "html":
                found += phrases_in(one.text, helper=False)
        return tuple(dict.fromkeys(found))


def tagged(message: Message, given: Reference) -> bool:
    """Whether a tag was written; `latest` is added where none was."""
    tag = given.tag or ""
    written = (value for one in message.segments for name, value in one.named.items()
               if name in ("reference", "tag", "socket_query"))  # fmt: skip
    return bool(tag) and any(tag in value for value in written)


def reference_of(message: Message) -> Reference | None:
    """The image that the message names, the most complete of its names."""
    found = list(filter(None, map(parsed, names_of(message))))
    return max(found, key=lambda one: (bool(one.digest), tagged(message, one)), default=None)


def names_of(message: Message) -> Iterator[str]:
    for one in message.segments:
        named = one.named
        if "reference" in named:
            yield named["reference"]
        if "name" in named:
            tag = f":{named['tag']}" if "tag" in named and ":" not in named["tag"] else ""
            yield named["name"] + tag
        if named.get("hub_name", "").startswith("library/"):
            yield named["hub_name"] + (f":{named['tag']}" if "tag" in named else "")
        if "socket_query" in named:
            query = parse_qs(named["socket_query"])
            yield ":".join(query.get(key, [""])[0] for key in ("fromImage", "tag"))


def parsed(name: str) -> Reference | None:
    try:
        return Reference.parse(name.strip("\"'[]").removeprefix("docker://").rstrip(":"))
    except InvalidReference:
        return None


def readings(message: Message) -> frozenset[str]:
    """What its frames and its known phrases give."""
    return message.gives | {one.gives for one in message.phrases}


def image_signs(message: Message) -> Iterator[str]:
    """Readings of the image's name and of the hosts."""
    image = reference_of(message)
    hosts = [target.host for target in message.targets]
    if image:
        hosts.append(image.domain)
        if image.domain == "localhost":
            yield "podman-local"
        if image.domain == HUB:
            yield "hub-image"
            name = image.repository.removeprefix("library/")
            if "/" not in name and image.repository.startswith("library/"):
                yield "one-word-image"
            if "." in name.split("/")[0]:
                yield "host-like-image"
    known = {name for host in hosts for name, ends in REGISTRIES.items() if ends in host}
    yield from (f"of-{name}" for name in sorted(known))
    if known & CLOUDS:
        yield "of-cloud"


REGISTRIES = {
    "ecr": ".dkr.ecr.", "ecr-public": "public.ecr.aws", "acr": ".azurecr.",
    "gar": "-docker.pkg.dev", "gcr": "gcr.io", "ghcr": "ghcr.io", "gitlab": "gitlab",
    "hub": "docker.io", "quay": "quay.io", "harbor": "harbor", "nexus": "nexus",
    "artifactory": "artifactory", "jfrog": "jfrog.io",
}  # fmt: skip
"""Registries that show by their host, with the part that shows it."""
CLOUDS = frozenset({"ecr", "acr", "gar"})
"""Registries of a cloud, at which its nodes log in by themselves."""
