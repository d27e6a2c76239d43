"""What a message on the wire means: each header with its source, and the `curl` that repeats it.

The words are ours; the source is where the rule is written.
"""

import json
import shlex
from collections.abc import Iterator
from dataclasses import dataclass

from simulator.docker.events import TokenIssued
from simulator.docker.trace import Step
from simulator.protocol.authorization import Scheme
from simulator.protocol.digest import digest_of
from simulator.protocol.manifest import Descriptor, Index, InvalidManifest, parse_manifest
from simulator.protocol.message import Exchange, Request, Response
from simulator.protocol.target import Kind
from simulator.words.i18n import N_, _

DISTRIBUTION = "https://github.com/opencontainers/distribution-spec/blob/main/spec.md"
TOKEN = "https://distribution.github.io/distribution/spec/auth/token/"
HTTP = "https://www.rfc-editor.org/rfc/rfc9110"


@dataclass(frozen=True)
class Note:
    """A definition of a line (to be translated where it is shown), and the source of its rule."""

    text: str
    source: str


REQUEST_HEADERS = {
    "host": Note(
        N_("The host that this request goes to."),
        f"{HTTP}#name-host-and-authority",
    ),
    "accept": Note(
        N_("The media types that the client can read."),
        f"{DISTRIBUTION}#pulling-manifests",
    ),
    "range": Note(
        N_("Asks for these bytes only, not for the whole blob."),
        f"{HTTP}#name-range",
    ),
    "content-type": Note(
        N_("The media type of what is sent: an OAuth2 form, a manifest, or plain bytes."),
        f"{HTTP}#name-content-type",
    ),
}
AUTHORIZATIONS = {
    Scheme.BASIC: Note(
        N_("User name and password, base64-encoded. Base64 is no encryption: only TLS hides them."),
        "https://www.rfc-editor.org/rfc/rfc7617",
    ),
    Scheme.BEARER: Note(
        N_(
            "A token. Whoever has it can use its rights until it expires."
        ),
        "https://www.rfc-editor.org/rfc/rfc6750#section-2.1",
    ),
}
ANSWER_HEADERS = {
    "www-authenticate": Note(
        N_(
            "The challenge. Basic: send user name and password. Bearer: get a token from the "
            "realm, for this service and this scope, and repeat the request with it."
        ),
        TOKEN,
    ),
    "docker-content-digest": Note(
        N_("The digest of the content at this address."),
        f"{DISTRIBUTION}#pulling-manifests",
    ),
    "content-type": Note(
        N_(
            "The media type of the body. It also says whether a manifest is that of one image or "
            "an index."
        ),
        f"{DISTRIBUTION}#pulling-manifests",
    ),
    "content-length": Note(
        N_("How many bytes the body has; after HEAD, the body that GET would bring."),
        f"{HTTP}#name-content-length",
    ),
    "docker-distribution-api-version": Note(
        N_("Says that this is a registry of protocol version 2. Clients no longer need it."),
        f"{DISTRIBUTION}#legacy-docker-support-http-headers",
    ),
    "location": Note(
        N_(
            "Where to go on: the address of the content, or where to upload it. Clients must not "
            "send the Authorization header to another host."
        ),
        f"{DISTRIBUTION}#api",
    ),
    "etag": Note(
        N_("An identifier of this version of the content; registries use the digest."),
        f"{HTTP}#name-etag",
    ),
    "accept-ranges": Note(
        N_("Clients can ask for a part of the blob, so they can resume a download."),
        f"{HTTP}#name-accept-ranges",
    ),
    "content-range": Note(
        N_("Which bytes of the blob these are, and how many it has in all."),
        f"{HTTP}#name-content-range",
    ),
    "cache-control": Note(
        N_("How long a cache may keep this. Content named by its digest never changes."),
        "https://www.rfc-editor.org/rfc/rfc9111#name-cache-control",
    ),
    "allow": Note(
        N_("The methods that this address supports."),
        f"{HTTP}#name-allow",
    ),
    "retry-after": Note(
        N_("How long to wait before asking again."),
        f"{HTTP}#name-retry-after",
    ),
    "x-content-type-options": Note(
        N_("Tells browsers to trust the Content-Type. Docker ignores it."),
        "https://fetch.spec.whatwg.org/#x-content-type-options-header",
    ),
}
STATUSES = {
    200: Note(N_("The request succeeded."), f"{HTTP}#name-200-ok"),
    201: Note(N_("The registry has stored the content."), f"{HTTP}#name-201-created"),
    202: Note(N_("Accepted, but not finished: the upload goes on."), f"{HTTP}#name-202-accepted"),
    206: Note(
        N_("The body is the part of the blob that Range names."),
        f"{HTTP}#name-206-partial-content",
    ),
    307: Note(
        N_("The content is at the address in Location."), f"{HTTP}#name-307-temporary-redirect"
    ),
    401: Note(
        N_("Authentication is missing or was rejected. See WWW-Authenticate."),
        f"{HTTP}#name-401-unauthorized",
    ),
    403: Note(
        N_("The server understood the request and refuses it."), f"{HTTP}#name-403-forbidden"
    ),
    404: Note(
        N_("Not found, or the server does not tell you that it exists."),
        f"{HTTP}#name-404-not-found",
    ),
    405: Note(
        N_("This address does not support this method."), f"{HTTP}#name-405-method-not-allowed"
    ),
    429: Note(N_("Too many requests."), "https://www.rfc-editor.org/rfc/rfc6585#section-4"),
    500: Note(N_("An error inside the server."), f"{HTTP}#name-500-internal-server-error"),
    503: Note(
        N_("The server is temporarily unavailable."), f"{HTTP}#name-503-service-unavailable"
    ),
}


