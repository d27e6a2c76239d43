"""Recordings of real Docker: read, and turned into a world, a client and a command.

The world is the lab (`simulator.recordings.lab`), changed by the recording's `setup`, line by
line. A line that no pattern of `SETUP` understands is an `InvalidRecording`: nothing is guessed.
"""

import base64
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from ruamel.yaml import YAML

from simulator.docker.cli.commands import Command, Login, Pull
from simulator.docker.cli.parse import InvalidCommand, parse
from simulator.docker.config_file import Credential, CredentialStore, InvalidConfig
from simulator.docker.go_json import not_config
from simulator.docker.image_store import ImageStore
from simulator.docker.machine import Client, State
from simulator.docker.trace import steps
from simulator.protocol.message import Exchange, Request, Response, Transport
from simulator.recordings import lab
from simulator.registry.model import PUBLISHED, Auth, Fault, Part, Registry
from simulator.registry.token_service import identity_token
from simulator.sources.mock import mock
from simulator.sources.world import Site, World
from simulator.words import i18n
from simulator.words.translation import sibling
from simulator.words.validation import first_wrong

HOME = "/home/alice/.docker"
RECORDED = Path(__file__).with_name("recorded")
"""The lab's recordings, without what nothing here reads."""
HEADINGS = Path(__file__).with_name("recordings.yaml")
"""Its siblings say what they are called in other languages; in the sources' own they say it."""


class InvalidRecording(ValueError):
    """The file is not a recording, or tells of something that Pullscope does not know."""


class Exchanged(BaseModel):
    """One line of a registry's log: a request with its answer, or an `event` without one."""

    model_config = ConfigDict(extra="ignore", frozen=True)
    url: str = ""
    method: str = ""
    path: str = ""
    request_headers: dict[str, str | list[str]] = {}
    request_body: str = ""
    status: int = 0
    response_headers: dict[str, str | list[str]] = {}
    response_body: str | None = None
    response_bytes: int | None = None
    response_digest: str = ""
    event: str = ""


class HeldManifest(BaseModel):
    """A manifest that the engine had from an earlier pull, so that the log does not show it."""

    model_config = ConfigDict(extra="ignore", frozen=True)
    digest: str
    media_type: str = ""
    data: str


class Told(BaseModel):
    """What one engine did. `engine` and `client` are its versions, `platform` its host's."""

    model_config = ConfigDict(extra="ignore", frozen=True)
    engine: str = ""
    client: str = ""
    platform: str = ""
    stdout: str
    stderr: str
    exit_code: int
    http: tuple[Exchanged, ...]
    manifests_held: tuple[HeldManifest, ...] = ()
    config_json_text_after: str | None = None
    images_after: tuple[dict[str, Any], ...] = ()
    tty_raw: str | None = None


class Recording(BaseModel):
    """One situation, as recorded with each engine.

    `recorder` is the program that made it on somebody's machine; empty for the lab's own.
    """

    model_config = ConfigDict(extra="ignore", frozen=True)
    name: str
    title: str = ""
    recorder: str = ""
    setup: tuple[str, ...] = ()
    command: str
    env: dict[str, str] = {}
    stdin: str | None = None
    interactive_input: tuple[str, ...] | None = None
    engines: dict[Literal["29", "26"], Told] = Field(min_length=1)

    def typed(self) -> tuple[str, ...]:
        """The answers to prompts, or what came on standard input."""
        if self.interactive_input is not None:
            return tuple(answer.rstrip("\r\n") for answer in self.interactive_input)
        reads = "--password-stdin" in self.command
        return (self.stdin,) if self.stdin and reads else ()

    def heading(self) -> str:
        """The title, or the name in words; in the chosen language, if it has one there."""
        told = self.title or self.name.replace("_", " ").capitalize()
        return headings().get(self.name, told)


def read(path: Path) -> Recording:
    """Raises InvalidRecording with the first thing that is wrong."""
    try:
        return parsed(path.read_bytes(), path.name)
    except OSError as error:
        raise InvalidRecording(f"{path}: cannot be read: {error.strerror}") from None


def parsed(data: bytes, name: str) -> Recording:
    """The recording in this text. Raises InvalidRecording with the first thing that is wrong."""
    try:
        return Recording.model_validate_json(data)
    except ValidationError as error:
        raise InvalidRecording(f"{name}: {first_wrong(error)}") from None


@cache
def recorded() -> Mapping[str, Recording]:
    """The recordings that come with Pullscope, by name."""
    return {one.name: one for one in situations(RECORDED)}


