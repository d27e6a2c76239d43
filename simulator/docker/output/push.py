"""What `docker tag` and `docker push` print, by engine.

The classic engine names layers by what is in them (diff id), containerd by their packed digest.
"""

from collections.abc import Callable, Mapping

from simulator.docker import events as e
from simulator.docker.cli.commands import Push
from simulator.docker.events import Event, Failure
from simulator.docker.machine.outgoing import Parcel
from simulator.docker.machine.requests import ref
from simulator.docker.machine.state import State
from simulator.docker.machine.table import Phase
from simulator.docker.output import docker26, docker29
from simulator.docker.output.line import Line, LinesOf, output
from simulator.docker.output.shared import (
    as_read,
    classic_error,
    classic_errors,
    go_error,
    unreachable_text,
)
from simulator.protocol.digest import short_digest
from simulator.protocol.manifest import Descriptor

AT_ONCE = 5
"""Layers that the classic engine sends at the same time; the others wait."""


def quiet(state: State) -> bool:
    return isinstance(state.run.command, Push) and state.run.command.quiet


def progress(before: State, event: Event, after: State) -> tuple[Line, ...]:
    """What the engine reports meanwhile; `--quiet` throws it away."""
    texts = () if quiet(before) else PROGRESS[before.client.engine](event, before)
    return output("output", texts)


def heading(state: State) -> tuple[str, ...]:
    return (f"The push refers to repository [{ref(state).domain}/{ref(state).repository}]",)


def progress26(event: Event, state: State) -> tuple[str, ...]:
    match event:
        case e.ImageFound():
            return heading(state)
        case e.PushPlanned(manifest):
            layers = tuple(dict.fromkeys(reversed(manifest.layers)))
            names = [diff_id(state, layer, manifest.layers) for layer in layers]
            waits = tuple(f"{name}: Waiting" for name in names[AT_ONCE:])
            return tuple(f"{name}: Preparing" for name in names) + waits
        case e.BlobFound(blob) if layer_name(state, blob):
            return (f"{layer_name(state, blob)}: Layer already exists",)
        case e.BlobConfirmed(blob) if layer_name(state, blob):
            return (f"{layer_name(state, blob)}: {fate(state.run.outgoing.parcel(blob))}",)
        case e.UploadRetried(blob, _, attempt) if layer_name(state, blob):
            return docker26.retrying_lines(layer_name(state, blob), attempt)
        case _:
            return ()


def fate(parcel: Parcel) -> str:
    return f"Mounted from {parcel.source}" if parcel.mounted else "Pushed"


def layer_name(state: State, blob: Descriptor) -> str:
    """Empty for the config, which is not reported."""
    manifest = state.run.outgoing.manifest
    layers = manifest.layers if manifest else ()
    return diff_id(state, blob, layers) if blob in layers else ""


def diff_id(state: State, layer: Descriptor, layers: tuple[Descriptor, ...]) -> str:
    store = state.client.images
    held = store.image_manifest(store.find(ref(state).canonical) or "")
    config = store.config(held.config.digest) if held else None
    known = config.diff_ids if config else ()
    place = layers.index(layer)
    return short_digest(known[place] if place < len(known) else layer.digest)


def progress29(event: Event, state: State) -> tuple[str, ...]:
    match event:
        case e.ImageFound():
            return heading(state)
        case e.PushPlanned(manifest):
            layers = tuple(dict.fromkeys(reversed(manifest.layers)))
            return tuple(f"{layer.short}: Waiting" for layer in layers)
        case e.BlobFound(blob) if is_layer(state, blob):
            return (f"{blob.short}: Layer already exists",)
        case e.BlobMounted(blob, source) if is_layer(state, blob):
            return (f"{blob.short}: Mounted from {source}",)
        case e.BlobCommitted(blob) if is_layer(state, blob):
            return (f"{blob.short}: Pushed",)
        case _:
            return ()


def is_layer(state: State, blob: Descriptor) -> bool:
    manifest = state.run.outgoing.manifest
    return manifest is not None and blob in manifest.layers


PROGRESS: Mapping[str, Callable[[Event, State], tuple[str, ...]]] = {
    "26": progress26,
    "29": progress29,
}


