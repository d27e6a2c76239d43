"""The mock registry: one pure function from a request and a registry to an answer.

Answers are those of CNCF distribution 2.8.3 (status, headers, error bodies); `DEVIATIONS` lists
what we answer differently on purpose. The token service is the same function at its realm.
"""

from dataclasses import dataclass, field, replace
from urllib.parse import unquote

from simulator.protocol.message import Request, Response
from simulator.protocol.target import Kind
from simulator.registry.faults import cut_short
from simulator.registry.model import Part, Registry
from simulator.registry.pull_limit import limited
from simulator.registry.ranges import WHOLE, ranged
from simulator.registry.routes import routed
from simulator.registry.token_service import is_token_service

DEVIATIONS = {
    "manifest without Accept": "the stored manifest, as distribution 3 does; no schema 1",
    "index, Accept only Docker v2": "the stored index; no conversion to one platform",
    "bad digest": "400 DIGEST_INVALID, as the specification asks; not 500",
    "tags": "sorted by name, as distribution 3 does",
    "tags n=1": "paginated, as distribution 3 does",
    "method not allowed": "405: this registry is for pulling, unless it is writable",
}
"""Titles of recorded requests that we answer differently, and why. Where distribution differs from
the specification: `tests/registry/test_conformance.py`."""


@dataclass(frozen=True)
class Answer:
    """The response, which bytes of its body to send, and the registry as it is afterwards."""

    response: Response
    registry: Registry
    window: slice = field(default_factory=lambda: WHOLE)

    @property
    def delivered(self) -> Response:
        """The response with only those bytes in its body. A server need not copy them."""
        if self.window == WHOLE:
            return self.response
        return replace(self.response, body=self.response.body[self.window])


def respond(request: Request, registry: Registry) -> Answer:
    """The answer to one request. Only the answer's `registry` knows of it: there, what was pushed
    is held, and a fault that strikes a limited number of times has one time less."""
    fault = registry.fault(*part_of(request, registry))
    written = routed(request, registry, fault)
    response, after = written.response, written.registry
    response, after = limited(request, response, after)
    if request.method == "HEAD":
        response = replace(response, body=b"")
    response, window = ranged(request, response)
    if fault and fault.cut_after is not None and response.status in (200, 206):
        response, window = cut_short(response, window, fault.cut_after)
    return Answer(response, after.after(fault) if fault else after, window)


def part_of(request: Request, registry: Registry) -> tuple[Part, str | None]:
    """The target of the request, and which blob or manifest: faults are laid on these."""
    if is_token_service(request, registry):
        return Part.TOKEN, None
    part = PARTS.get(request.target.kind, Part.PING)
    return part, unquote(request.path).rpartition("/")[2] if part in CONTENT else None


PARTS = {Kind.MANIFEST: Part.MANIFEST, Kind.BLOB: Part.BLOB, Kind.UPLOAD: Part.BLOB}
CONTENT = (Part.MANIFEST, Part.BLOB)
