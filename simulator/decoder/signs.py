"""Readings that follow from the facts of a message: of its status, its hosts and its addresses.

They are what `rules.yaml` asks for beside the readings of the frames.
"""

import ipaddress
import re
from collections.abc import Iterator, Mapping

from simulator.decoder.facts import EMPTY
from simulator.decoder.reading import (
    Message,
    Target,
    image_signs,
    readings,
    reference_of,
)
from simulator.decoder.words import unwrapped
from simulator.protocol.hosts import address_of, bare
from simulator.protocol.reference import HUB

INNER_SERVERS = ("192.168.65.", "127.0.0.11", "10.0.2.3", "[::1]", "192.168.127.", "10.96.0.10",
                 "192.168.5.", "172.17.", "10.43.0.10", "10.255.255.")  # fmt: skip
"""DNS servers of Docker Desktop's VM, of containers and of clusters, by how they begin."""
INNER_NAMES = (".internal", ".local", ".lan", ".corp", ".intra", ".intranet", ".home", ".svc",
               ".private", ".localdomain", ".cluster.local", ".test")  # fmt: skip
PUBLIC = ("docker.io", "ghcr.io", "quay.io", "gcr.io", "pkg.dev", "mcr.microsoft.com",
          "public.ecr.aws", "registry.k8s.io", "docker.com", "amazonaws.com", "azurecr.io",
          "registry.gitlab.com", "cloudfront.net", "cloudflarestorage.com")  # fmt: skip
GATEWAYS = frozenset({"502", "503", "504", *(str(code) for code in range(520, 531))})
SILENT = frozenset({"deadline", "tls-timeout", "dial-timeout", "no-route", "unreachable",
                    "read-timeout"})  # fmt: skip
BUILD_STEP = re.compile(r"(?:^|\s)#\d+(?: \d+\.\d+)?$")
"""How BuildKit numbers the steps of a build, at the end of a line's prefixes."""
UPLOADS = frozenset({"PUT", "POST", "PATCH"})
FAR = SILENT | {"refused-port", "dns-none", "dns-fails", "tls"}
"""What only another host than the registry can be at fault for, once the manifest came."""


def all_readings(message: Message, context: frozenset[str] = frozenset()) -> frozenset[str]:
    """Every reading of a message; `context` are those of the lines around it."""
    found = set(readings(message)) | set(image_signs(message)) | context
    found |= set(of_status(message)) | set(of_hosts(message)) | set(of_form(message))
    if "push" in found:  # what was copied went up, so no download failed
        found -= {"blob", "elsewhere"}
    if "login" in found and found & {"pull", "push", "access-denied"}:
        found.discard("login")
    return frozenset(found)


def of_status(message: Message) -> Iterator[str]:
    status = message.named.get("status", "")[:3]
    if not status:
        words = message.named.get("proxy_words", "").lower()
        if any(one in words for one in ("gateway", "unavailable", "internal", "host", "dns")):
            yield "proxy-5xx"
        return
    yield f"status-{status}"
    if status in GATEWAYS:
        yield "status-gateway"
    if status.startswith("5"):
        yield "status-5xx"
    if status.startswith("4") and status not in ("401", "429"):
        yield "status-40x"


def of_hosts(message: Message) -> Iterator[str]:
    """The host that was asked, and whether it is the registry of the image."""
    targets, gives = message.targets, message.gives
    if not targets:
        yield from of_address(message)
        yield from of_image_host(message)
        if ("blob" in gives and gives & FAR) or lone_lookup(message):
            yield "elsewhere"
        return
    first, last = targets[0], targets[-1]
    if last.of_registry and last.method.upper() in UPLOADS:
        yield "push"
    yield "asked-http" if first.parts[0] == "http" else "asked-https"
    if first.host.endswith((":443", ":80")):
        yield "explicit-443"
    if last.parts[0] == "https" and last.host and ":" not in last.host.rpartition("]")[2]:
        yield "default-port"
    if is_public(last.host):
        yield "public-registry"
    yield from of_nested(message, first, last)
    yield from of_mirror(message, first)
    yield from of_address(message)


def lone_lookup(message: Message) -> bool:
    """Whether this is nothing but Go's words: so a classic engine tells of a layer's download,
    because all other requests are named with their address."""
    speakers = {one.frame.speaker for one in message.segments if one.frame}
    return bool(speakers) and speakers <= {"dns", "net", "os"}


def of_nested(message: Message, first: Target, last: Target) -> Iterator[str]:
    """Whether a token service or a storage was asked, to which the registry pointed."""
    if last.of_registry:
        return
    token = last.of_token_service or "realm" in message.gives
    if token and "blob" not in message.gives:
        yield from ("realm-fails", "token-asked")
    elif first is not last or message.gives & {"blob", "pull"} or is_storage(last.host):
        yield "elsewhere"


STORAGES = ("blob.core.windows.net", "cloudfront.net", "cloudflare.docker.com", "r2.dev",
            "storage.googleapis.com", "cloudflarestorage.com", "cdn.quay.io")  # fmt: skip
"""Where registries send downloads to, by how the hosts end."""


def is_storage(host: str) -> bool:
    return host.endswith(STORAGES) or ".s3." in host or ".s3-" in host


def of_image_host(message: Message) -> Iterator[str]:
    """Of a message without an address: the image's host, and another that it names."""
    image = reference_of(message)
    if image and is_public(image.domain):
        yield "public-registry"
    if image and image.domain.endswith((":443", ":80")):
        yield "explicit-443"
    named = message.named.get("host", "")
    if image and image.domain == HUB and named and not named.endswith("docker.io"):
        yield "asks-elsewhere"


