"""The machine in observer form: the client is theirs, and we infer what it must be doing.

From the exchanges that the registry saw come the events and steps of the very machine that plays
the scenarios. What happened on the wire is seen; what must have happened in between is inferred,
and says so. Nothing is remembered between calls: a later request may revise what an earlier one
seemed to mean (a greeting begins a login or a pull alike), and an unexpected one is shown as just
that. No order of requests is an error here.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from simulator.docker import events as e
from simulator.docker.cli.commands import Command, Login, Pull
from simulator.docker.config_file import Credential
from simulator.docker.events import Event, Failure
from simulator.docker.machine import TRANSITIONS, Phase, State, evolve, keep
from simulator.docker.machine.answers import errors, refusal
from simulator.docker.machine.tokens import granted
from simulator.docker.output.terminal import lines
from simulator.docker.trace import Step, Trace
from simulator.live.attempts import Attempt, Doing, attempts
from simulator.live.seen import STORES, Client, Kind, Seen, asked
from simulator.protocol.authorization import Scheme
from simulator.protocol.challenge import Challenge
from simulator.protocol.digest import DIGEST, digest_of
from simulator.protocol.hosts import is_loopback
from simulator.protocol.image_config import ImageConfig
from simulator.protocol.manifest import Descriptor, Index, InvalidManifest, Manifest, parse_manifest
from simulator.protocol.message import Exchange
from simulator.protocol.reference import Reference
from simulator.protocol.secrets import MASK
from simulator.words.i18n import N_

Known = Callable[[str], Manifest | Index | None]
"""The manifest that the registry has under a digest."""


@dataclass(frozen=True)
class Run:
    """A command, or a login with the pull after it, as steps of the machine.

    `number` is that of its first exchange; `inferred` are the numbers of the steps that no
    request shows; `notes` are words for single steps, by number.
    """

    number: int
    client: Client
    host: str
    trace: Trace
    inferred: frozenset[int] = frozenset()
    notes: Mapping[int, str] = field(default_factory=dict)
    pushed: str = ""
    """The repository that it tried to push to."""
    seen: tuple[tuple[Seen, ...], ...] = ()
    """The exchanges, by command."""

    @property
    def title(self) -> str:
        if self.pushed:
            return f"docker push {self.host}/{self.pushed}"
        first = self.trace.steps[0].before
        return " · ".join(command.text for command in first.commands) or str(self.client)

    @property
    def short(self) -> str:
        """The title without what all titles share: the program, the host, the namespace."""
        commands = self.trace.steps[0].before.commands
        if self.pushed or not commands:
            return f"push {self.pushed}" if self.pushed else str(self.client)
        return " · ".join(map(brief, commands))

    @property
    def outcome(self) -> str:
        """`failed`, `done` (back at the prompt) or `going on`."""
        last = self.trace.steps[-1].after
        if last.failure:
            return "failed"
        return "done" if last.phase in (Phase.READY, Phase.DONE) else "going on"


def brief(command: Command) -> str:
    return f"pull {command.image.partition('/')[2]}" if isinstance(command, Pull) else "login"


Memo = dict[object, "Story"]
"""What was told before, by all that it depends on."""


def observe(
    seen: Sequence[Seen], now: float, known: Known, memo: Memo | None = None
) -> tuple[Run, ...]:
    """What the clients did, in the order in which they began it. A `memo` that is handed in again
    saves telling again what has not changed."""
    held: dict[tuple[str, str], State] = {}
    runs: list[Run] = []
    old, fresh = memo or {}, {}
    for group in grouped(attempts(seen, now)):
        before = held.get(group[0].key, State())
        key = depends_on(group, before)
        story = old.get(key) or told(group, before, known)
        fresh[key] = story
        held[group[0].key] = story.state
        if story.steps:  # else its first answer is still on its way
            runs.append(story.run(group))
    if memo is not None:
        memo.clear()
        memo.update(fresh)
    return tuple(runs)


def depends_on(group: list[Attempt], before: State) -> object:
    about = tuple((a.over, tuple((s.number, s.pending, s.at) for s in a.seen)) for a in group)
    client = before.client
    return about, client.store, client.images.images, frozenset(client.images.blobs)


def grouped(found: list[Attempt]) -> Iterator[list[Attempt]]:
    """A login that worked and the pull after it are one run; all else stands alone."""
    taken: set[int] = set()
    for place, attempt in enumerate(found):
        if place in taken:
            continue
        group = [attempt]
        following = [
            (n, a) for n, a in enumerate(found[place + 1 :], place + 1) if a.key == attempt.key
        ]
        if attempt.doing is Doing.LOGIN and accepted(attempt) and following:
            number, after = following[0]
            if after.doing in (Doing.PULL, Doing.UNKNOWN):
                group.append(after)
                taken.add(number)
        yield group


def accepted(attempt: Attempt) -> bool:
    last = attempt.asks[-1]
    return last.kind is Kind.PING and attempt.seen[-1].status == 200


# -- telling ----------------------------------------------------------------------------------


class Story:
    """Steps, one after another. The table moves the phase where it has the edge; where a client
    leaves out what the table expects, the phase is set to where it must be."""

    def __init__(self, state: State, known: Known) -> None:
        self.state = state
        self.known = known
        self.steps: list[Step] = []
        self.inferred: set[int] = set()
        self.notes: dict[int, str] = {}
        self.talks = False
        """Whether the client prints Docker's words; of another, only what was typed is told."""

    def tell(self, event: Event, exchange: Exchange | None = None, *, seen: bool = False) -> None:
        before = self.state
        after = advance(before, event)
        if before.run.access.plain_http:
            after = over_http(after)
        number = len(self.steps) + 1
        said = lines(before, event, after) if sayable(event, before) else ()
        said = said if self.talks else said[:1] if isinstance(event, TYPED) else ()
        self.steps.append(Step(number, before, event, after, exchange, said))
        if exchange is None and not seen:
            self.inferred.add(number)
        self.state = after

    def move(self, phase: Phase) -> None:
        """The client is there without a step that we could name."""
        self.state = replace(self.state, phase=phase)

    def run(self, group: list[Attempt]) -> Run:
        first = group[0].seen[0]
        return Run(
            first.number, group[-1].client, first.request.host,
            Trace(tuple(self.steps), self.state.client.engine, "live"), frozenset(self.inferred),
            self.notes, group[0].repository if group[0].doing is Doing.PUSH else "",
            tuple(tuple(attempt.seen) for attempt in group),
        )  # fmt: skip


