"""The header `WWW-Authenticate`: odd headers, and headers that were made to do harm."""

import time

from hypothesis import given
from hypothesis import strategies as st

from simulator.protocol.authorization import Scheme
from simulator.protocol.challenge import Challenge, challenges
from tests.cases import each

REALM = "https://auth.example/token"
BASIC, BEARER = Scheme.BASIC, Scheme.BEARER

ODD = {
    "": (),
    "Negotiate": (),
    "Digest realm=a, nonce=b": (),
    'realm="x"': (),
    "Basic": (Challenge(BASIC),),
    "bearer": (Challenge(BEARER),),
    "Bearer realm=": (Challenge(BEARER),),
    'Bearer realm=""': (Challenge(BEARER),),
    f'Bearer realm="{REALM}",service="s",scope="repository:a:pull"': (
        Challenge(BEARER, REALM, "s", "repository:a:pull"),
    ),
    f'BEARER  Realm = "{REALM}" ,  error="invalid_token"': (
        Challenge(BEARER, REALM, error="invalid_token"),
    ),
    f"Bearer realm={REALM},service=s": (Challenge(BEARER, REALM, "s"),),
    'Basic realm="x, Bearer realm=y"': (Challenge(BASIC, "x, Bearer realm=y"),),
    r'Basic realm="a \"b\" \\ c"': (Challenge(BASIC, r'a "b" \ c'),),
    'Bearer scope="repository:a:pull,push"': (Challenge(BEARER, scope="repository:a:pull,push"),),
    'Basic realm="x", Bearer realm="y"': (Challenge(BASIC, "x"), Challenge(BEARER, "y")),
    'Bearer realm="y", Basic realm="x", Bearer realm="z"': (
        Challenge(BEARER, "y"), Challenge(BASIC, "x"), Challenge(BEARER, "z"),
    ),
    "Negotiate, Basic realm=x": (Challenge(BASIC, "x"),),
    "Negotiate YWJj==, Basic realm=x": (Challenge(BASIC, "x"),),
    "Digest realm=a, Basic realm=x, nonce=b": (Challenge(BASIC, "x"),),
    ",, Basic ,, realm=x,": (Challenge(BASIC, "x"),),
    "Bearer realm=x, realm=y": (Challenge(BEARER, "y"),),
    'Bearer realm="never closed, service=s': (Challenge(BEARER),),
    'Bearer realm="never closed\\': (Challenge(BEARER),),
    "Bearer =x": (),
}  # fmt: skip


@each(("header", "expected"), ODD.items())
def test_an_odd_header_is_read_as_the_specification_says(header, expected):
    assert challenges(header) == expected


def test_docker_prefers_bearer_and_takes_the_first_of_a_scheme():
    assert Challenge.parse('Basic realm="x", Bearer realm="y", Bearer realm="z"') == Challenge(
        BEARER, "y", beside_basic=True
    )
    assert Challenge.parse("Basic realm=x, Basic realm=y") == Challenge(BASIC, "x")
    assert Challenge.parse("Negotiate") is Challenge.parse(None) is None


VALUES = st.text(st.characters(codec="latin-1"), max_size=20)
PARAMETERS = st.fixed_dictionaries(dict.fromkeys(("realm", "service", "scope", "error"), VALUES))


def quoted(value: str) -> str:
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def written(scheme: Scheme, parameters: dict[str, str], gap: str) -> str:
    pairs = (f"{name}{gap}={gap}{quoted(value)}" for name, value in parameters.items())
    return f"{scheme} " + f"{gap},{gap}".join(pairs)


@given(st.lists(st.tuples(st.sampled_from(Scheme), PARAMETERS), max_size=3), st.sampled_from(" \t"))
def test_a_header_that_follows_the_specification_reads_back_equal(wanted, gap):
    header = ", ".join(written(scheme, parameters, gap) for scheme, parameters in wanted)
    assert challenges(header) == tuple(Challenge(scheme, **values) for scheme, values in wanted)


@given(st.text(alphabet='ab=,"\\ \t\nBasicBearer', max_size=60))
def test_no_text_is_an_error(header):
    for one in challenges(header):
        assert one.scheme in Scheme


HOSTILE = ("a", " ", ",", '"', '"\\', 'a="', "a =", ",a", "a=b ", '"a\\"', "a ", "=a", 'a=",', "\\")


@each("part", HOSTILE)
def test_the_time_grows_with_the_length_and_not_with_its_square(part):
    """A quadratic parser needs 256 times as long for 16 times the length, and minutes for this."""
    times = [least_time(f"Bearer {part * (size // len(part))}\\") for size in (8_000, 128_000)]
    assert times[1] < 64 * times[0] + 0.05


def least_time(header: str) -> float:
    def once() -> float:
        began = time.process_time()
        challenges(header)
        return time.process_time() - began

    return min(once() for _ in range(3))