def of_request_header(name: str, request: Request) -> Note | None:
    """The note on a header of a request."""
    if name.lower() == "authorization" and request.authorization:
        return AUTHORIZATIONS[request.authorization.scheme]
    return REQUEST_HEADERS.get(name.lower())


def of_answer_header(name: str) -> Note | None:
    return ANSWER_HEADERS.get(name.lower())


# -- repeating it by hand -----------------------------------------------------------------------

SECRETS = {
    "password": "$PASSWORD", "refresh_token": "$IDENTITY_TOKEN", "access_token": "$TOKEN"
}  # fmt: skip
"""Fields of a form whose value is a shell variable in what is shown."""


def curl(request: Request, username: str = "") -> str:
    """The command that sends this request again; secrets are shell variables."""
    words = ["curl", "--head" if request.method == "HEAD" else "--include"]
    lines = [" ".join([*words, shlex.quote(request.url)])]
    lines += [f"-H {shlex.quote(f'{name}: {value}')}" for name, value in request.headers]
    if request.authorization:
        lines.append(authorization(request.authorization.scheme, username))
    for name, value in request.form:
        if name in SECRETS:
            lines.append(f'--data-urlencode "{name}={SECRETS[name]}"')
        else:
            lines.append(f"--data-urlencode {shlex.quote(f'{name}={value}')}")
    return " \\\n  ".join(lines)


def authorization(scheme: Scheme, username: str) -> str:
    if scheme is Scheme.BEARER:
        return '-H "Authorization: Bearer $TOKEN"'
    if username and username != shlex.quote(username):
        return f'--user {shlex.quote(username)}:"$PASSWORD"'
    return f'--user "{username or "$USERNAME"}:$PASSWORD"'


# -- what a body says ---------------------------------------------------------------------------


@dataclass(frozen=True)
class Row:
    """One thing that a manifest, an index or a token names."""

    what: str
    value: str
    note: str = ""


def body_rows(step: Step) -> tuple[Row, ...]:
    """A manifest's descriptors, an index's entries, or a token's claims; else nothing."""
    if isinstance(step.event, TokenIssued):
        return tuple(claim_rows(step.event.claims))
    if step.exchange is None or not isinstance(step.exchange.answer, Response):
        return ()
    return tuple(manifest_rows(step.exchange))


def manifest_rows(exchange: Exchange) -> Iterator[Row]:
    answer = exchange.answer
    assert isinstance(answer, Response)
    manifest = exchange.request.target.kind is Kind.MANIFEST
    if not manifest or answer.status != 200 or not answer.body:
        return
    try:
        parsed = parse_manifest(
            answer.body, digest_of(answer.body), answer.header("Content-Type") or ""
        )
    except InvalidManifest:
        return
    if isinstance(parsed, Index):
        for entry in parsed.manifests:
            yield Row(str(entry.platform or "manifest"), entry.digest, sized(entry))
        return
    yield Row(_("config"), parsed.config.digest, sized(parsed.config))
    for number, layer in enumerate(parsed.layers, 1):
        yield Row(_("layer {number}").format(number=number), layer.digest, sized(layer))


def sized(descriptor: Descriptor) -> str:
    return _("{size} bytes").format(size=descriptor.size)


CLAIMS = {
    "iss": N_("who issued it"),
    "sub": N_("the account that it is for"),
    "aud": N_("the service that it is for"),
    "exp": N_("valid until this second; some registries allow a minute more"),
    "nbf": N_("not valid before this second"),
    "iat": N_("when it was issued"),
    "jti": N_("its own identifier"),
    "access": N_("the rights that it gives"),
}
"""Registered claims (RFC 7519 section 4.1), and the one that registries add."""


def claim_rows(claims: str) -> Iterator[Row]:
    """A JWT's payload, claim by claim; nothing for an opaque token."""
    if not claims:
        return
    for name, value in json.loads(claims).items():
        shown = value if isinstance(value, str) else json.dumps(value)
        yield Row(name, shown, _(CLAIMS[name]) if name in CLAIMS else "")
