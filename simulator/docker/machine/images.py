"""`docker images`, `rmi` and `inspect`: the image store answers, and no registry is asked."""

from dataclasses import replace

from simulator.docker import events as e
from simulator.docker.cli.commands import Images, Inspect, Remove, Tag
from simulator.docker.events import Event
from simulator.docker.held_images import HeldImage, Refusal, Removal, find_image, held
from simulator.docker.image_store import taken_over
from simulator.docker.machine.part import Part
from simulator.docker.machine.state import Client, Run, State
from simulator.docker.machine.table import Phase
from simulator.protocol.reference import InvalidReference, Reference


def at_image_store(state: State) -> Event:
    """Nobody is asked: the store knows."""
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
        case command:
            assert isinstance(command, Images)
            return e.ImagesListed(listed_images(state, command))


def listed_images(state: State, command: Images) -> tuple[HeldImage, ...]:
    """Those that match; an engine may hide those without a name."""
    images = held(state.client.images, state.profile.image_is_config, state.client.platform)
    matching = (image.matching(command.pattern) for image in images)
    shown = (image for image in matching if image.tags or image.digests or not command.pattern)
    return tuple(x for x in shown if x.tags or command.every or not state.profile.hides_nameless)


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
    found = find_image(state.client.images, state.profile.image_is_config, command.source)
    if isinstance(found, Refusal):
        return e.ImagesRefused((found,))
    try:
        name = Reference.parse(command.target)
    except InvalidReference as error:
        return e.ImagesRefused((Refusal(command.target, "invalid", str(error)),))
    return e.ImageTagged(name.canonical, found.digest)


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


def drop_images(state: State, event: e.ImagesRemoved) -> Client:
    names = [name for removal in event.removals for name in removal.names]
    return replace(state.client, images=state.client.images.without(names))


PART = Part(
    moves={Phase.AT_IMAGE_STORE: at_image_store},
    keeps={e.ImagesInspected: keep_refused, e.ImagesRemoved: keep_removed},
    stores={e.ImagesRemoved: drop_images, e.ImageTagged: add_name},
)