@i18n.per_language
def headings() -> Mapping[str, str]:
    """By name, what the recordings that come with Pullscope are called in another language."""
    path = sibling(HEADINGS, i18n.chosen.get())
    known: dict[str, str] = YAML(typ="safe").load(path) if path.exists() else {}
    return known


def engine_of(recording: Recording, wanted: str) -> Literal["29", "26"]:
    """The wanted engine, or the one that was recorded."""
    return next(
        (name for name in recording.engines if name == wanted), next(iter(recording.engines))
    )


def situations(directory: str | Path) -> list[Recording]:
    """All recordings in this directory, or in its `recordings`, by name.

    Raises InvalidRecording for a directory without any, or a file that is none.
    """
    root = Path(directory)
    inner = root / "recordings"
    paths = sorted((inner if inner.is_dir() else root).glob("*.json"))
    if not paths:
        raise InvalidRecording(f"no recordings in {directory}: give a directory of *.json files")
    return [read(path) for path in paths]


# -- the setup, line by line ------------------------------------------------------------------


@dataclass(frozen=True)
class Scene:
    """The world before the command. `config` is the text of `config.json`, None without one."""

    engine: str
    told: Told
    world: World
    config: str | None = None
    images: ImageStore = field(default_factory=ImageStore)
    writable: str = ""
    unreadable: str = ""
    helper_works: bool = False
    helper_keeps: tuple[tuple[str, tuple[str, str]], ...] = ()
    """What the helper keeps: name and password for each registry."""
    replayed: bool = False
    """Whether the world answers as the recording's log says."""

    def store(self) -> CredentialStore:
        """What Docker's CLI reads; nothing from a file that it cannot read."""
        try:
            found = CredentialStore.from_json(self.config) if self.config else CredentialStore()
        except InvalidConfig:
            return CredentialStore()
        if self.helper_works:  # who asks a helper does not look into the file
            found = found.without(*(key for key, _ in found.entries if found.helper_of(key)))
        for host, pair in self.helper_keeps:
            found = found.with_entry(host, Credential(*pair))
        helped = bool(found.helper or found.helpers)
        return replace(found, helper_missing=helped and not self.helper_works)


Change = Callable[[Scene, re.Match[str]], Scene]


def without_config(scene: Scene, found: re.Match[str]) -> Scene:
    return replace(scene, config=None, unreadable="", writable="")


def with_credential(scene: Scene, found: re.Match[str]) -> Scene:
    """`config.json holds auths["HOST"] = base64("USER:PASSWORD")`, once or more often."""
    auths = {
        one["host"]: {"auth": base64.b64encode(one["pair"].encode()).decode()}
        for one in ENTRY.finditer(found.string)
    }
    if re.search(r"identity ?token|refresh token", found.string):
        auths = {host: {**entry, "identitytoken": "..."} for host, entry in auths.items()}
    before = json.loads(scene.config) if scene.config else {}
    document = {**before, "auths": {**before.get("auths", {}), **auths}}
    return with_identities(with_text(scene, json.dumps(document, indent="\t")))


ENTRY = re.compile(r'auths\["(?P<host>[^"]+)"\] = base64\("(?P<pair>[^"]*)"\)')


def with_config(scene: Scene, found: re.Match[str]) -> Scene:
    """`config.json = {...}`, and whether the helper it names is there, and what it keeps."""
    try:
        document = json.loads(found["json"])
    except ValueError:
        raise InvalidRecording(f"setup: not JSON: {found.string!r}") from None
    rest = found["rest"]
    works = " on PATH" in rest and "not on PATH" not in rest
    kept = {one["host"]: (one["user"], one["password"]) for one in KEPT.finditer(rest)}
    text = json.dumps(document, indent="\t")
    scene = replace(scene, config=text, helper_works=works, helper_keeps=tuple(kept.items()))
    return with_identities(with_text(scene, text))


KEPT = re.compile(
    r"(?P<host>[\w.-]+\.\w+(?::\d+)?)\W+(?:as |for )?(?P<user>alice|bob)[:/ ](?P<password>\w+)"
)
"""`registry.example.com = alice:s3cret`, kept by a helper."""


def with_broken_config(scene: Scene, found: re.Match[str]) -> Scene:
    """The text itself is in the recording: what the file holds afterwards, as nobody wrote it."""
    return with_text(scene, scene.told.config_json_text_after or "")


def with_text(scene: Scene, text: str) -> Scene:
    why = not_config(text)
    path = f"{HOME}/config.json"
    return replace(
        scene, config=text, unreadable=f"parsing config file ({path}): {why}" if why else ""
    )


