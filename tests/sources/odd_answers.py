"""Answers that no registry should give, drawn from a schema: right, nearly right, or arbitrary."""

import base64
import hashlib
import json
import random
import re
from dataclasses import dataclass, field

from hypothesis import strategies as st

from simulator.protocol.hosts import split_url
from tests.sources.network import NAMES, Answered, Connection

REGISTRY = "registry.example.com"
USER, PASSWORD = "alice", "s3cret-of-alice"
TOKEN, REFRESH = "issued-t0ken-of-alice", "refresh-t0ken-of-alice"
PAIR = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
LAYER = b"x" * 1000
CONFIG = (
    b'{"os":"linux","architecture":"amd64","rootfs":{"type":"layers","diff_ids":["sha256:'
    + hashlib.sha256(LAYER).hexdigest().encode() + b'"]}}'
)  # fmt: skip


def digest(data: bytes, algorithm: str = "sha256") -> str:
    return f"{algorithm}:{hashlib.new(algorithm, data).hexdigest()}"


def descriptor(data: bytes, kind: str, size: int | None = None) -> dict[str, object]:
    media = f"application/vnd.oci.image.{kind}"
    return {"mediaType": media, "digest": digest(data), "size": len(data) if size is None else size}


def manifest(layers: list[object], config: object) -> bytes:
    media = "application/vnd.oci.image.manifest.v1+json"
    told = {"schemaVersion": 2, "mediaType": media, "config": config, "layers": layers}
    return json.dumps(told).encode()


RIGHT_LAYER = descriptor(LAYER, "layer.v1.tar+gzip")
RIGHT_CONFIG = descriptor(CONFIG, "config.v1+json")
RIGHT = manifest([RIGHT_LAYER], RIGHT_CONFIG)
INDEX = json.dumps({
    "schemaVersion": 2, "mediaType": "application/vnd.oci.image.index.v1+json",
    "manifests": [{**descriptor(RIGHT, "manifest.v1+json"),
                   "platform": {"os": "linux", "architecture": "amd64"}}],
}).encode()  # fmt: skip

HOSTS = (
    *(f"https://{name}" for name in NAMES), "https://REGISTRY.example.com", "http://localhost:5001",
    "http://auth.example.com", "https://10.0.0.1", "https://169.254.169.254", "http://[::1",
    "https://registry.example.com:99999", "gopher://auth.example.com", "//evil.example.net",
    "https://alice:pw@evil.example.net", "https://registry.example.com@evil.example.net",
    "https://nobody.example", "", "https://", "https://ü.example", "https://" + "a" * 300,
    "https://registry.example.com\\@evil.example.net", "https://evil.example.net#",
)  # fmt: skip
JUNK = st.text(st.characters(min_codepoint=32, max_codepoint=255), max_size=30)
URL = st.builds("{}{}".format, st.sampled_from(HOSTS), st.sampled_from(
    ["/token", "/x?y=1", "", "/" + "a" * 9000, "/v2/", "/ü", "/%0d%0aX: y", "?a=b c", "/../.."]))
CHALLENGE = st.one_of(
    st.just('Bearer realm="https://auth.example.com/token",service="registry"'),
    st.just('Basic realm="r"'),
    URL.map('Bearer realm="{}",service="x",scope="repository:a/b:pull"'.format),
    st.sampled_from(["Bearer", "Basic", "Digest realm=x", "Bearer " + "a" * 8000, "Bearer realm=,",
                     'Bearer realm="', 'Bearer realm="https://auth.example.com/token", Basic']),
    JUNK,
)  # fmt: skip
NUMBER = st.sampled_from([5, 0, -1, 10**30, 1.5, "5", None, True, []])
VALUE = st.one_of(NUMBER, JUNK, st.just({}), st.sampled_from(["linux", digest(LAYER), "sha256:"]))
CHANGED = st.builds(
    lambda good, key, value: {**good, key: value},
    st.sampled_from([RIGHT_LAYER, RIGHT_CONFIG]),
    st.sampled_from(["mediaType", "digest", "size", "platform", "urls", "annotations"]), VALUE,
)  # fmt: skip
LAYERS = st.one_of(
    st.just([RIGHT_LAYER]),
    st.lists(st.one_of(CHANGED, st.just(RIGHT_LAYER), VALUE), max_size=4),
    st.integers(2, 700).map(lambda n: [descriptor(b"%d" % i, "layer.v1.tar") for i in range(n)]),
)
TOKENS = {"token": TOKEN, "access_token": TOKEN, "refresh_token": REFRESH, "expires_in": 300}
BODY = st.one_of(
    st.sampled_from([
        RIGHT, RIGHT, INDEX, LAYER, CONFIG, b"", b"[" * 50_000, b'{"a":' * 50_000, b"\xff\xfe",
        b'{"errors":[{"code":"DENIED","message":"\xed\xa0\x80"}]}', b'{"errors":5}', b"null",
        b'{"errors":[{"code":5,"message":[]}]}', b"x" * 70_000, b"<html>" + "ü".encode("latin-1"),
        '{"token":"ü"}'.encode(), b'{"token":"a\\nb"}', b'{"token":5}', b'{"token":""}',
        b'{"manifests":[{"platform":{"os":5}}]}', b'{"manifests":5}', b'{"layers":{}}',
    ]),
    st.builds(manifest, LAYERS, st.one_of(st.just(RIGHT_CONFIG), CHANGED, VALUE)),
    st.just(json.dumps(TOKENS).encode()),
    st.builds(lambda key, value: json.dumps({**TOKENS, key: value}).encode(),
              st.sampled_from(list(TOKENS)), VALUE),
    st.binary(max_size=40),
)  # fmt: skip
HEADER = st.one_of(
    st.tuples(st.just("WWW-Authenticate"), CHALLENGE),
    st.tuples(st.just("Location"), URL),
    st.tuples(st.just("Docker-Content-Digest"), st.sampled_from(
        [digest(RIGHT), digest(LAYER), digest(RIGHT, "sha512"), "sha512:abc", "md5:0", ""])),
    st.tuples(st.just("Content-Type"), st.sampled_from(
        ["application/vnd.oci.image.manifest.v1+json", "text/html; charset=utf-16", "", "a" * 900,
         "application/vnd.oci.image.index.v1+json"])),
    st.tuples(st.sampled_from(["Retry-After", "Content-Range", "Set-Cookie", "X", "Date"]), JUNK),
    st.just(("X-Long", "a" * 9000)),
)  # fmt: skip
FRAMING = st.sampled_from(["right"] * 8 + ["short", "long", "none", "negative", "huge", "chunked",
                                           "broken", "gzip"])  # fmt: skip
