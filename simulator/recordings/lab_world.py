"""The world of a recording, in the notation of the laboratories, read as a `WorldDocument`.

What the notation says and no world can hold yet is `NotModelled`, with the reason: such a
situation is read and listed, and not played.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any
from urllib.parse import urlsplit

from pydantic import ValidationError

from simulator.recordings.lab_client import client
from simulator.recordings.lab_notation import (
    InvalidLabWorld,
    LabFault,
    LabWorld,
    Note,
    NotModelled,
)
from simulator.registry.token_service import stamp
from simulator.scenarios.world import WorldDocument
from simulator.words.validation import first_wrong

TRANSPORTS: Mapping[str, dict[str, Any]] = {
    "https": {},
    "http": {"tls": "plain"},
    "https, requires a client certificate": {"wants_certificate": True},
    "https, TLS 1.0 only": {"alert": "protocol version not supported"},
    "connection refused": {"obstacle": "connection refused", "empty": True},
    "no answer": {"obstacle": "timeout", "empty": True},
    "no route": {"obstacle": "network is unreachable", "empty": True},
    "device code login": {"web": {
        "device_code": "dev", "user_code": "LNFR-PGCJ",
        "where": "https://login.docker.com/activate",
    }},
}  # fmt: skip
"""How a host answers -> a site. Others are not modelled."""
ADDRESSES = {"down.example.com": "192.0.2.17"}
"""Addresses in the second laboratory that a message tells."""
TOKEN = re.compile(r"token \(realm (?P<realm>\S+), service (?P<service>\S+)\)(?P<rest>.*)")
REALM = "Lab Registry"
NOT_FOUND = {
    "status": 404, "body": "404 page not found\n",
    "headers": [["Content-Type", "text/plain; charset=utf-8"]],
}  # fmt: skip
HUB = "registry-1.docker.io"
STANDING: Mapping[str, dict[str, Any]] = {
    "auth.example.com": {"role": "tokens", "empty": True, "front": [{"reply": NOT_FOUND}]},
    HUB: {"auth": "bearer", "realm": "https://auth.docker.io/token",
          "service": "registry.docker.io", "public": ["library/*"], "writable": True},
    "index.docker.io": {"of": HUB},
    "auth.docker.io": {"role": "tokens", "of": HUB},
    "silent.example.com": {"auth": "none", "empty": True},
    "unroutable.example.com": {"obstacle": "network is unreachable", "empty": True,
                               "address": "198.51.100.7"},
    "dnstimeout.example.com": {"obstacle": "no answer from the DNS server", "empty": True},
}  # fmt: skip
"""The parts of the laboratory that are there in every situation: both token services, the
substitute for Docker Hub, and hosts that cannot be reached."""


def document(world: LabWorld) -> WorldDocument:
    """The world. Raises NotModelled or InvalidLabWorld."""
    try:
        return WorldDocument.model_validate(written(world))
    except NotModelled:
        raise
    except ValidationError as error:
        raise InvalidLabWorld(first_wrong(error)) from None
    except (ValueError, LookupError, TypeError, AttributeError, re.error) as error:
        raise InvalidLabWorld(f"the notation is not understood: {error}") from None


def written(world: LabWorld) -> dict[str, Any]:
    """The world as a document."""
    sites: dict[str, dict[str, Any]] = {}
    for host, note in world.registries.items():
        sites |= registry_sites(world, host, note)
    for fault in world.faults:
        laid(sites, fault)
    for host, standing in STANDING.items():
        sites.setdefault(host, standing)
    return {"sites": sites, "client": client(world), "now": world.now}


# -- sites ------------------------------------------------------------------------------------


def registry_sites(world: LabWorld, host: str, note: Note) -> dict[str, dict[str, Any]]:
    """The registry's site, and its token service's."""
    site: dict[str, Any] = {
        **transport(host, note.transport), "sorts_tags": False, "writable": True,
        "address": note.address or ADDRESSES.get(host, "192.0.2.10"),
    }  # fmt: skip
    if "web" in site:
        return {host: {**site, "role": "login"}}
    found = TOKEN.fullmatch(note.auth)
    if found:
        return token_sites(world, host, site, found)
    kind, _, holds = note.auth.partition(";")
    known = {"Basic": "basic", "none": "none"}.get(kind)
    if known is None:
        front = [{"reply": {"status": 404}}] if "404 for every path" in note.auth else []
        return {host: {**site, "auth": "none", "empty": True, "front": front}}
    everything = {"may_pull": ["*"], "may_push": ["*"]}
    users = {name: {"password": word, **everything} for name, word in world.users.items()}
    return {host: {**site, "auth": known, "realm": REALM, "users": users, **images(world, holds)}}


CERTIFICATES: tuple[tuple[str, Callable[[str], dict[str, Any]]], ...] = (
    (r"expired(?: (\d+) day)?", lambda days: {"certificate": {"ends_in": -int(days or 1)}}),
    (r"(?:valid from|not valid for|begins in) (\d+) day",
     lambda days: {"certificate": {"starts_in": int(days)}}),
    (r"(?:without|no) (?:an? )?(?:IP|address|SAN|subject)",
     lambda _: {"certificate": {"names": []}}),
    (r"(?:common name|CN)\b", lambda _: {"certificate": {"names": [], "common_name": "*"}}),
    (r"certificate (?:is )?(?:only )?for (.+)",
     lambda names: {"certificate": {"names": re.split(r", | and ", names)}}),
    (r"client certificate", lambda _: {"wants_certificate": True}),
    (r"self-signed|unknown|own CA|private CA|chain|intermediate", lambda _: {"tls": "untrusted"}),
    (r"TLS 1\.[01]\b", lambda _: {"alert": "protocol version not supported"}),
    (r"cipher", lambda _: {"alert": "handshake failure"}),
)  # fmt: skip
"""How a certificate is described -> what is said of the site."""


def transport(host: str, note: str) -> dict[str, Any]:
    """A site that is reached in this way. Raises NotModelled."""
    known = TRANSPORTS.get(note)
    for pattern, says in CERTIFICATES if note.startswith("https") and known is None else ():
        found = re.search(pattern, note, re.IGNORECASE)
        if found and known is None:
            known = says(found[1] if found.re.groups else "")
    if known is None and re.match(r"https?[ ,]", note):  # what else is said changes no answer
        known = TRANSPORTS[note[:5].strip(" ,")]
    if known is None:
        raise NotModelled(f"a registry that is reached by {note!r}")
    certificate = known.get("certificate", {})
    if certificate.get("common_name") == "*":  # the name that it is reached by
        certificate["common_name"] = host.rpartition(":")[0] or host
    return known


def images(world: LabWorld, holds: str) -> dict[str, Any]:
    """The images of a registry, and the tags that the situation names."""
    if world.content:
        return {"images": "own", "tags": world.images_present}
    at_hub = "Docker Hub" in holds
    tags = world.docker_hub_images_present if at_hub else world.images_present
    return {"images": "hub" if at_hub else "lab", "tags": tags}


def token_sites(
    world: LabWorld, host: str, site: dict[str, Any], found: re.Match[str]
) -> dict[str, dict[str, Any]]:
    users = {
        name: {"password": word, **rights(world.rights.get(name, {}))}
        for name, word in world.users.items()
    }
    registry = {
        **site, "auth": "bearer", "realm": found["realm"], "service": found["service"],
        "public": list(world.rights.get("*", {})), "tokens": token_rules(world.token_server),
        "users": users, **images(world, found["rest"]),
    }  # fmt: skip
    issuer: dict[str, Any] = {"role": "tokens", "of": host, "address": site["address"]}
    if found["realm"].startswith("http:"):
        issuer["tls"] = "plain"
    audience = world.token_server.get("aud")
    if audience:
        issuer["tokens"] = {"audience": audience}
    fields = token_fields(world.token_server, world.now)
    if fields:
        issuer["front"] = [{"path": "^/token", "document": fields}]
    return {urlsplit(found["realm"]).netloc: issuer, host: registry}


def rights(given: Mapping[str, tuple[str, ...]]) -> dict[str, list[str]]:
    """The patterns of repositories that a user may pull, and may push."""
    pushed = [pattern for pattern, actions in given.items() if "push" in actions]
    return {"may_pull": list(given), "may_push": pushed}


def token_rules(options: Mapping[str, Any]) -> dict[str, Any]:
    """How the token service differs, as far as a registry knows it."""
    gives = options.get("identity_tokens") or options.get("refresh_token")
    rules: dict[str, Any] = {"post": bool(options.get("post_ok")), "identity": bool(gives)}
    lifetime = options.get("expires_in")
    rules |= {"lifetime": lifetime} if isinstance(lifetime, int) else {}
    rules |= {"denies": options["denies"]} if "denies" in options else {}
    rules |= {"access": scopes(options["access"])} if "access" in options else {}
    begins = options.get("nbf", options.get("exp", 300) - 300)
    return rules | ({"skew": begins} if begins else {})


def scopes(access: Iterable[Mapping[str, Any]]) -> list[str]:
    """The `access` of a token, as scopes."""
    return [f"{one['type']}:{one['name']}:{','.join(one['actions'])}" for one in access]


def token_fields(options: Mapping[str, Any], now: int) -> dict[str, Any]:
    """Fields of the token service's answer that are set, or dropped (None)."""
    fields: dict[str, Any] = {}
    if "exp" in options or "nbf" in options:  # of the token alone: the service's clock is right
        fields["issued_at"] = stamp(now)
    if "fields" in options:
        usual = ("token", "access_token", "expires_in", "issued_at")
        fields |= {name: None for name in usual if name not in options["fields"]}
    if "token" in options:
        fields |= {"token": options["token"], "access_token": options["token"]}
    if isinstance(options.get("expires_in"), str):
        fields["expires_in"] = options["expires_in"]
    return fields


