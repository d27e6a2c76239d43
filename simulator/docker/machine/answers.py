"""What answers mean in every phase: challenges, refusals, and the errors in their bodies."""

import json
from dataclasses import replace

from simulator.docker import events as e
from simulator.docker.events import Event, Failure
from simulator.docker.go_json import not_json
from simulator.docker.machine.requests import bounded, kind_of, listing
from simulator.docker.machine.state import Run, State
from simulator.docker.machine.table import TRANSITIONS, Phase
from simulator.protocol.challenge import Challenge
from simulator.protocol.message import Request, Response
from simulator.protocol.network_failure import NetworkFailure, Obstacle


def challenged(state: State, request: Request, answer: Response) -> Event:
    """The answer to `GET /v2/` without credentials: a challenge, or open access."""
    challenge = challenge_of(answer)
    known = answer.status == 401 and challenge
    return e.Challenged(known) if known else e.AccessOpen(answer.status)


def unreachable(state: State, request: Request, failure: NetworkFailure) -> Event:
    """The event for a request without an answer: plain HTTP, another login, or the end."""
    if e.WebLoginUnavailable in TRANSITIONS[state.phase]:
        return e.WebLoginUnavailable()
    if e.FellBackToHttp in TRANSITIONS[state.phase] and may_use_http(state, request, failure):
        return e.FellBackToHttp()
    if state.phase is Phase.FETCHING_BLOBS and tries_on(state, request):
        return e.AskedAgain(request.url, 0)
    return e.Unreachable(
        request.method, request.url, failure.obstacle, failure.detail, failure.at_proxy,
        bounded=bounded(state, request),
    )  # fmt: skip


def tries_on(state: State, request: Request) -> bool:
    """Whether this engine asks for the blob again when no answer came."""
    blobs = state.run.download.waiting
    kind = next((kind_of(state, x) for x in blobs if request.url.endswith(x.digest)), "layer")
    statuses = (*state.run.answers_from(request.url), 0)
    none = e.ServerFailed(request.method, request.url, 0)
    return state.profile.asks_again(statuses, kind, False, none)


def may_use_http(state: State, request: Request, failure: NetworkFailure) -> bool:
    """Whether plain HTTP is tried next, on this machine and for `insecure-registries`: moby tries
    it after any failure, containerd where the registry does not speak TLS or nothing listens."""
    host, profile = state.run.host, state.profile
    to_registry = request.host == host and request.url.startswith("https:")
    known = profile.ipv6_loopback or not host.startswith("[") or host in state.client.insecure
    if not (to_registry and known and state.lenient(host)):
        return False
    as_classic = state.phase in (Phase.CHECKING, Phase.SEARCHING) or listing(state)
    if profile.http_after_failure or as_classic:
        return failure.obstacle not in OURS
    refused = failure.obstacle is Obstacle.REFUSED and ":" not in host.rpartition("]")[2]
    return refused or failure.obstacle is Obstacle.PLAIN_HTTP


OURS = frozenset({Obstacle.REFUSED_BY_US, Obstacle.LIMIT_REACHED, Obstacle.NOT_RECORDED})
"""Failures that are Pullscope's own doing: Docker knows nothing of them."""


def demanded(state: State, answer: Response) -> Challenge | None:
    """The challenge of a 401 that the client answers here: the first, if it does not ping."""
    unchallenged = state.run.access.authorization is None and not state.profile.pings
    may = e.Challenged in TRANSITIONS[state.phase] and unchallenged and not listing(state)
    return challenge_of(answer) if answer.status == 401 and may else None


def challenge_of(answer: Response) -> Challenge | None:
    return Challenge.parse(answer.header("WWW-Authenticate"))


def repeats(state: State, request: Request, answer: Response, kind: str) -> bool:
    """Whether this engine repeats the request after these answers."""
    challenge = challenge_of(answer)
    without_error = challenge is not None and not challenge.error
    statuses = (*state.run.answers_from(request.url), answer.status)
    return state.profile.asks_again(statuses, kind, without_error, refusal(request, answer))


def refusal(request: Request, answer: Response) -> e.Refused:
    about, said, challenge = (request.method, request.url), errors(answer), challenge_of(answer)
    match answer.status:
        case 401 | 403:
            return e.AccessDenied(*about, answer.status, said, challenge.error if challenge else "")
        case 404:
            return e.ManifestUnknown(*about, 404, said)
        case 429:
            return e.RateLimited(*about, 429, said)
        case status:
            return e.ServerFailed(*about, status, said)


def succeeded(state: State, answer: Response) -> bool:
    """Whether the engine takes this for what it asked for. A redirect without an address counts
    (net/http hands it on), one with an address that is none does not."""
    astray = answer.status >= 300 and bool(answer.header("Location"))
    return answer.status in state.profile.succeeds and not astray


MOST_FRUITLESS = 3
"""How often containerd asks for the rest without getting any (`httpReadSeeker`, `maxRetry`)."""


def broken_off(request: Request, answer: Response) -> e.Unreachable:
    """The connection ended, or was reset, while the answer came."""
    why = Obstacle.RESET if answer.reset_by else Obstacle.BROKEN_OFF
    return e.Unreachable(request.method, request.url, why, answer.reset_by, answering=True)


MISSING, REFUSED, TOO_LARGE = 2, 3, 4


def progress(state: State, failure: Failure) -> int:
    """How far a request came that failed (containerd's `firstErrPriority`): not to an answer
    about the image, to a 404, to another refusal, or to a manifest above the limit."""
    if isinstance(failure, e.AllDeclined):
        return progress(state, failure.why)
    if isinstance(failure, e.ManifestUnknown):
        return MISSING
    if isinstance(failure, e.HeaderUnusable):
        return TOO_LARGE if failure.reason == "too large" else 1
    here = state.phase is not Phase.AUTHORIZING_RESOLVE
    refused = isinstance(failure, e.Refused) and here and not isinstance(failure, e.TokenRefused)
    return REFUSED if refused and not getattr(failure, "error", "") else 1


def errors(answer: Response) -> tuple[e.RegistryError, ...]:
    """The error body's entries (distribution spec, error codes), or the body in another form.

    A body that is not said to be JSON goes along whole: not every engine reads it as JSON.
    """
    document, text = answer.json(), answer.body.decode(errors="replace")
    said = claims_json(answer)
    if not isinstance(document, dict):
        broken = not_json(text, stream=False) if said else ""
        return (e.RegistryError("", text, broken, "broken" if broken else "text"),)
    found = told_errors(document, text)
    return found if said else (replace(found[0], whole=text), *found[1:])


def told_errors(document: dict[str, object], text: str) -> tuple[e.RegistryError, ...]:
    if isinstance(document.get("details"), str):
        return (e.RegistryError("", str(document["details"]), form="details"),)
    entries = document.get("errors")
    known = entries if isinstance(entries, list) else []
    found = tuple(registry_error(entry) for entry in known if isinstance(entry, dict))
    return found or (e.RegistryError("", text, form="json"),)


def claims_json(answer: Response) -> bool:
    kind = (answer.header("Content-Type") or "").partition(";")[0]
    return kind in ("application/json", "application/vnd.api+json")


def registry_error(entry: dict[str, object]) -> e.RegistryError:
    detail = entry.get("detail")
    told = "" if detail is None else json.dumps(detail, separators=(",", ":"))
    return e.RegistryError(str(entry.get("code", "")), str(entry.get("message") or ""), told)


def keep_plain_http(state: State, event: e.FellBackToHttp) -> Run:
    return replace(state.run, access=replace(state.run.access, plain_http=True))
