"""Who refers to a manifest: signatures, attestations and other artifacts with it as `subject`.

Distribution spec 1.1, "Listing Referrers" (end-12a, end-12b). The list is made from all manifests
of the repository, so those that a client listed under the fallback tag (`sha256-…`) are in it too.
"""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs

from simulator.protocol.json_text import json_of
from simulator.protocol.media_types import OCI_INDEX
from simulator.protocol.message import Request, Response
from simulator.protocol.target import Target
from simulator.registry.content import not_a_digest
from simulator.registry.model import Registry, Repository, StoredManifest
from simulator.registry.replies import error, reply


def referrers(request: Request, registry: Registry, target: Target) -> Response:
    """An index of them, empty where there are none."""
    if ":" not in target.identifier:
        return error("DIGEST_INVALID", detail={})
    problem = not_a_digest(target.identifier)
    if problem:
        return problem
    wanted = parse_qs(request.query).get("artifactType", [""])[0]
    repository = registry.repositories.get(target.repository, Repository())
    found = [one for one in entries(repository, target.identifier)
             if wanted in ("", one.get("artifactType"))]  # fmt: skip
    document = {"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": found}
    body = json.dumps(document, separators=(",", ":")).encode()
    filters = (("OCI-Filters-Applied", "artifactType"),) if wanted else ()
    return reply(200, OCI_INDEX, body, *filters)


def entries(repository: Repository, digest: str) -> Iterator[dict[str, Any]]:
    """The descriptor of each manifest whose subject this is."""
    for name, stored in repository.manifests.items():
        document = document_of(stored)
        if subject_of(document) == digest:
            yield descriptor(name, stored, document)


def descriptor(digest: str, stored: StoredManifest, document: dict[str, Any]) -> dict[str, Any]:
    """With the manifest's own annotations, and the type of its config where it names no type."""
    config = document.get("config")
    fallback = config.get("mediaType") if isinstance(config, dict) else None
    told = {
        "mediaType": stored.media_type, "size": len(stored.data), "digest": digest,
        "artifactType": document.get("artifactType") or fallback,
        "annotations": document.get("annotations"),
    }  # fmt: skip
    return {key: value for key, value in told.items() if value is not None}


def document_of(stored: StoredManifest) -> dict[str, Any]:
    """The manifest as JSON; empty where it is none."""
    try:
        document = json_of(stored.data)
    except ValueError:
        return {}
    return document if isinstance(document, dict) else {}


def subject_of(document: dict[str, Any]) -> str:
    """The digest that a manifest refers to; empty where it refers to none."""
    subject = document.get("subject")
    return str(subject.get("digest", "")) if isinstance(subject, dict) else ""
