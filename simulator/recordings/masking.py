"""Masks secrets in a recording before it is written.

Twice: every place that holds a secret by its nature (`NAMES`, `HEADERS`, queries of redirects,
whatever looks like a JWT), and every secret that was met in one of them, wherever else it is. A
masked recording is still one of a piece: its password is `MASK`, and `Authorization` and
`config.json` hold the base64 of just that.
"""

import base64
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

from simulator.protocol.authorization import Authorization
from simulator.protocol.json_text import TooDeep, json_of
from simulator.protocol.secrets import MASK, SECRET_FIELDS

NAMES = SECRET_FIELDS | {
    "identitytoken", "identity_token", "registrytoken", "id_token", "client_secret", "secret",
    "assertion", "passwd",
}  # fmt: skip
"""Names of secrets in JSON, forms, queries and `config.json`."""
HEADERS = re.compile(r"authorization|cookie|token|secret|password|api-?key|registry-auth", re.I)
"""Names of headers whose values are secrets."""
JWT = re.compile(r"eyJ[\w-]{8,}+(?:\.[\w-]*)*")
"""JSON in base64, as in a JWT, and all that follows it. The parts of a run are tried once."""
SIGNATURE = 24
"""Characters from which a part of a redirect's path may be a signature, if it has digits."""
SHORTEST = 4
"""Characters from which a secret is looked for everywhere; `a` would be all over the file."""


