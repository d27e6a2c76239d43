"""A limit of pulls, as Docker Hub has one: by account, and by address without a login.

Docker's documentation ("Docker Hub pull usage and limits") has the numbers, the headers and the
text. A pull is up to two GETs of manifests, so one of an index and one of its manifest count as
one; a HEAD does not count, and is answered when no pull is left.
"""

from dataclasses import replace
from uuid import NAMESPACE_DNS, uuid5

from simulator.protocol.message import Request, Response
from simulator.protocol.target import Kind
from simulator.registry.access import subject
from simulator.registry.model import PullLimit, Registry
from simulator.registry.replies import error

IN_A_PULL = 2
"""Requests for manifests that count as one pull, at most."""
UPGRADE = "https://www.docker.com/increase-rate-limit"
OF_ADDRESS = f"You have reached your unauthenticated pull rate limit. {UPGRADE}"
OF_ACCOUNT = (
    "You have reached your pull rate limit. You may increase the limit by authenticating and "
    f"upgrading: {UPGRADE}s"
)


def limited(
    request: Request, response: Response, registry: Registry
) -> tuple[Response, Registry]:
    """The answer with the headers of the limit, or 429 in its place; and the registry that has
    counted the request."""
    limit = registry.limit
    if limit is None or response.status != 200 or request.target.kind is not Kind.MANIFEST:
        return response, registry
    who = subject(request.authorization, registry) or ""
    current = in_window(limit, who, registry.clock)
    if request.method != "GET":
        return with_headers(response, current, who), registry
    if not left(current, who) and current.asked[who] % IN_A_PULL == 0:
        told = error("TOOMANYREQUESTS", message=OF_ACCOUNT if who else OF_ADDRESS)
        return with_headers(told, current, who), replace(registry, limit=current)
    count = {**current.asked, who: current.asked[who] + 1}
    current = replace(current, asked=count)
    return with_headers(response, current, who), replace(registry, limit=current)


def in_window(limit: PullLimit, who: str, now: int) -> PullLimit:
    """The limit at this second: a window that is over has made room for a new one."""
    began = limit.since.get(who, now)
    over = now - began >= limit.window
    asked = 0 if over else limit.asked.get(who, 0)
    since = {**limit.since, who: now if over else began}
    return replace(limit, asked={**limit.asked, who: asked}, since=since)


def left(limit: PullLimit, who: str) -> int:
    """Pulls that are left in this window."""
    allowed = limit.account if who else limit.address
    return max(0, allowed - -(-limit.asked.get(who, 0) // IN_A_PULL))


def with_headers(response: Response, limit: PullLimit, who: str) -> Response:
    allowed, window = limit.account if who else limit.address, f"w={limit.window}"
    source = str(uuid5(NAMESPACE_DNS, who)) if who else limit.source
    about = (
        ("ratelimit-limit", f"{allowed};{window}"),
        ("ratelimit-remaining", f"{left(limit, who)};{window}"),
        ("docker-ratelimit-source", source),
    )
    return replace(response, headers=(*response.headers, *about))
