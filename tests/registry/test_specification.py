"""What the OCI distribution specification 1.1 asks of push, content management and discovery.

Each requirement is a short exchange with a writable registry, asked in process and over a socket.
Pulling and listing have a table of their own (`calls`).
"""

import json
import re
from collections.abc import Callable

from simulator.protocol.digest import digest_of
from simulator.protocol.media_types import OCI_INDEX, OCI_MANIFEST
from simulator.protocol.message import Request
from simulator.registry.answer import respond
from simulator.registry.model import Auth, Registry
from simulator.registry.serving import running
from tests.cases import each
from tests.registry.talk import EMPTY, B, M, Talk, U, in_process, over_a_socket, writable
from tests.registry.uploads import DATA, DIGEST, HALF, NONE, UPLOADS

R = "/v2/a/b/referrers/"
SIGNATURE, BILL = "application/vnd.example.signature", "application/vnd.example.sbom"


def manifest(**more: object) -> bytes:
    """An image whose config is the empty JSON object."""
    config = {"mediaType": "application/vnd.oci.empty.v1+json", "digest": EMPTY, "size": 2}
    document = {"schemaVersion": 2, "mediaType": OCI_MANIFEST, "config": config, "layers": []}
    return json.dumps({**document, **more}).encode()


def subject(data: bytes) -> dict[str, object]:
    return {"mediaType": OCI_MANIFEST, "digest": digest_of(data), "size": len(data)}


IMAGE = manifest()
SIGNED = manifest(subject=subject(IMAGE), artifactType=SIGNATURE, annotations={"by": "me"})
LISTED = manifest(subject=subject(IMAGE), artifactType=BILL)
UNTYPED = manifest(subject=subject(IMAGE))
INDEX = json.dumps({"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": [],
                    "subject": subject(IMAGE), "artifactType": SIGNATURE}).encode()  # fmt: skip


# -- the requirements -------------------------------------------------------------------------


def large_manifest(talk: Talk) -> None:
    """One of nearly 4 MiB is taken, with the same bytes."""
    data = manifest(annotations={"x": "y" * ((4 << 20) - 1000)})
    talk.push(data, "large")
    assert talk("GET", M + "large", 200, Accept=OCI_MANIFEST).body == data


def manifest_by_tag(talk: Talk) -> None:
    """PUT: 201 with Location; the same bytes come back, with their type, by tag and digest."""
    told = talk.push(IMAGE, "1.0")
    assert told.headers["location"].endswith(M + digest_of(IMAGE))
    for name in ("1.0", digest_of(IMAGE)):
        told = talk("GET", M + name, 200, Accept=OCI_MANIFEST)
        assert (told.body, told.headers["content-type"]) == (IMAGE, OCI_MANIFEST)
        assert told.headers["docker-content-digest"] == digest_of(IMAGE)


def manifest_by_another_digest(talk: Talk) -> None:
    """The digest in the path is not that of the bytes: 400."""
    talk("PUT", M + NONE, 400, IMAGE, Content_Type=OCI_MANIFEST)
    assert talk.last.code == "DIGEST_INVALID"


def manifest_without_its_blobs(talk: Talk) -> None:
    """What it names is not here: an error that says so."""
    talk("PUT", M + "1.0", 400, IMAGE, Content_Type=OCI_MANIFEST)
    assert talk.last.code == "MANIFEST_BLOB_UNKNOWN"


def no_manifest(talk: Talk) -> None:
    """A body that is not JSON is no manifest."""
    talk("PUT", M + "1.0", 400, b"<html>", Content_Type=OCI_MANIFEST)
    assert talk.last.code == "MANIFEST_INVALID"


def tag_moves(talk: Talk) -> None:
    """The same tag again names the newer manifest; the older one stays under its digest."""
    talk.push(IMAGE, "1.0")
    talk.push(UNTYPED, "1.0")
    assert talk("GET", M + "1.0", 200, Accept=OCI_MANIFEST).body == UNTYPED
    assert talk("GET", M + digest_of(IMAGE), 200, Accept=OCI_MANIFEST).body == IMAGE


def tags_listed(talk: Talk) -> None:
    """In lexical order, `n` of them after `last`, with a link to the rest."""
    for tag in ("b", "a", "c"):
        talk.push(IMAGE, tag)
    told = talk("GET", "/v2/a/b/tags/list", 200)
    assert json.loads(told.body) == {"name": "a/b", "tags": ["a", "b", "c"]}
    told = talk("GET", "/v2/a/b/tags/list?n=1&last=a", 200)
    assert json.loads(told.body)["tags"] == ["b"] and 'rel="next"' in told.headers["link"]


