"""Which function answers which request: the registry's table of calls."""

from collections.abc import Callable, Mapping

from simulator.protocol.message import Request, Response
from simulator.protocol.reference import LONGEST
from simulator.protocol.target import Kind, Target
from simulator.registry import content
from simulator.registry.access import refuse
from simulator.registry.faults import corrupted, error_of
from simulator.registry.model import Fault, Registry
from simulator.registry.referrers import referrers
from simulator.registry.replies import JSON, NOT_FOUND, VERSION, error, error_without_detail, reply
from simulator.registry.token_service import is_token_service, token_service
from simulator.registry.writing import WRITES, Written

PULL_ONLY = "this registry is for pulling only: nothing can be pushed to it or deleted"
ALLOW = ("Allow", "GET, HEAD")

Route = Callable[[Request, Registry, Target], Response]


def routed(request: Request, registry: Registry, fault: Fault | None) -> Written:
    """The answer, with all bytes that it is about, and the registry afterwards."""
    target = request.target
    write = WRITES.get((request.method, target.kind)) if registry.writable else None
    if write and target.repository:
        refused = before_the_route(request, registry, fault)
        return Written(refused, registry) if refused else write(request, registry, target)
    return Written(answered(request, registry, fault), registry)


def answered(request: Request, registry: Registry, fault: Fault | None) -> Response:
    """The answer to a request that changes nothing."""
    if is_token_service(request, registry):
        return error_of(fault) or token_service(request, registry)
    if request.path == "/":
        return Response(200, (("Cache-Control", "no-cache"), ("Content-Length", "0")))
    target = request.target
    alone = target.kind is Kind.BLOB and not target.repository
    route = MOVED.get(request.path) or ROUTES.get(target.kind)
    route = content.stored_blob if alone else route
    if target.kind is Kind.REFERRERS and not registry.referrers:
        route = None  # no credentials are asked for where there is no such path
    return guarded(request, registry, route, fault) if route else NOT_FOUND


def guarded(request: Request, registry: Registry, route: Route, fault: Fault | None) -> Response:
    """The route's answer, if nothing comes before it.

    Where no user may push, the answer says so, and does not ask for a login first.
    """
    refused = error_of(fault) or pull_only(request) or before_the_route(request, registry, fault)
    if refused:
        return refused
    answer = route(request, registry, request.target)
    return corrupted(answer) if fault and fault.corrupt and answer.status == 200 else answer


def before_the_route(request: Request, registry: Registry, fault: Fault | None) -> Response | None:
    """Faults strike first, then access is checked, then the name."""
    refused = error_of(fault) or refuse(request, registry)
    if refused:
        return refused
    if len(request.target.repository) > LONGEST:
        said = f"a repository's name has at most {LONGEST} characters"
        return error("NAME_INVALID", message=said)
    return None


def pull_only(request: Request) -> Response | None:
    if request.target.reads:
        return None
    return error("UNSUPPORTED", ALLOW, message=PULL_ONLY)


def version_check(request: Request, registry: Registry, target: Target) -> Response:
    return reply(200, JSON, b"{}")


def upload(request: Request, registry: Registry, target: Target) -> Response:
    """No upload was ever begun here (distribution spec, end-13)."""
    return error_without_detail("BLOB_UPLOAD_UNKNOWN")


def moved(request: Request, registry: Registry, target: Target) -> Response:
    page = b'<a href="/v2/">Moved Permanently</a>.\n\n'
    kind, size = (
        ("Content-Type", "text/html; charset=utf-8"),
        ("Content-Length", str(len(page))),
    )
    return Response(301, (kind, VERSION, ("Location", "/v2/"), size), page)


MOVED: Mapping[str, Route] = {"/v2": moved}
ROUTES: Mapping[Kind, Route] = {
    Kind.PING: version_check,
    Kind.CATALOG: content.catalog,
    Kind.MANIFEST: content.manifest,
    Kind.BLOB: content.blob,
    Kind.UPLOAD: upload,
    Kind.TAGS: content.tags,
    Kind.REFERRERS: referrers,
}