STATUS = st.sampled_from([200, 200, 200, 401, 401, 403, 404, 429, 500, 503, 301, 302, 307, 308, 206,
                          204, 100, 304, 416, 199, 999])  # fmt: skip


def framed(body: bytes, framing: str) -> tuple[str, bytes]:
    length = f"Content-Length: {len(body)}\r\n"
    return {
        "short": (f"Content-Length: {len(body) // 2}\r\n", body),
        "long": (f"Content-Length: {len(body) + 9}\r\n", body),
        "none": ("Connection: close\r\n", body),
        "negative": ("Content-Length: -5\r\n", body),
        "huge": (f"Content-Length: {10**25}\r\n", body),
        "chunked": ("Transfer-Encoding: chunked\r\n", b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body)),
        "broken": ("Transfer-Encoding: chunked\r\n", b"zz\r\n" + body),
        "gzip": (length + "Content-Encoding: gzip\r\n", body),
    }.get(framing, (length, body))


@dataclass(frozen=True)
class Odd:
    """One answer: the status, its headers, its body, how it is framed, and how it comes."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    framing: str = "right"
    part: int = 1 << 16
    pause: float = 0.0

    def answered(self, method: bytes = b"GET") -> Answered:
        line, body = framed(self.body, self.framing)
        body = b"" if method == b"HEAD" else body
        rows = "".join(f"{name}: {value}\r\n" for name, value in self.headers)
        head = f"HTTP/1.1 {self.status} X\r\n{rows}{line}\r\n".encode("latin-1", "replace")
        return Answered(head + body, self.part, self.pause)


ODD = st.builds(
    Odd, STATUS, st.lists(HEADER, max_size=3).map(tuple), BODY, FRAMING,
    st.sampled_from([1 << 16] * 6 + [1000, 20]), st.sampled_from([0.0] * 8 + [0.5, 20.0, 90.0]),
)  # fmt: skip


def kind_of(path: str) -> str:
    """The target of a request, by its path; anything else is a token service or a storage."""
    for kind in ("manifests", "blobs"):
        if f"/{kind}/" in path:
            return kind
    return "ping" if path == "/v2/" else "other"


def right(kind: str, path: str, allowed: bool) -> Odd:
    """What a registry with a token service answers."""
    named = path.rpartition("/")[2]
    challenge = ("WWW-Authenticate",
                 'Bearer realm="https://auth.example.com/token",service="r"')  # fmt: skip
    if kind == "other":
        return Odd(200, (), json.dumps(TOKENS).encode())
    if not allowed:
        return Odd(401, (challenge,), b"{}")
    body = {digest(CONFIG): CONFIG, digest(LAYER): LAYER}.get(named, RIGHT)
    known = ("Docker-Content-Digest", digest(body))
    media = ("Content-Type", "application/vnd.oci.image.manifest.v1+json")
    return Odd(200, (known, media) if kind == "manifests" else (), b"" if kind == "ping" else body)


@dataclass(frozen=True)
class Servers:
    """What all hosts of a run answer: `odd` by kind of request, else what is right.

    A request of a kind gets one of its odd answers, or the right one, as `seed` deals them.
    """

    odd: dict[str, list[Odd]]
    seed: int

    def answering(self) -> "Answering":
        return Answering(self, random.Random(self.seed))


@dataclass
class Answering:
    """The servers of one run."""

    servers: Servers
    dealt: random.Random
    named: set[str] = field(default_factory=set)
    """Hosts that the registry named as its token service."""

    def __call__(self, connection: Connection, request: bytes) -> Answered:
        path = request.split(b" ", 2)[1].decode("latin-1") if request.count(b" ") > 1 else "/"
        kind = kind_of(path.partition("?")[0])
        known = self.servers.odd.get(kind, [])
        allowed = b"authorization:" in request.lower()
        choice = [*known, *known, right(kind, path, allowed)]
        answered = self.dealt.choice(choice).answered(request.partition(b" ")[0])
        if connection.name == REGISTRY:
            realms = re.findall(rb'realm="([^"]*)', answered.data)
            self.named |= {split_url(one.decode("latin-1")).hostname or "" for one in realms}
        return answered


SERVERS = st.builds(
    Servers,
    st.dictionaries(
        st.sampled_from(["ping", "manifests", "blobs", "other"]),
        st.lists(ODD, min_size=1, max_size=2), max_size=3,
    ),
    st.integers(0, 1000),
)  # fmt: skip