def with_identities(scene: Scene) -> Scene:
    """An identity token that somebody stored is one that the token service gave; its value is
    chance, so it is the one that ours gives."""
    if scene.unreadable:
        return scene
    document = json.loads(scene.config or "{}")
    entries = document.get("auths") if isinstance(document, dict) else None
    for entry in entries.values() if isinstance(entries, dict) else ():
        if isinstance(entry, dict) and entry.get("identitytoken") and entry.get("auth"):
            user = base64.b64decode(entry["auth"]).decode().partition(":")[0]
            entry["identitytoken"] = identity_token(PUBLISHED, user, lab.user(user))
            scene = each_registry(scene, lambda registry: replace(registry, refresh=True))
            scene = replace(scene, config=json.dumps(document, indent="\t"))
    return scene


def with_helper(scene: Scene, found: re.Match[str]) -> Scene:
    """`docker-credential-lab holds registry.example.com alice:s3cret`."""
    kept = {one["host"]: (one["user"], one["password"]) for one in KEPT.finditer(found.string)}
    return replace(scene, helper_works=True, helper_keeps=tuple(kept.items()))


def with_config_out_of_reach(scene: Scene, found: re.Match[str]) -> Scene:
    why = f"loading config file: open {HOME}/config.json: permission denied"
    return replace(scene, config=None, unreadable=why)


def with_directory_for_config(scene: Scene, found: re.Match[str]) -> Scene:
    path = f"{HOME}/config.json"
    why = f"parsing config file ({path}): read {path}: is a directory"
    return replace(scene, config=None, unreadable=why)


def with_file_system(scene: Scene, found: re.Match[str]) -> Scene:
    """The directory cannot be written: Docker's CLI fails at its temporary file."""
    why = "read-only file system" if "read-only" in found.string else "permission denied"
    return replace(scene, writable=f"open {HOME}/config.json1360777279: {why}")


def with_file_for_directory(scene: Scene, found: re.Match[str]) -> Scene:
    why = "not a directory"
    return replace(
        scene,
        config=None,
        writable=f"mkdir {HOME}: {why}",
        unreadable=f"loading config file: open {HOME}/config.json: {why}",
    )


def with_pulled(scene: Scene, found: re.Match[str]) -> Scene:
    """The earlier pull is played, with what is stored at that time."""
    client = Client(
        engine=scene.engine,
        store=scene.store(),
        images=scene.images,
        platform=lab.HOST_PLATFORMS[scene.engine],
    )
    last = before = State(client, (Pull(f"docker pull {found['image']}", found["image"]),))
    for step in steps(before, mock(scene.world)):
        last = step.after
    if last.failure:
        raise InvalidRecording(f"setup: the earlier pull fails: {found.string!r}")
    return replace(scene, images=last.client.images)


def with_token_options(scene: Scene, found: re.Match[str]) -> Scene:
    """`token server options: {'deny': '401'}`: each option changes both token services."""
    options = dict(re.findall(r"'(\w+)':\s*'?([^',}]*)'?", found["options"]))
    for name, value in options.items():
        try:
            scene = each_registry(scene, TOKEN_OPTIONS[name](value))
        except (KeyError, ValueError):
            scene = as_logged(scene, found)
    return scene


def as_logged(scene: Scene, found: re.Match[str]) -> Scene:
    """The words say that something was broken, and only the log says how: the world answers
    what was logged. What Docker asks, and what it makes of the answers, is still ours."""
    if not any(line.method for line in scene.told.http):
        raise InvalidRecording(f"setup: neither words nor log say what was wrong: {found.string!r}")
    return replace(scene, replayed=True)


RegistryChange = Callable[[Registry], Registry]
TOKEN_OPTIONS: dict[str, Callable[[str], RegistryChange]] = {
    "deny": lambda status: lambda registry: replace(registry, denies=int(status)),
    "post": lambda how: lambda registry: replace(registry, token_post=how == "ok"),
    "refresh": lambda how: lambda registry: replace(registry, refresh=True),
    "refresh_token": lambda how: lambda registry: replace(registry, refresh=True),
    "expires_in": lambda text: lambda registry: replace(registry, token_lifetime=int(text)),
    "skew": lambda text: lambda registry: replace(registry, token_skew=int(text)),
    "clock_skew": lambda text: lambda registry: replace(registry, token_skew=int(text)),
}


def each_registry(scene: Scene, change: RegistryChange) -> Scene:
    """The same registry may listen at several hosts; it stays the same one."""
    made: dict[int, Registry] = {}
    sites: dict[str, Site] = {}
    for host, site in scene.world.sites.items():
        if site.registry is not None:
            made.setdefault(id(site.registry), change(site.registry))
            site = replace(site, registry=made[id(site.registry)])
        sites[host] = site
    return replace(scene, world=World(sites))