def advance(state: State, event: Event) -> State:
    """As the table says; an event that it does not foresee here changes what is known, and
    leaves the phase."""
    if type(event) in TRANSITIONS[state.phase]:
        return evolve(state, event)
    kept = keep(state, event)
    return replace(kept, phase=Phase.FAILED) if isinstance(event, Failure) else kept


def with_credential(state: State, user: str) -> State:
    return replace(state, run=replace(state.run, credential=Credential(user, MASK)))


def over_http(state: State) -> State:
    """The client goes on to speak plain HTTP."""
    access = replace(state.run.access, plain_http=True)
    return replace(state, run=replace(state.run, access=access))


TYPED = (e.LoginTyped, e.PullTyped)


def sayable(event: Event, state: State) -> bool:
    """Docker's words need the command and the reference that they are about."""
    if isinstance(event, TYPED):
        return True
    return state.run.command is not None and (
        isinstance(state.run.command, Login) or state.run.reference is not None
    )


def told(group: list[Attempt], before: State, known: Known) -> Story:
    """One run. The client's stores are those that its earlier runs left."""
    commands = [command_of(attempt, before) for attempt in group]
    pinged = group[-1].asks[0].kind is Kind.PING
    client = replace(before.client, engine="26" if pinged else "29")
    story = Story(State(client, tuple(command for command in commands if command)), known)
    story.talks = group[0].client.family == "docker"
    for attempt, command in zip(group, commands, strict=True):
        tell_attempt(story, attempt, command)
    return story


