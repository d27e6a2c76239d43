"""Twenty thousand requests that nobody would send: no 500, no hang, no growth.

Requests are drawn from a schema: the registry's paths, with parameters that are right, nearly
right or arbitrary. Most are put to the served registry in process, as a server would hand them
over; the others are bytes on sockets of a registry in a process of its own, malformed ones too.
The examples are the same each time; Hypothesis shrinks one that fails.
"""

import asyncio
import base64
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path

import httpx
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from starlette.types import Message, Scope

from simulator.protocol.authorization import Authorization
from simulator.registry import tokens
from simulator.registry.fixtures import repositories
from simulator.registry.model import Auth, Registry, User
from simulator.registry.serving import FORM, Served

BATCH, EXAMPLES = 20, 300
"""Requests of an example in process; each is put to three registries, so 18,000 in all."""
CONNECTIONS, ROUNDS = 200, 10
"""At once on sockets, and how often: 2,000, some with several requests."""
GROWTH = 16
"""MB that a server's memory may vary by, once it is warm: what is remembered varies in size."""
HANG = 10.0
"""Seconds after which we call it a hang."""
SAME = settings(
    derandomize=True, database=None, deadline=None, suppress_health_check=list(HealthCheck)
)
PASSWORD = "s3cret-of-alice"
REGISTRY = Registry(
    Auth.BEARER, "Private", "pullscope", repositories(), {"alice": User(PASSWORD, ("team/*",))}
)
MORE = replace(REGISTRY, token_post=True, refresh=True, blobs_at="https://blobs.example.com/")
APP = repositories()["team/app"]
CODES = {
    "BLOB_UNKNOWN", "BLOB_UPLOAD_INVALID", "BLOB_UPLOAD_UNKNOWN", "DIGEST_INVALID",
    "MANIFEST_BLOB_UNKNOWN", "MANIFEST_INVALID", "MANIFEST_UNKNOWN", "NAME_INVALID",
    "NAME_UNKNOWN", "SIZE_INVALID", "UNAUTHORIZED", "DENIED", "UNSUPPORTED", "TOOMANYREQUESTS",
}  # fmt: skip
"""Those of the distribution specification; there are no others."""

# -- the schema -------------------------------------------------------------------------------

ANY = st.binary(max_size=12).map(lambda data: data.decode("latin-1"))
VISIBLE = st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=12)
DIGESTS = [*APP.manifests, *APP.blobs]


def near(*right: str) -> st.SearchStrategy[str]:
    """Something right; the same with a change; or anything."""
    known = st.sampled_from(right)
    changed = st.builds(
        lambda text, at, new: text[: at % (len(text) + 1)] + new + text[at % (len(text) + 1) + 1 :],
        known, st.integers(0, 80), VISIBLE,
    )  # fmt: skip
    return st.one_of(known, known, changed, VISIBLE)


