"""A recording as a source: the machine asks, and what was recorded answers.

Requests are matched by method and URL, in order. A request that only one of machine and recording
has is reported as a `Deviation`; nothing is made up.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from urllib.parse import parse_qsl, urljoin, urlsplit

from simulator.docker.machine import IllegalTransition, State
from simulator.docker.machine.redirects import REDIRECTS
from simulator.docker.output.line import Line
from simulator.docker.trace import EndlessRun, Step, Trace, masked_steps, steps
from simulator.protocol.byte_range import ByteRange
from simulator.protocol.message import Answer, Content, Exchange, Request, Response
from simulator.protocol.network_failure import NetworkFailure, Obstacle
from simulator.protocol.platform import Platform
from simulator.protocol.target import Kind as Target
from simulator.recordings.content import (
    held,
    known_config,
    known_digest,
    known_unpacked,
    line_target,
    promised,
)
from simulator.recordings.document import Engine, Exchanged, InvalidRecording, Recording, Told
from simulator.recordings.scene import NotModelled, Scene, first_state, scene_of
from simulator.words.i18n import N_

ODD = (EndlessRun, IllegalTransition, ValueError, LookupError, TypeError, AttributeError)
"""What playing may end with: any text of a recording may be anything."""


class Kind(StrEnum):
    """How machine and recording part."""

    NOT_RECORDED = N_("asked, but not recorded")
    NOT_ASKED = N_("recorded, but not asked")
    OTHERWISE = N_("asked with other parameters than recorded")
    UNSEEN = N_("not in the recording; taken as promised, as Docker verified it")


@dataclass(frozen=True)
class Deviation:
    """A request (`METHOD URL`) about which machine and recording differ."""

    kind: Kind
    request: str


@dataclass(frozen=True)
class Played:
    """A run of the machine on a recording: with its secrets, if the recording has any."""

    scene: Scene
    steps: tuple[Step, ...]
    deviations: tuple[Deviation, ...]


def play(recording: Recording, engine: Engine) -> Played:
    """Run the machine against what was recorded with this engine. Raises InvalidRecording."""
    scene = scene_for(recording, engine)
    player = Player(scene.told, list(scene.told.http))
    try:
        named = scene.told.platform
        platform = Platform.parse(named) if named else scene.client.platform
        client = replace(scene.client, images=held(scene), platform=platform)
        scene = replace(scene, client=client)
        played = tuple(steps(first_state(recording, scene), player.transport))
    except NotModelled as reason:
        raise InvalidRecording(f"{recording.name}: cannot be replayed: {reason}") from None
    except ODD as error:
        raise InvalidRecording(f"{recording.name}: cannot be replayed: {error}") from None
    last = played[-1].after
    return Played(scene, played, (*player.deviations, *player.unasked(last)))


def scene_for(recording: Recording, engine: Engine) -> Scene:
    """Raises InvalidRecording, also for a world that is not modelled."""
    if recording.commands:
        raise InvalidRecording(f"{recording.name}: of several commands, none can be replayed")
    try:
        return scene_of(recording, engine)
    except NotModelled as reason:
        raise InvalidRecording(f"{recording.name}: cannot be replayed: {reason}") from None


def trace_of(recording: Recording, played: Played) -> Trace:
    """The run as a masked trace; its terminal shows what was recorded."""
    masked = masked_steps(retold(played))
    return Trace(tuple(masked), played.scene.engine, "recording", recording.name)


# -- the transport ----------------------------------------------------------------------------


@dataclass
class Player:
    """The exchanges of the recording that the machine has not asked for yet."""

    told: Told
    left: list[Exchanged]
    deviations: list[Deviation] = field(default_factory=list)
    moved: dict[str, str] = field(default_factory=dict)
    sizes: dict[str, int] = field(default_factory=dict)

    def transport(self, requests: Sequence[Request]) -> Iterator[Exchange]:
        """Answers come in the order in which they were recorded."""
        for request in sorted(requests, key=self.place):
            yield Exchange(request, self.answer(request))

    def place(self, request: Request) -> int:
        line = self.found(request)
        return len(self.left) if line is None else self.left.index(line)

    def found(self, request: Request) -> Exchanged | None:
        """The next recorded exchange for this request; one with another query if there is no
        better one."""
        lines = [line for line in self.left if not line.event and line.method == request.method]
        same = (line for line in lines if same_url(address(line), request.url))
        alike = (
            line for line in lines if without_query(address(line)) == without_query(request.url)
        )
        return next(same, None) or next(alike, None)

    def answer(self, request: Request) -> Answer:
        line = self.found(request)
        if line is None:
            return self.silence(request)
        self.left.remove(line)
        if not same_url(address(line), request.url):
            self.tell(Kind.OTHERWISE, request)
        return self.noticed(request, self.response(request, line))

    def response(self, request: Request, line: Exchanged) -> Response:
        body = whole(line.response_body or "").encode()
        headers = tuple(flat(line.response_headers))
        answer = Response(line.status, headers, body)
        digest = self.blob_of(request)
        if not digest or line.status not in (200, 206):
            return answer
        return self.blob(request, line, answer, digest)

    def blob(self, request: Request, line: Exchanged, answer: Response, digest: str) -> Response:
        """What arrived of a blob. A download without a recorded end is taken as promised."""
        length = answer.header("Content-Length") or ""
        announced = int(length) if length.isdecimal() else 0
        if line.response_bytes is None:
            self.tell(Kind.UNSEEN, request)
        size = announced if line.response_bytes is None else line.response_bytes
        wanted = ByteRange.parse(request.header("Range")) if line.status == 206 else None
        start = wanted.start if wanted else 0
        actual = line.response_digest or known_digest(digest)
        content = Content(start + size, actual, known_unpacked(digest))
        body = known_config(digest) or answer.body
        return replace(answer, body=body, content=content, cut=size < announced)

    def noticed(self, request: Request, answer: Response) -> Response:
        """Remember blobs that moved, and the sizes that manifests promise."""
        digest, location = self.blob_of(request), answer.header("Location")
        if digest and location and answer.status in REDIRECTS:
            self.moved[urljoin(request.url, location)] = digest
        document = answer.json() if request.target.kind is Target.MANIFEST else None
        self.sizes |= dict(promised(document))
        return answer

    def blob_of(self, request: Request) -> str:
        """The digest of the blob that this request is for; empty if it is for something else."""
        if request.url in self.moved:
            return self.moved[request.url]
        wanted = request.method == "GET" and request.target.kind is Target.BLOB
        return request.path.rpartition("/")[2] if wanted else ""

    # -- what has no answer ---------------------------------------------------------------

    def silence(self, request: Request) -> Answer:
        """Why no HTTP answer was recorded: no TLS, no connection, or no request."""
        obstacle = self.handshake(request) or spoken(self.told, request)
        if obstacle:
            return obstacle
        digest = self.blob_of(request)
        if digest and self.told.exit_code == 0:
            self.tell(Kind.UNSEEN, request)
            return Response(200, (), b"", Content(self.sizes.get(digest, 0), digest))
        self.tell(Kind.NOT_RECORDED, request)
        return NetworkFailure(Obstacle.NOT_RECORDED)

    def handshake(self, request: Request) -> NetworkFailure | None:
        """A TLS handshake that the registry's log shows, or that cannot have been: the host
        answered plain HTTP."""
        if not request.url.startswith("https:"):
            return None
        event = next((line for line in self.left if line.event in EVENTS), None)
        if event:
            self.left.remove(event)
            return NetworkFailure(EVENTS[event.event])
        plain = f"http://{request.host}"
        spoke = any(line.url == plain for line in self.told.http)
        return NetworkFailure(Obstacle.PLAIN_HTTP) if spoke else None

    def tell(self, kind: Kind, request: Request) -> None:
        self.deviations.append(Deviation(kind, f"{request.method} {request.url}"))

    def unasked(self, last: State) -> Iterator[Deviation]:
        """The exchanges that are left. Blobs that were in flight when a pull failed are left by
        chance."""
        for line in self.left:
            in_flight = last.failure is not None and line_target(line).kind is Target.BLOB
            if not (line.event or in_flight):
                yield Deviation(Kind.NOT_ASKED, f"{line.method} {address(line)}")


EVENTS = {
    "tls_client_hello_on_plain_http_port": Obstacle.PLAIN_HTTP,
    "tls_handshake_failed": Obstacle.UNTRUSTED,
}
"""Events of a registry's log -> what the client met."""

