"""Words that both engines share, in Docker's and Go's own phrases."""

import json

from simulator.docker.engines.docker26 import BY_STATUS
from simulator.docker.events import CertificatesUnusable, RegistryError, Unreachable
from simulator.docker.machine.state import State
from simulator.docker.machine.table import AUTHORIZING
from simulator.protocol.errors import CODES, standard_message
from simulator.protocol.network_failure import Obstacle
from simulator.protocol.status import reason

DAEMON = "Error response from daemon: "
"""How Docker's CLI begins an error that came instead of progress."""

NO_REALM = "no realm specified for token auth challenge"


def code_words(code: str) -> str:
    """`TOO_MANY` as Docker prints it; codes that it does not know are unknown errors."""
    return (code if code in CODES else "UNKNOWN").lower().replace("_", " ")


def classic_error(error: RegistryError, status: int) -> str:
    """One error in the words of distribution's client."""
    if error.form in ("details", "text"):
        return f"{code_words(BY_STATUS.get(status, 'UNKNOWN'))}: {error.message}"
    if error.form in ("json", "broken") and status == 401:
        return f"{code_words('UNAUTHORIZED')}: {standard_message('UNAUTHORIZED')}"
    if error.form in ("json", "broken"):
        why = error.detail or "no error details found in HTTP response body"
        said = json.dumps(error.message)
        return f"error parsing HTTP {status} response body: {why}: {said}"
    if error.bare:
        return code_words(error.code)
    return f"{code_words(error.code)}: {error.message or standard_message(error.code)}"


def classic_errors(errors: tuple[RegistryError, ...], status: int) -> str:
    """An answer that refuses, in the words of distribution's client.

    Only answers from 400 to 499 are read; of any other the status is printed.
    """
    if not 400 <= status < 500:
        return f"received unexpected HTTP status: {status} {reason(status)}"
    said = [classic_error(error, status) for error in as_read(errors)]
    if not said:
        return f"{code_words(BY_STATUS.get(status, 'UNKNOWN'))}: {nothing(status)}"
    return said[0] if len(said) == 1 else "errors:\n" + "".join(f"{one}\n" for one in said)


def as_read(errors: tuple[RegistryError, ...]) -> tuple[RegistryError, ...]:
    """distribution's client reads as JSON only what is said to be JSON."""
    if errors and errors[0].whole:
        return (RegistryError("", errors[0].whole, form="text"),)
    return errors


def nothing(status: int) -> str:
    return standard_message("UNAUTHORIZED") if status == 401 else ""


RESOLVER = "127.0.0.53:53"
"""The DNS server of the engine's machine."""
CLIENT = "192.0.2.1:52814"
"""The engine's own end of a connection; its port is chosen by chance."""
CANCELED = "net/http: request canceled"
"""How Go up to 1.24 says that a client's own time is up; the later ones say DEADLINE."""
DEADLINE = "context deadline exceeded"


def unreachable_text(failure: Unreachable, time_is_up: str = CANCELED) -> str:
    """What Go's network stack says."""
    said = out_of_time(failure, time_is_up) or network_text(failure.obstacle, failure.detail)
    return f"proxyconnect tcp: {said}" if failure.at_proxy else said


def out_of_time(failure: Unreachable, time_is_up: str) -> str:
    """A request that took too long: its client has a time for all of it, or for the headers."""
    match failure.obstacle:
        case Obstacle.NO_ANSWER if not failure.bounded:
            return "net/http: timeout awaiting response headers"
        case Obstacle.NO_ANSWER:
            return f"{time_is_up} {AWAITING}"
        case Obstacle.DROPPED if failure.bounded:
            connecting = " while waiting for connection" if time_is_up == CANCELED else ""
            return f"{time_is_up}{connecting} {AWAITING}"
        case _:
            return ""


AWAITING = "(Client.Timeout exceeded while awaiting headers)"
DIALS = frozenset({Obstacle.REFUSED, Obstacle.NO_NETWORK, Obstacle.NO_ROUTE})
"""What the kernel says about a connection that does not come about."""


def network_text(obstacle: Obstacle, detail: str) -> str:
    """The words of Go's packages `net`, `crypto/tls` and `net/http`."""
    match obstacle:
        case _ if obstacle in DIALS:
            return f"dial tcp {detail}: connect: {obstacle}"
        case Obstacle.DROPPED:
            return f"dial tcp {detail}: i/o timeout"
        case Obstacle.NO_HOST | Obstacle.DNS_FAILED:
            return f"dial tcp: lookup {detail} on {RESOLVER}: {obstacle}"
        case Obstacle.DNS_SILENT:
            read = f"read udp {CLIENT}->{RESOLVER}: i/o timeout"
            return f"dial tcp: lookup {detail} on {RESOLVER}: {read}"
        case Obstacle.TIMEOUT:
            return "net/http: TLS handshake timeout"
        case Obstacle.RESET:
            return f"read tcp {CLIENT}->{detail}: read: {obstacle}"
        case Obstacle.CLOSED:
            return "EOF"
        case Obstacle.BROKEN_OFF:
            return str(obstacle)
        case Obstacle.PROXY_REFUSED:
            return detail
        case _:
            return tls_text(obstacle, detail)


def tls_text(obstacle: Obstacle, detail: str) -> str:
    match obstacle:
        case Obstacle.UNTRUSTED | Obstacle.WRONG_NAME:
            wrong = detail if detail and obstacle is Obstacle.WRONG_NAME else obstacle
            return f"tls: failed to verify certificate: x509: {wrong}"
        case Obstacle.EXPIRED:
            return f"tls: failed to verify certificate: x509: {obstacle}: {detail}"
        case Obstacle.ALERT:
            return f"remote error: tls: {detail}"
        case Obstacle.NOT_TLS:
            return f"tls: {obstacle}"
        case Obstacle.NO_SCHEME:
            return f'{obstacle} "{detail}"'
        case Obstacle.PLAIN_HTTP | Obstacle.NO_NAME:
            return f"http: {obstacle}"
        case _:
            return f"{obstacle}: {detail}" if detail else str(obstacle)


def unusable_text(failure: CertificatesUnusable) -> str:
    """Both halves of a client's certificate are needed (moby, `ReadCertsDirectory`)."""
    certificate, key = failure.certificate, failure.key
    if failure.missing == key:
        hint = "CA certificates must use the extension .crt"
        return f"missing key {key} for client certificate {certificate}. {hint}"
    return f"missing client certificate {certificate} for key {key}"


def go_error(method: str, url: str, said: str) -> str:
    """An error of Go's HTTP client: what was tried, and what went wrong."""
    return f'{method.capitalize()} "{url}": {said}'


def heading(state: State) -> str:
    """The first line of a pull's progress."""
    reference = state.run.reference
    assert reference is not None
    name = reference.canonical if reference.digest else reference.identifier
    return f"{name}: Pulling from {reference.repository}"


def from_token_service(url: str, state: State) -> bool:
    """Whether this address is the realm of the challenge, or where it redirects to."""
    if state.phase in AUTHORIZING:
        return True
    realm = state.run.access.challenge.realm if state.run.access.challenge else ""
    return bool(realm) and url.startswith(realm)


def status_line(newer: bool, name: str) -> str:
    """What the engine says at the end of a pull."""
    if newer:
        return f"Status: Downloaded newer image for {name}"
    return f"Status: Image is up to date for {name}"
