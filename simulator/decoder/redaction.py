"""Masks everything that looks like a secret in a pasted text, before anything else is done.

Rather one word too many than one secret too few. Each pattern masks its group `secret`; where the
form alone does not tell, a function looks at the value.
"""

import base64
import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
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
    """The text after `Bearer` or `Basic` in a header; a word of a sentence is none."""
    return is_unusual(value) or any(not c.isalpha() for c in value)


def is_value(value: str) -> bool:
    """The value after `token=` and its like, unless it is a yes or a no."""
    return value.lower() not in ("true", "false", "yes", "no", "null", "none", "1", "0")


def is_no_path(value: str) -> bool:
    """The value after `-p`, unless it is a directory (`mkdir -p /srv`) or ports (`-p 8080:80`)."""
    ports = ":" in value and not any(c.isalpha() for c in value)
    return not value.startswith(("/", "./", "~/", "$(")) and not ports


@dataclass(frozen=True)
class Pattern:
    """`hints`: of these (small letters) one is in every text that the pattern fits."""

    what: str
    pattern: re.Pattern[str]
    secret: Callable[[str], bool] = always
    hints: tuple[str, ...] = ()


def pattern(
    what: str, regex: str, *hints: str, secret: Callable[[str], bool] = always, case: bool = False
) -> Pattern:
    return Pattern(what, re.compile(regex, 0 if case else re.IGNORECASE), secret, hints)


QUOTED = r"""(?P<quote>["']?)(?P<secret>(?<=")[^"]+|(?<=')[^']+|[^\s"'&,;|]+)"""
"""A value, in quotes or not."""
NAMES = ("passwd", "pwd", "pass", "identitytoken", "registrytoken", "id_token", "secret",
         "client_secret", "api_?key", "aws_secret_access_key", "aws_session_token", "sharedkey",
         "accountkey", "sharedaccesssignature")  # fmt: skip
FIELDS = "|".join(sorted({*SECRET_FIELDS, *NAMES}, key=len, reverse=True))
FIELD_HINTS = ("token", "device_code", "pass", "auth", "pwd", "secret", "key", "signature")
ALONE = r"(?<![\w+/=.:-])"
HEADER = r"\b(?:proxy-)?authorization[\"']?\s*[:=]\s*[\"']?"
PREFIXES = (
    "dckr_[po]at_", "gh[pousr]_", "github_pat_", "gl[a-z]{2,5}-", "(?:AKIA|ASIA)(?=[0-9A-Z]{8})",
    "xox[abprs]-", "npm_", "pypi-", "hvs\\.", "sk-", "ya29\\.", "AIza", "AKCp", "cmVmdGtu",
    "hf_", "dop_v1_", "shp(?:at|ss)_", "SG\\.",
)  # fmt: skip
"""How the tokens of Docker Hub, GitHub, GitLab, AWS, Google, Artifactory and others begin."""
PREFIX_HINTS = ("dckr_", "gh", "gl", "akia", "asia", "xox", "npm_", "pypi-", "hvs.", "sk-", "ya29.",
                "aiza", "akcp", "cmvmdgtu", "hf_", "dop_", "shp", "sg.")  # fmt: skip