SPOKEN = (
    (r"lookup (?P<detail>\S+?)(?: on \S+)?: no such host", Obstacle.NO_HOST),
    (r"dial tcp (?P<detail>\S+): connect: connection refused", Obstacle.REFUSED),
    (r"TLS handshake timeout|i/o timeout|Client\.Timeout|deadline exceeded", Obstacle.TIMEOUT),
    (r"x509: certificate signed by unknown authority", Obstacle.UNTRUSTED),
    (r"x509: certificate is (?:not )?valid for", Obstacle.WRONG_NAME),
    (r"x509: (?:cannot validate|certificate relies)", Obstacle.WRONG_NAME),
    (r"server gave HTTP response to HTTPS client", Obstacle.PLAIN_HTTP),
    (r": EOF$|connection reset by peer", Obstacle.RESET),
)
"""What Docker said about a connection -> what it met. Nothing else tells of it."""


def spoken(told: Told, request: Request) -> NetworkFailure | None:
    """The obstacle that Docker named for this host."""
    name = urlsplit(request.url).hostname or ""
    lines = [line for line in (told.stderr + told.stdout).splitlines() if name in line]
    for pattern, obstacle in SPOKEN:
        for line in lines:
            found = re.search(pattern, line)
            if found:
                return NetworkFailure(obstacle, found.groupdict().get("detail") or "")
    return None


