"""Which proxy a request goes through: Go's reading of `HTTPS_PROXY`, `HTTP_PROXY`, `NO_PROXY`.

The rules are those of `golang.org/x/net/http/httpproxy`.
"""

import ipaddress
from dataclasses import dataclass

from simulator.protocol.hosts import address_of, bare, is_loopback, split_url


@dataclass(frozen=True)
class Proxies:
    """The proxies for plain HTTP and for HTTPS, and `no`: the hosts that are asked directly, as a
    list with commas."""

    http: str = ""
    https: str = ""
    no: str = ""

    def of(self, url: str) -> str:
        """The address of the proxy for this URL; empty where the host is asked directly. This
        machine always is."""
        parts = split_url(url)
        known = self.https if parts.scheme == "https" else self.http
        if not known or is_loopback(parts.netloc):
            return ""
        port = str(parts.port or (443 if parts.scheme == "https" else 80))
        if any(exempt(entry.strip().lower(), bare(parts.netloc), port)
               for entry in self.no.split(",")):  # fmt: skip
            return ""
        return known if "://" in known else f"http://{known}"


def exempt(entry: str, name: str, port: str) -> bool:
    """Whether this entry of `NO_PROXY` covers the host: a domain covers what is below it, one
    with a dot in front only that; an address or a network covers addresses."""
    if entry in ("", "*"):
        return entry == "*"
    address = address_of(name)
    if "/" in entry:
        return address is not None and inside(entry, name)
    host, colon, wanted = entry.rpartition(":")
    if colon and wanted.isdigit() and (":" not in host or host.endswith("]")):
        if wanted != port:
            return False
        entry = host
    entry = entry.strip("[]").removeprefix("*")
    if address is not None or address_of(entry) is not None:
        return address == address_of(entry)
    return name == entry or name.endswith(entry if entry.startswith(".") else f".{entry}")


def inside(network: str, name: str) -> bool:
    try:
        return ipaddress.ip_address(name) in ipaddress.ip_network(network, strict=False)
    except ValueError:
        return False
