"""What the OCI distribution specification 1.1 asks of the uploads of blobs."""

import re

from simulator.protocol.digest import digest_of
from tests.registry.talk import B, Talk, U

DATA = b"the first half, and the second"
HALF = 15
DIGEST = digest_of(DATA)
NONE = "sha256:" + "0" * 64
UUID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"


def monolithic(talk: Talk) -> None:
    """POST then PUT: 202 with a Location, then 201 with the blob's, which can be pulled."""
    talk("POST", U, 202)
    talk("PUT", f"@?digest={DIGEST}", 201, DATA, Content_Type="application/octet-stream")
    assert talk("GET", "@", 200).body == DATA
    assert talk("HEAD", B + DIGEST, 200).headers["content-length"] == str(len(DATA))


def single_post(talk: Talk) -> None:
    """POST with a digest: the blob is there at once (201)."""
    talk("POST", f"{U}?digest={DIGEST}", 201, DATA)
    assert talk("GET", "@", 200).body == DATA


def chunked(talk: Talk) -> None:
    """PATCH in order: 202, Location and Range; PUT ends it; the blob can be pulled."""
    talk("POST", U, 202, Content_Length="0")
    told = talk("PATCH", "@", 202, DATA[:HALF], Content_Range=f"0-{HALF - 1}")
    assert told.headers["range"] == f"0-{HALF - 1}"
    told = talk("PATCH", "@", 202, DATA[HALF:], Content_Range=f"{HALF}-{len(DATA) - 1}")
    assert told.headers["range"] == f"0-{len(DATA) - 1}"
    talk("PUT", f"@?digest={DIGEST}", 201)
    assert talk("GET", "@", 200).body == DATA


def last_chunk_with_put(talk: Talk) -> None:
    """The last chunk may come with the PUT."""
    talk("POST", U, 202)
    talk("PATCH", "@", 202, DATA[:HALF], Content_Range=f"0-{HALF - 1}")
    talk("PUT", f"@?digest={DIGEST}", 201, DATA[HALF:])
    assert talk("GET", B + DIGEST, 200).body == DATA


def out_of_order(talk: Talk) -> None:
    """A chunk that does not follow the last one: 416. GET of the upload tells where to go on."""
    talk("POST", U, 202)
    talk("PATCH", "@", 202, DATA[:HALF], Content_Range=f"0-{HALF - 1}")
    here = talk.at("@")
    talk("PATCH", here, 416, DATA[HALF:], Content_Range="99-199")
    told = talk("GET", here, 204)
    assert told.headers["range"] == f"0-{HALF - 1}" and "location" in told.headers


def cancelled(talk: Talk) -> None:
    """DELETE of an upload: 204, and it is gone."""
    talk("POST", U, 202)
    here = talk.at("@")
    talk("DELETE", here, 204)
    assert talk("GET", here, 404).code == "BLOB_UPLOAD_UNKNOWN"


def wrong_digest(talk: Talk) -> None:
    """The bytes are not those of the digest: 400, and nothing is kept."""
    talk("POST", U, 202)
    assert talk("PUT", f"@?digest={NONE}", 400, DATA).code == "DIGEST_INVALID"
    talk("HEAD", B + NONE, 404)


def mounted(talk: Talk) -> None:
    """POST with mount and from: 201 and the blob's Location, without an upload."""
    talk("POST", f"/v2/x/y/blobs/uploads/?digest={DIGEST}", 201, DATA)
    told = talk("POST", f"{U}?mount={DIGEST}&from=x/y", 201)
    assert told.headers["location"].endswith(B + DIGEST)
    assert talk("GET", B + DIGEST, 200).body == DATA


def not_mounted(talk: Talk) -> None:
    """A mount that cannot be: 202, and an upload begins."""
    talk("POST", f"{U}?mount={DIGEST}&from=x/y", 202)
    talk("PUT", f"@?digest={DIGEST}", 201, DATA)


def mounted_from_anywhere(talk: Talk) -> None:
    """Without from, a registry may look for the blob (201), or begins an upload (202)."""
    told = talk.ask("POST", f"{U}?mount={DIGEST}", b"", {})
    assert told.status in (201, 202) and "location" in told.headers


def upload_without_digest(talk: Talk) -> None:
    """PUT ends an upload with a digest: without one it is an error, and nothing is kept."""
    talk("POST", U, 202)
    talk("PUT", "@", 400, DATA)
    talk("HEAD", B + DIGEST, 404)


def unknown_upload(talk: Talk) -> None:
    """An upload that was never begun, or was cancelled: 404 BLOB_UPLOAD_UNKNOWN."""
    talk("POST", U, 202)
    here = talk.at("@")
    talk("DELETE", here, 204)
    for method in ("PATCH", "PUT", "GET", "DELETE"):
        path = f"{here}{'&' if '?' in here else '?'}digest={DIGEST}" if method == "PUT" else here
        told = talk(method, path, 404, DATA if method in ("PATCH", "PUT") else b"")
        assert told.code == "BLOB_UPLOAD_UNKNOWN"


def sessions_differ(talk: Talk) -> None:
    """The location of an upload has a UUID of its own."""
    talk("POST", U, 202)
    first = talk.at("@")
    talk("POST", U, 202)
    found = [re.findall(UUID, one) for one in (first, talk.at("@"))]
    assert all(len(one) == 1 for one in found) and found[0] != found[1]


def unknown_algorithm(talk: Talk) -> None:
    """A digest that is none, or of an algorithm that is not known: 400, wherever it is named."""
    for wrong in ("md5:" + "0" * 32, "sha256:xyz", "latest"):
        talk("POST", f"{U}?digest={wrong}", 400, DATA)
        talk("POST", U, 202)
        talk("PUT", f"@?digest={wrong}", 400, DATA)
    talk("POST", f"{U}?digest-algorithm=md5", 400)


def first_chunk_from_the_start(talk: Talk) -> None:
    """The first chunk begins with 0, and none is sent twice: else 416."""
    talk("POST", U, 202)
    here = talk.at("@")
    talk("PATCH", here, 416, DATA[HALF:], Content_Range=f"{HALF}-{len(DATA) - 1}")
    talk("PATCH", here, 202, DATA[:HALF], Content_Range=f"0-{HALF - 1}")
    talk("PATCH", here, 416, DATA[:HALF], Content_Range=f"0-{HALF - 1}")


def final_chunk_out_of_order(talk: Talk) -> None:
    """416; the upload goes on from where it was."""
    talk("POST", U, 202)
    talk("PATCH", "@", 202, DATA[:HALF], Content_Range=f"0-{HALF - 1}")
    here = f"{talk.at('@')}&digest={DIGEST}"
    talk("PUT", here, 416, DATA[HALF:], Content_Range="99-199")
    talk("PUT", here, 201, DATA[HALF:], Content_Range=f"{HALF}-{len(DATA) - 1}")


UPLOADS = (
    monolithic, single_post, chunked, last_chunk_with_put, out_of_order, cancelled,
    wrong_digest, mounted, not_mounted, mounted_from_anywhere, upload_without_digest,
    unknown_upload, sessions_differ, unknown_algorithm, first_chunk_from_the_start,
    final_chunk_out_of_order,
)  # fmt: skip
