"""A recording as a situation of the project: its world as data, in the notation of the
laboratories, so that the machine plays it without the recorded answers.

The registry, its token service, its users and its images are read from what passed. Whatever such
a registry does not answer by itself, an error, a redirect or a body that breaks off, becomes a
fault in front of it.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from simulator.protocol.authorization import Authorization, Scheme
from simulator.protocol.challenge import Challenge
from simulator.protocol.digest import digest_of
from simulator.protocol.hosts import is_loopback
from simulator.protocol.manifest import Index, InvalidManifest, Manifest, parse_manifest
from simulator.protocol.secrets import MASK
from simulator.protocol.target import Kind, target
from simulator.recordings.document import Exchanged, Recording, Told

ANOTHER = "another password"
"""The right password of a user whose own was refused."""
Log = Sequence[Exchanged]


def situation(document: Mapping[str, Any]) -> dict[str, Any]:
    """The situation of what `record` wrote."""
    recording = Recording.model_validate(document)
    (told,) = recording.engines.values()
    before = document["world"]["config_json_before"]
    kept = {name: value for name, value in document.items() if name not in ("recorder", "registry")}
    made = world(str(document["registry"]), told, before)
    return {**kept, "recorded_with": document["recorder"], "setup": [], "world": made}


def world(registry: str, told: Told, config: Any) -> dict[str, Any]:
    scheme, _, host = registry.partition("://")
    log = [line for line in told.http if not line.event]
    users = dict(passwords(log))
    insecure = [host] if scheme == "http" and not is_loopback(host) else []
    return {
        "registries": dict(registries(registry, log)),
        "users": users, "rights": rights(users, log),
        "images_present": dict(images(log, contents(told))),
        "content": contents(told),
        "faults": list(faults(log)),
        "token_server": token_server(log),
        "config_json_before": config,
        "engine_options": {"insecure-registries": insecure} if insecure else {},
    }  # fmt: skip


# -- hosts ------------------------------------------------------------------------------------


def registries(registry: str, log: Log) -> Iterator[tuple[str, dict[str, str]]]:
    """The registry, and the hosts that it redirected to."""
    challenge = next(filter(None, map(challenge_in, log)), None)
    bearer = challenge is not None and challenge.scheme is Scheme.BEARER
    tokens = urlsplit(challenge.realm).netloc if challenge and bearer else ""
    yield host_of(registry), note(registry, auth(challenge))
    for url in dict.fromkeys(line.url for line in log):
        if url != registry and host_of(url) != tokens:
            yield host_of(url), note(url, "none; 404 for every path")


def note(url: str, auth: str) -> dict[str, str]:
    scheme, _, host = url.partition("://")
    address = {"address": "127.0.0.1"} if is_loopback(host) else {}
    return {"transport": scheme, "auth": auth, **address}


def auth(challenge: Challenge | None) -> str:
    if challenge is None:
        return "none"
    if challenge.scheme is Scheme.BASIC:
        return "Basic"
    return f"token (realm {challenge.realm}, service {challenge.service or '-'})"


def host_of(url: str) -> str:
    return url.partition("://")[2]


def challenge_in(line: Exchanged) -> Challenge | None:
    return Challenge.parse(header(line.response_headers, "www-authenticate"))


def header(headers: Mapping[str, Any], name: str) -> str:
    found = next((value for key, value in headers.items() if key.lower() == name), "")
    return found if isinstance(found, str) else str(found[0])


# -- users ------------------------------------------------------------------------------------


def passwords(log: Log) -> Iterator[tuple[str, str]]:
    """Each user who gave a password, and the right one."""
    for line in log:
        given = Authorization.parse(header(line.request_headers, "authorization"))
        pair = given.pair() if given else None
        if pair:
            yield pair[0], ANOTHER if line.status in (401, 403) else pair[1] or MASK


def rights(users: Mapping[str, str], log: Log) -> dict[str, dict[str, list[str]]]:
    """Who got something may have everything; refusals are faults."""
    everything = {"*": ["pull", "push"]}
    public = {} if users else {"*": everything}
    return {**dict.fromkeys(users, everything), **public}


def token_server(log: Log) -> dict[str, Any]:
    """How the token service differs from the usual one."""
    tokens = [line for line in log if is_token(line) and line.status == 200]
    rules: dict[str, Any] = {}
    if any(line.method == "POST" for line in tokens):
        rules["post_ok"] = True
    if any('"refresh_token"' in (line.response_body or "") for line in tokens):
        rules["refresh_token"] = MASK
    return rules


def is_token(line: Exchanged) -> bool:
    return target(line.method, line.path).kind is Kind.TOKEN or "service=" in line.path


# -- images -----------------------------------------------------------------------------------


def contents(told: Told) -> dict[str, Any]:
    """The manifests as bytes, the blobs by size and digest, of configurations what was kept; and
    the names of the repositories."""
    manifests = dict(manifests_in(told))
    blobs: dict[str, dict[str, Any]] = {}
    for digest, one in manifests.items():
        parsed = parse_manifest(one["data"].encode(), digest, one["type"])
        if isinstance(parsed, Manifest):
            known = (parsed.config, *parsed.layers)
            blobs |= {blob.digest: {"size": blob.size} for blob in known}
    for line in told.http:
        digest = line.path.rpartition("/")[2]
        if digest in blobs and line.method == "GET":
            blobs[digest] |= dict(known_of(line, digest))
    asked = (target(line.method, line.path).repository for line in told.http)
    names: dict[str, dict[str, Any]] = {name: {} for name in asked if name}
    return {"manifests": manifests, "blobs": blobs, "repositories": names}


def known_of(line: Exchanged, digest: str) -> Iterator[tuple[str, Any]]:
    if line.response_body:
        yield "part", line.response_body
    if line.response_digest not in ("", digest):
        yield "actual", line.response_digest


def manifests_in(told: Told) -> Iterator[tuple[str, dict[str, str]]]:
    for held in told.manifests_held:
        if is_manifest(held.data, held.digest, held.media_type):
            yield held.digest, {"type": held.media_type, "data": held.data}
    for line in told.http:
        asked, text = target(line.method, line.path), line.response_body or ""
        kind, digest = header(line.response_headers, "content-type"), digest_of(text.encode())
        got = (asked.kind, line.method, line.status) == (Kind.MANIFEST, "GET", 200)
        if got and is_manifest(text, digest, kind):
            yield digest, {"type": kind, "data": text}


def is_whole(line: Exchanged) -> bool:
    """Whether this answer to GET is a manifest with its digest and its type."""
    kind, text = header(line.response_headers, "content-type"), line.response_body or ""
    named = digest_in(line)
    return named == digest_of(text.encode()) and is_manifest(text, named, kind)


def is_manifest(text: str, digest: str, kind: str) -> bool:
    try:
        return isinstance(parse_manifest(text.encode(), digest, kind), Manifest | Index)
    except InvalidManifest:
        return False


def digest_in(line: Exchanged) -> str:
    return header(line.response_headers, "docker-content-digest")


def images(log: Log, content: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """`repository:tag` and its digest; of what was asked by digest alone, the tag is `latest`."""
    for line in log:
        asked, digest = target(line.method, line.path), digest_in(line)
        if asked.kind is Kind.MANIFEST and digest in content["manifests"]:
            tag = asked.identifier if ":" not in asked.identifier else "latest"
            yield f"{asked.repository}:{tag}", digest


# -- faults -----------------------------------------------------------------------------------


def faults(log: Log) -> Iterator[dict[str, Any]]:
    """What this registry does not do by itself, each at its request. What it did at every request
    for something, it does always: how often a client tries again may be chance."""
    asked: dict[tuple[str, str, str], list[dict[str, Any]]] = {}
    for line in log:
        action = content(line) if moved(line, log[0].url) else fault(line)
        asked.setdefault((line.url, line.method, line.path), []).append(action)
    for (url, method, path), actions in asked.items():
        place = {"host": host_of(url), "method": method, "path": f"^{re.escape(path)}$"}
        if all(action == actions[0] for action in actions):
            yield from ({**place, "action": action} for action in actions[:1] if action)
        else:
            yield from ({**place, "times": [number], "action": action}
                        for number, action in enumerate(actions, 1) if action)  # fmt: skip


def fault(line: Exchanged) -> dict[str, Any]:
    """What happened instead of the registry's own answer; empty for its own."""
    length = header(line.response_headers, "content-length")
    arrived = line.response_bytes
    announced = line.status in (200, 206) and line.method == "GET" and length.isdecimal()
    if announced and arrived is not None and arrived < int(length):
        return {"truncate": arrived}
    return {} if natural(line) else {"respond": answer(line)}


