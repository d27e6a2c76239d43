"""`docker push --all-tags`: the tags of a repository, one after the other."""

from dataclasses import replace

from simulator.docker import events as e
from simulator.docker.cli.commands import Push
from simulator.docker.events import Event
from simulator.docker.image_store import repository_of
from simulator.docker.machine.outgoing import Outgoing, Parcel, Stage
from simulator.docker.machine.requests import ref
from simulator.docker.machine.state import Access, Run, State
from simulator.protocol.media_types import CONFIGS
from simulator.protocol.reference import split_tag


def find_repository(state: State) -> Event:
    """The classic engine first asks whether it has anything of this repository; for all tags,
    every engine does."""
    wanted = f"{ref(state).domain}/{ref(state).repository}"
    known = {repository_of(name) for name, _ in state.client.images.images}
    command = state.run.command
    every = isinstance(command, Push) and command.all_tags
    lone = (state.profile.pings or every) and wanted not in known
    return e.TagMissing(ref(state).familiar_name, lone=True) if lone else e.ImageFound()


def again(state: State, parcel: Parcel, before: Parcel | None) -> Parcel:
    """The blob for a further tag: the classic engine knows where it has just brought a layer."""
    if before is None or not state.profile.repacks or parcel.blob.media_type in CONFIGS:
        return parcel
    return replace(before, stage=Stage.UNCHECKED, known=True)


def keep_tags(state: State, event: e.ImageFound) -> Run:
    """All tags of the repository, where they are to be pushed, by the alphabet."""
    command = state.run.command
    if not (isinstance(command, Push) and command.all_tags):
        return state.run
    home = f"{ref(state).domain}/{ref(state).repository}"
    names = (name for name, _ in state.client.images.images if "@" not in name)
    first, *rest = sorted(split_tag(x)[1] or "" for x in names if repository_of(x) == home)
    tags = replace(state.run.tags, left=tuple(rest))
    return replace(state.run, reference=replace(ref(state), tag=first), tags=tags)


def keep_due(state: State, event: e.NextTagDue) -> Run:
    """containerd starts anew, with nothing known about the registry."""
    left = (state.run.tags.left or ())[1:]
    outgoing = replace(state.run.outgoing, free=False, stands="")
    run = replace(state.run, reference=event.reference, tags=replace(state.run.tags, left=left))
    if state.profile.repacks:
        return replace(run, outgoing=outgoing)
    return replace(run, outgoing=Outgoing(), access=Access(), attempts=())
