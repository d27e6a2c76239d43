"""What a host shows of itself in TLS, and what Go's `crypto/x509` finds wrong with it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from simulator.protocol.hosts import address_of
from simulator.protocol.network_failure import NetworkFailure, Obstacle


@dataclass(frozen=True)
class Certificate:
    """A server's certificate.

    `names` are its subject alternative names, DNS names and addresses; None stands for those of
    the host that shows it. `common_name` is the older place for a name. `starts` and `ends` bound
    its validity, in seconds since 1970; None is no bound. `known`: an authority that clients
    trust has signed it.
    """

    names: tuple[str, ...] | None = None
    common_name: str = ""
    starts: int | None = None
    ends: int | None = None
    known: bool = True


def fault(shown: Certificate, name: str, now: int) -> NetworkFailure | None:
    """The first thing that Go finds wrong: validity, then the name, then the authority."""
    for clock, limit, relation in ((now, shown.ends, "after"), (now, shown.starts, "before")):
        late = limit is not None and (clock > limit if relation == "after" else clock < limit)
        if limit is not None and late:
            told = f"current time {moment(now)} is {relation} {moment(limit)}"
            return NetworkFailure(Obstacle.EXPIRED, told)
    if shown.names is not None and not any(fits(one, name) for one in shown.names):
        return NetworkFailure(Obstacle.WRONG_NAME, other_name(shown, name))
    return None if shown.known else NetworkFailure(Obstacle.UNTRUSTED)


def moment(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def fits(pattern: str, name: str) -> bool:
    """Whether the name is covered; a star stands for the first label alone (RFC 6125)."""
    address = address_of(name)
    if address is not None or address_of(pattern) is not None:
        return address == address_of(pattern)
    first, dot, rest = name.lower().rstrip(".").partition(".")
    return pattern.lower() in (f"{first}{dot}{rest}", f"*{dot}{rest}" if dot else "")


def other_name(shown: Certificate, name: str) -> str:
    """Go's words for a certificate that is not for this name."""
    names = shown.names or ()
    if not names and shown.common_name and fits(shown.common_name, name):
        return "certificate relies on legacy Common Name field, use SANs instead"
    addresses = [one for one in names if address_of(one) is not None]
    if address_of(name) is None:
        return valid_for((one for one in names if one not in addresses), name)
    if not addresses:
        return f"cannot validate certificate for {name} because it doesn't contain any IP SANs"
    return valid_for(addresses, name)


def valid_for(names: Iterable[str], wanted: str) -> str:
    known = ", ".join(names)
    if not known:
        return f"certificate is not valid for any names, but wanted to match {wanted}"
    return f"certificate is valid for {known}, not {wanted}"