CLIENTS = "docker|podman|skopeo|buildah|crane|helm|oras|nerdctl|regctl|az|gcloud"
SIGNED = "sig|signature|x-amz-signature|x-amz-security-token|x-amz-credential|access_token|token"
PATTERNS = (
    pattern("a private key",
            r"(?P<secret>-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END[^\n]*|\Z))",
            "private key"),
    pattern("a document in a shell",
            r"<<-?[ \t]*['\"]?(?P<end>\w{1,40})['\"]?[^\n]{0,200}\n"
            r"(?P<secret>[\s\S]{1,2000}?)(?=\n[ \t]*(?P=end)\b)", "<<"),
    pattern("user name and password in an address",
            r"://(?P<secret>[^\s/\"':]{0,200}:(?!\d{1,5}/)[^\s\"']{0,400}|[^\s/\"':]{1,400})@(?!sha)",
            "://"),
    pattern("a header, with its scheme",
            HEADER + r"(?:basic|bearer|digest|token)\s+(?P<secret>[^\s\"']+)", "authorization"),
    pattern("a header without", HEADER + r"(?P<secret>[^\s\"']+)", "authorization",
            secret=is_unusual),
    pattern("a header of Docker's",
            r"\bx-registry-(?:auth|config)[\"']?\s*[:=]\s*[\"']?(?P<secret>[^\s\"']+)",
            "x-registry-"),
    pattern("what follows a scheme",
            r"\b(?:basic|bearer)\s+(?P<secret>[\w.~+/-]{8,}=*)(?![=\w])", "basic", "bearer",
            secret=is_opaque),
    pattern("a token by its prefix",
            rf"(?<![A-Za-z0-9])(?P<secret>(?:{'|'.join(PREFIXES)})[\w.-]{{8,}})", *PREFIX_HINTS),
    pattern("JSON in base64, as in a JWT", r"(?<![\w.])(?P<secret>eyJ[\w-]{8,}[\w.+/=-]*)", "eyj"),
    pattern("a signed address", rf"[?&](?:{SIGNED})=(?P<secret>[^&\s\"']+)", "?", "&"),
    pattern("an option",
            r"(?<!\S)--[a-z-]{0,30}(?:password|passwd|token|secret|creds|credentials|api-key)"
            r"(?:=|\s+(?!via the CLI|and --))" + QUOTED, "--"),
    pattern("the option -p", r"(?<!\S)-p(?:=|\s*)" + QUOTED, "-p", secret=is_no_path),
    pattern("curl's user",
            r"(?<!\S)(?:-u|--user)(?:=|\s*)[\"']?[^\s:\"']+:(?P<secret>[^\s\"']+)", "-u", "--user"),
    pattern("a password file", r"\bhtpasswd\s+-\w*n\w*\s+\S+\s+" + QUOTED, "htpasswd"),
    pattern("a password for a file", r"\bhtpasswd\s+-(?!\w*n)\w*b\w*\s+\S+\s+\S+\s+" + QUOTED,
            "htpasswd"),
    pattern("a file of logins", r"\blogin\s+\S+\s+password\s+" + QUOTED, "password"),
    pattern("typed into standard input",
            r"\b(?:echo|printf)(?:\s+-\w+|\s+['\"]?%s(?:\\n)?['\"]?)*\s+" + QUOTED
            + rf"(?P=quote)\s*\|\s*(?:sudo\s+)?(?:{CLIENTS})\b", "echo", "printf"),
    pattern("a here string", r"<<<\s*" + QUOTED, "<<<"),
    pattern("a variable",
            r"(?<![A-Za-z0-9_])(?=[A-Z])[A-Z0-9_]{0,40}(?:PASS|PWD|TOKEN|SECRET|AUTH|CRED|KEY)"
            r"[A-Z0-9_]{0,40}\s*=\s*" + QUOTED, "pass", "pwd", "token", "secret", "auth",
            "cred", "key",
            case=True),
    pattern("a field", rf"(?<![a-z])(?:{FIELDS})[\"']?\s*=\s*" + QUOTED, *FIELD_HINTS,
            secret=is_value),
    pattern("a field of JSON",
            rf"[\"'](?:{FIELDS})\\?[\"']\s*:\s*\\?[\"'](?P<secret>[^\"'\\]+)", *FIELD_HINTS),
    pattern("a password after a colon",
            r"(?<!username/)(?<!name and )(?<!name or )(?<!user/)"
            r"\b(?:password|passwd|passphrase)\s*:[ \t]*" + QUOTED, "passw", "passphrase"),
    pattern("user:password in base64",
            ALONE + r"(?P<secret>[A-Za-z0-9+/]{8,}={0,2})(?![\w+/=])", secret=is_pair),
    pattern("random characters", ALONE + r"(?P<secret>[\w~+=-]{32,})(?![\w/])", secret=is_random),
)  # fmt: skip


ACROSS_LINES = PATTERNS[:2]
"""Secrets of several lines."""
IN_LINES = PATTERNS[2:]


def mask(text: str) -> Masked:
    """The text with its secrets replaced. A long log is searched only where a hint is."""
    count = 0
    for known in ACROSS_LINES:
        if hinted(known, text.lower()):
            text, found = masked_by(known, text)
            count += found
    lines, places = text.split("\n"), Places(text.lower())
    for known in IN_LINES:
        if not known.hints:
            text, found = masked_by(known, "\n".join(lines))
            lines, count = text.split("\n"), count + found
        for number in places.lines_with(known.hints):
            lines[number], found = masked_by(known, lines[number])
            count += found
    return Masked("\n".join(lines), count)


def hinted(known: Pattern, small: str) -> bool:
    return any(hint in small for hint in known.hints)


class Places:
    """The numbers of the lines of a text (small letters) that have these words."""

    def __init__(self, small: str) -> None:
        self.small = small
        self.starts = [0, *(found.end() for found in re.finditer("\n", small))]

    def lines_with(self, words: Iterable[str]) -> list[int]:
        """The lines that hold one of the words, each once, in order."""
        return sorted({number for word in words for number in self.lines_of(word)})

    def lines_of(self, word: str) -> Iterator[int]:
        """The next place is looked for from the next line on."""
        place = self.small.find(word)
        while place >= 0:
            number = bisect_right(self.starts, place) - 1
            yield number
            if number + 1 == len(self.starts):
                return
            place = self.small.find(word, self.starts[number + 1])


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
