"""The mock registry: one pure function from request and registry to response.

Answers are those of CNCF distribution 2.8.3 (status, headers, error bodies); what we choose to
do otherwise stands in `DEVIATIONS`. The token service is the same function at its realm.
"""

import hmac
import json
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from functools import lru_cache
from secrets import token_bytes
from typing import Any
from urllib.parse import parse_qs, parse_qsl, quote, unquote, urlsplit

from simulator.protocol.authorization import Authorization, Scheme
from simulator.protocol.digest import ANY_DIGEST, InvalidDigest, check_digest, digest_of
from simulator.protocol.message import Content, Headers, Request, Response
from simulator.protocol.reference import LONGEST, NAME, TAG
from simulator.registry import tokens
from simulator.registry.model import Auth, Blob, Fault, Part, Registry, Repository, User

STANDARD = {
    "UNAUTHORIZED": "authentication required",
    "DENIED": "requested access to the resource is denied",
}
DEVIATIONS = {
    "manifest without Accept": "the stored manifest, as distribution 3 does; no schema 1",
    "index, Accept only Docker v2": "the stored index; no conversion to one platform",
    "bad digest": "400 DIGEST_INVALID, as the specification asks; not 500",
    "tags": "sorted by name, as distribution 3 does",
    "tags n=1": "paginated, as distribution 3 does",
    "method not allowed": "405: this registry is for pulling",
}
"""Titles of recorded requests that we answer otherwise, and why. What else distribution does
otherwise than the specification asks stands in `tests/test_conformance.py`."""

PULL_ONLY = "this registry is for pulling only: nothing can be pushed to it or deleted"
METHODS = ("GET", "HEAD")
ALLOW = ("Allow", ", ".join(METHODS))

VERSION = ("Docker-Distribution-Api-Version", "registry/2.0")
SNIFF = ("X-Content-Type-Options", "nosniff")
JSON = "application/json; charset=utf-8"
TEXT = "text/plain; charset=utf-8"
PATH = f"/v2/(?P<name>{NAME.pattern})"


def reply(status: int, kind: str, body: bytes, *headers: tuple[str, str]) -> Response:
    about = (
        ("Content-Type", kind),
        VERSION,
        *headers,
        SNIFF,
        ("Content-Length", str(len(body))),
    )
    return Response(status, about, body)


def error(
    status: int, code: str, message: str, detail: object = None, *more: tuple[str, str]
) -> Response:
    """The specification's error body."""
    entry = {"code": code, "message": message, "detail": detail}
    body = json.dumps({"errors": [entry]}, separators=(",", ":")) + "\n"
    return reply(status, JSON, body.encode(), *more)


NOT_FOUND = reply(404, TEXT, b"404 page not found\n")


def handle(request: Request, registry: Registry) -> Response:
    """The answer to one request."""
    answer, window = respond(request, registry)
    return answer if window == WHOLE else replace(answer, body=answer.body[window])


WHOLE = slice(None)


def respond(request: Request, registry: Registry) -> tuple[Response, slice]:
    """The answer, and which bytes of its body to send: a server need not copy them."""
    answer = routed(request, registry)
    if request.method == "HEAD":
        answer = replace(answer, body=b"")
    answer, window = ranged(request, answer)
    fault = registry.fault(*part_of(request, registry))
    if fault is None or fault.cut_after is None or answer.status not in (200, 206):
        return answer, window
    return cut_short(answer, window, fault.cut_after)


def routed(request: Request, registry: Registry) -> Response:
    """The answer, with all bytes that it is about."""
    if is_token_service(request, registry):
        return struck(registry.fault(Part.TOKEN)) or token_service(request, registry)
    if request.path == "/":
        return Response(200, (("Cache-Control", "no-cache"), ("Content-Length", "0")))
    for pattern, route in ROUTES:
        found = pattern.fullmatch(unquote(request.path))
        if found:
            return guarded(request, registry, route, found.groupdict())
    return NOT_FOUND


def part_of(request: Request, registry: Registry) -> tuple[Part, str | None]:
    """What is asked for, and which blob or manifest: that is where faults are laid."""
    if is_token_service(request, registry):
        return Part.TOKEN, None
    path = unquote(request.path)
    digest = path.rpartition("/")[2]
    if "/blobs/" in path:
        return Part.BLOB, digest
    if "/manifests/" in path:
        return Part.MANIFEST, digest
    return Part.PING, None


