"""Whom containerd asks for an object: mirrors first, the registry itself at last.

`hosts.toml` and `registry-mirrors` name them. Each object is tried at every host anew, until one
gives it; the error that Docker prints in the end is the one that got furthest.
"""

from dataclasses import replace

from simulator.docker import events as e
from simulator.docker.cli.commands import ManifestInspect
from simulator.docker.events import Event, Failure
from simulator.docker.hosts_file import Endpoint
from simulator.docker.machine.answers import challenge_of, progress, refusal
from simulator.docker.machine.part import Part
from simulator.docker.machine.requests import asked, listing, origin
from simulator.docker.machine.state import Run, State
from simulator.docker.machine.table import AUTHORIZING, TRANSITIONS, Phase
from simulator.protocol.authorization import Scheme
from simulator.protocol.hosts import redirected
from simulator.protocol.message import Exchange, Request, Response, Trust
from simulator.protocol.network_failure import NetworkFailure


def at_endpoint(state: State, request: Request) -> Request:
    """The request at the first host that has not declined it. Only the registry itself is sent
    the user's credentials."""
    found = chosen(state, request)
    if found is None or not elsewhere(state, found):
        return request
    url = found.url(request.url, namespace(state))
    return replace(request, url=url, authorization=dict(state.run.granted).get(found.prefix))


def chosen(state: State, request: Request) -> Endpoint | None:
    left = (one for one in candidates(state, request)
            if (one.prefix, *asked_for(state, request)) not in declined(state))  # fmt: skip
    return next(left, None)


def asked_for(state: State, request: Request) -> tuple[str, str]:
    """The object that is asked for. A GET for the reason of a HEAD's status belongs to that."""
    return "HEAD" if state.phase is Phase.EXPLAINING else request.method, request.url


def declined(state: State) -> frozenset[tuple[str, str, str]]:
    return frozenset((one.mirror, one.method, one.url) for one in state.run.declined)


def candidates(state: State, request: Request) -> tuple[Endpoint, ...]:
    """The hosts for this request: to resolve a tag, those that can; to fetch, all."""
    moved = request.url in dict(state.run.download.moved).values() or state.run.access.moved
    able = e.MirrorDeclined in TRANSITIONS[state.phase] and not (moved or listing(state))
    reference = state.run.reference
    if state.profile.pings or not able or reference is None or request.host != reference.host:
        return ()
    known = state.client.endpoints(namespace(state))
    if request.method != "HEAD" and state.phase is not Phase.EXPLAINING:
        return known
    needed = {"pull"} if reference.digest else {"pull", "resolve"}
    return tuple(one for one in known if needed <= one.capabilities)


def namespace(state: State) -> str:
    assert state.run.reference is not None
    return state.run.reference.domain


def elsewhere(state: State, endpoint: Endpoint) -> bool:
    """Whether this is another host than the registry itself."""
    return endpoint.host not in ("", state.run.host)


def visited(state: State, request: Request) -> Endpoint | None:
    """The other host that this request went to."""
    if "?ns=" not in request.url or state.run.reference is None:
        return None
    known = state.client.endpoints(namespace(state))
    here = (x for x in known if elsewhere(state, x) and request.url.startswith(f"{x.prefix}/"))
    return next(here, None)


def original(state: State, request: Request) -> Request:
    """The request as the registry itself would be asked."""
    found = visited(state, request)
    if found is None:
        return request
    path = request.url.removeprefix(found.prefix).partition("?")[0]
    return replace(request, url=f"{origin(state)}/v2{path}")


def with_whole_location(request: Request, answer: Response) -> Response:
    """The answer, with a redirect's address as it is where the request went."""
    location = redirected(request.url, answer.header("Location") or "")
    headers = tuple(entry for entry in answer.headers if entry[0].lower() != "location")
    return replace(answer, headers=(*headers, ("Location", location))) if location else answer


