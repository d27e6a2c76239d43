"""The requests of a pull or login, and the addresses that they go to."""

from operator import itemgetter

from simulator.docker import events as e
from simulator.docker.cli.commands import Login, ManifestInspect, Pull
from simulator.docker.machine.state import State
from simulator.docker.machine.table import Phase
from simulator.protocol.authorization import Authorization
from simulator.protocol.hosts import split_url
from simulator.protocol.manifest import Descriptor, Index, Manifest
from simulator.protocol.media_types import CONFIGS, INDEXES, MANIFESTS
from simulator.protocol.message import Request
from simulator.protocol.platform import Platform
from simulator.protocol.reference import Reference
from simulator.protocol.target import Kind


def ref(state: State) -> Reference:
    assert state.run.reference is not None
    return state.run.reference


def origin(state: State) -> str:
    return f"{'http' if state.run.access.plain_http else 'https'}://{state.run.host}"


def ping(state: State, authorization: Authorization | None) -> Request:
    return Request("GET", f"{origin(state)}/v2/", (), authorization)


def unusable(state: State) -> e.CertificatesUnusable | None:
    """The files for this registry, where a client's certificate lacks its key or the other way
    round; containerd's resolver does not look at a lone key."""
    files = state.client.certs_of(state.run.host)
    classic = state.profile.pings or not isinstance(state.run.command, Pull) or listing(state)
    for name in sorted(files):
        stem, _, kind = name.rpartition(".")
        other = f"{stem}.{OTHER_HALF.get(kind, kind)}"
        if other not in files and (kind == "cert" or classic):
            return e.CertificatesUnusable(f"{stem}.cert", f"{stem}.key", other)
    return None


OTHER_HALF = {"cert": "key", "key": "cert"}


def listing(state: State) -> bool:
    """Whether `--all-tags` still has to learn the tags; both engines ask in the classic way."""
    command = state.run.command
    return isinstance(command, Pull) and command.all_tags and state.run.tags.left is None


def registry_only(state: State) -> bool:
    """Whether the manifest is all that is wanted, and the image store is not looked at."""
    command = state.run.command
    return isinstance(command, Pull) and command.by == "imagetools"


RESOURCES = (Kind.MANIFEST, Kind.BLOB, Kind.UPLOAD, Kind.TAGS)


def bounded(state: State, request: Request) -> bool:
    """Whether the client gives a time to the whole request: moby does for pings, logins and
    tokens (`PingV2Registry`, `v2AuthHTTPClient`, distribution's `tokenHandler`)."""
    classic = state.profile.pings or isinstance(state.run.command, Login) or listing(state)
    return classic and request.target.kind not in RESOURCES


def patience(state: State, request: Request) -> int:
    """Seconds that the client waits: 15 for a request with a time of its own; containerd's
    transport gives 30 to an answer's headers (`DefaultHTTPTransport`), the classic one none."""
    if bounded(state, request):
        return 15
    return 0 if state.profile.pings or listing(state) else 30


def tags_url(state: State) -> str:
    return f"{origin(state)}/v2/{ref(state).repository}/tags/list"


def manifest_url(state: State, identifier: str) -> str:
    return f"{origin(state)}/v2/{ref(state).repository}/manifests/{identifier}"


def blob_url(state: State, digest: str) -> str:
    return f"{origin(state)}/v2/{ref(state).repository}/blobs/{digest}"


def manifest_request(state: State, method: str, identifier: str) -> Request:
    url = manifest_url(state, identifier)
    return Request(method, url, state.profile.accept, state.run.access.authorization)


def wanted(state: State) -> str:
    """The digest (or, where the registry named none, the tag) of the manifest to fetch."""
    if state.run.image.selected:
        return state.run.image.selected.digest
    return state.run.image.resolved or ref(state).identifier


def untyped(state: State) -> bool:
    """The resolved content is no manifest by its media type, and this engine goes by that."""
    image, known = state.run.image, (*MANIFESTS, *INDEXES)
    return state.profile.goes_by_type and not image.selected and image.media_type not in known


