"""The client of a laboratory's world: config.json, helpers, and the engine's options."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from simulator.recordings.lab_helpers import broken_helpers, helpers
from simulator.recordings.lab_notation import LabWorld, NotModelled
from simulator.registry.model import PUBLISHED, User
from simulator.registry.token_service import identity_token


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
        "socket": world.socket, "disk": disk(world.disk),
        "proxies": proxies(world.engine_options.get("proxies", {})),
        "helpers": dict(helpers(world.helpers, world.registries)),
        "broken_helpers": broken_helpers(world.helpers, world.registries),
    }  # fmt: skip


def disk(said: str) -> int:
    """The bytes of `image store on a file system of 9 MB`. Raises NotModelled."""
    found = re.search(r"(?<!\d)(\d+) MB\b", said)
    if said and not found:
        raise NotModelled(f"a disk that is described by {said!r}")
    return int(found[1]) << 20 if found else 0


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
    tokens = {text: identity(name, world.users[name]) for text, name in given.items()}
    text = json.dumps(config)
    for known, ours in tokens.items():
        text = text.replace(json.dumps(known), json.dumps(ours))
    return json.loads(text)


def identity(name: str, password: str) -> str:
    return identity_token(PUBLISHED, name, User(password))
