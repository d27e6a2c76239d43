"""`docker manifest inspect`: Docker's CLI reads a manifest and its config, or those of an index.

It asks the registry itself, with the classic client, and knows no image store. Whatever goes wrong
with a single manifest, it begins anew and looks for an index (docker/cli, `runInspect`).
"""

from dataclasses import replace

from simulator.docker import events as e
from simulator.docker.cli.commands import ManifestInspect
from simulator.docker.events import Event, Failure, ReadManifest
from simulator.docker.machine.answers import challenged, errors, refusal, succeeded
from simulator.docker.machine.part import Move, Part
from simulator.docker.machine.redirects import following
from simulator.docker.machine.requests import ping, reading_url, ref, unusable
from simulator.docker.machine.resolve import look_up
from simulator.docker.machine.state import Access, Reading, Run, State
from simulator.docker.machine.table import Phase
from simulator.protocol.digest import digest_of
from simulator.protocol.manifest import Descriptor, InvalidManifest, Manifest, parse_manifest
from simulator.protocol.media_types import INDEXES, MANIFESTS
from simulator.protocol.message import Request, Response
from simulator.protocol.platform import Platform, platform_of
from simulator.protocol.reference import InvalidReference, Reference
from simulator.protocol.target import Kind


def asking(state: State) -> ManifestInspect:
    command = state.run.command
    assert isinstance(command, ManifestInspect)
    return command


def name_manifest(state: State) -> Event:
    try:
        return e.ReferenceParsed(Reference.parse(asking(state).image))
    except InvalidReference as error:
        return e.ReferenceRejected(str(error))


def read(state: State) -> Move:
    """A ping, the manifest, its config; of an index the same for each entry."""
    reading = state.run.reading
    wrong = unusable(state)
    if wrong:
        return wrong
    if reading.pings + bool(state.run.access.challenge) < pings(state):
        return (ping(state, None),)
    if unused(state):
        return e.ManifestUnknown("GET", reading_url(state), 404)
    if reading.read and not (reading.entry or reading.left or reading.manifest):
        return e.ManifestInspected(reading.read, reading.as_list)
    accept = () if reading.manifest else state.profile.accept
    return (Request("GET", reading_url(state), accept, state.run.access.authorization),)


def unused(state: State) -> bool:
    """Whether the registry has plain HTTP alone, which needs `--insecure` even on this machine."""
    return state.run.access.plain_http and not asking(state).insecure


def pings(state: State) -> int:
    """An address that is not used after all is asked twice."""
    return 2 if unused(state) else 1


def meaning(state: State, request: Request, answer: Response) -> Event:
    if request.target.kind is Kind.PING:
        return e.AccessOpen(answer.status) if unused(state) else challenged(state, request, answer)
    if not succeeded(state, answer):
        manifest = state.run.reading.manifest
        if manifest and answer.status == 404:
            return e.BlobUnknown(manifest.config, errors(answer))
        return refusal(request, answer)
    if state.run.reading.manifest:
        return config(state, state.run.reading.manifest, request, answer)
    return manifest_read(state, request, answer)


def manifest_read(state: State, request: Request, answer: Response) -> Event:
    announced = (answer.header("Content-Type") or "").partition(";")[0]
    if announced not in (*MANIFESTS, *INDEXES):
        why = f"unsupported manifest media type and no default available: {announced}"
        return e.ManifestUnreadable(request.url, why, announced=True)
    entry = state.run.reading.entry
    expected = entry.digest if entry else ref(state).digest
    actual = digest_of(answer.body)
    try:
        parsed = parse_manifest(answer.body, actual, announced)
    except InvalidManifest as error:
        return e.ManifestUnreadable(request.url, str(error), announced=True)
    if expected and actual != expected:
        return e.DigestMismatch("manifest", expected, actual)
    if isinstance(parsed, Manifest) and state.run.reading.as_list and not entry:
        return e.ManifestUnreadable(request.url, no_index(parsed, answer.body), announced=True)
    if isinstance(parsed, Manifest):
        return e.ManifestRead(parsed, answer.body.decode(errors="replace"))
    if not state.run.reading.as_list:
        return e.SoughtAsList()
    if entry:
        why = "unsupported manifest type: *manifestlist.DeserializedManifestList"
        return e.ManifestUnreadable(request.url, why, announced=True)
    return e.EntriesRead(parsed) if parsed.manifests else refusal(request, Response(404))


def no_index(manifest: Manifest, body: bytes) -> str:
    """Go's own form of the manifest, byte by byte (docker/cli, `fetchList`)."""
    layers = " ".join(map(go_descriptor, manifest.layers))
    parts = f"{{2 {manifest.media_type}}} {go_descriptor(manifest.config)} [{layers}]"
    return f"unsupported manifest format: &{{{{{parts}}} [{' '.join(map(str, body))}]}}"


def go_descriptor(one: Descriptor) -> str:
    return f"{{{one.media_type} {one.size} {one.digest} [] map[] <nil>}}"


def config(state: State, manifest: Manifest, request: Request, answer: Response) -> Event:
    digest = manifest.config.digest
    if digest_of(answer.body) != digest:
        return e.DigestMismatch("config", digest, digest_of(answer.body))
    entry = state.run.reading.entry
    known = answer.json()
    platform = platform_of(known) if isinstance(known, dict) else Platform("", "")
    descriptor = Descriptor(manifest.media_type, manifest.digest, manifest.size,
                            entry.platform if entry and entry.platform else platform)  # fmt: skip
    name = ref(state).canonical
    named = f"{name}@{manifest.digest}" if entry else name
    return e.PlatformRead(ReadManifest(named, descriptor, state.run.reading.text))


def begun_anew(state: State, event: Event) -> Event:
    """The first failure ends nothing."""
    here = state.phase in (Phase.READING_MANIFEST, Phase.AUTHORIZING_MANIFEST)
    first = here and not state.run.reading.as_list
    return e.SoughtAsList(event) if first and isinstance(event, Failure) else event


def keep_ping(state: State, event: e.AccessOpen) -> Run:
    reading = state.run.reading
    return replace(state.run, reading=replace(reading, pings=reading.pings + 1))


def keep_manifest(state: State, event: e.ManifestRead) -> Run:
    reading = replace(state.run.reading, manifest=event.manifest, text=event.text)
    return replace(state.run, reading=reading)


def keep_entries(state: State, event: e.EntriesRead) -> Run:
    first, *rest = event.index.manifests
    reading = replace(state.run.reading, entry=first, left=tuple(rest))
    return replace(state.run, reading=reading)


def keep_platform(state: State, event: e.PlatformRead) -> Run:
    """The next entry's turn."""
    reading = state.run.reading
    entry = next(iter(reading.left), None)
    done = replace(reading, read=(*reading.read, event.read), manifest=None, text="",
                   entry=entry, left=reading.left[1:])  # fmt: skip
    return replace(state.run, reading=done)


def keep_anew(state: State, event: e.SoughtAsList) -> Run:
    return replace(state.run, access=Access(), reading=Reading(as_list=True))


PART = Part(
    moves={
        Phase.NAMING_MANIFEST: name_manifest,
        Phase.LOOKING_UP_MANIFEST: look_up,
        Phase.READING_MANIFEST: read,
    },
    meanings={Phase.READING_MANIFEST: following(meaning)},
    keeps={
        e.AccessOpen: keep_ping,
        e.ManifestRead: keep_manifest,
        e.EntriesRead: keep_entries,
        e.PlatformRead: keep_platform,
        e.SoughtAsList: keep_anew,
    },
)
