"""The recorder: what your own Docker does with your registry, as a recording.

Docker runs as it is, with a `config.json` of its own, and pulls through a logging proxy; in the
recording the registry has its true name, and secrets are masked. Where the recording could not be
true, there is none, but a sentence.
"""

import json
import re
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx

from simulator import __version__
from simulator.docker.cli.commands import Command, Login, Logout, Pull
from simulator.docker.cli.parse import parse
from simulator.docker.config_file import hostname, registry_key
from simulator.docker.machine.requests import entry_for
from simulator.protocol.hosts import is_loopback
from simulator.protocol.manifest import Index, InvalidManifest, parse_manifest
from simulator.protocol.message import Request
from simulator.protocol.network_failure import Obstacle
from simulator.protocol.platform import Platform
from simulator.protocol.reference import HOST, HUB, HUB_KEY, InvalidReference, Reference
from simulator.protocol.secrets import MASK
from simulator.protocol.target import Kind, target
from simulator.recordings.masking import Masker
from simulator.recordings.proxy import Entry, Proxy, running, trusting
from simulator.recordings.user_docker import (
    CannotRecord,
    Docker,
    Engine,
    Order,
    document,
    held,
    store,
    written,
)
from simulator.scenarios.client import HOME, auth_entry
from simulator.sources.http_client import PATIENCE, failure


def record(order: Order) -> dict[str, Any]:
    """Run the command with the user's Docker; the recording as a document, without secrets.

    Raises CannotRecord, or InvalidCommand for a command of another kind.
    """
    command = recordable(order)
    registry = upstream_of(order, command)
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
        "stdout": unfolded(done.stdout, proxy, folder),
        "stderr": unfolded(done.stderr, proxy, folder), "exit_code": done.returncode,
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
        raise CannotRecord(
            "a password on the command line is for everybody to see: "
            "use --password-stdin and pipe it in"
        )
    if command.config:
        raise CannotRecord(
            "docker --config cannot be recorded: the recorder gives Docker a configuration "
            "of its own; use --username to have credentials in it"
        )
    return command


def upstream_of(order: Order, command: Command) -> str:
    """The registry's address: as given, or by the name in the command."""
    host = host_of(command)
    given = order.upstream.rstrip("/")
    upstream = given or f"{'http' if is_loopback(host) else 'https'}://{host}"
    scheme, mark, named = upstream.partition("://")
    if scheme not in ("http", "https") or not mark or not HOST.fullmatch(named):
        raise CannotRecord(
            f"{order.upstream!r} is not a registry's address: give https://HOST or https://HOST:PORT"
        )
    if named != host:
        raise CannotRecord(
            f"the command names {host}, --registry {named}: they must be the same registry"
        )
    return upstream


def host_of(command: Command) -> str:
    """The registry that the command names. Docker Hub's names are special to Docker itself."""
    if isinstance(command, Pull):
        try:
            host = Reference.parse(command.image).domain
        except InvalidReference as error:
            raise CannotRecord(f"{command.image!r} cannot be pulled: {error}") from None
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


def proxied(words: Sequence[str], proxy: Proxy) -> Iterator[str]:
    """The words with the proxy's address in the place of the registry's name."""
    name = re.escape(proxy.upstream.partition("//")[2])
    for word in words:
        yield re.sub(rf"^(?:https?://)?{name}(?=/|$)", proxy.address, word)


# -- the user's Docker ------------------------------------------------------------------------


# -- what the engine had before -------------------------------------------------------------


def platform_of(command: Command, engine: Engine) -> Platform:
    asked = command.platform if isinstance(command, Pull) else ""
    return Platform.parse(asked or engine.platform)


def manifests_held(proxy: Proxy, platform: Platform) -> Iterator[dict[str, str]]:
    """Manifests that Docker looked up and did not ask for, as it has them from an earlier pull. A
    replay needs them, so we ask in its place, with the credentials that it sent."""
    asked = {entry.path.rpartition("/")[2] for entry in proxy.log if entry.method == "GET"}
    for entry in [entry for entry in proxy.log if entry.method == "HEAD" and entry.status == 200]:
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


def asked_ourselves(
    url: str, headers: Sequence[tuple[str, str]] = (), authority: str = ""
) -> httpx.Response:
    context = trusting(authority)
    return httpx.get(url, headers=headers, timeout=PATIENCE, trust_env=False, verify=context)


# -- whether it would be true -----------------------------------------------------------------


