"""`docker images`, `rmi` and `inspect`: the image store answers, and no registry is asked."""

import re
from collections.abc import Iterator
from dataclasses import replace

from simulator.docker import events as e
from simulator.docker.cli.commands import DiskUsage, Images, Inspect, Prune, Remove, Tag
from simulator.docker.events import Event
from simulator.docker.held_images import (
    HeldImage,
    Refusal,
    Removal,
    find_image,
    held,
    made,
    shared_sizes,
)
from simulator.docker.image_store import taken_over
from simulator.docker.machine.part import Part
from simulator.docker.machine.state import Client, Run, State
from simulator.docker.machine.table import Phase
from simulator.protocol.reference import InvalidReference, Reference


def at_image_store(state: State) -> Event:
    """Docker asks no registry: the store knows."""
    match state.run.command:
        case Remove() as command:
            return remove_images(state, command)
        case Tag() as command:
            return tag_image(state, command)
        case Inspect(names=names):
            store, by_config = state.client.images, state.profile.image_is_config
            host = state.client.platform
            found = [find_image(store, by_config, name, host) for name in names]
            images = tuple(one for one in found if isinstance(one, HeldImage))
            refused = tuple(one for one in found if isinstance(one, Refusal))
            return e.ImagesInspected(images, refused) if images else e.ImagesRefused(refused)
        case Prune() as command:
            return prune_images(state, command)
        case DiskUsage():
            return measure(state)
        case command:
            assert isinstance(command, Images)
            wrong = unlistable(state, command)
            return e.ImagesRefused((wrong,)) if wrong else (
                e.ImagesListed(listed_images(state, command))
            )  # fmt: skip


def unlistable(state: State, command: Images) -> Refusal | None:
    """What Docker's CLI does not list in this way, or the engine does not know."""
    switches = {"--quiet": command.quiet, "--no-trunc": command.whole,
                "--show-digest": command.digests, "--format": bool(command.format)}  # fmt: skip
    wrong = next((name for name, given in switches.items() if given), "")
    if command.tree and not state.profile.lists_platforms:
        return Refusal("", "unsupported", NO_TREE)
    if command.tree and wrong:
        return Refusal("", "unsupported", f"{wrong} is not yet supported with --tree")
    unknown = next((one for one in command.filters if not known_filter(*one)), None)
    if unknown:
        kind, value = unknown
        shown = f"{kind}=[{value}]" if kind == "dangling" else kind
        return Refusal("", "invalid", f"invalid filter '{shown}'" if kind else "invalid filter")
    found = [named(state, name) for kind, name in command.filters if kind in ("before", "since")]
    return next((one for one in found if isinstance(one, Refusal)), None)


def known_filter(kind: str, wanted: str) -> bool:
    """Whether the engine takes this filter (moby, `imagesAcceptedFilters`, `GetBoolOrDefault`)."""
    if kind == "dangling":
        return wanted in ("true", "1", "false", "0")
    return kind in ("reference", "before", "since")


NO_TREE = '"--tree" requires API version 1.47, but the Docker daemon API version is 1.45'


def named(state: State, name: str) -> HeldImage | Refusal:
    return find_image(state.client.images, state.profile.image_is_config, name)


def listed_images(state: State, command: Images) -> tuple[HeldImage, ...]:
    """Those that match; an engine may hide those without a name."""
    images = held(state.client.images, state.profile.image_is_config, state.client.platform)
    for kind, wanted in command.filters:
        images = tuple(filtered(state, images, kind, wanted))
    matching = (image.matching(command.pattern) for image in images)
    shown = (image for image in matching if image.tags or image.digests or not command.pattern)
    hides = state.profile.hides_nameless and ("dangling", "true") not in command.filters
    return tuple(x for x in shown if x.tags or command.every or not hides)


def filtered(
    state: State, images: tuple[HeldImage, ...], kind: str, wanted: str
) -> Iterator[HeldImage]:
    """Those that pass a `--filter`."""
    other = named(state, wanted) if kind in ("before", "since") else None
    border = made(other) if isinstance(other, HeldImage) else ""
    for image in images:
        if kind == "dangling" and bool(image.tags) != (wanted in ("true", "1")):
            yield image
        if kind == "reference" and (image.matching(wanted).tags or image.matching(wanted).digests):
            yield image.matching(wanted)
        if kind == "before" and made(image) < border:
            yield image
        if kind == "since" and made(image) > border:
            yield image


