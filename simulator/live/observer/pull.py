"""A pull, from its requests."""

from collections.abc import Sequence
from dataclasses import replace

from simulator.docker import events as e
from simulator.docker.cli.commands import Pull
from simulator.docker.config_file import Credential
from simulator.docker.machine import Phase
from simulator.docker.machine.answers import refusal
from simulator.live.attempts import Attempt
from simulator.live.observer.blobs import conclude, fails_at, tell_blob
from simulator.live.observer.story import (
    INVALID_TOKEN,
    LATE,
    NEXT_TAG,
    OLD_API,
    Story,
    attach,
    speaks_http,
    unexpected,
)
from simulator.live.observer.token import tell_token
from simulator.live.seen import Kind, Seen, asked
from simulator.protocol.challenge import Challenge
from simulator.protocol.digest import DIGEST, digest_of
from simulator.protocol.manifest import Index, InvalidManifest, parse_manifest
from simulator.protocol.message import Exchange
from simulator.protocol.reference import Reference
from simulator.protocol.secrets import MASK


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
    if of_next_tag(attempt, place):
        unexpected(story, one, NEXT_TAG)
        return
    match about_one.kind:
        case Kind.PING if story.state.phase is Phase.PINGING:
            tell_ping(story, one, any(asked(s.request).kind is Kind.MANIFEST for s in later))
        case Kind.SEARCH:
            unexpected(story, one, OLD_API)
        case Kind.TOKEN:
            tell_token(story, one, later)
        case Kind.MANIFEST:
            tell_manifest(story, attempt, place)
        case Kind.BLOB if one.request.method == "GET":
            tell_blob(story, attempt, place)
        case _:
            unexpected(story, one)


def of_next_tag(attempt: Attempt, place: int) -> bool:
    """Whether this is for another tag than the first: its steps are the first one's again."""
    first = attempt.tags()[:1]
    return any(
        a.kind is Kind.MANIFEST and a.identifier in attempt.tags() and a.identifier not in first
        for a in attempt.asks[: place + 1]
    )


def tell_ping(story: Story, one: Seen, goes_on: bool) -> None:
    """An error that may pass ends the command, unless the client goes on all the same."""
    if one.status >= 500 and not goes_on:
        story.tell(refusal(one.request, one.answer), one.exchange)
        return
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
    if story.state.phase is Phase.COMPARING and asks_again(story, attempt, place):
        unexpected(story, one)
        return
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


def asks_again(story: Story, attempt: Attempt, place: int) -> bool:
    """The client was seen to store this image under this name, and asks for no blob now: it only
    fetches the manifest anew."""
    reference, resolved = story.state.run.reference, story.state.run.image.resolved
    named = reference and story.state.client.images.find(reference.canonical)
    return bool(named) and named == resolved and not any(
        a.kind is Kind.BLOB for a in attempt.asks[place:]
    )


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
        if challenge and challenge.error == "invalid_token" and not one.anonymous:
            story.asides[len(story.steps) + 1] = INVALID_TOKEN
        story.tell(refusal(one.request, one.answer), one.exchange)
