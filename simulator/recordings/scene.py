"""A recording's world before the commands, and the commands played in it."""

import re
import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from simulator.docker.cli.commands import Command, Compose, Login, Pull, Unusable
from simulator.docker.cli.parse import (
    InvalidCommand,
    before_the_verb,
    engine_address,
    parse,
    uninitialised,
)
from simulator.docker.config_file import Credential, CredentialStore, InvalidConfig
from simulator.docker.engines import engine as known_engine
from simulator.docker.machine import Client, State
from simulator.docker.output.usage import complaint
from simulator.docker.trace import Step, steps
from simulator.protocol.message import Transport
from simulator.protocol.platform import Platform
from simulator.protocol.target import Kind, target
from simulator.recordings import lab
from simulator.recordings.compose_file import with_services
from simulator.recordings.document import (
    Engine,
    Exchanged,
    InvalidRecording,
    Recording,
    Told,
    recorded,
)
from simulator.recordings.lab_notation import InvalidLabWorld, LabWorld, NotModelled
from simulator.recordings.lab_world import document
from simulator.registry.model import Repository
from simulator.scenarios.client import HOME
from simulator.scenarios.world import InvalidWorld, WorldDocument
from simulator.sources.mock import Mock, mock
from simulator.sources.world import Role, World

__all__ = ["NotModelled", "Scene", "first_state", "played", "scene_of"]


@dataclass(frozen=True)
class Scene:
    """The world before the commands. `config` is the text of `config.json`, None without one."""

    engine: Engine
    told: Told
    document: WorldDocument
    world: World
    client: Client

    @property
    def config(self) -> str | None:
        return self.document.client.text


def scene_of(recording: Recording, engine: Engine) -> Scene:
    """The world before the commands. Raises InvalidRecording or NotModelled."""
    lab_world = world_of(recording)
    if recording.group:  # only the second laboratory's have one
        known = {"now": lab.SECOND_NOW, "socket": engine_socket(recording)}
        lab_world = lab_world.model_copy(update=known)
    try:
        whole = document(lab_world)
        network = mock(whole.network({**lab.CONTENTS, "own": lambda: own_images(lab_world)}))
    except (InvalidLabWorld, InvalidWorld) as error:
        raise InvalidRecording(f"{recording.name}: world: {error}") from None
    client = whole.engine_client(engine)
    images = replace(client.images, repacked=lab.repacked())
    if recording.group:
        images = replace(images, on_disk=lab.on_disk())
    named = recording.engines[engine].platform
    platform = Platform.parse(named) if named else lab.HOST_PLATFORMS[engine]
    client = replace(client, platform=platform, images=images)
    for line in lab_world.commands_before:
        client = prepared(client, network, line)
    return Scene(engine, recording.engines[engine], whole, network.world, client)


def own_images(world: LabWorld) -> Mapping[str, Repository]:
    """The images that the world itself brings."""
    return lab.own(world.content, world.content.get("repositories", {}))


SOCKETS = (
    (r"daemon (?:is not running|is down|is stopped)", "absent"),
    (r"docker\.sock has mode 0[0-7]*[0145]\b|permission for the socket", "denied"),
)
"""How a situation says that the engine is not reached: its world has no field for that."""


def engine_socket(recording: Recording) -> str:
    said = "\n".join((recording.title, *recording.setup))
    return next((why for pattern, why in SOCKETS if re.search(pattern, said)), "")


def world_of(recording: Recording) -> LabWorld:
    """The recording's world, or that of ours of the same name and setup.

    Raises InvalidRecording for a recording without one.
    """
    if recording.world:
        return recording.world
    ours = recorded().get(recording.name)
    if ours and ours.world and ours.setup == recording.setup:
        return ours.world
    raise InvalidRecording(f"{recording.name}: world is missing: record it again")


def prepared(client: Client, network: Mock, line: str) -> Client:
    """The client after a command that was typed before, as a user who may do it."""
    alice = Credential("alice", lab.ALICE)
    store = CredentialStore()
    for host in network.world.hosts(Role.REGISTRY):
        store = store.with_entry(host, alice)
    state = State(replace(client, store=store, unreadable=""), (command(line, ()),))
    last = state
    for step in steps(state, network):
        last = step.after
    if last.failure:
        raise InvalidRecording(f"world.commands_before: {line!r} fails")
    return replace(last.client, store=client.store, unreadable=client.unreadable)


def command(line: str, typed: tuple[str, ...], engine: str = "29") -> Command:
    """The command, which Docker's CLI of this engine may not take. Raises NotModelled for one
    that is not played."""
    refused = complaint(before_the_verb(shlex.split(line)[1:])[1], known_engine(engine).name)
    if refused:
        return Unusable(line, why=refused.text, status=refused.status)
    try:
        return parse(line, typed)
    except InvalidCommand as error:
        raise NotModelled(str(error)) from None


# -- playing ----------------------------------------------------------------------------------