def prune_images(state: State, command: Prune) -> Event:
    """Every image without a name, or every image: no container needs one here."""
    store, removals = state.client.images, list[Removal]()
    for image in held(store, state.profile.image_is_config):
        if command.every or not image.tags:
            done = state.profile.remove(store, image.id, True)
            assert isinstance(done, Removal)
            nameless = not done.untagged and not state.profile.image_is_config
            removals.append(replace(done, untagged=(image.id,)) if nameless else done)
            store = store.without(done.names)
    used = state.profile.disk_used
    return e.ImagesPruned(tuple(removals), used(state.client.images) - used(store))


def measure(state: State) -> Event:
    """What the images take; no container needs one, so that all of it can be had back. The engine
    of today counts what each image has for itself (moby, `imageDiskUsage`)."""
    store, by_config = state.client.images, state.profile.image_is_config
    images = held(store, by_config, state.client.platform)
    shared = shared_sizes(store, images, by_config)
    total = state.profile.disk_used(store)
    own = sum(image.size for image in images) - sum(shared)
    return e.DiskUsageListed(images, shared, total, total if by_config else own)


def remove_images(state: State, command: Remove) -> Event:
    """One name after the other; those that are refused are told at the end."""
    store, removals, refused = state.client.images, list[Removal](), list[Refusal]()
    for name in command.names:
        done = state.profile.remove(store, name, command.force)
        if isinstance(done, Refusal):
            refused.append(done)
        else:
            removals.append(done)
            store = store.without(done.names)
    forgiven = command.force and all(one.why == "missing" for one in refused)
    if removals or forgiven:
        return e.ImagesRemoved(tuple(removals), tuple(refused))
    return e.ImagesRefused(tuple(refused))


def tag_image(state: State, command: Tag) -> Event:
    """One more name for an image that is here; the image that had the name loses it."""
    wrong = misnamed(command)
    if wrong:
        return e.ImagesRefused((wrong,))
    found = find_image(state.client.images, state.profile.image_is_config, command.source)
    if isinstance(found, Refusal):
        return e.ImagesRefused((found,))
    return e.ImageTagged(Reference.parse(command.target).canonical, found.digest)


def misnamed(command: Tag) -> Refusal | None:
    """What the CLI finds wrong with the names before it asks (moby, `client.ImageTag`)."""
    names = {command.target} if ID.fullmatch(command.source) else {command.source, command.target}
    for name in sorted(names, key=(command.source, command.target).index):
        wrong = not_a_name(name)
        if wrong:
            return Refusal(name, "no reference", wrong)
    digest = Reference.parse(command.target).digest
    return Refusal(command.target, "unsupported", DIGEST_GIVEN) if digest else None


ID = re.compile(r"(sha256:)?[0-9a-f]{64}")


def not_a_name(image: str) -> str | None:
    """The fault in the name of an image; None for one that is right."""
    try:
        Reference.parse(image)
    except InvalidReference as error:
        return str(error)
    return None


DIGEST_GIVEN = "refusing to create a tag with a digest reference"


def keep_refused(state: State, event: e.ImagesInspected) -> Run:
    return replace(state.run, refused=event.refused)


def keep_removed(state: State, event: e.ImagesRemoved) -> Run:
    """`--force` forgives what is missing."""
    forgiving = isinstance(state.run.command, Remove) and state.run.command.force
    left = tuple(one for one in event.refused if not (forgiving and one.why == "missing"))
    return replace(state.run, refused=event.refused if left else ())


def add_name(state: State, event: e.ImageTagged) -> Client:
    images, by_config = state.client.images, state.profile.image_is_config
    kept = taken_over(images, event.name, event.digest, by_config)
    return replace(state.client, images=kept.tagged(event.name, event.digest))


def drop_images(state: State, event: e.ImagesRemoved | e.ImagesPruned) -> Client:
    names = [name for removal in event.removals for name in removal.names]
    left = state.client.images.without(names)
    if state.profile.image_is_config:
        left = left.told(state.client.images, names)
    return replace(state.client, images=left)


PART = Part(
    moves={Phase.AT_IMAGE_STORE: at_image_store},
    keeps={e.ImagesInspected: keep_refused, e.ImagesRemoved: keep_removed},
    stores={e.ImagesRemoved: drop_images, e.ImagesPruned: drop_images, e.ImageTagged: add_name},
)