def command_of(attempt: Attempt, before: State) -> Command | None:
    """What must have been typed, in this client's words."""
    host, family = attempt.seen[0].request.host, attempt.client.family
    what = guessed(attempt, before)
    if what is Doing.LOGIN:
        text = f"{LOGINS.get(family, family)} {host}".strip()
        return Login(text, host, attempt.user(), MASK, terminal=True)
    if what is Doing.PULL:
        image = image_of(attempt)
        return Pull(PULLS.get(family, "{client} {image}").format(client=family, image=image), image)
    return None


def guessed(attempt: Attempt, before: State) -> Doing:
    """After nothing but a greeting: a login, if this client never logged in, else a pull."""
    if attempt.doing is not Doing.UNKNOWN:
        return attempt.doing
    knows = bool(before.client.store.entries)
    return Doing.PULL if knows or attempt.over else Doing.LOGIN


LOGINS = {
    "docker": "docker login", "podman": "podman login", "skopeo": "skopeo login",
    "buildah": "buildah login", "oras": "oras login", "crane": "crane auth login",
}  # fmt: skip
PULLS = {
    "docker": "docker pull {image}", "podman": "podman pull {image}",
    "buildah": "buildah pull {image}", "skopeo": "skopeo copy docker://{image} …",
    "crane": "crane pull {image} …", "oras": "oras copy {image} …",
    "cri-o": "crictl pull {image}", "curl": "curl … {image}",
}  # fmt: skip


def image_of(attempt: Attempt) -> str:
    host, tag = attempt.seen[0].request.host, attempt.tag()
    if not attempt.repository:
        return f"{host}/…"
    joint = "@" if tag.startswith("sha256:") else ":"
    return f"{host}/{attempt.repository}{joint}{tag or '…'}"


def tell_attempt(story: Story, attempt: Attempt, command: Command | None) -> None:
    story.state = replace(story.state, phase=Phase.READY, failure=None)
    if isinstance(command, Login):
        tell_login(story, attempt, command)
    elif isinstance(command, Pull):
        tell_pull(story, attempt, command)
    else:
        for one in (one for one in attempt.seen if not one.pending):
            unexpected(story, one, PUSH if attempt.doing is Doing.PUSH else "")


PUSH = N_("It belongs to a push, which this registry refuses.")
FLIGHT = N_("It was under way together with others, and failed as well.")
LATE = N_("It was under way when the run had ended.")


def unexpected(story: Story, one: Seen, note: str = "") -> None:
    request = one.request
    story.notes[len(story.steps) + 1] = note or ASIDES.get(asked(request).kind, "")
    story.tell(e.UnexpectedRequest(request.method, request.url, one.status), one.exchange)


ASIDES = {
    Kind.TAGS: N_("It asks which tags there are."),
    Kind.BLOB: N_("It asks whether a blob is there, or for one that it was not expected to need."),
    Kind.PING: N_("It greets the registry once more."),
    Kind.MANIFEST: N_("It asks for a manifest once more."),
}


def speaks_http(story: Story, one: Seen) -> None:
    """Docker tries TLS first, wherever it is; on this very machine it then tries plain HTTP."""
    plain = one.request.url.startswith("http:")
    if plain and story.talks and is_loopback(one.request.host):
        story.tell(e.FellBackToHttp())
    elif plain:
        story.state = over_http(story.state)


# -- a login ----------------------------------------------------------------------------------


def tell_login(story: Story, attempt: Attempt, command: Login) -> None:
    story.tell(e.LoginTyped(command))
    user = attempt.user()
    if user:
        story.tell(e.CredentialsEntered(Credential(user, MASK)))
    story.move(Phase.CHECKING)
    speaks_http(story, attempt.seen[0])
    for place, (one, about) in enumerate(zip(attempt.seen, attempt.asks, strict=True)):
        if one.pending:
            continue
        if story.state.phase is Phase.FAILED:
            unexpected(story, one)
        elif about.kind is Kind.TOKEN:
            tell_token(story, one, attempt.seen[place + 1 :])
        elif about.kind is Kind.PING:
            tell_login_ping(story, one)
        else:
            unexpected(story, one)


