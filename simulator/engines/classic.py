"""Docker 26 with the classic image store.

It pings first, keeps one authorization for the whole pull, and repeats a failed HEAD as GET,
since only a body carries the registry's message.
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
from simulator.machine import State, manifest_url
from simulator.oci import DOCKER_INDEX, DOCKER_MANIFEST, OCI_INDEX, OCI_MANIFEST

DAEMON = "Error response from daemon: "
ACCEPTED = (DOCKER_MANIFEST, DOCKER_INDEX, OCI_INDEX, OCI_MANIFEST,
            "application/vnd.docker.distribution.manifest.v1+prettyjws", "application/json")  # fmt: skip


def asks_again(answers: tuple[int, ...], basic: bool) -> bool:
    """It does not; a layer whose connection breaks is another matter."""
    return False


def explain(failure: Failure, state: State) -> tuple[str, ...]:
    """Standard error, as this engine and its CLI print it for a failed pull."""
    name = state.reference.familiar_name if state.reference else ""
    match failure:
        case e.NoCredentials(method, url):
            return (f'{DAEMON}{method.capitalize()} "{url}": no basic auth credentials',)
        case e.TokenRefused(errors=errors, status=status, asked=(method, url)):
            said = short_errors(errors) or reason(status).lower()
            return (f'{DAEMON}{method.capitalize()} "{url}": {said}',)
        case e.AccessDenied(errors=errors, error="insufficient_scope"):
            asks = "repository does not exist or may require 'docker login'"
            denied = "denied: requested access to the resource is denied"
            return (f"{DAEMON}pull access denied for {name}, {asks}: {denied}",)
        case e.ServerFailed(url=url) if from_token_service(url, state):
            tried = manifest_url(state, state.reference.identifier) if state.reference else ""
            return (f'{DAEMON}Head "{tried}": {refused(failure)}',)
        case e.ManifestUnknown(errors=errors):
            whole = state.reference.familiar if state.reference else ""
            return (f"{DAEMON}manifest for {whole} not found: {short_message(errors)}",)
        case e.Unreachable(method, url, obstacle, detail):
            said = unreachable_text(obstacle, detail)
            return (f'{DAEMON}{method.capitalize()} "{url}": {said}',)
        case e.DigestMismatch("manifest", expected):
            return (f"manifest verification failed for digest {expected}",)
        case e.DigestMismatch(_, expected):
            return (f"filesystem layer verification failed for digest {expected}",)
        case e.BlobUnknown():
            return ("unknown blob",)
        case e.PlatformMissing(platform):
            return (f"no matching manifest for {platform} in the manifest list entries",)
        case e.NotAnImage(media_type):
            return (f"unsupported media type {media_type}",)
        case _:
            return (DAEMON + refused(failure),)


def short_message(errors: tuple[e.RegistryError, ...]) -> str:
    """The classic engine always prints code and message, even where they agree."""
    said = [f"{x.code.lower().replace('_', ' ')}: {x.message}".rstrip(": ") for x in errors]
    return ", ".join(said) or "manifest unknown: manifest unknown"


def refused(failure: Failure) -> str:
    errors = getattr(failure, "errors", ())
    if errors:
        return short_errors(errors)
    status = getattr(failure, "status", 0)
    return f"received unexpected HTTP status: {status} {reason(status)}"


def progress(event: Event, state: State) -> tuple[str, ...]:
    """Standard output of a pull, one line a change of state (no terminal)."""
    match event:
        case e.ManifestReceived() | e.IndexReceived() if state.selected is None:
            return (heading(state),)
        case e.AlreadyUpToDate() | e.DigestMismatch("manifest"):
            return (heading(state),)
        case e.LayersPlanned(missing, present):
            exist = tuple(f"{layer.short}: Already exists" for layer in present)
            waits = tuple(f"{layer.short}: Pulling fs layer" for layer in missing)
            late = tuple(f"{layer.short}: Waiting" for layer in missing[3:])
            return exist + waits + late
        case e.BlobReceived(blob, "layer"):
            return (f"{blob.short}: Verifying Checksum", f"{blob.short}: Download complete")
        case e.BlobsVerified():
            config = state.manifest.config.digest if state.manifest else ""
            layers = [b for b in state.received if b.digest != config]
            return tuple(f"{layer.short}: Pull complete" for layer in layers)
        case _:
            return ()


ENGINE = Engine(
    name="26",
    title="Docker 26 (classic image store)",
    pings=True,
    heads_digests=False,
    shares_authorization=True,
    posts_for_tokens=False,
    images_only=True,
    helper_required=False,
    http_after_refused=True,
    accept=tuple(("Accept", kind) for kind in ACCEPTED),
    reads_errors=frozenset({401, 403, 404, 429, 500, 502, 503, 504}),
    asks_again=asks_again,
    explain=explain,
    progress=progress,
)
