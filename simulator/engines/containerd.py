"""Docker 29 with containerd's image store: today's default.

It never pings; it asks HEAD of the tag, and its fetcher authorizes anew. The words are as
recorded from a 29.x engine; where a rule is known from containerd's code, the rule is here.
"""

from simulator import events as e
from simulator.engines import Engine
from simulator.engines.words import (
    from_token_service,
    heading,
    reason,
    short_errors,
    unreachable_text,
)
from simulator.events import Event, Failure
from simulator.machine import State, helper_error
from simulator.oci import DOCKER_INDEX, DOCKER_MANIFEST, OCI_INDEX, OCI_MANIFEST

MOST_ANSWERS = 5
REPEATED_AT_ONCE = frozenset({408, 429})
REPEATED_ONCE = frozenset({500, 503, 504})


def asks_again(answers: tuple[int, ...], basic: bool) -> bool:
    """401 to a password and 408, 429: up to five answers in all; 500, 503, 504: once."""
    status = answers[-1]
    if status in REPEATED_ONCE:
        return answers[-2:-1] != (status,)
    return len(answers) < MOST_ANSWERS and (status in REPEATED_AT_ONCE or (status == 401 and basic))


def explain(failure: Failure, state: State) -> tuple[str, ...]:
    """Standard error, as this engine and its CLI print it for a failed pull."""
    daemon = "Error response from daemon: "
    name = state.reference.canonical if state.reference else ""
    tried = f'failed to resolve reference "{name}": '
    match failure:
        case e.HelperFailed(helper):
            return (helper_error("getting", helper),)
        case e.NoCredentials():
            denied = "pull access denied, repository does not exist or may require authorization"
            return (f"{daemon}{tried}{denied}: authorization failed: no basic auth credentials",)
        case e.TokenRefused(errors=errors, status=status):
            said = short_errors(errors) or reason(status).lower()
            return (f"{daemon}error from registry: {said}", said)
        case e.AccessDenied(error="insufficient_scope") | e.AccessDenied(error="invalid_token"):
            where = state.reference.familiar_name if state.reference else ""
            asks = "repository does not exist or may require 'docker login'"
            return (f"{daemon}pull access denied for {where}, {asks}",)
        case e.AccessDenied(status=403, errors=errors):
            said = short_errors(errors) or "denied"
            return (f"{daemon}error from registry: {said}", said)
        case e.ManifestUnknown():
            return (f"{daemon}{tried}{name}: not found",)
        case e.Unreachable(method, url, obstacle, detail):
            done = f'failed to do request: {method.capitalize()} "{url}": '
            return (f"{daemon}{tried}{done}{unreachable_text(obstacle, detail)}",)
        case e.DigestMismatch(kind, expected, actual):
            wrong = f"unexpected commit digest {actual}, expected {expected}: failed precondition"
            return (f'failed commit on ref "{kind}-{expected}": commit failed: {wrong}',)
        case e.BlobUnknown(blob):
            what = f"could not fetch content descriptor {blob.digest} ({blob.media_type})"
            return (f"failed to copy: httpReadSeeker: failed open: {what} from remote: not found",)
        case e.PlatformMissing(platform):
            missing = f"no matching manifest for {platform} in the manifest list entries"
            return (f"{daemon}{missing}: no match for platform in manifest: not found",)
        case _:
            return (f"{daemon}unknown: {tried}{unexpected(failure, state)}",)


def unexpected(failure: Failure, state: State) -> str:
    method = getattr(failure, "method", "GET")
    url = getattr(failure, "url", "").partition("?")[0]
    status = getattr(failure, "status", 0)
    says = f"unexpected status from {method} request to {url}: {status} {reason(status)}"
    if from_token_service(url, state):
        return f"failed to authorize: failed to fetch oauth token: {says}"
    return says


def progress(event: Event, state: State) -> tuple[str, ...]:
    """Standard output of a pull, one line a change of state (no terminal)."""
    match event:
        case e.LayersPlanned(missing):
            return (heading(state), *(f"{layer.short}: Pulling fs layer" for layer in missing))
        case e.AlreadyUpToDate() | e.DigestMismatch("manifest"):
            return (heading(state),)
        case e.BlobReceived(blob, "layer"):
            return (f"{blob.short}: Download complete",)
        case e.BlobsVerified():
            layers = [b for b in state.received if is_layer(state, b.digest)]
            return tuple(f"{layer.short}: Pull complete" for layer in layers)
        case _:
            return ()


def is_layer(state: State, digest: str) -> bool:
    return state.manifest is not None and digest != state.manifest.config.digest


ENGINE = Engine(
    name="29",
    title="Docker 29 (containerd image store)",
    pings=False,
    heads_digests=True,
    shares_authorization=False,
    posts_for_tokens=True,
    images_only=False,
    helper_required=True,
    http_after_refused=False,
    accept=(
        ("Accept", ", ".join((DOCKER_MANIFEST, DOCKER_INDEX, OCI_MANIFEST, OCI_INDEX, "*/*"))),
    ),
    reads_errors=frozenset({403}),
    asks_again=asks_again,
    explain=explain,
    progress=progress,
)

