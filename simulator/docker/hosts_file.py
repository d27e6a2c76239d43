"""`hosts.toml` below `/etc/docker/certs.d`: who is asked for a registry's images.

Read as containerd reads it (`core/remotes/docker/config`); Docker 29 does, earlier engines do not.
"""

import posixpath
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import quote

from simulator.protocol.hosts import split_url

CAPABILITIES = frozenset({"pull", "resolve", "push", "referrers"})


class InvalidHosts(ValueError):
    """Not a hosts.toml; containerd then acts as if there were none, with a line in its log."""


@dataclass(frozen=True)
class Endpoint:
    """A host that is asked for a registry's images; without a name it is the registry itself.

    `verifies`: its certificate is verified; `authority`: the file names one for it.
    """

    host: str = ""
    scheme: str = "https"
    path: str = "/v2"
    capabilities: frozenset[str] = CAPABILITIES
    verifies: bool = True
    authority: bool = False

    @property
    def prefix(self) -> str:
        return f"{self.scheme}://{self.host}{self.path}"

    def url(self, asked: str, namespace: str) -> str:
        """The address that is asked here in place of this one of the registry (containerd adds
        which registry is meant)."""
        path = split_url(asked).path.removeprefix("/v2")
        return f"{self.prefix}{path}?ns={quote(namespace, safe='')}"


@lru_cache(maxsize=100)
def endpoints_of(text: str) -> tuple[Endpoint, ...]:
    """The hosts in their order, and the registry's own at last. Raises InvalidHosts."""
    try:
        document = tomllib.loads(text)
        hosts = document.get("host", {})
        last = parsed(str(document.get("server", "")), document)
        return (*(parsed(name, options) for name, options in hosts.items()), last)
    except (tomllib.TOMLDecodeError, AttributeError, TypeError) as error:
        raise InvalidHosts(str(error)) from None


def parsed(server: str, options: Mapping[str, Any]) -> Endpoint:
    known = frozenset(str(one).lower() for one in options.get("capabilities", ()))
    if not known <= CAPABILITIES:
        raise InvalidHosts(f"unknown capability {', '.join(sorted(known - CAPABILITIES))}")
    parts = split_url(server if server.startswith("http") else f"https://{server}")
    return Endpoint(
        parts.netloc if server else "",
        parts.scheme,
        path_of(parts.path, bool(options.get("override_path"))) if server else "/v2",
        known or CAPABILITIES,
        not options.get("skip_verify"),
        bool(options.get("ca")),
    )


def path_of(path: str, overrides: bool) -> str:
    """The API's path: `/v2` is added, unless the file says that the path is whole."""
    clean = posixpath.normpath(path) if path else ""
    return clean if overrides or clean.endswith("/v2") else f"{clean.rstrip('/')}/v2"


def of_mirror(address: str) -> Endpoint:
    """An entry of `registry-mirrors`; it takes no pushes (moby, `mirrorsToRegistryHosts`)."""
    parts = split_url(address if "://" in address else f"https://{address}")
    path = path_of(parts.path, False)
    return Endpoint(parts.netloc, parts.scheme, path, CAPABILITIES - {"push"})


def folders(namespace: str) -> Iterator[str]:
    """The directories in which containerd looks for a registry's file; the first one counts."""
    name, colon, port = namespace.rpartition(":")
    if colon and name:
        yield f"{name}_{port}_"
    yield namespace
    yield "_default"
