"""Hosts as they are written in image names and URLs."""

import ipaddress
from urllib.parse import urlsplit


def is_loopback(host: str) -> bool:
    """Whether `host` (with or without a port, IPv6 with or without brackets) is this machine.

    Only an address of a loopback network or the name `localhost` is: a name that begins with
    `127.` may belong to anybody.
    """
    name = bare(host)
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return name == "localhost"


def bare(host: str) -> str:
    """The name or address alone, in lower case, without port and brackets."""
    if host.count(":") > 1 and not host.startswith("["):
        return host.lower()
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""
