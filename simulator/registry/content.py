"""Pulling and listing: manifests, blobs, tags and the catalog."""

import json
import re
from collections.abc import Callable
from urllib.parse import parse_qsl, quote

from simulator.protocol.byte_range import ByteRange
from simulator.protocol.digest import ANY_DIGEST, InvalidDigest, check_digest
from simulator.protocol.message import Content, Request, Response
from simulator.protocol.reference import TAG
from simulator.protocol.target import Target
from simulator.registry.access import may, subject
from simulator.registry.model import Auth, Blob, Registry, Repository
from simulator.registry.ranges import unchanged
from simulator.registry.replies import (
    JSON,
    NOT_FOUND,
    SNIFF,
    TEXT,
    VERSION,
    error,
    error_without_detail,
    reply,
)


def manifest(request: Request, registry: Registry, target: Target) -> Response:
    """A manifest by tag or digest (distribution spec, end-3)."""
    name, identifier = target.repository, target.identifier
    problem = None if TAG.fullmatch(identifier) else not_a_digest(identifier)
    if problem:
        return problem
    repository = registry.repositories.get(name, Repository())
    digest = repository.tags.get(identifier, identifier)
    stored = repository.manifests.get(digest)
    if stored is None:
        detail = {"Tag": identifier}
        if ":" in identifier:
            detail = {"Name": name, "Revision": identifier}
        return error("MANIFEST_UNKNOWN", detail=detail)
    if "oci" in stored.media_type and not accepts_oci(request):
        said = "OCI manifest found, but accept header does not support OCI manifests"
        return error_without_detail("MANIFEST_UNKNOWN", said)
    if unchanged(request, digest):
        return Response(304, (VERSION, SNIFF))
    about = (("Docker-Content-Digest", digest), ("Etag", f'"{digest}"'))
    return reply(200, stored.media_type, stored.data, *about)


def accepts_oci(request: Request) -> bool:
    accept = request.header("Accept") or ""
    return "oci" in accept or "*/*" in accept or not accept


def not_a_digest(identifier: str) -> Response | None:
    """Its fault: without a colon it is no address at all, as distribution says."""
    if ":" not in identifier:
        return NOT_FOUND
    try:
        check_digest(identifier)
        right = ANY_DIGEST.fullmatch(identifier) is not None
    except InvalidDigest:
        right = False
    return None if right else error("DIGEST_INVALID", detail={})


def blob(request: Request, registry: Registry, target: Target) -> Response:
    """A blob, or a part of it (distribution spec, end-2)."""
    digest = target.identifier
    problem = not_a_digest(digest)
    if problem:
        return problem
    repository = registry.repositories.get(target.repository, Repository())
    stored = repository.blobs.get(digest)
    if stored is None:
        return error("BLOB_UNKNOWN", detail=digest)
    if registry.blobs_at:
        return reply(307, TEXT, b"", ("Location", registry.blobs_at + digest))
    return stored_content(request, stored)


def stored_content(request: Request, stored: Blob) -> Response:
    """A blob's bytes, or what is known of them."""
    if stored.size is None:
        return content(request, stored.digest, stored.data)
    wanted = ByteRange.parse(request.header("Range"))
    first = wanted.start if wanted and wanted.last is None else 0
    about = (("Accept-Ranges", "bytes"), ("Docker-Content-Digest", stored.digest))
    left = Content(stored.size - first, stored.actual or stored.digest, stored.unpacked)
    return Response(206 if first else 200, about, stored.data, left)


def stored_blob(request: Request, registry: Registry, target: Target) -> Response:
    """A blob by digest alone: how a storage host behind a redirect answers.

    Only an open one: elsewhere this would lead around the rights to a repository.
    """
    held = (one.blobs for one in registry.repositories.values() if registry.auth is Auth.NONE)
    found = (blobs[target.identifier] for blobs in held if target.identifier in blobs)
    return next((stored_content(request, blob) for blob in found), NOT_FOUND)


def content(request: Request, digest: str, data: bytes) -> Response:
    about = (
        ("Cache-Control", "max-age=31536000"),
        ("Docker-Content-Digest", digest),
        ("Etag", f'"{digest}"'),
    )
    if unchanged(request, digest):
        return Response(304, (VERSION, *about, SNIFF))
    return reply(200, "application/octet-stream", data, ("Accept-Ranges", "bytes"), *about)


def tags(request: Request, registry: Registry, target: Target) -> Response:
    name = target.repository
    repository = registry.repositories.get(name)
    if repository is None:
        return error("NAME_UNKNOWN", detail={"name": name})
    known = sorted(repository.tags) if registry.in_order else list(repository.tags)
    return page(request, known, lambda some: {"name": name, "tags": some})


def catalog(request: Request, registry: Registry, target: Target) -> Response:
    """All repositories, or those that the user may pull where names have rights."""
    user = subject(request.authorization, registry)
    names = sorted(registry.repositories)
    if registry.auth is not Auth.NONE and user is not None:
        names = [one for one in names if may(registry, user, ("repository", one, "pull"))]
    return page(request, names, lambda some: {"repositories": some})


def page(
    request: Request,
    items: list[str],
    document: Callable[[list[str]], dict[str, object]],
) -> Response:
    """One page of a list: `n` items after `last`, with a link to the next page (RFC 8288)."""
    query = dict(parse_qsl(request.query))
    last = query.get("last")
    later = [item for item in items if last is None or item > last]
    size = int(query["n"]) if re.fullmatch(r"\d{1,9}", query.get("n", "")) else len(later)
    some = later[:size]
    link: tuple[tuple[str, str], ...] = ()
    if some and len(some) < len(later):
        link = (
            (
                "Link",
                f'<{request.path}?last={quote(some[-1], safe="")}&n={size}>; rel="next"',
            ),
        )
    body = json.dumps(document(some), separators=(",", ":")).encode() + b"\n"
    return reply(200, JSON, body, *link)