def trust(state: State, request: Request) -> Trust:
    """How TLS is met there; the files of the registry's directory are not for other hosts."""
    usual = state.client.trust(state.run.host)
    if isinstance(state.run.command, ManifestInspect):
        return replace(usual, verifies=not state.lenient(state.run.host))
    if state.profile.pings or state.run.reference is None:
        return usual
    known = state.client.endpoints(namespace(state))
    if not known:
        return usual
    found = visited(state, request) or known[-1]
    verifies = usual.verifies and found.verifies and not state.client.lenient(found.host)
    return Trust(verifies, found.authority)


# -- what an answer from another host means ----------------------------------------------------


def answered(state: State, exchange: Exchange) -> Event | None:
    """The next move where another host gives nothing: an anonymous token, a further try, or the
    next host. None where its answer counts like the registry's."""
    request, answer = exchange.request, exchange.answer
    found = visited(state, request)
    if found is None or (isinstance(answer, Response) and answer.status < 400):
        return None
    if isinstance(answer, Response):
        further = asked_further(state, found, request, answer)
        if further:
            return further
    return sent_on(state, found, request, failure_of(state, request, exchange.answer))


def asked_further(
    state: State, found: Endpoint, request: Request, answer: Response
) -> Event | None:
    challenge = challenge_of(answer)
    anonymous = found.prefix not in dict(state.run.granted)
    may = e.Challenged in TRANSITIONS[state.phase] and state.phase is not Phase.FETCHING_BLOBS
    if answer.status == 401 and challenge and challenge.scheme is Scheme.BEARER and anonymous:
        return e.Challenged(challenge, found.prefix) if may else None
    if answer.status == 403 and request.method == "HEAD":
        return e.ErrorWithoutBody(403)
    return None


def sent_on(state: State, found: Endpoint, request: Request, why: Failure) -> Event:
    """The next host, or the error where there is none."""
    whole = original(state, request)
    method, url = asked_for(state, whole)
    event = e.MirrorDeclined(found.prefix, method, url, why)
    after = replace(state, run=keep_declined(state, event))
    return event if chosen(after, whole) else furthest(after, why, url, own=False)


def failure_of(state: State, request: Request, answer: Response | NetworkFailure) -> Failure:
    if isinstance(answer, NetworkFailure):
        known = (answer.obstacle, answer.detail, answer.at_proxy)
        return e.Unreachable(request.method, request.url, *known)
    challenge = challenge_of(answer)
    if answer.status == 401 and challenge and challenge.scheme is Scheme.BASIC:
        return e.NoCredentials(request.method, request.url)
    event = refusal(request, answer)
    assert isinstance(event, Failure)
    return event


def furthest(state: State, last: Failure, about: str, own: bool) -> Failure:
    """The error that Docker prints of several hosts: resolving, the one that got furthest
    (containerd, `firstErrPriority`); fetching, the first. `own`: the last one is the registry's
    own."""
    before = (one for one in state.run.declined if one.url == about)
    whys = [*(one.why for one in before if one.why and one.why != last), last]
    resolving = state.phase in (Phase.RESOLVING, Phase.EXPLAINING, Phase.AUTHORIZING_RESOLVE)
    why = max(whys, key=lambda why: progress(state, why)) if resolving else whys[0]
    return last if own and why is last else e.AllDeclined(why)


def told(state: State, event: Event) -> Event:
    """The error at the end, where hosts before the last one failed as well."""
    done = isinstance(event, e.AllDeclined) or not state.run.declined
    if done or not isinstance(event, Failure):
        return event
    about = event.asked[1] if isinstance(event, e.TokenRefused) else getattr(event, "url", "")
    able = e.MirrorDeclined in TRANSITIONS[state.phase]
    return furthest(state, event, about, own=True) if able else event


def without_token(state: State, event: Event) -> Event:
    """A token that another host's service does not give sends containerd to the next host."""
    if not (isinstance(event, Failure) and state.run.aside and state.phase in AUTHORIZING):
        return event
    return e.MirrorDeclined(state.run.aside.mirror, *asked(state), event)


def keep_declined(state: State, event: e.MirrorDeclined) -> Run:
    return replace(state.run.resumed(), declined=(*state.run.declined, event))


PART = Part(keeps={e.MirrorDeclined: keep_declined})
