"""What `docker images`, `rmi` and `inspect` print."""

import json

from simulator.docker import events as e
from simulator.docker.cli.commands import DiskUsage, Images, Inspect, Remove
from simulator.docker.cli.options import AFTER_IMAGE
from simulator.docker.go_faults import TemplateError
from simulator.docker.go_functions import as_json as compact
from simulator.docker.go_template import filled
from simulator.docker.held_images import Refusal, Removal, sought
from simulator.docker.machine.state import State
from simulator.docker.machine.table import Phase
from simulator.docker.output import disk_usage, tables
from simulator.docker.output.by_engine import WORDS
from simulator.docker.output.line import Line, LinesOf, output
from simulator.docker.output.shared import DAEMON
from simulator.docker.output.words import CliWords
from simulator.protocol.digest import short_digest


def listed(before: State, event: e.ImagesListed, after: State) -> tuple[Line, ...]:
    command, words = before.run.command, WORDS[before.client.engine]
    assert isinstance(command, Images)
    try:
        told = output("output", words.listing(event.images, command, before.client.now))
    except TemplateError as error:
        return output("error", (str(error),))
    astray = command.short_form and not event.images and command.pattern in AFTER_IMAGE
    return (*told, *output("error", hint(command.pattern, words.cli) if astray else ()))


def hint(word: str, words: CliWords) -> tuple[str, ...]:
    """`docker images ls` looks for an image of that name, and the CLI guesses what was meant."""
    said = f'No images found matching "{word}": did you mean "docker image {word}"?'
    return (*words.before_hint, said)


def inspected(before: State, event: e.ImagesInspected, after: State) -> tuple[Line, ...]:
    command, words = before.run.command, WORDS[before.client.engine]
    assert isinstance(command, Inspect)
    documents = [words.inspected(image) for image in event.images]
    if command.format == "json":
        return output("output", (compact(documents),))
    if not command.format:
        return output("output", as_json(documents))
    return each_filled(command.format, [{**ABSENT, **one} for one in documents])


def each_filled(template: str, documents: list[dict[str, object]]) -> tuple[Line, ...]:
    """The template for each image, then what was wrong; an empty line if all were."""
    told, wrong = list[str](), list[str]()
    for one in documents:
        try:
            told.append(filled(template, one))
        except TemplateError as error:
            wrong.append(str(error))
    shown = output("output", tuple("\n".join(told).split("\n")))
    return shown + output("error", tuple(wrong))


ABSENT: dict[str, object] = {
    "Manifests": None, "Parent": "", "Comment": "", "DockerVersion": "", "Author": "",
    "Variant": "", "Os": "", "OsVersion": "", "Created": "", "Identity": None, "Descriptor": None,
}  # fmt: skip
"""Fields of an image that a template knows even where the engine does not tell them."""


def removed(before: State, event: e.ImagesRemoved, after: State) -> tuple[Line, ...]:
    """Of the refusals, only those that `--force` forgives are printed here; the others end the
    run."""
    command, refused = before.run.command, event.refused
    force = isinstance(command, Remove) and command.force
    forgiven = force and all(one.why == "missing" for one in refused)
    said = refusals(refused, before) if forgiven else ()
    return output("output", removal_lines(event.removals)) + output("error", said)


def pruned(before: State, event: e.ImagesPruned, after: State) -> tuple[Line, ...]:
    """The deleted objects, in lower case, and the space in four digits."""
    lines = removal_lines(event.removals)
    told = ("Deleted Images:", *(line[0].lower() + line[1:] for line in lines), "") if lines else ()
    space = f"Total reclaimed space: {tables.human_size(event.reclaimed, 4)}"
    return output("output", (*told, space))


def refused(before: State, event: e.ImagesRefused, after: State) -> tuple[Line, ...]:
    """`docker inspect` that found nothing says so on standard output too."""
    command, here = before.run.command, before.phase is Phase.AT_IMAGE_STORE
    told = output("output", (command.nothing,) if here and isinstance(command, Inspect) else ())
    return told + output("error", refusals(event.refused, before))


def removal_lines(removals: tuple[Removal, ...]) -> tuple[str, ...]:
    return tuple(
        line
        for one in removals
        for line in (
            *(f"Untagged: {name}" for name in one.untagged),
            *(f"Deleted: {digest}" for digest in one.deleted),
        )
    )


def as_json(documents: list[dict[str, object]]) -> tuple[str, ...]:
    return tuple(json.dumps(documents, indent=4, ensure_ascii=False).splitlines())


def refusals(refused: tuple[Refusal, ...], state: State) -> tuple[str, ...]:
    return tuple(refusal(one, state) for one in refused)


def refusal(refused: Refusal, state: State) -> str:
    """`docker inspect` would look for other objects too, and says so."""
    if isinstance(state.run.command, Inspect) and state.run.command.any_kind:
        return f"{WORDS[state.client.engine].cli.no_such_object}: {refused.name}"
    match refused.why:
        case "missing":
            return f"{DAEMON}No such image: {sought(refused.name)}"
        case "referenced":
            why = "(must be forced) - image is referenced in multiple repositories"
            return f"{DAEMON}conflict: unable to delete {short_digest(refused.detail)} {why}"
        case "unsupported":
            return refused.detail
        case "no reference":
            wrong = f'"{refused.name}" is not a valid repository/tag: {refused.detail}'
            return f"{WORDS[state.client.engine].cli.parsing}: {wrong}"
        case _:
            return DAEMON + refused.detail


def measured(before: State, event: e.DiskUsageListed, after: State) -> tuple[Line, ...]:
    command = before.run.command
    assert isinstance(command, DiskUsage)
    try:
        return output("output", disk_usage.lines(event, command, before.client.now))
    except TemplateError as error:
        return output("error", (str(error),))


LINES: LinesOf = {
    e.DiskUsageListed: measured,
    e.ImagesListed: listed,
    e.ImagesInspected: inspected,
    e.ImagesRemoved: removed,
    e.ImagesPruned: pruned,
    e.ImagesRefused: refused,
}