Route = Callable[[Request, Registry, dict[str, str]], Response]


def guarded(request: Request, registry: Registry, route: Route, names: dict[str, str]) -> Response:
    """Faults strike first, then access is checked, then the route answers.

    Nobody may push, so whoever tries is told so, and not to log in first.
    """
    fault = registry.fault(*part_of(request, registry))
    refused = struck(fault) or pull_only(request) or refuse(request, registry, names.get("name"))
    if refused:
        return refused
    if len(names.get("name") or "") > LONGEST:
        said = f"a repository's name has at most {LONGEST} characters"
        return error(400, "NAME_INVALID", said)
    answer = route(request, registry, names)
    return corrupted(answer) if fault and fault.corrupt and answer.status == 200 else answer


def pull_only(request: Request) -> Response | None:
    if request.method in METHODS:
        return None
    return error(405, "UNSUPPORTED", PULL_ONLY, None, ALLOW)


def struck(fault: Fault | None) -> Response | None:
    if fault is None or fault.status is None:
        return None
    if fault.body is not None:
        return reply(fault.status, fault.media_type, fault.body.encode())
    if fault.code is None:
        return reply(fault.status, TEXT, b"")
    return error(fault.status, fault.code, fault.message or fault.code.lower().replace("_", " "))


def corrupted(answer: Response) -> Response:
    """One byte differs; the announced length stays."""
    if answer.content:
        other = digest_of(answer.content.digest.encode())
        return replace(answer, content=replace(answer.content, digest=other))
    return replace(answer, body=flipped(answer.body))


@lru_cache(maxsize=4)
def flipped(data: bytes) -> bytes:
    """With its last byte changed. Kept, for many may pull the same corrupted layer at once."""
    return data[:-1] + bytes([data[-1] ^ 1]) if data else data


def cut_short(answer: Response, window: slice, limit: int) -> tuple[Response, slice]:
    """The connection ends after so many bytes, if there were more: their number stays announced."""
    if answer.content:
        kept = replace(answer.content, size=min(limit, answer.content.size))
        return replace(answer, content=kept, cut=limit < answer.content.size), window
    first, stop, _ = window.indices(len(answer.body))
    if first + limit >= stop:
        return answer, window
    return replace(answer, cut=True), slice(first, first + limit)


# -- parts of a blob (RFC 9110 sections 13 and 14) --------------------------------------------

RANGE = re.compile(r"\s*(\d{0,18})-(\d{0,18})\s*")


def ranged(request: Request, answer: Response) -> tuple[Response, slice]:
    """A blob's answer, narrowed to what is asked for; several ranges are given as the whole."""
    unit, _, wanted = (request.header("Range") or "").partition("=")
    size = int(answer.header("Content-Length") or 0)
    if answer.header("Accept-Ranges") is None or answer.content or unit != "bytes":
        return answer, WHOLE
    condition = request.header("If-Range")
    if "," in wanted or (condition and condition != answer.header("Etag")):
        return answer, WHOLE
    window = span(wanted, size)
    if window is None:
        return unsatisfiable(answer, size), WHOLE
    length = str(window.stop - window.start)
    about = {"Content-Range": f"bytes {window.start}-{window.stop - 1}/{size}"}
    part = Response(206, told(answer, {"Content-Length": length} | about), answer.body)
    return part, window if answer.body else WHOLE


def span(wanted: str, size: int) -> slice | None:
    """`3-9`, `3-` or `-9` of so many bytes; None where that is nothing."""
    found = RANGE.fullmatch(wanted)
    if found is None or not (found[1] or found[2]):
        return None
    if not found[1]:
        first, stop = max(size - int(found[2]), 0), size
    else:
        first, stop = int(found[1]), min(int(found[2] or size) + 1, size)
    return slice(first, stop) if first < stop else None


def unsatisfiable(answer: Response, size: int) -> Response:
    said = b"invalid range: failed to overlap\n"
    about = {"Content-Range": f"bytes */{size}", "Content-Type": TEXT}
    headers = told(answer, about | {"Content-Length": str(len(said))})
    kept = tuple(entry for entry in headers if entry[0] != "Accept-Ranges")
    return Response(416, kept, said if answer.body else b"")


