"""How other commands than `docker pull` report the pull that they need.

Standard output of `docker run` and `docker create` is the container's, so the pull is reported on
standard error. Compose has words of its own, and buildx asks the registry itself.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace

from simulator.docker import events as e
from simulator.docker.cli.commands import Pull
from simulator.docker.events import Event, Failure
from simulator.docker.machine.requests import ref
from simulator.docker.machine.state import State
from simulator.docker.output import docker29
from simulator.docker.output.line import Line, LinesOf, output
from simulator.docker.output.shared import DAEMON
from simulator.protocol.manifest import Descriptor, Index

Lines = tuple[Line, ...]


def asking(state: State) -> Pull:
    command = state.run.command
    assert isinstance(command, Pull)
    return command


def for_container(before: State, event: Event, told: Lines) -> Lines:
    """`docker run` repeats how to get help at every failure (docker/cli, `withHelp`), but for one
    that ends the CLI itself."""
    if isinstance(event, e.ContainerCreated):
        return told
    moved = tuple(replace(one, kind="error") if one.kind == "output" else one for one in told)
    ends = isinstance(event, e.EngineUnreachable) and not event.socket
    if not isinstance(event, Failure) or asking(before).by != "run" or ends:
        return moved
    first = next(place for place, one in enumerate(moved) if one.kind == "error")
    named = replace(moved[first], text=f"docker: {moved[first].text}")
    return (*moved[:first], named, *moved[first + 1 :], *output("error", HELP))


HELP = ("", "Run 'docker run --help' for more information")


def for_service(before: State, event: Event, told: Lines) -> Lines:
    """Compose's plain progress: name, what happens, how far it is (`plainWriter`)."""
    if isinstance(event, e.ServiceTaken):
        return output("error", (f" {event.command.service} Pulling ",))
    service = asking(before).service
    if isinstance(event, Failure):
        return failed(service, tuple(one for one in told if one.kind == "error"))
    found = (LAYER.fullmatch(one.text) for one in told)
    layers = () if asking(before).quiet else tuple(f" {x[1]} {x[2]} " for x in found if x)
    done = isinstance(event, e.AlreadyUpToDate | e.ImageStored)
    return output("error", (*layers, *((f" {service} Pulled ",) if done else ())))


LAYER = re.compile(r"([0-9a-f]{12}): (.+)")


def failed(service: str, told: Lines) -> Lines:
    """An error that the engine raised at once is printed twice."""
    texts = [one.text for one in told]
    if not texts or not texts[0].startswith(DAEMON):
        return told
    first = f" {service} Error {texts[0].removeprefix(DAEMON)}"
    return (*output("error", (first, *texts[1:])), *told)


def by_itself(before: State, event: Event, told: Lines) -> Lines:
    """buildx asks no engine: the words are containerd's, without the engine's remarks."""
    if isinstance(event, e.ManifestDescribed):
        return output("output", described(before))
    if isinstance(event, e.ReferenceRejected | e.HelperFailed):
        return output("error", (f"ERROR: {event.reason}",))
    if isinstance(event, Failure):
        return output("error", (f"ERROR: {docker29.told(event, before)}",))
    return tuple(one for one in told if one.kind in ("command", "error"))


def described(state: State) -> tuple[str, ...]:
    """The manifest's name, type and digest; of an index, what it has besides."""
    image = state.run.image
    found = image.index or image.manifest
    assert found is not None
    head = (
        f"Name:      {ref(state).canonical}",
        f"MediaType: {found.media_type}",
        f"Digest:    {image.resolved}",
    )
    if not isinstance(found, Index):
        return head
    entries = tuple(entry(state, one) for one in found.manifests)
    told = [line for one in entries for line in (*one, " " * 15)]
    return (*head, " " * 11, "Manifests: ", *told[:-1])


def entry(state: State, one: Descriptor) -> tuple[str, ...]:
    platform = (f"  Platform:    {one.platform}",) if one.platform else ()
    notes = one.annotations
    width = max((len(name) for name, _ in notes), default=0) + 1
    told = tuple(f"    {f'{name}:':<{width}} {value}" for name, value in notes)
    return (
        f"  Name:        {ref(state).canonical}@{one.digest}",
        f"  MediaType:   {one.media_type}",
        *platform,
        *(("  Annotations: ", *told) if told else ()),
    )


MANNERS: Mapping[str, Callable[[State, Event, Lines], Lines]] = {
    "run": for_container,
    "create": for_container,
    "compose": for_service,
    "imagetools": by_itself,
}


def image_due(before: State, event: e.ImageDue, after: State) -> Lines:
    quiet = not event.absent or asking(before).quiet
    return () if quiet else output("error", (f"Unable to find image '{event.name}' locally",))


def created(before: State, event: e.ContainerCreated, after: State) -> Lines:
    """A container's id is random; here it is the image's."""
    shown = asking(before).by == "create"
    return output("output", (event.image.partition(":")[2],) if shown else ())


LINES: LinesOf = {e.ImageDue: image_due, e.ContainerCreated: created}
