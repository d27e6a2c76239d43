"""The world of a recording, in the notation of the laboratories, read as a `WorldDocument`.

What the notation says and no world can hold yet is `NotModelled`, with the reason: such a
situation is read and listed, and not played.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from simulator.recordings import lab
from simulator.recordings.lab_helpers import broken_helpers, helpers
from simulator.registry.model import PUBLISHED, User
from simulator.registry.token_service import identity_token, stamp
from simulator.scenarios.world import WorldDocument
from simulator.words.validation import first_wrong


class InvalidLabWorld(ValueError):
    """The notation is not understood; the message says where."""


class NotModelled(ValueError):
    """The world has something that no world here can hold; the message says what."""


class Note(BaseModel):
    """A host of the laboratory, as its README describes the words."""

    model_config = ConfigDict(extra="ignore", frozen=True, defer_build=True)
    transport: str
    auth: str = ""
    address: str = ""


class LabFault(BaseModel):
    """What the laboratory's front did to requests. `times` counts matching ones from 1."""

    model_config = ConfigDict(extra="ignore", frozen=True, defer_build=True)
    host: str
    path: str = ""
    method: str | tuple[str, ...] = ()
    times: tuple[int, ...] = ()
    action: dict[str, Any]

    @property
    def methods(self) -> tuple[str, ...]:
        return (self.method,) if isinstance(self.method, str) else self.method


class LabWorld(BaseModel):
    """The notation. `rights` hold at registries with a token service; at others everybody may
    pull everything. `helpers` are scripts, or what a working helper keeps."""

    model_config = ConfigDict(extra="ignore", frozen=True, defer_build=True)
    registries: dict[str, Note] = Field(default_factory=dict)
    users: dict[str, str] = Field(default_factory=dict)
    rights: dict[str, dict[str, tuple[str, ...]]] = Field(default_factory=dict)
    faults: tuple[LabFault, ...] = ()
    images_present: dict[str, str] = Field(default_factory=dict)
    docker_hub_images_present: dict[str, str] = Field(default_factory=dict)
    token_server: dict[str, Any] = Field(default_factory=dict)
    config_json_before: dict[str, Any] | str | None = None
    config_problem: str = ""
    other_files_before: dict[str, tuple[str, int]] = Field(default_factory=dict)
    helpers: dict[str, str | dict[str, str]] = Field(default_factory=dict)
    engine_options: dict[str, Any] = Field(default_factory=dict)
    certs_d: tuple[str, ...] = ()
    certs_d_text: dict[str, str] = Field(default_factory=dict)
    terminal: bool = False
    commands_before: tuple[str, ...] = ()
    disk: str = ""
    socket: str = ""
    now: int = lab.NOW
    """The laboratory's clock, in seconds since 1970."""


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
    "auth.docker.io": {"role": "tokens", "of": HUB},
    "silent.example.com": {"auth": "none", "empty": True},
    "unroutable.example.com": {"obstacle": "network is unreachable", "empty": True,
                               "address": "198.51.100.7"},
    "dnstimeout.example.com": {"obstacle": "no answer from the DNS server", "empty": True},
}  # fmt: skip
"""What is in the laboratory even where no situation is about it: both token services, the
stand-in for Docker Hub, and hosts that cannot be reached."""


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
    refuse_unmodelled(world)
    sites: dict[str, dict[str, Any]] = {}
    for host, note in world.registries.items():
        sites |= registry_sites(world, host, note)
    for fault in world.faults:
        laid(sites, fault)
    for host, standing in STANDING.items():
        sites.setdefault(host, standing)
    return {"sites": sites, "client": client(world), "now": world.now}


def refuse_unmodelled(world: LabWorld) -> None:
    """Raises NotModelled."""
    if world.disk:
        raise NotModelled("a full disk")


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
    (r"expired (\d+) days", lambda days: {"certificate": {"ends_in": -int(days)}}),
    (r"valid from (\d+) days", lambda days: {"certificate": {"starts_in": int(days)}}),
    (r"certificate for (.+)",
     lambda names: {"certificate": {"names": re.split(r", | and ", names)}}),
    (r"(?:common name|CN)\b", lambda _: {"certificate": {"names": [], "common_name": "*"}}),
    (r"(?:without|no) (?:an )?(?:IP|address|SAN)", lambda _: {"certificate": {"names": []}}),
    (r"self-signed|unknown|own CA|private CA|chain", lambda _: {"tls": "untrusted"}),
)  # fmt: skip
"""How a certificate is described -> what is said of the site."""


def transport(host: str, note: str) -> dict[str, Any]:
    """A site that is reached in this way. Raises NotModelled."""
    known = TRANSPORTS.get(note)
    for pattern, says in CERTIFICATES if note.startswith("https") and known is None else ():
        found = re.search(pattern, note, re.IGNORECASE)
        if found and known is None:
            known = says(found[found.lastindex or 0])
    if known is None:
        raise NotModelled(f"a registry that is reached by {note!r}")
    certificate = known.get("certificate", {})
    if certificate.get("common_name") == "*":  # the name that it is reached by
        certificate["common_name"] = host.rpartition(":")[0] or host
    return known