def tag_deleted(talk: Talk) -> None:
    """202; the tag is gone, and the manifest stays."""
    talk.push(IMAGE, "1.0")
    talk("DELETE", M + "1.0", 202)
    talk("GET", M + "1.0", 404)
    talk("GET", M + digest_of(IMAGE), 200, Accept=OCI_MANIFEST)


def manifest_deleted(talk: Talk) -> None:
    """202; then 404 by digest and by tag, and its tag is not listed."""
    talk.push(IMAGE, "1.0")
    talk("DELETE", M + digest_of(IMAGE), 202)
    for name in ("1.0", digest_of(IMAGE)):
        assert talk("GET", M + name, 404).code == "MANIFEST_UNKNOWN"
    talk("DELETE", M + digest_of(IMAGE), 404)


def blob_deleted(talk: Talk) -> None:
    """202; then 404."""
    talk("POST", f"{U}?digest={DIGEST}", 201, DATA)
    talk("DELETE", B + DIGEST, 202)
    assert talk("GET", B + DIGEST, 404).code == "BLOB_UNKNOWN"
    talk("DELETE", B + DIGEST, 404)


def unknown_deleted(talk: Talk) -> None:
    """404, for a digest and for a tag."""
    talk.push(IMAGE)
    talk("DELETE", M + NONE, 404)
    talk("DELETE", M + "nothing", 404)


def no_referrers(talk: Talk) -> None:
    """200 and an empty index, for a manifest that is here and for one that is not."""
    talk.push(IMAGE)
    for digest in (digest_of(IMAGE), NONE):
        told = talk("GET", R + digest, 200)
        assert (told.headers["content-type"], told.referrers()) == (OCI_INDEX, [])


def bad_referrers(talk: Talk) -> None:
    """No digest: 400."""
    for wrong in ("latest", "sha256:xyz"):
        talk("GET", R + wrong, 400)


def subject_acknowledged(talk: Talk) -> None:
    """PUT with a subject: 201 with OCI-Subject, whether or not the subject is here."""
    told = talk.push(SIGNED)
    assert told.headers["oci-subject"] == digest_of(IMAGE)
    assert "oci-subject" not in talk.push(IMAGE).headers


def referrers_listed(talk: Talk) -> None:
    """Each with type, digest, size, artifactType (or the config's type) and annotations."""
    for data in (IMAGE, SIGNED, UNTYPED):
        talk.push(data)
    talk.push(INDEX, kind=OCI_INDEX)
    found = {one["digest"]: one for one in talk("GET", R + digest_of(IMAGE), 200).referrers()}
    assert set(found) == {digest_of(data) for data in (SIGNED, UNTYPED, INDEX)}
    signed = found[digest_of(SIGNED)]
    assert signed == {
        "mediaType": OCI_MANIFEST, "digest": digest_of(SIGNED), "size": len(SIGNED),
        "artifactType": SIGNATURE, "annotations": {"by": "me"},
    }  # fmt: skip
    assert found[digest_of(UNTYPED)]["artifactType"] == "application/vnd.oci.empty.v1+json"
    assert found[digest_of(INDEX)]["mediaType"] == OCI_INDEX


def referrers_filtered(talk: Talk) -> None:
    """By artifactType, and the answer says that it was."""
    for data in (IMAGE, SIGNED, LISTED):
        talk.push(data)
    told = talk("GET", f"{R}{digest_of(IMAGE)}?artifactType={BILL}", 200)
    assert [one["digest"] for one in told.referrers()] == [digest_of(LISTED)]
    assert told.headers["oci-filters-applied"] == "artifactType"
    told = talk("GET", R + digest_of(IMAGE), 200)
    assert "oci-filters-applied" not in told.headers and len(told.referrers()) == 2


def referrer_deleted(talk: Talk) -> None:
    """It is listed no more."""
    talk.push(SIGNED)
    talk("DELETE", M + digest_of(SIGNED), 202)
    assert talk("GET", R + digest_of(IMAGE), 200).referrers() == []


def fallback_tag(talk: Talk) -> None:
    """A client that knew no list wrote one under a tag: it can, and all are in ours as well."""
    talk.push(SIGNED)
    entry = {"mediaType": OCI_MANIFEST, "digest": digest_of(SIGNED), "size": len(SIGNED)}
    kept = json.dumps({"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": [entry]}).encode()
    tag = digest_of(IMAGE).replace(":", "-")
    talk("PUT", M + tag, 201, kept, Content_Type=OCI_INDEX)
    assert talk("GET", M + tag, 200, Accept=OCI_INDEX).body == kept
    found = talk("GET", R + digest_of(IMAGE), 200).referrers()
    assert [one["digest"] for one in found] == [digest_of(SIGNED)]