def told(answer: Response, about: dict[str, str]) -> Headers:
    """The answer's headers with these in place of its own."""
    return tuple((dict(answer.headers) | about).items())


def unchanged(request: Request, digest: str) -> bool:
    """Whether the client has it already. (Distribution also takes a digest without quotes.)"""
    known = (request.header("If-None-Match") or "").split(",")
    tags = (tag.strip().removeprefix("W/") for tag in known)
    return any(tag in ("*", digest, f'"{digest}"') for tag in tags)


# -- access -----------------------------------------------------------------------------------


def refuse(request: Request, registry: Registry, name: str | None) -> Response | None:
    """None where the request may pass; else 401 with a challenge, or 403."""
    match registry.auth:
        case Auth.NONE:
            return None
        case Auth.BASIC:
            return refuse_basic(request, registry, name)
        case Auth.BEARER:
            return refuse_bearer(request, registry, name)


def refuse_basic(request: Request, registry: Registry, name: str | None) -> Response | None:
    user = who(request.authorization, registry)
    if user is None:
        return unauthorized(f'Basic realm="{registry.realm}"', resource(request, name))
    if name is None or registry.users[user].may(name) or is_public(registry, name):
        return None
    detail = access_detail(resource(request, name))
    return error(403, "DENIED", "requested access to the resource is denied", detail)


def refuse_bearer(request: Request, registry: Registry, name: str | None) -> Response | None:
    wanted = resource(request, name)
    challenge = f'Bearer realm="{registry.realm}",service="{registry.service}"'
    if wanted:
        challenge += f',scope="{":".join(wanted)}"'
    given = request.authorization
    if given is None or given.scheme is not Scheme.BEARER:
        return unauthorized(challenge, wanted)
    claims = tokens.verify(given.secret, registry, registry.clock())
    if claims is None:
        return unauthorized(challenge + ',error="invalid_token"', wanted)
    if wanted and not allows(claims, wanted):
        return unauthorized(challenge + ',error="insufficient_scope"', wanted)
    return None


Resource = tuple[str, str, str]
"""Type, name and action: a scope, before it is written with colons."""


def resource(request: Request, name: str | None) -> Resource | None:
    """What the request wants access to; None for the version check."""
    if name:
        return ("repository", name, "pull")
    return CATALOG if request.path == "/v2/_catalog" else None


CATALOG: Resource = ("registry", "catalog", "*")


def allows(claims: dict[str, Any], wanted: Resource) -> bool:
    kind, name, action = wanted
    return any(
        (entry["type"], entry["name"]) == (kind, name) and action in entry["actions"]
        for entry in claims["access"]
    )


def unauthorized(challenge: str, wanted: Resource | None) -> Response:
    said = ("Www-Authenticate", challenge)
    return error(401, "UNAUTHORIZED", "authentication required", access_detail(wanted), said)


def access_detail(wanted: Resource | None) -> list[dict[str, str]] | None:
    if wanted is None:
        return None
    kind, name, action = wanted
    return [{"Type": kind, "Class": "", "Name": name, "Action": action}]


def who(authorization: Authorization | None, registry: Registry) -> str | None:
    """The user whose name and password these are; None for nobody."""
    pair = authorization.pair() if authorization else None
    user = registry.users.get(pair[0]) if pair else None
    right = pair and user and hmac.compare_digest(user.password.encode(), pair[1].encode())
    return pair[0] if pair and right else None


def is_public(registry: Registry, name: str) -> bool:
    return any(fnmatchcase(name, pattern) for pattern in registry.public)


# -- the token service ------------------------------------------------------------------------


def is_token_service(request: Request, registry: Registry) -> bool:
    realm = urlsplit(registry.realm)
    return registry.auth is Auth.BEARER and (realm.netloc, realm.path) == (
        request.host, request.path,
    )  # fmt: skip


def token_service(request: Request, registry: Registry) -> Response:
    """GET with Basic or nothing; the OAuth2 POST only where the registry takes it."""
    if request.method == "POST" and (registry.token_post or registry.refresh):
        return token_by_form(request, registry)
    if request.method != "GET":
        return error(405, "UNSUPPORTED", "The operation is unsupported.", None, ("Allow", "GET"))
    user = who(request.authorization, registry)
    if request.authorization and user is None:
        return WRONG_PASSWORD
    query = parse_qs(request.query)
    offline = query.get("offline_token") == ["true"] and user is not None
    return token_for(registry, user or "", query.get("scope", []), offline)