def concluded(before: State, event: e.TagKept | e.ManifestPushed, after: State) -> tuple[Line, ...]:
    """Under which digest the registry has the image."""
    outgoing = before.run.outgoing
    assert outgoing.manifest is not None
    if quiet(before):
        return output("output", (ref(before).whole,))
    said = f"digest: {outgoing.manifest.digest} size: {outgoing.manifest.size}"
    told: tuple[str, ...] = (f"{ref(before).identifier}: {said}",)
    if outgoing.index:
        told += ("", PARTIAL, f"         {outgoing.index} -> {outgoing.manifest.digest}")
    return output("output", told)


PARTIAL = (
    " Info -> Not all multiplatform-content is present and only the available single-platform "
    "image was pushed"
)
PLATFORM_ONLY = (
    "",
    " Info -> Using --platform pushes only the specified platform manifest of a multi-platform "
    "image index.",
    "         Other components, like attestations, will not be included.",
    "         To push the complete multi-platform image, remove the --platform flag.",
    "         ",
)


def explain(failure: Failure, state: State) -> tuple[str, ...]:
    """Standard error of a push that failed. The heading was printed before, so the engine's words
    come alone."""
    said = TOLD[state.client.engine](failure, state)
    return tuple(said.split("\n"))


def told26(failure: Failure, state: State) -> str:
    """The engine tells the cause, and not which request met it (moby's `retryOnError`)."""
    match failure:
        case e.NoCredentials():
            return "no basic auth credentials"
        case e.TagMissing(name, lone):
            return f"{NO_IMAGE if lone else NO_TAG}: {name}"
        case e.Unreachable(method, url):
            said = unreachable_text(failure)
            return go_error(method, url, said) if state.phase is Phase.PINGING_PUSH else said
        case e.TokenMissing(reason=reason):
            return reason
        case e.Refused():
            return refused26(failure)
        case _:
            return ""


NO_TAG = "tag does not exist"
NO_IMAGE = "An image does not exist locally with the tag"


def refused26(failure: e.Refused) -> str:
    """The challenge's own error comes before the body's (RFC 6750 section 3)."""
    errors, status = as_read(failure.errors), failure.status
    challenged = failure.error if isinstance(failure, e.AccessDenied) else ""
    code = {"insufficient_scope": "DENIED", "invalid_token": "UNAUTHORIZED"}.get(challenged)
    if code:
        return classic_error(e.RegistryError(code, detail="challenge"), status)
    if errors and 400 <= status < 500:
        return classic_error(errors[0], status)
    return classic_errors(errors, status)


def told29(failure: Failure, state: State) -> str:
    denied = "push access denied, repository does not exist or may require authorization"
    match failure:
        case e.NoCredentials():
            return f"{denied}: authorization failed: no basic auth credentials"
        case e.AccessDenied(error=error) if error:
            return f"{denied}: server message: {error}: authorization failed"
        case e.TagMissing(name, lone):
            return f"{NO_IMAGE if lone else NO_TAG}: {name}"
        case e.PlatformAbsent(platform):
            found = f"image with reference {ref(state).familiar} was found"
            return f"{found} but does not provide the specified platform ({platform})"
        case e.HelperFailed():
            return "\n".join(docker29.explain(failure, state))
        case _:
            return docker29.told(failure, state)


TOLD: Mapping[str, Callable[[Failure, State], str]] = {"26": told26, "29": told29}


def missing(before: State, event: e.TagMissing, after: State) -> tuple[Line, ...]:
    """The heading comes first, also where there is nothing of the repository."""
    told = output("output", heading(before) if event.lone else ())
    return told + output("error", explain(event, before))


def tagged(before: State, event: e.ImageTagged, after: State) -> tuple[Line, ...]:
    """`docker tag` says nothing."""
    return ()


LINES: LinesOf = {
    **dict.fromkeys(
        (e.ImageFound, e.PushPlanned, e.BlobFound, e.BlobMounted, e.BlobCommitted,
         e.BlobConfirmed, e.UploadRetried), progress),
    e.TagKept: concluded,
    e.ManifestPushed: concluded,
    e.TagMissing: missing,
    e.ImageTagged: tagged,
}  # fmt: skip
