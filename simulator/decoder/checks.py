"""Commands that tell more about a failure: which of its causes it is.

They are chosen by what happened where the run parts from others and where it failed, and filled
with the names of the learner's own message.
"""

import shlex
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from urllib.parse import urlsplit, urlunsplit

from simulator.decoder.shapes import Names, fill, shape
from simulator.docker.events import DigestMismatch
from simulator.docker.trace import Step
from simulator.protocol.media_types import INDEXES, MANIFESTS
from simulator.protocol.message import Request
from simulator.protocol.network_failure import Obstacle
from simulator.protocol.reference import HUB_HOST, InvalidReference, Reference
from simulator.protocol.target import Kind
from simulator.views.explain import curl
from simulator.words.i18n import N_, _


@dataclass(frozen=True)
class Check:
    """A command, and what its answer means."""

    command: str
    tells: str


CONFIG = "cat ~/.docker/config.json"
LOGIN = "docker login {login}"
PING = "curl --include https://{host}/v2/"
PLATFORMS = "docker manifest inspect {reference}"
REPEAT = "{curl}"
"""The request that failed, once more."""
TAGS = "{tags}"

CHECKS: Mapping[str, tuple[Check, ...]] = {
    "CredentialMissing": (
        Check(CONFIG, N_("Nothing stands there for this registry: no login is stored.")),
    ),
    "CredentialFound": (
        Check(CONFIG, N_("This registry stands there, so something is stored. It may be stale.")),
    ),
    "NoCredentials": (
        Check(CONFIG, N_("Nothing stands there for this registry: no login is stored.")),
        Check(LOGIN, N_("Login Succeeded: pull again, now with what was stored.")),
    ),
    "TokenRefused": (
        Check(LOGIN, N_("Login Succeeded with the right password: what was stored was stale.")),
    ),
    "LoginRejected": (
        Check(PING, N_("401 with WWW-Authenticate: a registry is there, and the password is wrong. "
                       "404 or a page: no registry is there. 5xx: the registry itself fails.")),
    ),
    "AccessDenied": (
        Check(LOGIN, N_("If the pull works after it, nothing that is right was stored. If it is "
                        "still denied, the account has no right, or the name is misspelt.")),
        Check(REPEAT, N_("401 or 403 again: you may not read it, or it is not there. "
                         "Anything else: you may.")),
    ),
    "ManifestUnknown": (
        Check(TAGS, N_("A list without this tag: the tag is wrong. 404: the repository is.")),
    ),
    "BlobUnknown": (Check(REPEAT, N_("404: the registry has lost this blob. Push it again.")),),
    "DigestMismatch": (
        Check(REPEAT + " --output - | sha256sum",
              N_("Another digest than in the address: what the registry stores is corrupted.")),
    ),
    "RateLimited": (
        Check(REPEAT, N_("429: still limited. Retry-After, where it is sent, says how long.")),
    ),
    "AskedAgain": (Check(REPEAT, N_("The same status again: it did not pass by itself.")),),
    "ServerFailed": (
        Check(PING, N_("Whether the registry itself answers. In WWW-Authenticate, realm is where "
                       "its token service is, if it has one.")),
        Check(REPEAT, N_("5xx again: the server fails, whoever asks. Its log says why.")),
    ),
    "PlatformMissing": (
        Check(PLATFORMS, N_("The platforms that there are; choose one with --platform.")),
    ),
    "PlatformMismatched": (
        Check(PLATFORMS, N_("The one platform that there is.")),
    ),
    "NotAnImage": (
        Check(PLATFORMS, N_("The media types say what it is; docker pull takes images only.")),
    ),
    "HelperFailed": (
        Check("command -v docker-credential-{helper}",
              N_("No answer: the helper that config.json names is not installed.")),
        Check(CONFIG, N_("credsStore or credHelpers names the helper.")),
    ),
    "StoreFailed": (
        Check("ls -ld ~/.docker ~/.docker/config.json; touch ~/.docker/config.json",
              N_("Whether the file can be written, and who may.")),
        Check(CONFIG, N_("credsStore or credHelpers names a helper, which must be installed.")),
    ),
    "ReferenceRejected": (
        Check("docker image inspect {reference}",
              N_("The same complaint, and no registry was asked: the name itself is wrong.")),
    ),
    "ImagesRefused": (
        Check("docker images",
              N_("All names are listed: what was typed is not there, or is not the only one.")),
    ),
    "TokenMissing": (
        Check(REPEAT, N_("A page in place of JSON: something else answers for the token service.")),
    ),
    "ManifestUnreadable": (
        Check(REPEAT, N_("A page in place of JSON: something else answers for the registry.")),
    ),
    "InputMissing": (
        Check("test -t 0 && echo terminal",
              N_("No answer: nobody can be asked here. Pipe the password in, with "
                 "--username and --password-stdin.")),
    ),
    "LoginCanceled": (
        Check("docker login --username USERNAME", N_("Asks here, and not in a browser.")),
    ),
    "CredentialsStored": (
        Check(CONFIG, N_("auth is name and password in base64: anyone can decode it.")),
    ),
    Obstacle.REFUSED: (
        Check(PING, N_("Connection refused: nothing listens at this port.")),
    ),
    Obstacle.NO_HOST: (
        Check("getent hosts {hostname}", N_("No answer: no host has this name.")),
    ),
    Obstacle.TIMEOUT: (Check(PING, N_("No answer: something on the way lets nothing through.")),),
    Obstacle.UNTRUSTED: (
        Check("openssl s_client -connect {tls} -servername {hostname} -showcerts < /dev/null",
              N_("The last lines name the issuer: the engine must trust it.")),
    ),
    Obstacle.PLAIN_HTTP: (
        Check("curl --include http://{host}/v2/",
              N_("An answer over plain HTTP: the registry has no TLS.")),
    ),
}  # fmt: skip
"""By event or obstacle: what to try, and what the answer tells."""


