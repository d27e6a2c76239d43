"""The mock registry: one pure function from request and registry to response.

Answers are those of CNCF distribution 2.8.3 (status, headers, error bodies); what we choose to
do otherwise stands in `DEVIATIONS`. The token service is the same function at its realm.
"""

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from urllib.parse import parse_qs, parse_qsl, quote, unquote, urlsplit

from simulator import tokens
from simulator.oci import DIGEST, NAME, TAG
from simulator.wire import (
    Authorization,
    Content,
    Headers,
    Request,
    Response,
    Scheme,
    digest_of,
)
from simulator.world import Auth, Blob, Fault, Part, Registry, Repository

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
"""Titles of recorded requests that we answer otherwise, and why."""

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
    if is_token_service(request, registry):
        return struck(registry.fault(Part.TOKEN)) or token_service(request, registry)
    if request.path == "/":
        return Response(200, (("Cache-Control", "no-cache"), ("Content-Length", "0")))
    for pattern, route in ROUTES:
        found = pattern.fullmatch(unquote(request.path))
        if found:
            answer = guarded(request, registry, route, found.groupdict())
            return answer if request.method != "HEAD" else without_body(answer)
    return NOT_FOUND


def without_body(answer: Response) -> Response:
    return Response(answer.status, answer.headers)


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
    """Faults strike first, then access is checked, then the route answers."""
    fault = registry.fault(*part_of(request, registry))
    denied = struck(fault) or refuse(request, registry, names.get("name"))
    if denied:
        return denied
    if request.method not in ("GET", "HEAD"):
        return error(405, "UNSUPPORTED", "this registry is for pulling only")
    answer = route(request, registry, names)
    return damaged(answer, fault) if fault and answer.status in (200, 206) else answer


def struck(fault: Fault | None) -> Response | None:
    if fault is None or fault.status is None:
        return None
    if fault.body is not None:
        return reply(fault.status, fault.media_type, fault.body.encode())
    if fault.code is None:
        return reply(fault.status, TEXT, b"")
    return error(fault.status, fault.code, fault.message or fault.code.lower().replace("_", " "))


def damaged(answer: Response, fault: Fault) -> Response:
    """One byte flipped, or the connection ended early: the announced length stays."""
    body = answer.body
    if answer.content:
        return damaged_stand_in(answer, answer.content, fault)
    if fault.corrupt and body:
        body = body[:-1] + bytes([body[-1] ^ 1])
    cut = fault.cut_after is not None and fault.cut_after < len(body)
    body = body[: fault.cut_after] if cut else body
    return Response(answer.status, answer.headers, body, None, cut)


def damaged_stand_in(answer: Response, content: Content, fault: Fault) -> Response:
    """The same for a blob of which only size and digest are known."""
    digest = digest_of(content.digest.encode()) if fault.corrupt else content.digest
    cut = fault.cut_after is not None and fault.cut_after < content.size
    size = fault.cut_after if cut and fault.cut_after is not None else content.size
    return Response(answer.status, answer.headers, b"", Content(size, digest), cut)


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
    if name and not allows(claims, name):
        return unauthorized(challenge + ',error="insufficient_scope"', wanted)
    return None


Resource = tuple[str, str, str]
"""Type, name and action: a scope, before it is written with colons."""


def resource(request: Request, name: str | None) -> Resource | None:
    """What the request wants access to; None for the version check."""
    if name:
        return ("repository", name, "pull")
    return ("registry", "catalog", "*") if request.path == "/v2/_catalog" else None