METHOD = st.one_of(
    st.sampled_from(["GET", "GET", "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]),
    st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=1, max_size=12),
)
NAME = near(*repositories(), "no/such", "a" * 256, "a/" * 400 + "a", "a-" * 400)
IDENTIFIER = near("1.0", "latest", *DIGESTS, "sha256:abc", "sha512:" + "0" * 128, "a" * 129)
NUMBER = near("0", "1", "2", "-1", "999999999", "9" * 50, "")
PATH = st.one_of(
    st.sampled_from(
        ["/", "/v2", "/v2/", "/v2/_catalog", "/token", "/v1/_ping", "//", "/v2/../v2/"]
    ),
    st.builds("/v2/{}/manifests/{}".format, NAME, IDENTIFIER),
    st.builds("/v2/{}/blobs/{}".format, NAME, IDENTIFIER),
    st.builds("/v2/{}/blobs/uploads/{}".format, NAME, VISIBLE),
    st.builds("/v2/{}/tags/list".format, NAME),
    st.builds("/v2/{}/referrers/{}".format, NAME, IDENTIFIER),
    st.builds("/{}/{}".format, VISIBLE, IDENTIFIER),
    st.builds("/v2/{}".format, VISIBLE),
    st.builds("/{}".format, VISIBLE),
    st.sampled_from(["*", "host:443", "http://other.example/v2/", "https://x", "http:", "@h/v2/"]),
)
SCOPE = near("repository:team/app:pull", "repository:x:y:pull,push", "registry:catalog:*")
QUERY = st.one_of(
    st.just(""),
    st.builds("n={}".format, NUMBER),
    st.builds("n={}&last={}".format, NUMBER, IDENTIFIER),
    st.builds("scope={}&service=pullscope".format, SCOPE),
    st.builds("scope={}&scope={}&offline_token=true".format, SCOPE, SCOPE),
    VISIBLE,
)


@cache
def token() -> str:
    access = (("repository", "team/app", ("pull",)), ("registry", "catalog", ("*",)))
    return tokens.issue(REGISTRY, "alice", access, int(time.time()))


def encoded(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


DEEP = f"{encoded('[' * 4000)}.{encoded('{}')}.x"
"""What a JSON parser may recurse into."""
AUTHORIZATION = st.one_of(
    st.just(Authorization.basic("alice", PASSWORD).header),
    st.builds(lambda: f"Bearer {token()}"),
    st.builds(
        lambda pair: f"Basic {encoded(pair)}", near(f"alice:{PASSWORD}", "alice:", ":", "é:ü")
    ),
    st.builds(
        "Bearer {}".format, st.builds(token).flatmap(lambda right: near(right, DEEP, "a.b.c"))
    ),
    st.builds("{} {}".format, near("Basic", "Bearer", "Digest", "basic"), VISIBLE),
)
RANGE = near("bytes=0-4", "bytes=-5", "bytes=5-", "bytes=0-1,3-4", "bytes=5-3", "bytes=" + "9" * 99)
ETAG = near(*(f'"{digest}"' for digest in DIGESTS), "*", 'W/"x"', '"a", "b"')
HEADER = st.one_of(
    st.tuples(st.just("authorization"), AUTHORIZATION),
    st.tuples(st.just("accept"), near("*/*", "application/vnd.oci.image.manifest.v1+json")),
    st.tuples(st.just("range"), RANGE),
    st.tuples(st.sampled_from(["if-none-match", "if-range"]), ETAG),
    st.tuples(
        st.just("host"), near("h", "127.0.0.1:5000", "[::1]:5000", "[::::]", "a:99999", "a@b")
    ),
    st.tuples(st.just("content-type"), st.just(FORM)),
    st.tuples(st.sampled_from(["expect"]), st.just("100-continue")),
    st.tuples(near("x-forwarded-for", "cookie", "x-test"), ANY),
)
BODY = st.one_of(
    st.just(b""),
    near(
        f"username=alice&password={PASSWORD}&scope=repository:team/app:pull",
        "refresh_token=identity-of-alice&grant_type=refresh_token", "a=" * 3000, "%ff=%",
    ).map(str.encode),
    st.just("x" * 70_000).map(str.encode),
    st.binary(max_size=40),
)  # fmt: skip


@dataclass(frozen=True, repr=False)
class Asked:
    """A request, as a server takes it apart. One that fails is shrunk, so its start tells it."""

    method: str
    path: str
    query: str
    headers: list[tuple[str, str]] = field(default_factory=list)
    body: bytes = b""

    def __repr__(self) -> str:
        told = f"Asked({self.method!r}, {self.path!r}, {self.query!r}, {self.headers!r}, "
        return f"{told}{self.body!r})"[:500]


REQUEST = st.builds(Asked, METHOD, PATH, QUERY, st.lists(HEADER, max_size=4), BODY)
REQUESTS = st.lists(REQUEST, min_size=BATCH, max_size=BATCH)

# -- in process -------------------------------------------------------------------------------


def scope_of(asked: Asked) -> Scope:
    """As uvicorn makes it (ASGI, HTTP connection scope)."""
    return {
        "type": "http", "http_version": "1.1", "scheme": "http", "method": asked.method,
        "path": asked.path, "raw_path": asked.path.encode(), "query_string": asked.query.encode(),
        "headers": [(k.encode(), v.encode("latin-1")) for k, v in asked.headers],
        "client": ("192.0.2.1", 1), "server": ("192.0.2.2", 5000),
    }  # fmt: skip


async def answered(served: Served, asked: Asked) -> list[Message]:
    """What the served registry sends."""
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

    await served(scope_of(asked), receive, send)
    return sent


def check(asked: Asked, sent: list[Message]) -> None:
    """One whole answer, its length true, its error one that the specification knows."""
    start, *rest = sent
    headers = {k.decode().lower(): v.decode("latin-1") for k, v in start["headers"]}
    body = b"".join(bytes(message["body"]) for message in rest)
    assert 200 <= start["status"] < 500
    assert [message["more_body"] for message in rest] == [True] * (len(rest) - 1) + [False]
    assert not any(set(value) & set("\r\n\0") for value in headers.values())
    if asked.method == "HEAD" or start["status"] == 304:
        assert body == b""
    else:
        assert headers["content-length"] == str(len(body))
    if start["status"] >= 400 and body.startswith(b'{"errors"'):
        assert {entry["code"] for entry in json.loads(body)["errors"]} <= CODES


@settings(SAME, max_examples=EXAMPLES)
@given(REQUESTS, st.booleans())
def test_no_request_is_answered_with_an_error_of_ours(requests: list[Asked], more: bool) -> None:
    """18,000 requests in process: each gets one whole answer, and no secret is kept."""
    lines: list[str] = []
    registry = MORE if more else REGISTRY
    several = [Served(replace(registry, auth=auth), "h", log=lines.append) for auth in Auth]

    async def all_of_them() -> None:
        for served in several:
            for asked in requests:
                check(asked, await asyncio.wait_for(answered(served, asked), HANG))

    asyncio.run(all_of_them())
    known = "".join([*lines, *(repr(served.exchanges) for served in several)])
    assert PASSWORD not in known and token() not in known


# -- bytes on sockets -------------------------------------------------------------------------

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


WHOLE = st.builds(as_bytes, REQUEST, FRAMING, CHUNKS)


@dataclass(frozen=True)
class Sent:
    """What one connection sends, and whether it goes away without waiting for an answer."""

    data: bytes
    leaves: bool

    def __repr__(self) -> str:
        return f"Sent({self.data[:200]!r}, {self.leaves})"


def cut(data: bytes, at: int) -> bytes:
    return data[: at % (len(data) + 1)]


SENT = st.builds(
    Sent,
    st.one_of(
        WHOLE.map(lambda data: data + LAST),
        st.lists(WHOLE, min_size=2, max_size=4).map(lambda several: b"".join(several) + LAST),
        st.builds(cut, WHOLE, st.integers(0, 500)),
        ODD.map(lambda data: data + LAST),
        ODD,
        st.binary(max_size=60),
    ),
    st.integers(0, 7).map(lambda number: number == 0),
)


@dataclass(frozen=True)
class Alone:
    """A registry in a process of its own, and what the kernel says of it."""

    host: str
    pid: int

    def memory(self) -> float:
        """MB that are held now."""
        pages = Path(f"/proc/{self.pid}/statm").read_text("utf-8").split()[1]
        return int(pages) * os.sysconf("SC_PAGE_SIZE") / 1e6

    def open(self) -> tuple[int, int]:
        """Files and threads."""
        folder = Path(f"/proc/{self.pid}")
        return len(list((folder / "fd").iterdir())), len(list((folder / "task").iterdir()))


PROGRAM = """
from simulator.registry import serving as server
from tests.registry.test_fuzz import REGISTRY
server.PATIENCE = 0.3
server.serve(REGISTRY, port=0, log=lambda line: "Serving" in line and print(line, flush=True))
"""


@contextmanager
def alone() -> Iterator[Alone]:
    """It must have nothing to complain about."""
    pipe = subprocess.PIPE
    with subprocess.Popen([sys.executable, "-c", PROGRAM], stdout=pipe, stderr=pipe) as process:
        assert process.stdout and process.stderr
        try:
            host = process.stdout.readline().split()[2].decode().rstrip(";")
            yield Alone(host, process.pid)
        finally:
            process.terminate()
            complaints = process.stderr.read().decode()
    assert complaints == ""


async def answers(host: str, sent: Sent) -> bytes:
    """All that comes back until the registry hangs up. Raises TimeoutError where it does not."""
    name, _, port = host.rpartition(":")
    reader, writer = await asyncio.open_connection(name, int(port))
    try:
        async with asyncio.timeout(HANG):
            writer.write(sent.data)
            return b"" if sent.leaves else await reader.read(-1)
    except ConnectionError:
        return b""
    finally:
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()


async def together(host: str, several: list[Sent]) -> list[bytes]:
    return await asyncio.gather(*(answers(host, sent) for sent in several))


def eventually(true: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + HANG
    while not true() and time.monotonic() < deadline:
        time.sleep(0.05)
    return true()


def works(host: str) -> bool:
    with suppress(httpx.TransportError):
        return httpx.get(f"http://{host}/v2/").status_code == 401
    return False


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="needs Linux's /proc")
def test_bytes_that_are_no_requests_do_no_harm() -> None:
    """2,000 connections, two hundred at once: no 500, none that stays, and nothing grows."""
    held: list[float] = []
    waiting: list[Sent] = []

    @settings(SAME, max_examples=CONNECTIONS * ROUNDS, phases=(Phase.generate,))
    @given(SENT)
    def all_of_them(sent: Sent) -> None:
        waiting.append(sent)
        if len(waiting) == CONNECTIONS:
            for answer in asyncio.run(together(registry.host, waiting)):
                assert not re.search(rb"HTTP/1\.1 5\d\d", answer), answer[:500]
            assert eventually(lambda: works(registry.host))
            held.append(registry.memory())
            waiting.clear()

    with alone() as registry:
        assert eventually(lambda: works(registry.host))
        files, threads = registry.open()
        all_of_them()
        assert eventually(lambda: registry.open()[0] <= files), (registry.open(), files)
        assert registry.open()[1] <= threads
    assert len(held) == ROUNDS
    warm = ROUNDS // 4  # by then as much is remembered as ever will be
    assert max(held[warm:]) - held[warm] < GROWTH, held
