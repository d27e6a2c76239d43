"""The recorder: what your own client does with your registry, as a recording.

Docker runs as it is, with a `config.json` of its own, and pulls through a logging proxy; in the
recording the registry has its true name, and secrets are masked. Where the recording could not be
true, there is none, but a sentence. Other clients are in `simulator.recordings.other_clients`.
"""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx

from simulator.docker.cli.commands import Command, Login, Logout, Pull
from simulator.docker.cli.parse import parse
from simulator.docker.config_file import registry_key
from simulator.docker.machine.requests import entry_for
from simulator.protocol.manifest import Index, InvalidManifest, parse_manifest
from simulator.protocol.platform import Platform
from simulator.protocol.reference import HUB, HUB_KEY, InvalidReference, Reference
from simulator.recordings.other_clients import PROGRAMS, record_other
from simulator.recordings.proxy import Entry, Proxy, running
from simulator.recordings.recording_file import masked, with_true_names
from simulator.recordings.upstream import (
    SECRET_IN_SIGHT,
    asked_ourselves,
    objection,
    proxied,
    reachable,
    upstream_of,
)
from simulator.recordings.user_docker import (
    CannotRecord,
    Docker,
    Engine,
    Order,
    held,
    store,
    written,
)


def record(order: Order) -> dict[str, Any]:
    """Run the command with the user's client; the recording as a document, without secrets.

    Raises CannotRecord, or InvalidCommand for a command of another kind.
    """
    if order.words[0] in PROGRAMS:
        return record_other(order)
    command = recordable(order)
    registry = upstream_of(order, host_of(command))
    docker = Docker.found()
    engine = docker.engine()
    reachable(registry, order.authority)
    with (
        TemporaryDirectory(prefix="pullscope-") as folder,
        running(registry, order.authority) as proxy,
    ):
        own = Docker(docker.program, {**docker.environment, "DOCKER_CONFIG": folder})
        config = Path(folder) / "config.json"
        store(config, proxy.address, order)
        done = own.run(*proxied(order.words[1:], proxy), typed=order.typed or "")
        images = tuple(held(own, proxy))
        after, mode = written(config)
        own.remove(images)
    objections(proxy, done, command)
    told = {
        "engine": engine.title, "client": docker.client(), "platform": engine.platform,
        "stdout": with_true_names(done.stdout, proxy, folder),
        "stderr": with_true_names(done.stderr, proxy, folder), "exit_code": done.returncode,
        "config_json_text_after": after and proxy.unproxied(after), "config_json_mode": mode,
        "manifests_held": list(manifests_held(proxy, platform_of(command, engine))),
        "images_after": [json.loads(proxy.unproxied(json.dumps(image.row))) for image in images],
    }  # fmt: skip
    return masked(order, proxy, engine.kind, told)


# -- the command ------------------------------------------------------------------------------


def recordable(order: Order) -> Command:
    """The command, if it can be recorded without a secret on a command line."""
    command = parse(order.text, (order.typed,) if order.typed else ())
    if isinstance(command, Login) and command.source == "flag":
        raise CannotRecord(SECRET_IN_SIGHT)
    if command.config:
        raise CannotRecord(
            "docker --config cannot be recorded: the recorder gives Docker a configuration "
            "of its own; use --username to have credentials in it"
        )
    if "--disable-content-trust=false" in order.words:
        raise CannotRecord(
            "content trust cannot be recorded: Docker asks a notary server, which is not seen here"
        )
    return command


def host_of(command: Command) -> str:
    """The registry that the command names. Docker Hub's names are special to Docker itself."""
    if isinstance(command, Pull):
        host = domain(command.image)
    elif isinstance(command, Login | Logout):
        host = registry_key(command.server)
    else:
        usable = "use one of docker login, docker logout, docker pull"
        raise CannotRecord(f"{command.text!r} is not recorded: {usable}")
    if host in (HUB, HUB_KEY):
        raise CannotRecord(
            "Docker Hub cannot be recorded, for Docker treats its names in a way of its own: "
            "name a registry, as in docker pull registry.example.com/team/app:1.0"
        )
    return host


def domain(image: str) -> str:
    try:
        return Reference.parse(image).domain
    except InvalidReference as error:
        raise CannotRecord(f"{image!r} cannot be pulled: {error}") from None


# -- what the engine had before -------------------------------------------------------------


def platform_of(command: Command, engine: Engine) -> Platform:
    asked = command.platform if isinstance(command, Pull) else ""
    return Platform.parse(asked or engine.platform)


def manifests_held(proxy: Proxy, platform: Platform) -> Iterator[dict[str, str]]:
    """Manifests that Docker looked up and did not ask for, as it has them from an earlier pull. A
    replay needs them, so we ask in its place, with the credentials that it sent."""
    asked = {entry.path.rpartition("/")[2] for entry in proxy.log if entry.method == "GET"}
    heads = [one for one in proxy.log if one.method == "HEAD" and one.status == 200]
    for entry in (one for one in heads if one.moved is None):
        digest = dict(entry.received).get("docker-content-digest", "")
        while digest and digest not in asked:
            asked.add(digest)
            found = manifest(entry, digest, proxy.authority)
            if found is None:
                break
            yield found
            digest = chosen(found, platform)


def manifest(entry: Entry, digest: str, authority: str) -> dict[str, str] | None:
    """The manifest of this digest, from where its tag was looked up."""
    url = f"{entry.url}{entry.path.rpartition('/')[0]}/{digest}"
    headers = [(name, value) for name, value in entry.sent if name in ("accept", "authorization")]
    try:
        answer = asked_ourselves(url, headers, authority)
    except (httpx.HTTPError, OSError):
        return None
    if answer.status_code != 200:
        return None
    kind = answer.headers.get("content-type", "")
    return {"digest": digest, "media_type": kind, "data": answer.content.decode("utf-8", "replace")}


def chosen(found: dict[str, str], platform: Platform) -> str:
    """Of an index, the manifest for this platform; nothing of a manifest."""
    try:
        parsed = parse_manifest(found["data"].encode(), found["digest"], found["media_type"])
    except InvalidManifest:
        return ""
    entry = entry_for(parsed, platform) if isinstance(parsed, Index) else None
    return entry.digest if entry else ""


# -- whether it would be true -----------------------------------------------------------------


# -- whether it would be true -----------------------------------------------------------------


def objections(proxy: Proxy, done: "subprocess.CompletedProcess[str]", command: Command) -> None:
    """Raises CannotRecord where Docker met something that is only there because of us."""
    objection(proxy)
    asks = not isinstance(command, Logout)
    if asks and not proxy.log and proxy.address in done.stderr:
        raise CannotRecord(
            f"Docker's engine did not reach the recorder at {proxy.address}: record on the machine "
            "where the engine itself runs (Docker Desktop keeps it in a virtual machine)"
        )