def another_algorithm(talk: Talk) -> None:
    """An upload may be for a digest of SHA-512; so may a manifest."""
    digest = digest_of(DATA, "sha512")
    talk("POST", f"{U}?digest-algorithm=sha512", 202)
    talk("PATCH", "@", 202, DATA[:HALF], Content_Range=f"0-{HALF - 1}")
    talk("PUT", f"@?digest={digest}", 201, DATA[HALF:])
    assert talk("GET", "@", 200).headers["docker-content-digest"] == digest
    talk.push(IMAGE, digest_of(IMAGE, "sha512"))
    assert talk("GET", "@", 200, Accept=OCI_MANIFEST).body == IMAGE


def type_with_parameters(talk: Talk) -> None:
    """The parameters of a pushed manifest's type are left aside."""
    told = talk.push(IMAGE, "1.0", f"{OCI_MANIFEST}; charset=utf-8")
    assert told.headers["docker-content-digest"] == digest_of(IMAGE)
    assert talk("GET", M + "1.0", 200).headers["content-type"] == OCI_MANIFEST


def tags_with_a_digest(talk: Talk) -> None:
    """A manifest that is pushed by its digest gets the tags of the query: ten, and OCI-Tag for
    each that was accepted."""
    tags = [f"1.{number}" for number in range(10)]
    query = "&".join(f"tag={tag}" for tag in (*tags, ".wrong"))
    told = talk.push(IMAGE, f"{digest_of(IMAGE)}?{query}")
    assert re.split(", *", told.headers["oci-tag"]) == tags
    assert json.loads(talk("GET", "/v2/a/b/tags/list", 200).body)["tags"] == tags
    assert "oci-tag" not in talk.push(IMAGE).headers


def no_tags(talk: Talk) -> None:
    """The list of a repository without tags is empty; that of none is a 404."""
    talk.push(IMAGE)
    assert json.loads(talk("GET", "/v2/a/b/tags/list", 200).body)["tags"] == []
    assert talk("GET", "/v2/x/y/tags/list", 404).code == "NAME_UNKNOWN"


def deleted_from_nowhere(talk: Talk) -> None:
    """A repository that does not exist: 404."""
    talk("DELETE", f"/v2/x/y/manifests/{NONE}", 404)
    talk("DELETE", f"/v2/x/y/blobs/{NONE}", 404)


def index_without_a_type(talk: Talk) -> None:
    """An index that names no artifactType is listed without one."""
    document = {"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": []}
    data = json.dumps({**document, "subject": subject(IMAGE)}).encode()
    told = talk.push(data, kind=OCI_INDEX)
    assert told.headers["oci-subject"] == digest_of(IMAGE)
    (found,) = talk("GET", R + digest_of(IMAGE), 200).referrers()
    assert found["digest"] == digest_of(data) and "artifactType" not in found


def referrers_of_no_repository(talk: Talk) -> None:
    """A registry that has the list answers 200 there too, never 404."""
    assert talk("GET", f"/v2/x/y/referrers/{NONE}", 200).referrers() == []


REQUIREMENTS: dict[str, Callable[[Talk], None]] = {
    one.__name__: one
    for one in (
        *UPLOADS, large_manifest, manifest_by_tag, manifest_by_another_digest,
        manifest_without_its_blobs, no_manifest, another_algorithm, type_with_parameters,
        tags_with_a_digest, tag_moves, tags_listed, no_tags, tag_deleted, manifest_deleted,
        blob_deleted, unknown_deleted, deleted_from_nowhere, no_referrers, bad_referrers,
        referrers_of_no_repository, subject_acknowledged, referrers_listed, index_without_a_type,
        referrers_filtered, referrer_deleted, fallback_tag,
    )
}  # fmt: skip


@each("requirement", REQUIREMENTS)
def test_the_registry_does_what_the_specification_asks(requirement: str) -> None:
    """In process, and over a socket."""
    REQUIREMENTS[requirement](Talk(in_process()))
    with running(writable()) as served:
        REQUIREMENTS[requirement](Talk(over_a_socket(served.host)))


def test_a_manifest_over_the_limit_is_refused() -> None:
    """413, and 4 MiB are taken (`large_manifest`)."""
    with running(writable()) as served:
        told = over_a_socket(served.host)("PUT", M + "1.0", b" " * ((4 << 20) + 1), {})
    assert told.status == 413


def test_without_the_list_a_client_needs_the_fallback_tag() -> None:
    """As distribution 2.8: 404, and a push is not acknowledged."""
    registry = Registry(Auth.NONE, writable=True)
    request = Request("GET", f"http://h{R}{NONE}")
    assert respond(request, registry).response.status == 404