def tell_login_ping(story: Story, one: Seen) -> None:
    challenge = Challenge.parse(one.answer.header("WWW-Authenticate"))
    if one.anonymous and story.state.phase is not Phase.LOGGING_IN:
        known = one.status == 401 and challenge
        story.tell(e.Challenged(known) if known else e.AccessOpen(one.status), one.exchange)
        return
    attach(story, one)
    if one.status != 200:
        asked_for = one.request.method, one.request.url
        rejected = e.LoginRejected(*asked_for, one.status, errors(one.answer))
        story.tell(rejected, one.exchange)
        return
    story.move(Phase.LOGGING_IN)
    story.tell(e.LoginAccepted(), one.exchange)
    if not story.state.run.credential:
        story.state = with_credential(story.state, one.user)
    story.tell(e.CredentialsStored(one.request.host))


def attach(story: Story, one: Seen) -> None:
    """With Basic the password itself goes along: that is a step of its own."""
    sent = one.request.authorization
    if sent and sent.scheme is Scheme.BASIC and story.state.run.access.authorization is None:
        if story.state.run.credential is None:
            story.state = with_credential(story.state, one.user)
        story.tell(e.CredentialAttached())


# -- a token ----------------------------------------------------------------------------------


def tell_token(story: Story, one: Seen, later: Sequence[Seen]) -> None:
    """Issued, or refused; a refused POST after which the client goes on was only a try."""
    if one.status == 200:
        story.tell(issued(one), one.exchange)
        return
    request, said = one.request, errors(one.answer)
    again = any(next_one.request.path == request.path for next_one in later)
    if again:
        post = request.method == "POST"
        event: Event = e.TokenPostRefused(one.status) if post else e.AskedAgain(
            request.url, one.status
        )  # fmt: skip
    elif one.status in (401, 403):
        event = e.TokenRefused(request.method, request.url, one.status, said, about(story))
    else:
        event = e.ServerFailed(request.method, request.url, one.status, said)
    story.tell(event, one.exchange)


def issued(one: Seen) -> e.TokenIssued:
    document, claims = one.answer.json(), json.loads(one.claims or "{}")
    lifetime = document.get("expires_in") if isinstance(document, dict) else None
    return e.TokenIssued(
        MASK, lifetime if isinstance(lifetime, int) else None, granted(claims), "", one.claims
    )


def about(story: Story) -> tuple[str, str]:
    """The request that needed the token, as Docker names it."""
    state = story.state
    base = f"{'http' if state.run.access.plain_http else 'https'}://{state.run.host}/v2/"
    reference = state.run.reference
    if reference is None:
        return "GET", base
    return "HEAD", f"{base}{reference.repository}/manifests/{reference.identifier}"


# -- a pull -----------------------------------------------------------------------------------


def tell_pull(story: Story, attempt: Attempt, command: Pull) -> None:
    story.tell(e.PullTyped(command))
    reference = reference_of(attempt)
    if reference:
        story.tell(e.ReferenceParsed(reference))
    else:
        run = replace(story.state.run, host=attempt.seen[0].request.host)
        story.state = replace(story.state, run=run)
    tell_proof(story, attempt)
    story.move(Phase.PINGING)
    if attempt.asks[0].kind is not Kind.PING:
        story.tell(e.PingSkipped())
    speaks_http(story, attempt.seen[0])
    for place in order(attempt):
        if not attempt.seen[place].pending:
            tell_of_pull(story, attempt, place)
    conclude(story, attempt)


def order(attempt: Attempt) -> list[int]:
    """As they came; but of blobs that are under way together, the one whose failure ends the
    run comes last."""
    places = list(range(len(attempt.seen)))
    failed = [place for place in places if fails_at(attempt, place)]
    if failed and all(a.kind is Kind.BLOB for a in attempt.asks[failed[-1] :]):
        places.append(places.pop(failed[-1]))
    return places