def allows(claims: dict[str, object], name: str) -> bool:
    entries = claims.get("access")
    return isinstance(entries, list) and any(
        entry.get("name") == name and "pull" in entry.get("actions", ()) for entry in entries
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
    return pair[0] if pair and user and user.password == pair[1] else None


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
        return error(405, "UNSUPPORTED", "The operation is unsupported.")
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
    known = {identity_token(name): name for name in registry.users} if registry.refresh else {}
    user = known.get(form.get("refresh_token", "")) or who(given, registry)
    if user is None:
        return WRONG_PASSWORD
    return token_for(registry, user, form.get("scope", "").split())


def identity_token(user: str) -> str:
    """What stands for the user's password from now on."""
    return f"identity-of-{user}"


def token_for(registry: Registry, user: str, scopes: list[str], offline: bool = False) -> Response:
    now = registry.clock()
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
        document["refresh_token"] = identity_token(user)
    return reply(200, "application/json", json.dumps(document).encode())


def stamp(now: int) -> str:
    return datetime.fromtimestamp(now, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def granted(registry: Registry, user: str, scopes: list[str]) -> tokens.Access:
    """Pull, where the user may: a scope that is not granted is left out, silently."""
    found = []
    for scope in scopes:
        kind, _, rest = scope.partition(":")
        name, _, actions = rest.rpartition(":")
        known = registry.users.get(user)
        may = (known is not None and known.may(name)) or is_public(registry, name)
        if kind == "repository" and may and "pull" in actions.split(","):
            found.append((name, ("pull",)))
    return tuple(found)


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
    identifier = names["identifier"]
    if identifier.startswith("sha256:") and not DIGEST.fullmatch(identifier):
        return bad_digest()
    if not (TAG.fullmatch(identifier) or DIGEST.fullmatch(identifier)):
        return NOT_FOUND
    repository = registry.repositories.get(names["name"], Repository())
    digest = repository.tags.get(identifier, identifier)
    stored = repository.manifests.get(digest)
    if stored is None:
        detail: object = {"Tag": identifier}
        if identifier.startswith("sha256:"):
            detail = {"Name": names["name"], "Revision": identifier}
        return error(404, "MANIFEST_UNKNOWN", "manifest unknown", detail)
    if "oci" in stored.media_type and not accepts_oci(request):
        said = "OCI manifest found, but accept header does not support OCI manifests"
        return error_without_detail(404, "MANIFEST_UNKNOWN", said)
    if request.header("If-None-Match") in (digest, f'"{digest}"'):
        return Response(304, (VERSION, SNIFF))
    about = (("Docker-Content-Digest", digest), ("Etag", f'"{digest}"'))
    return reply(200, stored.media_type, stored.data, *about)


def accepts_oci(request: Request) -> bool:
    accept = request.header("Accept") or ""
    return "oci" in accept or "*/*" in accept or not accept


def error_without_detail(status: int, code: str, message: str) -> Response:
    body = json.dumps({"errors": [{"code": code, "message": message}]}, separators=(",", ":"))
    return reply(status, JSON, body.encode() + b"\n")


def bad_digest() -> Response:
    return error(400, "DIGEST_INVALID", "provided digest did not match uploaded content", {})


def blob(request: Request, registry: Registry, names: dict[str, str]) -> Response:
    """A blob, or a part of it (distribution spec, end-2; RFC 9110 section 14)."""
    digest = names["identifier"]
    if not DIGEST.fullmatch(digest):
        return bad_digest()
    repository = registry.repositories.get(names["name"], Repository())
    stored = repository.blobs.get(digest)
    if stored is None:
        return error(404, "BLOB_UNKNOWN", "blob unknown to registry", digest)
    if registry.blobs_at:
        return reply(307, TEXT, b"", ("Location", registry.blobs_at + digest))
    return contents(request, stored)


def contents(request: Request, stored: Blob) -> Response:
    """A blob's bytes, or what is known of them."""
    if stored.size is None:
        return content(request, stored.digest, stored.data)
    wanted = re.fullmatch(r"bytes=(\d{1,18})-", request.header("Range") or "")
    first = int(wanted[1]) if wanted else 0
    about = (("Accept-Ranges", "bytes"), ("Docker-Content-Digest", stored.digest))
    left = Content(stored.size - first, stored.actual or stored.digest)
    return Response(206 if first else 200, about, b"", left)


def stored_blob(request: Request, registry: Registry, names: dict[str, str]) -> Response:
    """A blob by digest alone: how a storage host behind a redirect answers."""
    for repository in registry.repositories.values():
        if names["identifier"] in repository.blobs:
            return contents(request, repository.blobs[names["identifier"]])
    return NOT_FOUND


def content(request: Request, digest: str, data: bytes) -> Response:
    cached = ("Cache-Control", "max-age=31536000")
    names = (("Docker-Content-Digest", digest), ("Etag", f'"{digest}"'))
    wanted = re.fullmatch(r"bytes=(\d{1,18})-(\d{0,18})", request.header("Range") or "")
    if wanted is None:
        whole = (("Accept-Ranges", "bytes"), cached, *names)
        return reply(200, "application/octet-stream", data, *whole)
    first, last = int(wanted[1]), min(int(wanted[2] or len(data) - 1), len(data) - 1)
    if first >= len(data) or last < first:
        beyond = (cached, ("Content-Range", f"bytes */{len(data)}"), *names)
        return reply(416, TEXT, b"invalid range: failed to overlap\n", *beyond)
    part: Headers = (
        ("Accept-Ranges", "bytes"), cached,
        ("Content-Range", f"bytes {first}-{last}/{len(data)}"), *names,
    )  # fmt: skip
    return reply(206, "application/octet-stream", data[first : last + 1], *part)


def tags(request: Request, registry: Registry, names: dict[str, str]) -> Response:
    name = names["name"]
    repository = registry.repositories.get(name)
    if repository is None:
        detail = {"name": name}
        return error(404, "NAME_UNKNOWN", "repository name not known to registry", detail)
    known = sorted(repository.tags) if registry.in_order else list(repository.tags)
    return page(request, known, lambda some: {"name": name, "tags": some})


def catalog(request: Request, registry: Registry, names: dict[str, str]) -> Response:
    return page(request, sorted(registry.repositories), lambda some: {"repositories": some})


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
    (re.compile(f"{PATH}/blobs/(?P<identifier>[^/]+)"), blob),
    (re.compile(f"{PATH}/tags/list"), tags),
    (re.compile(r"(?:/[\w.-]+)*/(?P<identifier>sha256:[0-9a-f]{64})"), stored_blob),
)