def blob_request(state: State, blob: Descriptor) -> Request:
    """A blob from the registry, or from where it redirected to: another host does not get the
    credential."""
    held = dict(state.run.download.partial).get(blob.digest)
    headers = (("Range", f"bytes={held}-"),) if held else ()
    url = blob_url(state, blob.digest)
    moved = dict(state.run.download.moved).get(blob.digest)
    if moved:
        there = split_url(moved)
        below = "/v2/" in there.path or not state.profile.pings
        same = there.netloc == state.run.host and below
        sent = state.run.access.authorization if same else None
        return Request("GET", moved, headers, sent, promised=blob.size)
    return Request("GET", url, headers, state.run.access.authorization, promised=blob.size)


def asked(state: State) -> tuple[str, str]:
    """The request that the authorization is for, as Docker names it in errors."""
    if state.phase is Phase.AUTHORIZING_LOGIN:
        return "GET", f"{origin(state)}/v2/"
    if listing(state):
        return "GET", tags_url(state)
    if isinstance(state.run.command, ManifestInspect):
        return "GET", reading_url(state)
    if state.phase is Phase.AUTHORIZING_BLOBS:
        return "GET", blob_url(state, state.run.download.waiting[0].digest)
    if state.phase is Phase.AUTHORIZING_REFERRERS:
        return "GET", referrers_url(state)
    if state.phase is Phase.AUTHORIZING_FETCH or (ref(state).digest and state.profile.pings):
        return "GET", manifest_url(state, wanted(state))
    return "HEAD", manifest_url(state, ref(state).identifier)


def reading_url(state: State) -> str:
    """What `docker manifest inspect` asks for now: a manifest, or its config."""
    reading = state.run.reading
    if reading.manifest:
        return blob_url(state, reading.manifest.config.digest)
    return manifest_url(state, reading.entry.digest if reading.entry else ref(state).identifier)


def kind_of(state: State, blob: Descriptor) -> str:
    manifests = (state.run.image.manifest, *state.run.attestation.manifests)
    configs = {one.config.digest for one in manifests if one}
    return "config" if blob.digest in configs else "layer"


def is_image(state: State) -> bool:
    manifest = state.run.image.manifest
    return manifest is not None and manifest.config.media_type in CONFIGS


def entry_for(index: Index, platform: Platform) -> Descriptor | None:
    """The best entry of the index for this platform, or an index inside that may have one."""
    ranks = ((x.platform.rank(platform), x) for x in index.manifests if x.platform)
    known = [(rank, entry) for rank, entry in ranks if rank is not None]
    fits = [entry for _, entry in sorted(known, key=itemgetter(0))]
    inner = [x for x in index.manifests if x.platform is None and x.media_type in INDEXES]
    return next(iter((*fits, *inner)), None)


def complete(state: State, digest: str) -> bool:
    """Whether the store holds all of the image of this digest, for this platform."""
    found = state.client.images.manifest(digest)
    while isinstance(found, Index):
        entry = entry_for(found, state.platform)
        found = state.client.images.manifest(entry.digest) if entry else None
    if not isinstance(found, Manifest):
        return False
    blobs = (found.config.digest, *(layer.digest for layer in found.layers))
    return set(blobs) <= set(state.client.images.blobs)


def attestation_of(state: State) -> Descriptor | None:
    """The attestation that the indexes have for the manifest that is pulled: the last counts."""
    image, profile = state.run.image, state.profile
    manifest = image.manifest.digest if image.manifest else None
    indexes = (*image.outer, *((image.index,) if image.index else ()))
    return attestation_in(indexes, manifest) if profile.fetches_attestations else None


def attestation_in(indexes: tuple[Index, ...], digest: str | None) -> Descriptor | None:
    about = [one for index in indexes for one in index.manifests if one.subject == digest]
    return about[-1] if about and digest else None


def referrers_url(state: State) -> str:
    """The referrers API, or the tag in its place (distribution spec, "referrers tag schema")."""
    entry, base = attestation_of(state), f"{origin(state)}/v2/{ref(state).repository}"
    digest = entry.digest if entry else ""
    if state.run.attestation.by_tag:
        return f"{base}/manifests/{digest.replace(':', '-', 1)}"
    return f"{base}/referrers/{digest}"


def untagged(image: str) -> bool:
    """Whether a name was typed without tag and digest."""
    return "@" not in image and ":" not in image.rpartition("/")[2]