def with_fault(scene: Scene, found: re.Match[str]) -> Scene:
    """`WHAT -> STATUS ...`: the words say where and which status, the log which body."""
    what, status = found["what"].strip().lower(), int(found["status"])
    part = next((part for word, part in PARTS.items() if what.startswith(word)), None)
    if part is None:
        return as_logged(scene, found)
    if 300 <= status < 400:
        return with_redirect(scene, found)
    body, kind = body_of(scene.told, part, status)
    digits = re.search(r"\b[0-9a-f]{8,64}\b", what)
    fault = Fault(
        part,
        status,
        body=body,
        media_type=kind,
        digest=known_blob(digits[0]) if digits else None,
        times=times(found.string),
    )
    return each_registry(scene, lambda r: replace(r, faults=(*r.faults, fault)))


def known_blob(digits: str) -> str | None:
    return next((digest for digest in lab.content()["blobs"] if digits in digest), None)


def times(words: str) -> int | None:
    """How often a fault strikes; None for always."""
    if re.search(r"\b(once|first (time|request|answer)|one time)\b", words):
        return 1
    found = re.search(r"\b(twice|(\d+) times)\b", words)
    return int(found[2] or 2) if found else None


def with_redirect(scene: Scene, found: re.Match[str]) -> Scene:
    """Blobs are elsewhere: the log says where, and there they are, for everybody."""
    for line in scene.told.http:
        at, _, digest = str(line.response_headers.get("Location", "")).partition("sha256:")
        if at and digest and line.status == int(found["status"]):
            host, scene = urlsplit(at).netloc, with_blobs_at(scene, at)
            unprotected = Registry(auth=Auth.NONE, repositories=lab.repositories("lab"))
            return replace(scene, world=World({**scene.world.sites, host: Site(unprotected)}))
    return as_logged(scene, found)


def with_blobs_at(scene: Scene, prefix: str) -> Scene:
    return each_registry(scene, lambda registry: replace(registry, blobs_at=prefix))


PARTS = {"/v2/": Part.PING, "ping": Part.PING, "manifest": Part.MANIFEST, "token": Part.TOKEN,
         "blob": Part.BLOB, "layer": Part.BLOB}  # fmt: skip
PATHS = {Part.PING: r"/v2/", Part.MANIFEST: r".*/manifests/.*", Part.TOKEN: r"/token.*",
         Part.BLOB: r".*/blobs/.*"}  # fmt: skip


def body_of(told: Told, part: Part, status: int) -> tuple[str | None, str]:
    """The words name the proxy's body loosely; the log has what it sent, and as what."""
    for line in told.http:
        if line.status == status and re.fullmatch(PATHS[part], line.path) and line.response_body:
            kind = str(line.response_headers.get("Content-Type", ""))
            return line.response_body, kind
    return None, ""


def with_cut(scene: Scene, found: re.Match[str]) -> Scene:
    """`the answer for layer DIGITS is cut once (after 700 kB)`."""
    digest = known_blob(found["digits"])
    if digest is None:
        raise InvalidRecording(f"setup: unknown layer: {found.string!r}")
    often = None if found["times"] in ("always", "each time") else 1
    cut = Fault(Part.BLOB, cut_after=int(found["size"]) * 1000, digest=digest, times=often)
    return each_registry(scene, lambda r: replace(r, faults=(*r.faults, cut)))


def unchanged(scene: Scene, found: re.Match[str]) -> Scene:
    """A slow network changes nothing but times. What a preparation without a name changed shows
    in the comparison, if it mattered."""
    return scene


FAULT = r"fault injected by the proxy: "
SETUP: tuple[tuple[str, Change], ...] = (
    (r"no ~/\.docker/config\.json|cfg_none|config removed.*", without_config),
    (r"~/\.docker/config\.json holds auths\[.*", with_credential),
    (r"(~/\.docker/)?config\.json = (?P<json>\{.*\})(?P<rest>.*)", with_config),
    (r"docker-credential-\w+ (holds|keeps|has|knows) .*", with_helper),
    (r"(~/\.docker/)?config\.json is (truncated|broken|invalid|not|malformed|empty).*",
     with_broken_config),
    (r"(~/\.docker/)?config\.json is a directory.*", with_directory_for_config),
    (r"(~/\.docker/)?config\.json (is unreadable|is not readable|cannot be read).*",
     with_config_out_of_reach),
    (r"~/\.docker is (on a read-only|not writable|read-only).*", with_file_system),
    (r"~/\.docker is a file.*", with_file_for_directory),
    (r"already pulled: (?P<image>\S+)", with_pulled),
    (r"token server options: (?P<options>\{.*\})", with_token_options),
    (FAULT + r"(?P<what>[^>]+?)\s*-> (?P<status>[1-5]\d\d)\b.*", with_fault),
    (FAULT + r"the answer for layer (?P<digits>[0-9a-f]+) is cut (?P<times>once|always|each time) "
     r"\(after (?P<size>\d+) kB\).*", with_cut),
    (FAULT + r"[\d.]+ [kM]B/s per connection", unchanged),
    (FAULT + r".*", as_logged),
    (r"<lambda>", unchanged),
)  # fmt: skip
"""Patterns of setup lines, and what each changes. The first that matches counts."""


