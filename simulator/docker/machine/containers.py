"""`docker run` and `docker create`: a container needs its image, which is pulled if it is absent.

Containers are not played: once the image is here, the command has nothing more to do here.
"""

from dataclasses import replace

from simulator.docker import events as e
from simulator.docker.cli.commands import Pull
from simulator.docker.events import Event
from simulator.docker.held_images import HeldImage, Refusal, find_image
from simulator.docker.machine.part import Part
from simulator.docker.machine.state import Run, State
from simulator.docker.machine.table import Phase
from simulator.protocol.reference import InvalidReference, Reference


def prepare(state: State) -> Event:
    """The image store is asked first, unless the image is to be pulled in any case."""
    command = state.run.command
    assert isinstance(command, Pull)
    try:
        name = Reference.parse(command.image).familiar
    except InvalidReference as error:
        return e.ReferenceRejected(str(error))
    if command.policy == "always":
        return e.ImageDue(name, absent=False)
    found = find_image(state.client.images, state.profile.image_is_config, command.image)
    if isinstance(found, HeldImage):
        return e.ContainerCreated(found.id)
    if command.policy == "never":
        return e.ImagesRefused((Refusal(name, "missing"),))
    return e.ImageDue(name)


def keep_created(state: State, event: e.ContainerCreated) -> Run:
    return replace(state.run, created=True)


PART = Part(
    moves={Phase.PREPARING_CONTAINER: prepare},
    keeps={e.ContainerCreated: keep_created},
)