def reachable(registry: str, authority: str = "") -> None:
    """Raises CannotRecord where the registry gives no HTTP answer."""
    url = f"{registry}/v2/"
    try:
        trusting(authority)
    except OSError as error:  # also what is no certificate
        raise CannotRecord(f"{authority}: no certificate of an authority: {error}") from None
    try:
        asked_ourselves(url, (), authority)
    except (httpx.HTTPError, OSError) as error:
        why = failure(error, Request("GET", url)).obstacle
        raise CannotRecord(f"{registry} does not answer: {why}{ADVICE.get(why, '')}") from None


ADVICE = {
    Obstacle.UNTRUSTED: "; name its authority's file with --ca",
    Obstacle.NO_HOST: "; is its name right?",
    Obstacle.REFUSED: "; does it run, and at this port?",
    Obstacle.PLAIN_HTTP: "; give --registry http://HOST:PORT",
}


def objections(proxy: Proxy, done: "subprocess.CompletedProcess[str]", command: Command) -> None:
    """Raises CannotRecord where Docker met something that is only there because of us."""
    if proxy.troubles:
        raise CannotRecord(f"nothing was recorded: {proxy.troubles[0]}")
    asks = not isinstance(command, Logout)
    if asks and not proxy.log and proxy.address in done.stderr:
        raise CannotRecord(
            f"Docker's engine did not reach the recorder at {proxy.address}: record on the machine "
            "where the engine itself runs (Docker Desktop keeps it in a virtual machine)"
        )


# -- the document -----------------------------------------------------------------------------


def unfolded(text: str, proxy: Proxy, folder: str) -> str:
    """What Docker printed, with true names."""
    return proxy.unproxied(text.replace(folder, HOME))


def masked(order: Order, proxy: Proxy, kind: str, told: dict[str, Any]) -> dict[str, Any]:
    """The whole recording. Secrets are masked where they belong, and then everywhere."""
    masker = Masker()
    masker.learn(order.password, (order.typed or "").strip())
    http = [exchange(entry, masker) for entry in proxy.log]
    text = told["config_json_text_after"]
    told |= {"config_json_text_after": text and masker.config(text), "http": http}
    told["config_json_after"] = json.loads(told["config_json_text_after"] or "null")
    host = hostname(proxy.upstream)
    typed = order.typed and re.sub(r"[^\r\n]+", MASK, order.typed)
    recording = {
        "name": order.name, "title": order.title, "note": "",
        "recorder": f"pullscope {__version__}", "registry": proxy.upstream,
        "world": world(order.username, host), "command": order.text, "env": {},
        "stdin": typed, "interactive_input": None, "engines": {kind: told},
    }  # fmt: skip
    return dict(masker.everywhere(recording))


def world(username: str, host: str) -> dict[str, Any]:
    """The state before the command, as far as it is known: config.json."""
    auths = {host: auth_entry(f"{username}:{MASK}")}
    return {"config_json_before": {"auths": auths} if username else None}


def exchange(entry: Entry, masker: Masker) -> dict[str, Any]:
    """One line of the log. Of a blob the size and the digest are kept, not the bytes."""
    if entry.event:
        return {"event": entry.event}
    told: dict[str, Any] = {
        "url": entry.url, "method": entry.method, "path": masker.path(entry.path),
        "request_headers": masker.headers(entry.sent), "status": entry.status,
        "response_headers": masker.headers(entry.received, entry.path),
    }  # fmt: skip
    if entry.form:
        told["request_body"] = masker.form(entry.form.decode("utf-8", "replace"))
    if entry.blob:
        return told | blob(entry)
    text = entry.body.decode("utf-8", "replace")
    manifest = target(entry.method, entry.path).kind is Kind.MANIFEST and entry.status == 200
    return told | {"response_body": text if manifest else masker.json(text)}


def blob(entry: Entry) -> dict[str, Any]:
    """How much came and what; of an image's configuration also its platform and its layers."""
    if entry.size is None:
        return {"note": "Docker closed the connection before the end"}
    whole = document(entry.body.decode("utf-8", "replace")) if entry.size == len(entry.body) else {}
    config = {k: whole[k] for k in ("architecture", "os", "variant", "rootfs") if k in whole}
    told = {"response_bytes": entry.size, "response_digest": entry.digest}
    return told | ({"response_body": json.dumps(config)} if config else {})


def write(path: Path, recording: dict[str, Any], force: bool = False) -> None:
    """Raises CannotRecord where there is such a file already, or none can be."""
    try:
        with path.open("w" if force else "x", encoding="utf-8") as file:
            json.dump(recording, file, indent=1, ensure_ascii=False)
            file.write("\n")
    except FileExistsError:
        raise CannotRecord(
            f"{path} is there already: choose another --output, or add --force"
        ) from None
    except OSError as error:
        raise CannotRecord(f"{path}: cannot be written: {error.strerror}") from None
