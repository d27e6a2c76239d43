"""How a registry asks for credentials: the header `WWW-Authenticate` (RFC 9110 section 11.6.1)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from simulator.protocol.authorization import Scheme

TOKEN = r"[!#$%&'*+.^_`|~0-9A-Za-z-]++"
QUOTED = r'"(?:[^"\\]|\\.?)*+'
"""A quoted string up to its end, or to the end of the text where it has none."""
ELEMENT = re.compile(rf'(?:[^",]|{QUOTED}(?:"|\Z))++', re.DOTALL)
PARAMETER = re.compile(
    rf"""(?:(?P<scheme>{TOKEN})\s++)?(?P<key>{TOKEN})\s*+=\s*+
    (?:"(?P<quoted>(?:[^"\\]|\\.)*+)"|(?P<bare>[^\s"]++))""",
    re.DOTALL | re.VERBOSE,
)
FIRST_WORD = re.compile(TOKEN)
ESCAPE = re.compile(r"\\(.)", re.DOTALL)
SCHEMES = {scheme.value.lower(): scheme for scheme in Scheme}
# The quantifiers are possessive: a header of any length is read in linear time.


@dataclass(frozen=True)
class Challenge:
    """A registry's demand for credentials, with the parameters that Docker reads
    (RFC 6750 section 3; distribution token specification)."""

    scheme: Scheme
    realm: str = ""
    service: str = ""
    scope: str = ""
    error: str = ""
    beside_basic: bool = False
    """The registry asks for Basic as well."""

    @classmethod
    def parse(cls, header: str | None) -> "Challenge | None":
        """The first Bearer challenge, else the first Basic challenge, else None."""
        found = challenges(header or "")
        by_scheme = {one.scheme: one for one in reversed(found)}
        bearer, basic = by_scheme.get(Scheme.BEARER), by_scheme.get(Scheme.BASIC)
        return replace(bearer, beside_basic=True) if bearer and basic else bearer or basic


def challenges(header: str) -> tuple[Challenge, ...]:
    """All Bearer and Basic challenges of the header, in its order.

    Of a repeated parameter the last value counts, as in Docker; a value without its closing
    quote is left out.
    """
    found: list[tuple[str, dict[str, str]]] = []
    for scheme, key, value in elements(header):
        if scheme:
            found.append((scheme.lower(), {}))
        if found and key:
            found[-1][1][key.lower()] = value
    known = ((SCHEMES[scheme], values.get) for scheme, values in found if scheme in SCHEMES)
    return tuple(
        Challenge(scheme, get("realm", ""), get("service", ""), get("scope", ""), get("error", ""))
        for scheme, get in known
    )


def elements(header: str) -> Iterator[tuple[str, str, str]]:
    """The parts between the commas: a scheme where a challenge begins, a key and its value."""
    for element in ELEMENT.findall(header):
        text = element.strip()
        pair = PARAMETER.match(text)
        if pair:
            quoted, bare = pair["quoted"], pair["bare"]
            value = bare if quoted is None else ESCAPE.sub(r"\1", quoted)
            yield pair["scheme"] or "", pair["key"], value
        elif word := FIRST_WORD.match(text):
            yield unvalued(word[0], text), "", ""


def unvalued(word: str, text: str) -> str:
    """The word as a scheme: it is alone, or credentials in base64 follow (token68)."""
    rest = text[len(word) :].lstrip()
    return "" if rest.startswith("=") else word