def scene_of(recording: Recording, engine: Literal["29", "26"]) -> Scene:
    """Raises InvalidRecording with the line that is not understood."""
    scene = Scene(engine, recording.engines[engine], lab.world())
    for line in recording.setup:
        scene = changed(scene, line)
    return scene


def changed(scene: Scene, line: str) -> Scene:
    for pattern, change in SETUP:
        found = re.fullmatch(pattern, line)
        if found:
            try:
                return change(scene, found)
            except InvalidRecording:
                raise
            except (ValueError, TypeError, AttributeError):
                raise InvalidRecording(f"setup: makes no sense: {line!r}") from None
    raise InvalidRecording(f"setup: nothing known about {line!r}")


def client(recording: Recording, scene: Scene) -> State:
    """The client before the command. Raises InvalidRecording for a command of another kind."""
    command = command_of(recording, scene.told)
    elsewhere = command.config if command.config not in ("", HOME) else ""
    client = Client(
        engine=scene.engine,
        now=lab.NOW,
        store=CredentialStore() if elsewhere else scene.store(),
        images=scene.images,
        platform=lab.HOST_PLATFORMS[scene.engine],
        writable=unwritable(elsewhere) if elsewhere else scene.writable,
        unreadable="" if elsewhere else scene.unreadable,
    )
    return State(client, (command,))


def command_of(recording: Recording, told: Told) -> Command:
    """The command line, with what the environment says in its place. How long the user waited
    for the browser shows in the log only."""
    try:
        command = parse(recording.command, recording.typed())
    except InvalidCommand as error:
        raise InvalidRecording(str(error)) from None
    if isinstance(command, Login):
        polls = sum(1 for line in told.http if line.path == "/oauth/token")
        at_terminal = command.source != "stdin" and told.tty_raw is not None
        command = replace(command, terminal=command.terminal or at_terminal, patience=polls)
    home = recording.env.get("HOME", "")
    elsewhere = recording.env.get("DOCKER_CONFIG") or (f"{home}/.docker" if home else "")
    directory = command.config or elsewhere
    if isinstance(command, Pull):
        platform = command.platform or recording.env.get("DOCKER_DEFAULT_PLATFORM", "")
        return replace(command, config=directory, platform=platform)
    return replace(command, config=directory)


def transport(scene: Scene) -> Transport:
    """The mock network of this scene, or what was logged where only that is known."""
    return from_log(scene) if scene.replayed else mock(scene.world)


def from_log(scene: Scene) -> Transport:
    """Each request gets the answer that was logged for it, in order; where the log has none, or
    kept no content, the mock network answers."""
    honest = mock(scene.world)
    logged: dict[tuple[str, str], list[Exchanged]] = {}
    moved: dict[str, Request] = {}
    for line in scene.told.http:
        logged.setdefault((line.method, line.url + line.path), []).append(line)

    def answers(requests: Sequence[Request]) -> Iterator[Exchange]:
        for request in requests:
            left = logged.get((request.method, request.url), [])
            line = left.pop(0) if left else None
            if line and (line.response_body or line.status >= 300 or request.method == "HEAD"):
                answer = logged_answer(line)
                moved[answer.header("Location") or ""] = request
                yield Exchange(request, answer)
            else:  # what was redirected has the content of where it came from
                for exchange in honest((moved.get(request.url, request),)):
                    yield Exchange(request, exchange.answer)

    return answers


def logged_answer(line: Exchanged) -> Response:
    headers = tuple(
        (name, value)
        for name, values in line.response_headers.items()
        for value in ([values] if isinstance(values, str) else values)
    )
    return Response(line.status, headers, (line.response_body or "").encode())


def unwritable(directory: str) -> str:
    """Below /proc nothing can be made (Linux answers ENOENT)."""
    return f"mkdir {directory}: no such file or directory" if directory.startswith("/proc/") else ""
