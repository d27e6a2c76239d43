"""Pushing and deleting: uploads of blobs, mounts, manifests and tags.

Each call gives the answer and the registry as it is afterwards (distribution spec, end-4 to
end-11). Only a writable registry gets here.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qs

from simulator.protocol.digest import LENGTHS, algorithm_of, digest_of
from simulator.protocol.json_text import json_of
from simulator.protocol.media_types import INDEXES
from simulator.protocol.message import Request, Response
from simulator.protocol.reference import TAG
from simulator.protocol.target import Kind, Target
from simulator.registry.access import refuse
from simulator.registry.content import not_a_digest
from simulator.registry.model import Auth, Blob, Registry, Repository, StoredManifest, Upload
from simulator.registry.referrers import subject_of
from simulator.registry.replies import SNIFF, VERSION, error, error_without_detail

MOST_UPLOADS = 1000
"""Uploads that are open at once."""


@dataclass(frozen=True)
class Written:
    """The answer to a write, and the registry afterwards."""

    response: Response
    registry: Registry


Write = Callable[[Request, Registry, Target], Written]


def start_upload(request: Request, registry: Registry, target: Target) -> Written:
    """A new upload; a mount or a whole blob where the query names one (end-4a, end-4b, end-11)."""
    query = parse_qs(request.query)
    if query.get("digest-algorithm", ["sha256"])[0] not in LENGTHS:
        return Written(error("DIGEST_INVALID", detail={}), registry)
    mounted = mountable(request, registry, query)
    if mounted:
        return stored(registry, target.repository, mounted)
    ident = upload_id(registry, target.repository)
    begun = replace(registry, started=registry.started + 1)
    if "digest" in query:
        whole = with_upload(begun, target.repository, ident, Upload())
        return finish_upload(request, whole, target._replace(identifier=ident))
    return progress(202, request, begun, target._replace(identifier=ident), Upload())


def mountable(request: Request, registry: Registry, query: dict[str, list[str]]) -> Blob | None:
    """The blob to mount from the other repository, where the client may pull from there."""
    wanted, source = query.get("mount", [""])[0], query.get("from", [""])[0]
    held = registry.repositories.get(source, Repository()).blobs.get(wanted)
    return held if held and readable(request, registry, source) else None


def readable(request: Request, registry: Registry, source: str) -> bool:
    """Whether the sender of this request may pull from there."""
    path = f"{request.url.partition('/v2/')[0]}/v2/{source}/manifests/latest"
    asked = replace(request, method="GET", url=path)
    return registry.auth is Auth.NONE or refuse(asked, registry) is None


def upload_id(registry: Registry, name: str) -> str:
    """An id that no one can guess, and that is the same in each run of the same world."""
    seed = b"%b %d %b" % (registry.signer.secret, registry.started, name.encode())
    text = sha256(seed).hexdigest()
    return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:32]))


def continue_upload(request: Request, registry: Registry, target: Target) -> Written:
    """One more chunk (end-5). One that does not begin where the last one ended is refused."""
    held = upload_of(registry, target)
    if held is None:
        return Written(UNKNOWN_UPLOAD, registry)
    if not follows(request, held):
        return progress(416, request, registry, target, held)
    return progress(202, request, registry, target, held.with_sent(request))


def follows(request: Request, upload: Upload) -> bool:
    """Whether the chunk begins where the last one ended, as far as it says where it begins."""
    first = (request.header("Content-Range") or "").removeprefix("bytes ").partition("-")[0]
    return not first or first == str(upload.size)  # of 5,000 digits Python makes no number


def finish_upload(request: Request, registry: Registry, target: Target) -> Written:
    """The last chunk, if any, and the digest of the whole (end-6)."""
    held = upload_of(registry, target)
    if held is None:
        return Written(UNKNOWN_UPLOAD, registry)
    if not follows(request, held):
        return progress(416, request, registry, target, held)
    digest = parse_qs(request.query).get("digest", [""])[0]
    problem = not_a_digest(digest) if ":" in digest else error("DIGEST_INVALID", detail={})
    whole = held.with_sent(request)
    blob = whole.blob(digest) if not problem else None
    if problem or blob is None:
        return Written(problem or error("DIGEST_INVALID", detail={}), registry)
    left = without_upload(registry, target)
    return stored(left, target.repository, blob)


def upload_status(request: Request, registry: Registry, target: Target) -> Written:
    """How much has arrived (end-13)."""
    held = upload_of(registry, target)
    if held is None:
        return Written(UNKNOWN_UPLOAD, registry)
    return progress(204, request, registry, target, held)


def cancel_upload(request: Request, registry: Registry, target: Target) -> Written:
    if upload_of(registry, target) is None:
        return Written(UNKNOWN_UPLOAD, registry)
    return Written(empty(204), without_upload(registry, target))


UNKNOWN_UPLOAD = error_without_detail("BLOB_UPLOAD_UNKNOWN")


def upload_of(registry: Registry, target: Target) -> Upload | None:
    return registry.uploads.get((target.repository, target.identifier))


def with_upload(registry: Registry, name: str, ident: str, upload: Upload) -> Registry:
    """The oldest one is given up where there are too many."""
    others = {key: one for key, one in registry.uploads.items() if key != (name, ident)}
    kept = dict(list(others.items())[-MOST_UPLOADS + 1 :])
    return replace(registry, uploads={**kept, (name, ident): upload})


def without_upload(registry: Registry, target: Target) -> Registry:
    gone = (target.repository, target.identifier)
    return replace(registry, uploads={k: v for k, v in registry.uploads.items() if k != gone})


def progress(
    status: int, request: Request, registry: Registry, target: Target, upload: Upload
) -> Written:
    """Where to send the next chunk, and which bytes are here."""
    name, ident = target.repository, target.identifier
    where = f"{origin(request)}/v2/{name}/blobs/uploads/{ident}?_state={upload.size}"
    about = (
        ("Docker-Upload-Uuid", ident),
        ("Location", where),
        ("Range", f"0-{max(upload.size - 1, 0)}"),
    )
    return Written(empty(status, *about), with_upload(registry, name, ident, upload))


def stored(registry: Registry, name: str, blob: Blob) -> Written:
    """201: the blob is in the repository."""
    held = registry.repositories.get(name, Repository())
    after = with_repository(registry, name, replace(held, blobs={**held.blobs, blob.digest: blob}))
    return Written(created(f"/v2/{name}/blobs/{blob.digest}", blob.digest), after)


def put_manifest(request: Request, registry: Registry, target: Target) -> Written:
    """A manifest under its digest, and under the tags that are named (end-7). What it names must
    be here already."""
    name, identifier = target.repository, target.identifier
    kind = (request.header("Content-Type") or "").partition(";")[0]
    digest = digest_of(request.payload, algorithm_of(identifier) if ":" in identifier else "sha256")
    problem = wrong_manifest(request, registry, target, digest)
    if problem:
        return Written(problem, registry)
    held = registry.repositories.get(name, Repository())
    manifests = {**held.manifests, digest: StoredManifest(kind, request.payload)}
    beside = tags_beside(request) if ":" in identifier else ()
    tags = {**held.tags, **dict.fromkeys(beside if ":" in identifier else (identifier,), digest)}
    after = with_repository(registry, name, replace(held, manifests=manifests, tags=tags))
    about = (*subject_taken(request, registry), *tags_taken(beside))
    return Written(created(f"/v2/{name}/manifests/{digest}", digest, *about), after)


def tags_beside(request: Request) -> tuple[str, ...]:
    """The tags that a manifest gets which is pushed by its digest (end-7b)."""
    return tuple(one for one in parse_qs(request.query).get("tag", ()) if TAG.fullmatch(one))


def tags_taken(beside: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """The sign that these tags were set."""
    return (("OCI-Tag", ", ".join(beside)),) if beside else ()


def subject_taken(request: Request, registry: Registry) -> tuple[tuple[str, str], ...]:
    """The sign that the client need not keep a list of its own under the fallback tag."""
    document = parsed(request.payload)
    subject = subject_of(document) if isinstance(document, dict) else ""
    return (("OCI-Subject", subject),) if subject and registry.referrers else ()


def wrong_manifest(
    request: Request, registry: Registry, target: Target, digest: str
) -> Response | None:
    identifier = target.identifier
    problem = None if TAG.fullmatch(identifier) else not_a_digest(identifier)
    if problem:
        return problem
    if ":" in identifier and digest != identifier:
        return error("DIGEST_INVALID", detail={})
    document = parsed(request.payload)
    if not isinstance(document, dict):
        return error("MANIFEST_INVALID", detail={})
    held = registry.repositories.get(target.repository, Repository())
    missing = [one for one in named(document) if one not in {**held.blobs, **held.manifests}]
    return error("MANIFEST_BLOB_UNKNOWN", detail={"digest": missing[0]}) if missing else None


def parsed(data: bytes) -> Any:
    try:
        return json_of(data)
    except ValueError:
        return None


def named(document: Mapping[str, Any]) -> list[str]:
    """The digests that a manifest needs. An index may name images that are not here."""
    if document.get("mediaType") in INDEXES or "manifests" in document:
        return []
    layers = document.get("layers")
    entries = [document.get("config"), *(layers if isinstance(layers, list) else ())]
    return [str(one["digest"]) for one in entries if isinstance(one, dict) and "digest" in one]


def delete_manifest(request: Request, registry: Registry, target: Target) -> Written:
    """A manifest with all its tags, or one tag alone (end-9)."""
    held = registry.repositories.get(target.repository, Repository())
    gone = target.identifier
    if gone not in held.tags and gone not in held.manifests:
        return Written(error("MANIFEST_UNKNOWN", detail={}), registry)
    left = replace(
        held,
        tags={k: v for k, v in held.tags.items() if gone not in (k, v)},
        manifests={k: v for k, v in held.manifests.items() if k != gone},
    )
    return Written(empty(202), with_repository(registry, target.repository, left))


def delete_blob(request: Request, registry: Registry, target: Target) -> Written:
    held = registry.repositories.get(target.repository, Repository())
    if target.identifier not in held.blobs:
        return Written(error("BLOB_UNKNOWN", detail=target.identifier), registry)
    left = {k: v for k, v in held.blobs.items() if k != target.identifier}
    after = with_repository(registry, target.repository, replace(held, blobs=left))
    return Written(empty(202, ("Docker-Content-Digest", target.identifier)), after)


def with_repository(registry: Registry, name: str, repository: Repository) -> Registry:
    return replace(registry, repositories={**registry.repositories, name: repository})


def created(where: str, digest: str, *more: tuple[str, str]) -> Response:
    return empty(201, ("Docker-Content-Digest", digest), ("Location", where), *more)


def empty(status: int, *about: tuple[str, str]) -> Response:
    return Response(status, (("Content-Length", "0"), VERSION, *about, SNIFF))


def origin(request: Request) -> str:
    return request.url.partition("/v2/")[0]


WRITES: Mapping[tuple[str, Kind], Write] = {
    ("POST", Kind.UPLOAD): start_upload,
    ("PATCH", Kind.UPLOAD): continue_upload,
    ("PUT", Kind.UPLOAD): finish_upload,
    ("GET", Kind.UPLOAD): upload_status,
    ("DELETE", Kind.UPLOAD): cancel_upload,
    ("PUT", Kind.MANIFEST): put_manifest,
    ("DELETE", Kind.MANIFEST): delete_manifest,
    ("DELETE", Kind.BLOB): delete_blob,
}
"""The calls that a writable registry takes beside those of `routes`."""
