"""Words that both engines share, in Docker's and Go's own phrases."""

from http import HTTPStatus

from simulator.events import RegistryError
from simulator.machine import State
from simulator.wire import Obstacle


def reason(status: int) -> str:
    """The reason phrase of a status (RFC 9110 section 15)."""
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""


def short_errors(errors: tuple[RegistryError, ...]) -> str:
    """`code: message` of each error; the code alone where the message only repeats it."""
    return ", ".join(one_error(error) for error in errors)


def one_error(error: RegistryError) -> str:
    code = error.code.lower().replace("_", " ")
    if not error.message or error.message.lower() == code:
        return code
    return f"{code}: {error.message}" if code else error.message


def unreachable_text(obstacle: Obstacle, detail: str) -> str:
    """What Go's network stack says."""
    match obstacle:
        case Obstacle.REFUSED:
            return f"dial tcp {detail}: connect: connection refused"
        case Obstacle.NO_HOST:
            return f"dial tcp: lookup {detail} on 127.0.0.53:53: no such host"
        case Obstacle.TIMEOUT:
            return "net/http: TLS handshake timeout"
        case Obstacle.UNTRUSTED | Obstacle.WRONG_NAME:
            return f"tls: failed to verify certificate: x509: {obstacle}"
        case Obstacle.PLAIN_HTTP:
            return f"http: {obstacle}"
        case Obstacle.RESET:
            return "unexpected EOF"
        case _:
            return str(obstacle)


def heading(state: State) -> str:
    """The first line of a pull's progress."""
    reference = state.reference
    assert reference is not None
    name = reference.familiar if reference.digest else reference.identifier
    return f"{name}: Pulling from {reference.repository}"


def from_token_service(url: str, state: State) -> bool:
    """Whether this address is the realm of the challenge."""
    realm = state.challenge.realm if state.challenge else ""
    return bool(realm) and url.startswith(realm)
