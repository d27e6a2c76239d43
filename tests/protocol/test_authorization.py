"""The `Authorization` header, read and written (RFC 6750, RFC 7617)."""

from simulator.protocol.authorization import Authorization
from tests.cases import each

HEADERS = [
    ("Basic YWxpY2U6czNjcmV0", "Basic", "YWxpY2U6czNjcmV0"),
    ("bearer abc", "Bearer", "abc"),
    ("BASIC   YTpi  ", "Basic", "YTpi"),
    ("Bearer", "Bearer", ""),
]


@each(("header", "scheme", "secret"), HEADERS)
def test_a_header_is_read(header: str, scheme: str, secret: str) -> None:
    """The scheme in any case, the secret without the spaces around it."""
    read = Authorization.parse(header)
    assert read and (str(read.scheme), read.secret) == (scheme, secret)
    assert read.header == f"{scheme} {secret}"


@each("header", [None, "", "Digest x", "Basicx y", " Basic x"])
def test_an_unknown_scheme_is_no_authorization(header: str | None) -> None:
    """Nor is a header that is absent."""
    assert Authorization.parse(header) is None


PAIRS = [
    (Authorization.basic("alice", "s3cret"), ("alice", "s3cret")),
    (Authorization.basic("alice", "a:b"), ("alice", "a:b")),
    (Authorization.basic("", ""), ("", "")),
    (Authorization.bearer("YTpi"), None),
    (Authorization.parse("Basic not base64"), None),
    (Authorization.parse("Basic YQ=="), None),
]


@each(("sent", "pair"), PAIRS)
def test_only_basic_credentials_are_a_pair(
    sent: Authorization, pair: tuple[str, str] | None
) -> None:
    """A password may hold a colon; text without one, or that is no base64, is no pair."""
    assert sent.pair() == pair


def test_a_secret_is_not_in_its_repr() -> None:
    """A trace or a log that prints the header holds no token."""
    assert "s3cret" not in repr(Authorization.bearer("s3cret"))