def of_mirror(message: Message, first: Target) -> Iterator[str]:
    """Whether the image's registry is Docker Hub and another host was asked."""
    image = reference_of(message)
    hub = (image and image.domain == HUB) or first.parts[2].startswith("/v2/library/")
    asked_for_hub = "ns=docker.io" in first.parts[3] or hub
    if first.of_registry and asked_for_hub and not first.host.endswith("docker.io"):
        yield "asks-elsewhere"


def of_address(message: Message) -> Iterator[str]:
    address = message.named.get("address", "")
    if address.startswith("[") and address.count(":") > 2:
        yield "ipv6-address"
    if message.gives & {"no-route", "unreachable", "dial-timeout"}:
        yield "unconnected"
    server = message.named.get("dns_server", "")
    name = message.named.get("dns_name", "").rstrip(".")
    if server.startswith(INNER_SERVERS) or is_inner(name):
        yield "inner-dns"


def is_inner(name: str) -> bool:
    """Whether only a private DNS server can know this name."""
    if not name or is_ip(name):
        return False
    return "." not in name or name.lower().endswith(INNER_NAMES)


def is_ip(name: str) -> bool:
    try:
        ipaddress.ip_address(name.strip("[]"))
    except ValueError:
        return False
    return True


def is_public(host: str) -> bool:
    name = bare(host)
    return address_of(name) is None and any(
        name == one or name.endswith(f".{one}") or name.endswith(f"-{one}") for one in PUBLIC
    )


def of_form(message: Message) -> Iterator[str]:
    """The action and the program, as the form of the message shows them."""
    gives, targets = message.gives, message.targets
    named = any("request" in one.gives for one in message.segments)
    at_v2 = bool(targets) and targets[0].parts[2].rstrip("/") in ("/v2", "/v1", "/v1/users")
    if at_v2 and named and not gives & {"podman", "pull", "push", "containerd", "build"}:
        yield "login"
    if named and "daemon" in gives:
        yield "realm-form"
        if "http-status" in gives and "containerd" not in gives and "not-json" not in gives:
            yield "token-asked"
    elif "daemon" in gives:
        yield "pull-form"
    if not gives & {"daemon", "podman", "containerd", "kubelet", "crane", "buildkit", "ctr"}:
        yield from ("bare", "push-form") if not named else ()
    if BUILD_STEP.search(message.line.prefix):
        yield "buildkit"
    yield from of_words(message)
    if gives & SILENT or "cut" in gives:
        yield "silent"


REFUSALS = frozenset({"permission denied", "operation not permitted", "read-only file system",
                      "access is denied", "device or resource busy",
                      "input/output error"})  # fmt: skip
"""Words of the operating system for a file that is there and may not be used."""


CODES = {
    "unauthorized": ("auth", "unauthorized"), "denied": ("auth", "denied"),
    "toomanyrequests": ("limit",), "manifest_unknown": ("missing", "manifest-unknown"),
    "name_unknown": ("missing", "name-unknown"), "blob_unknown": ("missing", "blob-unknown"),
}  # fmt: skip
"""Readings of an error's code in a body of JSON."""


def code_of(named: Mapping[str, str]) -> str:
    """The code in the registry's own words, where they are a body of JSON."""
    return unwrapped(named.get("registry_words", ""))[0].lower()


def words_of(message: Message) -> str:
    """The registry's own words beside its code."""
    said = message.named.get("registry_words", "")
    return said or ("authentication required" if "required" in message.line.text else "")


PUSHED = re.compile(r"\b(?:push\w*|upload\w*|overw\w+|write|create)\b", re.IGNORECASE)
"""Words of a registry that only an upload gets."""


def of_words(message: Message) -> Iterator[str]:
    named = message.named
    if named.get("not_before") or "not yet valid" in named.get("x509_words", ""):
        yield "now-before"
    if named.get("got") == EMPTY or named.get("expected") == EMPTY:
        yield "empty-digest"
    if "got_size" in named and named["got_size"] == "0":
        yield "empty-digest"
    if "not valid for any names" in message.line.text:
        yield "no-names"
    if named.get("media_type", "").startswith("text/"):
        yield "page-type"
    if "unauthorized" in message.gives and not (message.gives & {"own-words"} or words_of(message)):
        yield "without-words"
    alert = named.get("alert", "").lower()
    if alert == "unrecognized name":
        yield "alert-name"
    if alert in ("protocol version not supported", "insufficient security level"):
        yield "alert-version"
    yield from CODES.get(code_of(named), ())
    if "helper-said" in message.gives and not named.get("helper_words"):
        yield "helper-mute"
    words = named.get("registry_words", "")
    if PUSHED.search(words):
        yield "push-words"
    if "arn:aws" in words:
        yield "says-arn"
    if words.lower() in ("requested access to the resource is denied", "denied"):
        yield "denied-default"
    if named.get("os_words", "").lower().rstrip(".") in REFUSALS:
        yield "os-refuses"
    if named.get("os_words", "").lower() in ("no space left on device", "disk quota exceeded"):
        yield from ("says-no-room", "no-space")
    if "unexpected end of JSON input" in message.line.text:
        yield "empty-body"
    if "no pull access" in message.line.text:
        yield "no-pull-access"
    if named.get("direction") == "push":
        yield "push"
