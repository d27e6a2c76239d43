"""Bytes that one connection sends: requests, framed rightly or not, and other things."""

from dataclasses import dataclass

from hypothesis import strategies as st

from tests.registry.odd_requests import Asked

LAST = b"GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"
"""Ends a connection, if what was sent before was understood."""
FRAMING = st.sampled_from([
    "Content-Length: {}", "Content-Length: {}0", "Content-Length: 1", "Content-Length: -1",
    "Content-Length: x", "Content-Length: 1\r\nContent-Length: 2", "X: y",
    "Transfer-Encoding: chunked", "Transfer-Encoding: chunked\r\nContent-Length: {}",
    "Content-Length: 999999999999",
])  # fmt: skip
CHUNKS = st.sampled_from([
    b"3\r\nabc\r\n0\r\n\r\n", b"3\r\nabcd", b"ffffffffffffffffffff\r\n", b"x\r\n", b"0\r\n",
    b"1;x=y\r\na\r\n0\r\nTrailer: z\r\n\r\n", b"7530\r\n" + b"a" * 30_000 + b"\r\n0\r\n\r\n",
])  # fmt: skip
ODD = st.sampled_from([
    b"", b"\r\n\r\n", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", b"GET\r\n\r\n",
    b"GET / HTTP/9.9\r\n\r\n",
    b"GET / HTTP/1.0\r\n\r\n", b"GET /v2/ HTTP/1.1\r\n\r\n", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    b"GET /" + b"a" * 40_000 + b" HTTP/1.1\r\nHost: h\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: h\r\nX: " + b"a" * 300_000,
    b"GET / HTTP/1.1\r\nHost: h\r\n" + b"X: y\r\n" * 9_000 + b"\r\n",
    b"GET / HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n",
    b"GET /v2/ HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", b"GET /v2/\x00 HTTP/1.1\r\nHost: h\r\n\r\n",
])  # fmt: skip


def as_bytes(asked: Asked, framing: str, chunks: bytes) -> bytes:
    """The request on the wire, with a body that may not be framed as it is announced."""
    body = chunks if "chunked" in framing else asked.body
    lines = [
        f"{asked.method} {asked.path}{'?' if asked.query else ''}{asked.query} HTTP/1.1",
        *(f"{name}: {value}" for name, value in asked.headers),
        framing.format(len(body)), "", "",
    ]  # fmt: skip
    return "\r\n".join(lines).encode("latin-1", "replace") + body


@dataclass(frozen=True)
class Sent:
    """What one connection sends, and whether it goes away without waiting for an answer."""

    data: bytes
    leaves: bool

    def __repr__(self) -> str:
        return f"Sent({self.data[:200]!r}, {self.leaves})"


def cut(data: bytes, at: int) -> bytes:
    return data[: at % (len(data) + 1)]


def sent(requests: st.SearchStrategy[Asked]) -> st.SearchStrategy[Sent]:
    """Such requests, whole and cut, alone and after each other, and bytes that are none."""
    whole = st.builds(as_bytes, requests, FRAMING, CHUNKS)
    data = st.one_of(
        whole.map(lambda data: data + LAST),
        st.lists(whole, min_size=2, max_size=4).map(lambda several: b"".join(several) + LAST),
        st.builds(cut, whole, st.integers(0, 500)),
        ODD.map(lambda data: data + LAST),
        ODD,
        st.binary(max_size=60),
    )
    return st.builds(Sent, data, st.integers(0, 7).map(lambda number: number == 0))
