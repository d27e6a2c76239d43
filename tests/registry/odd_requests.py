"""Requests that no client would send, drawn from a schema: right, nearly right, or arbitrary."""

import base64
import os
import time
from dataclasses import dataclass, field, replace
from functools import cache
from urllib.parse import parse_qsl

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.vendor.pretty import RepresentationPrinter

from simulator.protocol.authorization import Authorization
from simulator.protocol.secrets import PLAIN_FIELDS
from simulator.registry import tokens
from simulator.registry.asgi import FORM
from simulator.registry.fixtures import repositories
from simulator.registry.model import Auth, Registry, Signer, User

COUNT = int(os.environ.get("PULLSCOPE_REQUESTS", "600"))
"""How many requests each server gets, in process and again on sockets. 20,000 take minutes."""
BATCH, CONNECTIONS = 20, 200
"""Requests of an example in process; connections at once on sockets."""
GROWTH = 16
"""MB that a server's memory may vary by, once it is warm: what is remembered varies in size."""
HANG = 10.0
"""Seconds after which we call it a hang."""
SAME = settings(
    derandomize=True, database=None, deadline=None, suppress_health_check=list(HealthCheck)
)
PASSWORD = "s3cret-of-alice"
REGISTRY = Registry(
    Auth.BEARER, "Private", "pullscope", repositories(), {"alice": User(PASSWORD, ("team/*",))},
    signer=Signer(b"tests"),
)  # fmt: skip
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
NAME = near(*repositories(), "alice/app", "no/such", "a" * 256, "a/" * 400 + "a", "a-" * 400)
IDENTIFIER = near("1.0", "latest", *DIGESTS, "sha256:abc", "sha512:" + "0" * 128, "a" * 129)
NUMBER = near("0", "1", "2", "-1", "999999999", "9" * 50, "9" * 5_000, "")
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
    st.builds("/_stcore/{}".format, near("health", "host-config", "upload_file/a/b", "stream")),
    st.builds("/{}/{}".format, near("static", "media", "component", "watch/events"), VISIBLE),
    st.builds("/watch/{}/x/{}".format, near("runs", "recording"), NUMBER),
    st.builds("/room/{}/{}".format, near("files", "KXRPTW"), near("seat", "events", "vote")),
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

    def _repr_pretty_(self, printer: RepresentationPrinter, cycle: bool) -> None:
        """For Hypothesis, which would print all of it, and then warns of its length."""
        printer.text(repr(self))

    def __repr__(self) -> str:
        told = f"Asked({self.method!r}, {self.path!r}, {self.query!r}, {self.headers!r}, "
        return f"{told}{self.body!r})"[:500]


def masked(asked: Asked) -> bool:
    """Whether the password is in no field that is shown. It cannot be told in a user's name."""
    pairs = parse_qsl(asked.body.decode("utf-8", "replace"))
    return not any(PASSWORD in name + (value if name in PLAIN_FIELDS else "")
                   for name, value in pairs)  # fmt: skip


REQUEST = st.builds(Asked, METHOD, PATH, QUERY, st.lists(HEADER, max_size=4), BODY).filter(masked)
REQUESTS = st.lists(REQUEST, min_size=BATCH, max_size=BATCH)