def checks(decisive: Iterable[Step], failed: Step, names: Names) -> tuple[Check, ...]:
    """What tells: at the steps where the run parts from others, and where it failed."""
    known = completed(names)
    texts = texts_of(failed, known)
    found: dict[str, Check] = {}
    for key in dict.fromkeys((*(step.name for step in decisive), key_of(failed))):
        for check in CHECKS.get(key, ()):
            command = check.command.format(**texts).rstrip()
            found.setdefault(command, Check(command, _(check.tells)))
    return tuple(found.values())


def key_of(step: Step) -> str:
    return str(getattr(step.event, "obstacle", step.name))


BLANKS = {"host": "HOST", "hostname": "HOST", "login": "HOST", "tls": "HOST:443",
          "reference": "IMAGE", "helper": "HELPER"}  # fmt: skip


def texts_of(step: Step, names: Names) -> dict[str, str]:
    """What a command is filled with; what the message does not say is a word in capitals."""
    given = {kind: quoted(value) for kind, value in names.items() if kind in BLANKS}
    again = repeated(step, names)
    requests = {"curl": curl(again), "tags": curl(of_tags(again))} if again else {}
    return {"curl": "", "tags": ""} | BLANKS | given | requests


def quoted(value: str) -> str:
    return shlex.quote(value) if value else ""


def repeated(step: Step, names: Names) -> Request | None:
    """This step's request, with the names of the learner's message; what is accepted matters only
    where the bytes do."""
    if step.exchange is None:
        return None
    asked = step.exchange.request
    form = tuple((name, fill(shape(value, step), names)) for name, value in asked.form)
    url = fill(shape(asked.url, step), names)
    exact = isinstance(step.event, DigestMismatch) and asked.target.kind is Kind.MANIFEST
    accept = (("Accept", ", ".join((*MANIFESTS, *INDEXES))),) if exact else ()
    return Request(asked.method, url, accept, asked.authorization, form)


def of_tags(request: Request) -> Request:
    """With the same proof, the list of the repository's tags."""
    parts = urlsplit(request.url)
    path = parts.path.partition("/manifests/")[0] + "/tags/list"
    url = urlunsplit((parts.scheme, parts.netloc, path, "", ""))
    return replace(request, method="GET", url=url, headers=())


def completed(names: Names) -> dict[str, str]:
    """These names, and those that follow from them: a reference has a host."""
    known = of_reference(names.get("reference") or names.get("name", "")) | dict(names)
    host = known.get("host") or urlsplit(known.get("origin", "")).netloc
    known.setdefault("origin", f"https://{host or 'HOST'}")
    if not host:
        return known
    known |= {"host": host, "hostname": urlsplit(f"//{host}").hostname or host}
    known |= {"login": "" if host == HUB_HOST else host}
    known |= {"tls": host if ":" in host else f"{host}:443"}
    if "repository" in known:
        known.setdefault("reference", from_parts(known))
    return known


def of_reference(text: str) -> dict[str, str]:
    try:
        found = Reference.parse(text)
    except InvalidReference:
        return {}
    parts = {"host": found.host, "repository": found.repository}
    return parts | ({"tag": found.identifier} if found.tag or found.digest else {})


def from_parts(known: Names) -> str:
    tag = known.get("tag", "")
    mark = "@" if ":" in tag else ":"
    prefix = "" if known["host"] == HUB_HOST else f"{known['host']}/"
    return f"{prefix}{known['repository']}{mark + tag if tag else ''}"