# -- faults -----------------------------------------------------------------------------------

SIZES = ("chunked", "no_length")
NO_EFFECT = ("throttle", "http10", "gzip")
"""Actions that change how fast or in which form an answer comes, and not what it is: Go's client
unpacks by itself what is said to be gzip."""


def laid(sites: dict[str, dict[str, Any]], fault: LabFault) -> None:
    """The fault at its site."""
    re.compile(fault.path)
    site = sites.setdefault(fault.host, {"auth": "none", "empty": True})
    if "CONNECT" in fault.methods and "respond" not in fault.action:
        site |= {"obstacle": "timeout" if "delay" in fault.action else "connection reset by peer"}
        return
    does = interference(fault)
    if does:
        place = {"path": fault.path, "methods": fault.methods, "which": fault.times}
        site["front"] = [*site.get("front", ()), {**place, **does}]


def interference(fault: LabFault) -> dict[str, Any]:
    """What an `Interference` does; empty for what changes nothing that is compared."""
    does: dict[str, Any] = {}
    for name, value in fault.action.items():
        does |= effect(name, value)
    return does


def effect(name: str, value: Any) -> dict[str, Any]:
    """What one action does. Raises NotModelled."""
    match name:
        case "respond":
            return {"reply": reply(value)}
        case "respond_fn":
            return {"redirect": redirect(value)}
        case "edit_headers" | "edit_headers_401":
            return {"edit": edit(value, 401 if name == "edit_headers_401" else None)}
        case "close":
            return {"closes": True}
        case "truncate" | "reset_after":
            return {"cut_after": value, "resets": name == "reset_after"}
        case "needs_auth":
            return {"challenge": value}
        case "delay":
            return {"delay": value}
        case "body_from":
            return {"body_of": value}
        case _ if name in SIZES:
            return {"edit": {"drop": ["Content-Length"]}}
        case _ if name in NO_EFFECT:
            return {}
        case _:
            raise NotModelled(f"a front that does {name!r}")


def reply(value: Mapping[str, Any]) -> dict[str, Any]:
    given = value.get("body") or ""
    known = {"body": given} if isinstance(given, str) else {
        "body": given.get("part", ""), "size": given["bytes"], "digest": given.get("digest", ""),
    }  # fmt: skip
    pairs = [(k, one) for k, held in value.get("headers", {}).items() for one in listed(held)]
    return {"status": value["status"], "headers": pairs, **known}


def redirect(value: list[Any]) -> dict[str, Any]:
    kind, status, *words = value
    if kind == "redirect":
        return {"status": status, "found": words[0], "other": words[1]}
    return {"status": status, "host": words[0]}


def edit(value: Mapping[str, Any], status: int | None) -> dict[str, Any]:
    changed = {name: listed(held) for name, held in value.get("set", {}).items()}
    return {"set": changed, "drop": listed(value.get("drop", [])), "status": status}


def listed(value: Any) -> list[str]:
    return [str(one) for one in value] if isinstance(value, list) else [str(value)]