def images(world: LabWorld, holds: str) -> dict[str, Any]:
    """The images of a registry, and the tags that the situation names."""
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
    issuer = {"role": "tokens", "of": host, "address": site["address"]}
    audience = world.token_server.get("aud")
    if audience:
        issuer["tokens"] = {"audience": audience}
    fields = token_fields(world.token_server, world.now)
    if fields:
        issuer["front"] = [{"path": "^/token", "document": fields}]
    return {host: registry, urlsplit(found["realm"]).netloc: issuer}


def rights(given: Mapping[str, tuple[str, ...]]) -> dict[str, list[str]]:
    """The patterns of repositories that a user may pull, and may push."""
    pushed = [pattern for pattern, actions in given.items() if "push" in actions]
    return {"may_pull": list(given), "may_push": pushed}


def token_rules(options: Mapping[str, Any]) -> dict[str, Any]:
    """How the token service differs, as far as a registry knows it."""
    if "access" in options:
        raise NotModelled("a token service that grants something else than asked for")
    gives = options.get("identity_tokens") or options.get("refresh_token")
    rules: dict[str, Any] = {"post": bool(options.get("post_ok")), "identity": bool(gives)}
    lifetime = options.get("expires_in")
    rules |= {"lifetime": lifetime} if isinstance(lifetime, int) else {}
    rules |= {"denies": options["denies"]} if "denies" in options else {}
    begins = options.get("nbf", options.get("exp", 300) - 300)
    return rules | ({"skew": begins} if begins else {})


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
NO_EFFECT = ("throttle", "http10")
"""Actions that change how fast or in which form an answer comes, and not what it is."""


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
    (name, value), *_ = fault.action.items()
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
            return {"cut_after": value}
        case "needs_auth":
            return {"challenge": value}
        case "delay":
            return {"delay": value}
        case _ if name in SIZES:
            return {"edit": {"drop": ["Content-Length"]}}
        case _ if name in NO_EFFECT:
            return {}
        case _:
            raise NotModelled(f"a front that does {name!r}")


def reply(value: Mapping[str, Any]) -> dict[str, Any]:
    given = value.get("body") or ""
    body, size = (given, None) if isinstance(given, str) else ("", given["bytes"])
    pairs = [(k, one) for k, held in value.get("headers", {}).items() for one in listed(held)]
    return {"status": value["status"], "headers": pairs, "body": body, "size": size}


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


# -- the client -------------------------------------------------------------------------------


def client(world: LabWorld) -> dict[str, Any]:
    given = world.config_json_before
    if isinstance(given, dict) and "bytes_base64" in given:
        return {"config_base64": given["bytes_base64"]}
    config, problem = config_json(world)
    files = {path: text for path, (text, _mode) in world.other_files_before.items()}
    insecure = world.engine_options.get("insecure-registries", [])
    return {
        "config": with_identities(config, world), "problem": problem, "files": files,
        "insecure": insecure, "certs": world.certs_d,
        "hosts_files": dict(hosts_files(world.certs_d_text)),
        "mirrors": world.engine_options.get("registry-mirrors", []),
        "socket": world.socket,
        "proxies": proxies(world.engine_options.get("proxies", {})),
        "helpers": dict(helpers(world.helpers, world.registries)),
        "broken_helpers": broken_helpers(world.helpers, world.registries),
    }  # fmt: skip


def hosts_files(texts: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """The texts of `hosts.toml`, by directory."""
    for path, text in texts.items():
        folder, _, name = path.removeprefix("/etc/docker/certs.d/").rpartition("/")
        if name == "hosts.toml":
            yield folder, text


def proxies(options: Mapping[str, str]) -> dict[str, str]:
    """The engine's proxies, as daemon.json names them."""
    return {name.partition("-")[0]: value for name, value in options.items()}


def config_json(world: LabWorld) -> tuple[Any, str]:
    """config.json before, and what is wrong with the file."""
    given = world.config_json_before
    if not isinstance(given, dict):
        return given, world.config_problem
    if given.get("kind") == "directory":
        return None, "is a directory"
    if given.get("mode") == "0o0":
        return given.get("content"), "permission denied"
    return given, world.config_problem


def with_identities(config: Any, world: LabWorld) -> Any:
    """An identity token that the token service gave is one that ours gives: it is chance."""
    given: Mapping[str, str] = world.token_server.get("identity_tokens", {})
    if not given or not isinstance(config, dict):
        return config
    tokens = {
        text: identity(name, world.users[name]) for text, name in given.items()
    }
    text = json.dumps(config)
    for known, ours in tokens.items():
        text = text.replace(json.dumps(known), json.dumps(ours))
    return json.loads(text)


def identity(name: str, password: str) -> str:
    return identity_token(PUBLISHED, name, User(password))