def moved(line: Exchanged, registry: str) -> bool:
    """Whether this is a blob at the place that a redirect named."""
    own = line.url == registry and line.path.startswith("/v2/")
    return bool(line.response_digest) and not own


def content(line: Exchanged) -> dict[str, Any]:
    """The answer with a blob that is not at its usual place."""
    body = {"bytes": line.response_bytes, "digest": line.response_digest,
            "part": line.response_body or ""}  # fmt: skip
    return {"respond": {**answer(line), "body": body}}


def natural(line: Exchanged) -> bool:
    """Whether a registry with these users and images answers so by itself."""
    asked = target(line.method, line.path)
    if line.status == 401:
        anonymous = not header(line.request_headers, "authorization") and not line.request_body
        challenged = anonymous and not is_token(line) and line.url
        return bool(challenged and challenge_in(line))
    if asked.kind is Kind.MANIFEST and line.status == 200:
        return is_whole(line) if line.method == "GET" else bool(digest_in(line))
    if is_token(line) and line.status == 200:
        return bool(ISSUES.search(line.response_body or ""))
    return line.status in (200, 206)


ISSUES = re.compile(r'"(?:access_)?token" ?: ?"[^"]')
"""In the answer of a token service that issues one."""
OF_THE_CONNECTION = ("date", "content-length", "connection", "content-encoding")


def answer(line: Exchanged) -> dict[str, Any]:
    kept = {k: v for k, v in line.response_headers.items() if k.lower() not in OF_THE_CONNECTION}
    return {"status": line.status, "headers": kept, "body": line.response_body or ""}
