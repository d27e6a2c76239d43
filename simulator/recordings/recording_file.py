"""The file of a recording: an order, a log and what was printed, without secrets."""

import json
import re
import zlib
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

from simulator import __version__
from simulator.docker.config_file import hostname
from simulator.protocol.secrets import MASK
from simulator.protocol.target import Kind
from simulator.recordings.masking import Masker
from simulator.recordings.proxy import Entry, Proxy
from simulator.recordings.user_docker import CannotRecord, Order, document
from simulator.scenarios.client import HOME, auth_entry
from simulator.sources.real import MANIFEST_LIMIT


def with_true_names(text: str, proxy: Proxy, folder: str) -> str:
    """What a client printed, with the registry's own name and the user's home."""
    return proxy.unproxied(text.replace(folder, HOME))


def masked(order: Order, proxy: Proxy, kind: str, told: dict[str, Any]) -> dict[str, Any]:
    """The whole recording. Secrets are masked where they belong, and then everywhere."""
    masker = Masker(users=set(users(order)))
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


def users(order: Order) -> Iterator[str]:
    """The names in the order: one may have a colon, which is not where its password begins."""
    flags = ("-u", "--username")
    pairs = pairwise(order.words)
    named = (after for word, after in pairs if word in flags)
    spelled = (word.partition("=")[2] for word in order.words if word.startswith("--username="))
    yield from (name for name in (order.username, *named, *spelled) if name)


def world(username: str, host: str) -> dict[str, Any]:
    """The state before the command, as far as it is known: config.json."""
    auths = {host: auth_entry(f"{username}:{MASK}")}
    return {"config_json_before": {"auths": auths} if username else None}


def exchange(entry: Entry, masker: Masker) -> dict[str, Any]:
    """One line of the log. Of a blob the size and the digest are kept, not the bytes."""
    if entry.event:
        return {"event": entry.event}
    told: dict[str, Any] = {
        "url": entry.url, "method": entry.method, "path": path(entry, masker),
        "request_headers": masker.headers(entry.sent), "status": entry.status,
        "response_headers": masker.headers(entry.received, entry.path),
    }  # fmt: skip
    if entry.form:
        told["request_body"] = masker.form(entry.form.decode("utf-8", "replace"))
    if entry.blob:
        return told | blob(entry)
    text = unpacked(entry).decode("utf-8", "replace")
    manifest = entry.kind is Kind.MANIFEST and entry.status == 200
    return told | {"response_body": text if manifest else masker.json(text)}


def path(entry: Entry, masker: Masker) -> str:
    """The path with its query; of a redirect masked as in the answer that gave it."""
    return masker.path(entry.path) if entry.moved is None else masker.signed(entry.path, entry.path)


def unpacked(entry: Entry) -> bytes:
    """The body as the client reads it: HTTP libraries unpack gzip by themselves."""
    headers = {name.lower(): value for name, value in entry.received}
    if headers.get("content-encoding", "").lower() not in ("gzip", "x-gzip"):
        return entry.body
    try:
        return zlib.decompressobj(zlib.MAX_WBITS | 16).decompress(entry.body, MANIFEST_LIMIT)
    except zlib.error:
        return entry.body


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