def first_state(recording: Recording, scene: Scene) -> State:
    """The client before the first command. Raises NotModelled."""
    return state_of(recording, scene, scene.client, 0)


def played(
    recording: Recording, scene: Scene, network: Transport | None = None
) -> Iterator[tuple[Step, ...]]:
    """The steps of each command, world and client going on between them. Raises NotModelled."""
    network, client = network or mock(scene.world), scene.client
    for place in range(len(recording.typed)):
        if isinstance(network, Mock) and place < len(scene.told.outputs):
            move_tags(network, scene.told.outputs[place].http)
        before = state_of(recording, scene, client, place)
        taken = tuple(steps(before, network))
        client = going_on(client, taken[-1].after.client, elsewhere(before.commands[0]))
        yield taken


def going_on(before: Client, after: Client, elsewhere: str) -> Client:
    """The client for the next command: config.json is another where the last one used another."""
    if not elsewhere:
        return after
    return replace(
        after, store=before.store, writable=before.writable, unreadable=before.unreadable
    )


def state_of(recording: Recording, scene: Scene, client: Client, place: int) -> State:
    """The client before this command, with the config.json that the command uses."""
    line, typed = recording.typed[place]
    line = INNER.sub(lambda found: printed_by(found[1], scene, client), line)
    asked = placed(recording, scene.told, command(line, typed, scene.engine), place)
    if isinstance(asked, Compose):
        asked = with_services(asked, scene.document.client.files)
    directory = elsewhere(asked)
    if directory:
        text = scene.document.client.files.get(f"{directory}/config.json")
        client = replace(client, store=stored(text), writable=unwritable(directory), unreadable="")
    given = recording.env.get("DOCKER_AUTH_CONFIG", "")
    if given and known_engine(client.engine).reads_environment:
        client = replace(client, store=replace(client.store, environment=stored(given).entries))
    return State(client, (asked,))


INNER = re.compile(r"\$\(([^()]*)\)")
"""`$(...)`: a command whose output is part of the command line."""


def printed_by(line: str, scene: Scene, client: Client) -> str:
    """The output of the command, as words. It asks no registry."""
    state = State(client, (command(line, (), scene.engine),))
    lines = [one for step in steps(state, mock(scene.world)) for one in step.terminal]
    return " ".join(word for one in lines if one.kind == "output" for word in one.text.split())


def move_tags(network: Mock, log: Sequence[Exchanged]) -> None:
    """Between two commands a tag may have moved: the registry's log says where to."""
    for line in log:
        asked, host = target(line.method, line.path), line.url.partition("//")[2]
        named = {name.lower(): value for name, value in line.response_headers.items()}
        site, digest = network.sites.get(host), str(named.get("docker-content-digest", ""))
        registry = site.registry if site else None
        held = registry.repositories.get(asked.repository) if registry else None
        tagged = asked.kind is Kind.MANIFEST and line.status == 200 and ":" not in asked.identifier
        if not (site and registry and held and tagged and digest in held.manifests):
            continue
        if held.tags.get(asked.identifier, digest) != digest:
            moved = replace(held, tags={**held.tags, asked.identifier: digest})
            there = {**registry.repositories, asked.repository: moved}
            network.sites[host] = replace(site, registry=replace(registry, repositories=there))


def elsewhere(asked: Command) -> str:
    """The directory of config.json, where it is not the user's own."""
    return asked.config if asked.config not in ("", HOME) else ""


def stored(text: str | None) -> CredentialStore:
    try:
        return CredentialStore.from_json(text) if text else CredentialStore()
    except InvalidConfig:
        return CredentialStore()


def placed(recording: Recording, told: Told, asked: Command, place: int) -> Command:
    """The command, with what the environment says in its place. How long the user waited for
    the browser shows in the log only."""
    output = told.outputs[place] if place < len(told.outputs) else told
    if isinstance(asked, Login):
        polls = sum(1 for line in output.http if line.path == "/oauth/token")
        at_terminal = asked.source != "stdin" and output.tty_raw is not None
        asked = replace(asked, terminal=asked.terminal or at_terminal, patience=polls)
    home = recording.env.get("HOME", "")
    other = recording.env.get("DOCKER_CONFIG") or (f"{home}/.docker" if home else "")
    context = uninitialised({"context": recording.env.get("DOCKER_CONTEXT") or "default"})
    if context and not asked.engine:
        return Unusable(asked.text, why=context)
    engine = asked.engine or engine_address(recording.env.get("DOCKER_HOST", ""))
    asked = replace(asked, config=asked.config or other, engine=engine)
    if isinstance(asked, Pull):
        platform = asked.platform or recording.env.get("DOCKER_DEFAULT_PLATFORM", "")
        return replace(asked, platform=platform)
    return asked


def unwritable(directory: str) -> str:
    """Below /proc nothing can be made (Linux answers ENOENT)."""
    return f"mkdir {directory}: no such file or directory" if directory.startswith("/proc/") else ""