def fails_at(attempt: Attempt, place: int) -> bool:
    """Whether this blob did not arrive as it should, and was not asked for again."""
    one, path = attempt.seen[place], attempt.seen[place].request.path
    if attempt.asks[place].kind is not Kind.BLOB or one.pending or one.request.method != "GET":
        return False
    content = one.answer.content
    damaged = content is not None and not one.answer.cut and not path.endswith(content.digest)
    again = any(later.request.path == path for later in attempt.seen[place + 1 :])
    return (damaged or one.status >= 400) and not again


def reference_of(attempt: Attempt) -> Reference | None:
    if not attempt.repository:
        return None
    tag, host = attempt.tag(), attempt.seen[0].request.host
    by_digest = DIGEST.fullmatch(tag)
    named = None if by_digest else (tag or "…")
    return Reference(host, attempt.repository, named, tag if by_digest else None)


def tell_proof(story: Story, attempt: Attempt) -> None:
    """Whether credentials were found shows as soon as the client is asked for them."""
    tokens = any(a.kind is Kind.TOKEN for a in attempt.asks)
    challenged = any(one.status == 401 for one in attempt.seen)
    if attempt.user():
        story.tell(e.CredentialFound(Credential(attempt.user(), MASK)))
    elif tokens or (attempt.over and challenged):
        story.tell(e.CredentialMissing(attempt.seen[0].request.host))


def tell_of_pull(story: Story, attempt: Attempt, place: int) -> None:
    one, about_one = attempt.seen[place], attempt.asks[place]
    later = attempt.seen[place + 1 :]
    if story.state.phase in (Phase.FAILED, Phase.READY):
        unexpected(story, one, LATE)
        return
    match about_one.kind:
        case Kind.PING if story.state.phase is Phase.PINGING:
            tell_ping(story, one)
        case Kind.TOKEN:
            tell_token(story, one, later)
        case Kind.MANIFEST:
            tell_manifest(story, attempt, place)
        case Kind.BLOB if one.request.method == "GET":
            tell_blob(story, attempt, place)
        case _:
            unexpected(story, one)


def tell_ping(story: Story, one: Seen) -> None:
    challenge = Challenge.parse(one.answer.header("WWW-Authenticate"))
    known = one.status == 401 and challenge
    story.tell(e.Challenged(known) if known else e.AccessOpen(one.status), one.exchange)


AUTHORIZING = {
    Phase.AUTHORIZING_RESOLVE: Phase.RESOLVING,
    Phase.AUTHORIZING_FETCH: Phase.FETCHING_MANIFEST,
    Phase.PINGING: Phase.RESOLVING,
}
"""Who asks on while being asked for proof goes on without it."""


def tell_manifest(story: Story, attempt: Attempt, place: int) -> None:
    one, asked_for = attempt.seen[place], attempt.asks[place]
    attach(story, one)
    if story.state.phase in AUTHORIZING:
        story.move(AUTHORIZING[story.state.phase])
    if story.state.phase is Phase.COMPARING:
        story.tell(e.UpdateNeeded())
    if story.state.phase is Phase.SELECTING:
        select(story, asked_for.identifier)
    if story.state.phase not in (Phase.RESOLVING, Phase.EXPLAINING, Phase.FETCHING_MANIFEST):
        unexpected(story, one)
    elif one.status != 200:
        tell_refusal(story, one, attempt.seen[place + 1 :])
    elif one.request.method == "HEAD":
        tell_head(story, one)
    else:
        tell_body(story, one, asked_for.identifier)


def select(story: Story, digest: str) -> None:
    """Which platform the client chose shows in which of the index's manifests it asks for."""
    index = story.state.run.image.index
    entry = next((x for x in index.manifests if x.digest == digest), None) if index else None
    if entry:
        story.tell(e.PlatformSelected(entry))
    else:
        story.move(Phase.FETCHING_MANIFEST)