@dataclass
class Masker:
    """Masks, and remembers what it masked. `users` are names that may have a colon."""

    known: set[str] = field(default_factory=set)
    users: set[str] = field(default_factory=set)

    def learn(self, *secrets: str) -> None:
        self.known |= {secret for secret in secrets if len(secret) >= SHORTEST and secret != MASK}

    # -- by place -------------------------------------------------------------------------

    def headers(
        self, headers: Iterable[tuple[str, str]], path: str = ""
    ) -> dict[str, str | list[str]]:
        """Headers by name, of the answer to a request for this path; repeated ones as a list."""
        kept: dict[str, list[str]] = {}
        for name, value in headers:
            kept.setdefault(name.title(), []).append(self.header(name.lower(), value, path))
        return {name: values[0] if len(values) == 1 else values for name, values in kept.items()}

    def header(self, name: str, value: str, path: str = "") -> str:
        if name == "authorization":
            return self.authorization(value)
        if HEADERS.search(name):
            self.learn(value, value.partition(";")[0].partition("=")[2])
            return MASK
        return self.signed(value, path) if name == "location" else value

    def authorization(self, value: str) -> str:
        """The scheme stays, and of Basic the user's name."""
        scheme, _, secret = value.partition(" ")
        self.learn(secret or scheme)
        pair = (Authorization.parse(value) or Authorization.bearer("")).pair()
        if pair is None:
            return f"{scheme} {MASK}" if secret else MASK
        user, password = self.parted(*pair)
        self.learn(password)
        return Authorization.basic(user, MASK if password else "").header

    def parted(self, user: str, password: str) -> tuple[str, str]:
        """Name and password; a header does not say which of its colons is between them."""
        whole = f"{user}:{password}"
        known = next((one for one in self.users if whole.startswith(f"{one}:")), user)
        return known, whole.removeprefix(f"{known}:")

    def signed(self, url: str, asked: str) -> str:
        """A redirect's address: who has its query may fetch, or who has a signature in its path.
        The registry's own paths have none, nor has what was in the path that was asked for."""
        parts = urlsplit(url)
        pairs = parse_qsl(parts.query, keep_blank_values=True)
        self.learn(*(value for _, value in pairs))
        host = parts.netloc.rpartition("@")[2]
        pieces = [] if parts.path.startswith("/v2/") else parts.path.split("/")
        signatures = [one for one in pieces if one not in asked and may_sign(one)]
        self.learn(*signatures)
        path = "/".join(MASK if one in signatures else one for one in parts.path.split("/"))
        query = "&".join(f"{quote(name)}={MASK}" for name, _ in pairs)
        return urlunsplit((parts.scheme, host, path, query or MASK if parts.query else "", ""))

    def path(self, path: str) -> str:
        """A path with its query, as it was asked for."""
        before, mark, query = path.partition("?")
        pairs = parse_qsl(query, keep_blank_values=True)
        if not any(name.lower() in NAMES for name, _ in pairs):
            return path
        return f"{before}{mark}{urlencode(self.pairs(pairs))}"

    def pairs(self, pairs: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
        return [(name, self.value(name, value)) for name, value in pairs]

    def form(self, body: str) -> str:
        return urlencode(self.pairs(parse_qsl(body, keep_blank_values=True)))

    def value(self, name: str, value: Any) -> Any:
        """A value under this name, and all that is in it."""
        if name.lower() in NAMES and value and not isinstance(value, dict | list):
            self.learn(str(value))
            return MASK
        return self.inside(value)

    def inside(self, value: Any) -> Any:
        if isinstance(value, dict):
            return {name: self.value(name, part) for name, part in value.items()}
        return [self.inside(part) for part in value] if isinstance(value, list) else value

    def json(self, body: str) -> str:
        """A JSON body; one without secrets stays as it was, byte for byte; one nested too
        deeply is masked whole."""
        try:
            document = json_of(body)
        except TooDeep:
            return MASK
        except ValueError:
            return body
        masked = self.inside(document)
        return body if masked == document else json.dumps(masked, ensure_ascii=False)

    def config(self, text: str) -> str:
        """`config.json` as Docker would write it, had the password been `MASK`."""
        document = json_of(text)
        auths = document.get("auths")
        kept = self.inside({**document, "auths": {}})
        if isinstance(auths, dict):
            kept["auths"] = {name: self.entry(entry) for name, entry in auths.items()}
        return json.dumps(kept, indent="\t", ensure_ascii=False)

    def entry(self, entry: Any) -> Any:
        """One registry's: `auth` is the base64 of user and password."""
        if not isinstance(entry, dict):
            return MASK
        pair = str(entry.get("auth", ""))
        named = {"auth": self.authorization(f"Basic {pair}").partition(" ")[2]} if pair else {}
        return {**self.inside(entry), **named}

    # -- wherever it is -------------------------------------------------------------------

    def everywhere(self, value: Any) -> Any:
        """Strings without any secret that was met, however it is written, and without JWTs."""
        known = sorted(self.known, key=lambda secret: (-len(secret), secret))
        encoded = dict.fromkeys(way for secret in known for way in encodings(secret.encode()))
        plain = [f"(?i:{spelled(way)})" for secret in known for way in turned(secret)]
        ways = [JWT.pattern, *plain, *map(spelled, sorted(encoded, key=len, reverse=True))]
        return replaced(value, re.compile("|".join(ways)))


def may_sign(part: str) -> bool:
    """Whether this part of a path may be a signature: long, with letters and digits."""
    return len(part) >= SIGNATURE and any(map(str.isdigit, part)) and any(map(str.isalpha, part))


def turned(secret: str) -> set[str]:
    """The secret, also backwards, and in the cases that are spelled with other letters."""
    return {secret, secret[::-1], secret.upper(), secret.lower()}


def encodings(secret: bytes) -> Iterator[str]:
    """The secret in hexadecimal digits and in base64, alone and at any place of a longer text."""
    yield from (secret.hex(), secret.hex().upper())
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        yield encode(secret).decode()
        for before, first in enumerate((0, 2, 3)):  # bytes before it; its first own character
            whole = (before + len(secret)) * 8 // 6
            yield encode(bytes(before) + secret)[first:whole].decode()


UNRESERVED = re.compile(r"[A-Za-z0-9._~-]")
"""Characters that are written in one way everywhere (RFC 3986 section 2.3)."""


def spelled(secret: str) -> str:
    """A pattern of the secret as it is, and as URLs and JSON may write its characters."""
    return "".join(c if c.isalnum() and c.isascii() else one_of(c) for c in secret)


def one_of(character: str) -> str:
    if UNRESERVED.fullmatch(character):
        return re.escape(character)
    in_json = json.dumps(character)[1:-1]
    in_go = f"\\u{ord(character):04x}"
    in_url = quote(character, safe="")
    ways = dict.fromkeys((character, in_url, quote(in_url), in_json, in_go))
    return f"(?i:{'|'.join(map(re.escape, ways))})"


def replaced(value: Any, secret: re.Pattern[str]) -> Any:
    match value:
        case str():
            return secret.sub(MASK, value)
        case dict():
            return {name: replaced(part, secret) for name, part in value.items()}
        case list() | tuple():
            return [replaced(part, secret) for part in value]
        case _:
            return value