WRONG_PASSWORD = reply(401, "application/json", b'{"details": "incorrect username or password"}')
"""Token services answer in the older form, without error codes."""


def token_by_form(request: Request, registry: Registry) -> Response:
    form = dict(parse_qsl(request.body.decode()))
    given = Authorization.basic(form.get("username", ""), form.get("password", ""))
    users = registry.users.items() if registry.refresh else ()
    known = {identity_token(name, user): name for name, user in users}
    name = known.get(form.get("refresh_token", "")) or who(given, registry)
    if name is None:
        return WRONG_PASSWORD
    return token_for(registry, name, form.get("scope", "").split())


SEAL = token_bytes(32)


def identity_token(name: str, user: User) -> str:
    """What stands for the user's password from now on, until it is another one."""
    return hmac.new(SEAL, f"{name}:{user.password}".encode(), "sha256").hexdigest()


def token_for(registry: Registry, user: str, scopes: list[str], offline: bool = False) -> Response:
    now = registry.clock() + registry.token_skew
    access = granted(registry, user, scopes)
    if registry.denies and len(access) < len(scopes):
        code = "UNAUTHORIZED" if registry.denies == 401 else "DENIED"
        return error(registry.denies, code, STANDARD[code])
    token = tokens.issue(registry, user, access, now)
    document = {
        "token": token, "access_token": token,
        "expires_in": registry.token_lifetime, "issued_at": stamp(now),
    }  # fmt: skip
    if offline and registry.refresh:
        document["refresh_token"] = identity_token(user, registry.users[user])
    return reply(200, "application/json", json.dumps(document).encode())