def tell_head(story: Story, one: Seen) -> None:
    if story.state.phase is Phase.FETCHING_MANIFEST:
        unexpected(story, one)
        return
    digest = one.answer.header("Docker-Content-Digest") or ""
    story.tell(e.Resolved(digest, one.answer.header("Content-Type") or ""), one.exchange)


def tell_body(story: Story, one: Seen, identifier: str) -> None:
    """A GET by tag resolves and fetches at once: two steps from one answer."""
    promised = one.answer.header("Docker-Content-Digest") or ""
    kind = one.answer.header("Content-Type") or ""
    exchange: Exchange | None = one.exchange
    if story.state.phase is not Phase.FETCHING_MANIFEST:
        by_tag = not identifier.startswith("sha256:")
        story.tell(e.Resolved(promised, kind), exchange if by_tag else None)
        exchange = None if by_tag else exchange
        story.move(Phase.FETCHING_MANIFEST)
    actual = digest_of(one.answer.body)
    if identifier.startswith("sha256:") and actual != identifier:
        story.tell(e.DigestMismatch("manifest", identifier, actual), exchange)
        return
    try:
        parsed = parse_manifest(one.answer.body, promised, kind)
    except InvalidManifest as error:
        story.tell(e.ManifestUnreadable(one.request.url, str(error)), exchange)
        return
    received = e.IndexReceived(parsed) if isinstance(parsed, Index) else e.ManifestReceived(parsed)
    story.tell(received, exchange, seen=True)


def tell_refusal(story: Story, one: Seen, later: Sequence[Seen]) -> None:
    """What an error led to shows in what the client does next; if it does nothing more, it
    gave up."""
    challenge = Challenge.parse(one.answer.header("WWW-Authenticate"))
    ahead = [next_one for next_one in later if next_one.request.path == one.request.path]
    if challenge and one.anonymous and one.status == 401:
        story.tell(e.Challenged(challenge), one.exchange)
    elif ahead and (one.request.method, ahead[0].request.method) == ("HEAD", "GET"):
        story.tell(e.ErrorWithoutBody(one.status), one.exchange)
    elif ahead:
        story.tell(e.AskedAgain(one.request.url, one.status), one.exchange)
    else:
        story.tell(refusal(one.request, one.answer), one.exchange)


# -- blobs ------------------------------------------------------------------------------------


def tell_blob(story: Story, attempt: Attempt, place: int) -> None:
    one, digest = attempt.seen[place], attempt.asks[place].identifier
    attach(story, one)
    if story.state.phase is not Phase.FETCHING_BLOBS:
        reach_blobs(story, attempt, digest)
    blob = next((b for b in story.state.run.download.waiting if b.digest == digest), None)
    if story.state.phase is not Phase.FETCHING_BLOBS or blob is None:
        unexpected(story, one)
        return
    if fails_at(attempt, place) and any(fails_at(attempt, n) for n in later_of(attempt, place)):
        unexpected(story, one, FLIGHT)
        return
    story.tell(blob_event(story, one, blob, attempt.seen[place + 1 :]), one.exchange)


def later_of(attempt: Attempt, place: int) -> range:
    return range(place + 1, len(attempt.seen))


def reach_blobs(story: Story, attempt: Attempt, digest: str) -> None:
    """The client asks for a blob, so it knows the manifest: from us, or from an earlier pull."""
    if story.state.phase is Phase.COMPARING:
        story.tell(e.UpdateNeeded())
    if story.state.phase in (Phase.FETCHING_MANIFEST, Phase.SELECTING):
        hold_manifest(story, digest)
    if story.state.phase is Phase.PLANNING:
        plan(story, attempt)


def hold_manifest(story: Story, digest: str) -> None:
    """A manifest that names this blob must have been there already."""
    found = story.state.run.image.index or story.known(story.state.run.image.resolved or "")
    if isinstance(found, Index):
        if story.state.run.image.index is None:
            story.tell(e.IndexHeld(found))
        for entry in found.manifests:
            inner = story.known(entry.digest)
            if isinstance(inner, Manifest) and digest in blobs_of(inner):
                story.tell(e.PlatformSelected(entry))
                story.tell(e.ManifestHeld(inner))
                return
    elif isinstance(found, Manifest):
        story.tell(e.ManifestHeld(found))


