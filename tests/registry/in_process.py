"""Requests that are put to an application in process, as a server would hand them over."""

from starlette.types import ASGIApp, Message, Scope

from tests.registry.odd_requests import Asked


def scope_of(asked: Asked) -> Scope:
    """As uvicorn makes it (ASGI, HTTP connection scope)."""
    return {
        "type": "http", "http_version": "1.1", "scheme": "http", "method": asked.method,
        "path": asked.path, "raw_path": asked.path.encode(), "query_string": asked.query.encode(),
        "headers": [(k.encode(), v.encode("latin-1")) for k, v in asked.headers],
        "client": ("192.0.2.1", 1), "server": ("192.0.2.2", 5000),
    }  # fmt: skip


async def answered(app: ASGIApp, asked: Asked) -> list[Message]:
    """What the application sends."""
    pieces = [asked.body[at : at + 10_000] for at in range(0, len(asked.body), 10_000)] or [b""]
    incoming = iter(
        {"type": "http.request", "body": piece, "more_body": number < len(pieces)}
        for number, piece in enumerate(pieces, start=1)
    )
    sent: list[Message] = []

    async def receive() -> Message:
        return next(incoming, {"type": "http.disconnect"})

    async def send(message: Message) -> None:
        sent.append(message)

    await app(scope_of(asked), receive, send)
    return sent
