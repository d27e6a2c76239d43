"""What the registry sends for one request."""

from simulator.protocol.message import Request, Response
from simulator.registry.answer import respond
from simulator.registry.model import Registry


def handle(request: Request, registry: Registry) -> Response:
    """The response as it goes out."""
    return respond(request, registry).delivered
