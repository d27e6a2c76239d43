"""A pull-through cache: a registry that fetches what it lacks from another one.

As CNCF distribution 2.8 with `proxy.remoteurl`: for a tag it asks the upstream with HEAD each time,
and takes the digest that it knows where the upstream gives none. A manifest or a blob is fetched
once. An error of the upstream other than 404 becomes a 500.
"""

from dataclasses import replace

from simulator.protocol.authorization import Authorization, Scheme
from simulator.protocol.message import Request, Response
from simulator.protocol.target import Kind, Target
from simulator.registry.answer import respond
from simulator.registry.model import Auth, Registry, Repository
from simulator.registry.replies import error
from simulator.sources.world import Site, Upstream, keep

DOWN = Response(404)
"""An upstream that cannot be reached is for distribution one that has nothing."""


def fetched(
    sites: dict[str, Site], host: str, upstream: Upstream, request: Request
) -> tuple[Registry, Response | None]:
    """The cache's registry with what this request is about, and the error that the cache answers
    where the upstream refused it. `sites` are then as both left them."""
    target, answer = request.target, None
    if target.kind is Kind.MANIFEST:
        answer = with_manifest(sites, host, upstream, target)
    elif target.kind is Kind.BLOB:
        with_blob(sites, host, upstream, target)
    registry = sites[host].registry
    assert registry is not None
    if answer is None or answer.status in (200, 404):
        return registry, None
    told = error("UNKNOWN", detail=answer.json())
    return registry, replace(told, body=b"") if request.method == "HEAD" else told


def with_manifest(
    sites: dict[str, Site], host: str, upstream: Upstream, target: Target
) -> Response | None:
    """The upstream's answer to the GET, where the cache lacks the manifest; None where it has it,
    or has got it."""
    held, path = repository(sites, host, target), f"/v2/{target.repository}/manifests/"
    tag = "" if ":" in target.identifier else target.identifier
    digest = target.identifier
    if tag:
        told = ask(sites, upstream, "HEAD", path + tag, target)
        digest = told.header("Docker-Content-Digest") or held.tags.get(tag, "")
    if digest not in held.manifests:
        answer = ask(sites, upstream, "GET", path + target.identifier, target)
        if answer.status != 200:
            return answer
        digest = answer.header("Docker-Content-Digest") or digest
        stored = repository(sites, upstream.host, target).manifests[digest]
        held = replace(held, manifests={**held.manifests, digest: stored})
    store(sites, host, target, replace(held, tags={**held.tags, tag: digest} if tag else held.tags))
    return None


def with_blob(sites: dict[str, Site], host: str, upstream: Upstream, target: Target) -> None:
    held, digest = repository(sites, host, target), target.identifier
    if digest in held.blobs:
        return
    answer = ask(sites, upstream, "GET", f"/v2/{target.repository}/blobs/{digest}", target)
    if answer.status in (200, 307):
        blob = repository(sites, upstream.host, target).blobs[digest]
        store(sites, host, target, replace(held, blobs={**held.blobs, digest: blob}))


def repository(sites: dict[str, Site], host: str, target: Target) -> Repository:
    """What this host has of the repository that the request is about."""
    registry = sites[host].registry
    held = registry.repositories if registry else {}
    return held.get(target.repository, Repository())


def store(sites: dict[str, Site], host: str, target: Target, held: Repository) -> None:
    registry = sites[host].registry
    assert registry is not None
    known = {**registry.repositories, target.repository: held}
    keep(sites, registry, replace(registry, repositories=known))


# -- the cache as a client ----------------------------------------------------------------------


def ask(
    sites: dict[str, Site], upstream: Upstream, method: str, path: str, target: Target
) -> Response:
    """The upstream's answer to the cache."""
    site = sites.get(upstream.host)
    if site is None or site.registry is None or site.obstacle:
        return DOWN
    sent = authorization(site.registry, upstream, target)
    request = Request(method, f"https://{upstream.host}{path}", (("Accept", "*/*"),), sent)
    told = respond(request, site.registry)
    keep(sites, site.registry, told.registry)
    return told.response


def authorization(
    registry: Registry, upstream: Upstream, target: Target
) -> Authorization | None:
    """What the cache sends: its password, or a token that it has got for this repository."""
    name, _, password = upstream.account.partition(":")
    account = Authorization.basic(name, password) if name else None
    if registry.auth is not Auth.BEARER:
        return account
    asked = f"service={registry.service}&scope=repository:{target.repository}:pull"
    told = respond(Request("GET", f"{registry.realm}?{asked}", (), account), registry).response
    document = told.json()
    token = document.get("token") if isinstance(document, dict) else None
    return Authorization(Scheme.BEARER, str(token)) if token else None