def hold_image(story: Story) -> bool:
    """Nothing more was asked, and this name was never pulled before our eyes: the client has the
    content under another name, and only names it anew."""
    reference, resolved = story.state.run.reference, story.state.run.image.resolved or ""
    manifest = story.known(resolved)
    if reference is None or story.state.client.images.find(reference.canonical) == resolved:
        return False
    if not isinstance(manifest, Manifest):
        return False
    story.tell(e.UpdateNeeded())
    story.tell(e.ManifestHeld(manifest))
    return True


def blobs_of(manifest: Manifest) -> tuple[str, ...]:
    return (manifest.config.digest, *(layer.digest for layer in manifest.layers))


def plan(story: Story, attempt: Attempt) -> None:
    """Missing is what it asks for; while it goes on, also what it is not known to hold."""
    manifest = story.state.run.image.manifest
    assert manifest is not None
    wanted = {a.identifier for a in attempt.asks if a.kind is Kind.BLOB}
    held = set(story.state.client.images.blobs)
    if attempt.over and attempt.client.family in STORES:
        held |= set(blobs_of(manifest))
    images = replace(story.state.client.images, blobs=tuple(held - wanted))
    story.state = replace(story.state, client=replace(story.state.client, images=images))
    layers = tuple(dict.fromkeys(manifest.layers))
    missing = tuple(layer for layer in layers if layer.digest not in held - wanted)
    story.tell(e.LayersPlanned(missing, tuple(x for x in layers if x not in missing)))


def blob_event(story: Story, one: Seen, blob: Descriptor, later: Sequence[Seen]) -> Event:
    config = story.state.run.image.manifest.config.digest if story.state.run.image.manifest else ""
    kind = "config" if blob.digest == config else "layer"
    content = one.answer.content
    if one.status in (200, 206) and content:
        if one.answer.cut:
            return e.DownloadCut(blob, content.size)
        if content.digest != blob.digest:
            return e.DigestMismatch(kind, blob.digest, content.digest)
        read = ImageConfig.read(one.answer.body, blob.digest) if kind == "config" else None
        return e.BlobReceived(blob, kind, read)
    if any(next_one.request.path == one.request.path for next_one in later):
        return e.AskedAgain(one.request.url, one.status)
    if one.status == 404:
        return e.BlobUnknown(blob, errors(one.answer))
    return refusal(one.request, one.answer)


# -- how it ended -----------------------------------------------------------------------------


def conclude(story: Story, attempt: Attempt) -> None:
    """What must have followed the last request, as far as silence tells."""
    if attempt.over and attempt.client.family in STORES:
        fall_silent(story, attempt)
    state = story.state
    download = state.run.download
    fetched = state.phase is Phase.FETCHING_BLOBS and not download.waiting
    if fetched and state.run.reference and (attempt.over or not download.present):
        store(story)
        if attempt.over:
            story.tell(e.SessionEnded())


def fall_silent(story: Story, attempt: Attempt) -> None:
    """A client that keeps images stopped asking: it has what it needs, or it gave up."""
    phase, last = story.state.phase, attempt.asks[-1].kind
    if phase is Phase.COMPARING and not hold_image(story):
        story.tell(e.AlreadyUpToDate())
    elif phase is Phase.AUTHORIZING_RESOLVE and last is not Kind.TOKEN:
        story.tell(e.NoCredentials(*about(story)))
    if story.state.phase is Phase.PLANNING:
        plan(story, attempt)


def store(story: Story) -> None:
    state, digest = story.state, story.state.run.image.resolved or ""
    assert state.run.reference is not None
    known = state.client.images.find(state.run.reference.canonical)
    fresh = known != digest or bool(state.run.download.received)
    story.tell(e.BlobsVerified())
    story.tell(e.ImageStored(state.run.reference, digest, fresh))