def stamp(now: int) -> str:
    return datetime.fromtimestamp(now, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def granted(registry: Registry, user: str, scopes: list[str]) -> tokens.Access:
    """What the user may: a scope that is not granted is left out, silently."""
    asked = (scope_parts(scope) for scope in scopes)
    return tuple(
        (kind, name, (action,))
        for kind, name, actions in asked
        for action in ("pull", "*")
        if action in actions and may(registry, user, (kind, name, action))
    )


def scope_parts(scope: str) -> tuple[str, str, list[str]]:
    """Type, name (which may have a port) and actions of a scope."""
    kind, _, rest = scope.partition(":")
    name, _, actions = rest.rpartition(":")
    return kind, name, actions.split(",")


def may(registry: Registry, user: str, wanted: Resource) -> bool:
    """Pull what is theirs or public; list the catalog who may pull everything."""
    known = registry.users.get(user)
    if wanted == CATALOG:
        return known is not None and "*" in known.may_pull
    kind, name, action = wanted
    ours = (known is not None and known.may(name)) or is_public(registry, name)
    return (kind, action) == ("repository", "pull") and ours


# -- what is asked for ------------------------------------------------------------------------


def version_check(request: Request, registry: Registry, names: dict[str, str]) -> Response:
    return reply(200, JSON, b"{}")


def moved(request: Request, registry: Registry, names: dict[str, str]) -> Response:
    page = b'<a href="/v2/">Moved Permanently</a>.\n\n'
    kind, size = (
        ("Content-Type", "text/html; charset=utf-8"),
        ("Content-Length", str(len(page))),
    )
    return Response(301, (kind, VERSION, ("Location", "/v2/"), size), page)


def manifest(request: Request, registry: Registry, names: dict[str, str]) -> Response:
    """A manifest by tag or digest (distribution spec, end-3)."""
    name, identifier = names["name"], names["identifier"]
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
        return error(404, "MANIFEST_UNKNOWN", "manifest unknown", detail)
    if "oci" in stored.media_type and not accepts_oci(request):
        said = "OCI manifest found, but accept header does not support OCI manifests"
        return error_without_detail(404, "MANIFEST_UNKNOWN", said)
    if unchanged(request, digest):
        return Response(304, (VERSION, SNIFF))
    about = (("Docker-Content-Digest", digest), ("Etag", f'"{digest}"'))
    return reply(200, stored.media_type, stored.data, *about)


def accepts_oci(request: Request) -> bool:
    accept = request.header("Accept") or ""
    return "oci" in accept or "*/*" in accept or not accept


def error_without_detail(status: int, code: str, message: str) -> Response:
    body = json.dumps({"errors": [{"code": code, "message": message}]}, separators=(",", ":"))
    return reply(status, JSON, body.encode() + b"\n")


def not_a_digest(identifier: str) -> Response | None:
    """What is wrong with it: without a colon it is no address at all, as distribution says."""
    if ":" not in identifier:
        return NOT_FOUND
    try:
        check_digest(identifier)
        right = ANY_DIGEST.fullmatch(identifier) is not None
    except InvalidDigest:
        right = False
    said = "provided digest did not match uploaded content"
    return None if right else error(400, "DIGEST_INVALID", said, {})


def blob(request: Request, registry: Registry, names: dict[str, str]) -> Response:
    """A blob, or a part of it (distribution spec, end-2)."""
    digest = names["identifier"]
    problem = not_a_digest(digest)
    if problem:
        return problem
    repository = registry.repositories.get(names["name"], Repository())
    stored = repository.blobs.get(digest)
    if stored is None:
        return error(404, "BLOB_UNKNOWN", "blob unknown to registry", digest)
    if registry.blobs_at:
        return reply(307, TEXT, b"", ("Location", registry.blobs_at + digest))
    return contents(request, stored)


def upload(request: Request, registry: Registry, names: dict[str, str]) -> Response:
    """Where others push to: no upload was ever begun here (distribution spec, end-13)."""
    return error_without_detail(404, "BLOB_UPLOAD_UNKNOWN", "blob upload unknown to registry")


def contents(request: Request, stored: Blob) -> Response:
    """A blob's bytes, or what is known of them."""
    if stored.size is None:
        return content(request, stored.digest, stored.data)
    wanted = re.fullmatch(r"bytes=(\d{1,18})-", request.header("Range") or "")
    first = int(wanted[1]) if wanted else 0
    about = (("Accept-Ranges", "bytes"), ("Docker-Content-Digest", stored.digest))
    left = Content(stored.size - first, stored.actual or stored.digest, stored.unpacked)
    return Response(206 if first else 200, about, b"", left)


def stored_blob(request: Request, registry: Registry, names: dict[str, str]) -> Response:
    """A blob by digest alone: how a storage host behind a redirect answers.

    Only an open one: elsewhere this would lead around the rights to a repository.
    """
    held = (one.blobs for one in registry.repositories.values() if registry.auth is Auth.NONE)
    found = (blobs[names["identifier"]] for blobs in held if names["identifier"] in blobs)
    return next((contents(request, blob) for blob in found), NOT_FOUND)


def content(request: Request, digest: str, data: bytes) -> Response:
    about = (
        ("Cache-Control", "max-age=31536000"),
        ("Docker-Content-Digest", digest),
        ("Etag", f'"{digest}"'),
    )
    if unchanged(request, digest):
        return Response(304, (VERSION, *about, SNIFF))
    return reply(200, "application/octet-stream", data, ("Accept-Ranges", "bytes"), *about)


def tags(request: Request, registry: Registry, names: dict[str, str]) -> Response:
    name = names["name"]
    repository = registry.repositories.get(name)
    if repository is None:
        detail = {"name": name}
        return error(404, "NAME_UNKNOWN", "repository name not known to registry", detail)
    known = sorted(repository.tags) if registry.in_order else list(repository.tags)
    return page(request, known, lambda some: {"name": name, "tags": some})


def catalog(request: Request, registry: Registry, _names: dict[str, str]) -> Response:
    """All repositories; with Basic, where names have rights, those that the user may pull."""
    user = who(request.authorization, registry)
    names = sorted(registry.repositories)
    if user is not None:
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


ROUTES: tuple[tuple[re.Pattern[str], Route], ...] = (
    (re.compile("/v2/"), version_check),
    (re.compile("/v2"), moved),
    (re.compile("/v2/_catalog"), catalog),
    (re.compile(f"{PATH}/manifests/(?P<identifier>[^/]+)"), manifest),
    (re.compile(f"{PATH}/blobs/uploads/[^/]*"), upload),
    (re.compile(f"{PATH}/blobs/(?P<identifier>[^/]+)"), blob),
    (re.compile(f"{PATH}/tags/list"), tags),
    (re.compile(r"(?:/[\w.-]+)*/(?P<identifier>sha256:[0-9a-f]{64})"), stored_blob),
)