def address(line: Exchanged) -> str:
    return f"{line.url}{line.path}"


def without_query(url: str) -> str:
    return url.partition("?")[0]


def same_url(one: str, other: str) -> bool:
    """Equal but for the order of parameters."""
    if one == other:
        return True
    queries = (sorted(parse_qsl(urlsplit(url).query, True)) for url in (one, other))
    return without_query(one) == without_query(other) and next(queries) == next(queries)


def flat(headers: Mapping[str, str | list[str]]) -> Iterator[tuple[str, str]]:
    for name, value in headers.items():
        for one in value if isinstance(value, list) else [value]:
            yield name, one


CUT_TOKEN = re.compile(r'\{\s*"(?:access_)?token":\s*(?P<token>"[^"]+")')


def whole(body: str) -> str:
    """The lab's log cut long bodies: of a token's answer the first field is left. The lab's token
    service gives the token under both its names."""
    found = CUT_TOKEN.match(body)
    if found is None or body.rstrip().endswith("}"):
        return body
    return f'{{"token": {found["token"]}, "access_token": {found["token"]}}}'


# -- what the machine had before --------------------------------------------------------------


# -- the terminal -----------------------------------------------------------------------------


def retold(played: Played) -> Iterator[Step]:
    """The steps with the recorded lines, each at the step where the machine prints it; a line that
    the machine does not print is with the one before. On a terminal the recording has the last
    screen only, and a registry none: there the machine's lines stay."""
    told = played.scene.told
    if told.tty_raw is not None or told.seen_by == "registry":
        yield from played.steps
        return
    texts = {"output": told.stdout, "error": told.stderr}
    placed = {kind: placed_lines(played.steps, kind, text) for kind, text in texts.items()}
    for place, step in enumerate(played.steps):
        own = tuple(line for line in step.terminal if line.kind not in placed)
        recorded = (Line(k, text) for k, lines in placed.items() for text in lines.get(place, ()))
        yield replace(step, terminal=(*own, *recorded))


def placed_lines(played: Sequence[Step], kind: str, text: str) -> dict[int, list[str]]:
    """Recorded lines by the place of their step, in the recorded order."""
    printed: dict[str, list[int]] = {}
    for place, step in enumerate(played):
        for line in step.terminal:
            if line.kind == kind:
                for part in line.text.split("\n"):
                    printed.setdefault(part, []).append(place)
    placed: dict[int, list[str]] = {}
    at = min((min(places) for places in printed.values()), default=len(played) - 1)
    for said in text.removesuffix("\n").split("\n") if text else ():
        places = printed.get(said)
        at = max(at, places.pop(0)) if places else at
        placed.setdefault(at, []).append(said)
    return placed
