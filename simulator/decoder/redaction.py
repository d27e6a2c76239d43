"""What looks like a secret in a text that somebody pastes, masked before anything else is done.

Rather one word too many than one secret too few. Each pattern masks its group `secret`; where the
form alone does not tell, a function looks at the value.
"""

import base64
import re
from collections.abc import Callable
from dataclasses import dataclass

from simulator.protocol.secrets import MASK, SECRET_FIELDS


@dataclass(frozen=True)
class Masked:
    """A text without secrets, and how many there were."""

    text: str
    count: int = 0


def always(value: str) -> bool:
    return True


def is_pair(value: str) -> bool:
    """Whether this is base64 of `user:password`."""
    try:
        text = base64.b64decode(value + "=" * (-len(value) % 4), validate=True).decode()
    except ValueError:
        return False
    return ":" in text and text.isprintable()


def is_random(value: str) -> bool:
    """Capitals, small letters and digits, at this length: no word, and no digest."""
    kinds = (str.isupper, str.islower, str.isdigit)
    return all(any(map(kind, value)) for kind in kinds)


def is_unusual(value: str) -> bool:
    return is_random(value) or is_pair(value)


def is_opaque(value: str) -> bool:
    """What follows `Bearer` or `Basic` in a header; a word of a sentence it is not."""
    return is_unusual(value) or any(not c.isalpha() for c in value)


@dataclass(frozen=True)
class Pattern:
    what: str
    pattern: re.Pattern[str]
    secret: Callable[[str], bool] = always


def pattern(what: str, regex: str, secret: Callable[[str], bool] = always) -> Pattern:
    return Pattern(what, re.compile(regex, re.IGNORECASE), secret)


QUOTED = r"""(?P<quote>["']?)(?P<secret>(?<=")[^"]+|(?<=')[^']+|[^\s"'&,;|]+)"""
"""A value, in quotes or not."""
FIELDS = "|".join(sorted(
    {*SECRET_FIELDS, "passwd", "pwd", "pass", "identitytoken", "registrytoken", "id_token",
     "secret", "client_secret", "api_?key", "aws_secret_access_key", "aws_session_token"},
    key=len, reverse=True,
))  # fmt: skip
ALONE = r"(?<![\w+/=.:-])"
HEADER = r"\b(?:proxy-)?authorization[\"']?\s*[:=]\s*[\"']?"
PREFIXES = (
    "dckr_[po]at_", "gh[pousr]_", "github_pat_", "gl[a-z]{2,5}-", "(?:AKIA|ASIA)(?=[0-9A-Z]{8})",
    "xox[abprs]-", "npm_", "pypi-", "hvs\\.", "sk-",
)  # fmt: skip
"""How the tokens of Docker Hub, GitHub, GitLab, AWS and others begin."""
PATTERNS = (
    pattern("a private key",
            r"(?P<secret>-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END[^\n]*|\Z))"),
    pattern("user name and password in an address", r"://(?P<secret>[^\s/@\"']+)@"),
    pattern("a header, with its scheme",
            HEADER + r"(?:basic|bearer|digest|token)\s+(?P<secret>[^\s\"']+)"),
    pattern("a header without", HEADER + r"(?P<secret>[^\s\"']+)", is_unusual),
    pattern("a header of Docker's",
            r"\bx-registry-(?:auth|config)[\"']?\s*[:=]\s*[\"']?(?P<secret>[^\s\"']+)"),
    pattern("what follows a scheme",
            r"\b(?:basic|bearer)\s+(?P<secret>[\w.~+/-]{8,}=*)(?![=\w])", is_opaque),
    pattern("a token by its prefix",
            rf"(?<![A-Za-z0-9])(?P<secret>(?:{'|'.join(PREFIXES)})[\w.-]{{8,}})"),
    pattern("JSON in base64, as in a JWT", r"(?<![\w.])(?P<secret>eyJ[\w-]{8,}[\w.+/=-]*)"),
    pattern("an option",
            r"(?<!\S)--(?:password|passwd|token|secret)(?:=|\s+(?!via the CLI|and --))" + QUOTED),
    pattern("the option -p", r"(?<!\S)-p(?:=|\s*)" + QUOTED),
    pattern("curl's user", r"(?<!\S)(?:-u|--user)(?:=|\s*)[\"']?[^\s:\"']+:(?P<secret>[^\s\"']+)"),
    pattern("typed into standard input",
            r"\b(?:echo|printf)(?:\s+-\w+)*\s+" + QUOTED
            + r"(?P=quote)\s*\|\s*(?:sudo\s+)?docker\b"),
    pattern("a here string", r"<<<\s*" + QUOTED),
    pattern("a field", rf"(?<![a-z])(?:{FIELDS})[\"']?\s*=\s*" + QUOTED),
    pattern("a field of JSON", rf"[\"'](?:{FIELDS})[\"']\s*:\s*[\"'](?P<secret>[^\"']+)"),
    pattern("a password after a colon",
            r"(?<!username/)(?<!name and )(?<!name or )(?<!user/)"
            r"\b(?:password|passwd|passphrase)\s*:[ \t]*" + QUOTED),
    pattern("user:password in base64",
            ALONE + r"(?P<secret>[A-Za-z0-9+/]{8,}={0,2})(?![\w+/=])", is_pair),
    pattern("random characters", ALONE + r"(?P<secret>[\w~+=-]{32,})(?![\w/])", is_random),
)  # fmt: skip


def mask(text: str) -> Masked:
    """The text with its secrets replaced."""
    count = 0
    for known in PATTERNS:
        text, found = masked_by(known, text)
        count += found
    return Masked(text, count)


def masked_by(known: Pattern, text: str) -> tuple[str, int]:
    kept, end, count = [], 0, 0
    for found in known.pattern.finditer(text):
        value = found["secret"]
        if MASK in value or not known.secret(value):
            continue
        start, after = found.span("secret")
        kept += [text[end:start], MASK]
        end, count = after, count + 1
    return "".join(kept) + text[end:], count
