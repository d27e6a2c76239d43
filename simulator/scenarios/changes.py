"""The changes of a scenario: one thing in the world, or in what is typed, as data.

A change is a function from scenario to scenario. Where there is nothing of the kind to change, or
where it is so already, the scenario comes back equal: so an equal scenario means "makes no sense
here". A fault is taken from the scenario that is about it, so that both mean the same.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from simulator.docker.cli.commands import Pull
from simulator.docker.cli.parse import parse
from simulator.protocol.reference import InvalidReference, Reference
from simulator.registry.fixtures import all_repositories
from simulator.registry.model import Auth
from simulator.scenarios.model import Scenario, Typed, first_registry, scenario
from simulator.words.i18n import N_

Apply = Callable[[Scenario], Scenario]


@dataclass(frozen=True)
class Change:
    """One thing that is different: its title, and the function that changes a scenario."""

    title: str
    apply: Apply


class UnknownChange(ValueError):
    """Nothing of this name can be changed."""


def change(name: str) -> Change:
    """The change of this name. Raises UnknownChange with the names there are."""
    if name not in CHANGES:
        raise UnknownChange(f"unknown change {name!r}: choose one of {', '.join(CHANGES)}")
    return CHANGES[name]


# -- the world ----------------------------------------------------------------------------------


def setting(**changed: object) -> Apply:
    """The same scenario but for these fields."""
    return lambda one: one.model_copy(update=changed)


def as_in(name: str, field: str) -> Apply:
    """This field as in the scenario that is about it."""
    return lambda one: one.model_copy(update={field: getattr(scenario(name), field)})


def broken_as_in(name: str) -> Apply:
    """The faults of that scenario are here too; they strike first."""

    def apply(one: Scenario) -> Scenario:
        added = tuple(fault for fault in scenario(name).faults if fault not in one.faults)
        return one.model_copy(update={"faults": (*added, *one.faults)})

    return apply


def at_the_registry(apply: Apply) -> Apply:
    """Only where the lesson's registry is spoken to: this machine's own has no certificate."""
    return lambda one: apply(one) if any(first_registry() in c.run for c in one.commands) else one


def ordinary(*fields: str) -> Apply:
    """These fields as in the ordinary world."""
    usual = {name: Scenario.model_fields[name].default for name in fields}
    return setting(**usual)


def holding_the_image(one: Scenario) -> Scenario:
    """An earlier pull left the image that is pulled."""
    known = [image for image in pulled(one) if exists(image)]
    return one.model_copy(update={"held": known[0]}) if known else one


def exists(image: str) -> bool:
    try:
        reference = Reference.parse(image)
    except InvalidReference:
        return False
    repository = all_repositories().get(reference.repository)
    return bool(repository and reference.identifier in repository.tags)


def holding_the_base(one: Scenario) -> Scenario:
    """An earlier pull left an image that shares layers with those pulled."""
    held = scenario("shared-layers").held
    return one.model_copy(update={"held": held}) if held not in pulled(one) else one


# -- what is typed ------------------------------------------------------------------------------


def typing(change_line: Callable[[Typed, Scenario], Typed]) -> Apply:
    """Each command line changed."""

    def apply(one: Scenario) -> Scenario:
        commands = tuple(change_line(command, one) for command in one.commands)
        return one.model_copy(update={"commands": commands})

    return apply


def wrong_password(command: Typed, _: Scenario) -> Typed:
    return answered(command, "wrong")


def right_password(command: Typed, one: Scenario) -> Typed:
    return answered(command, one.password)


def answered(command: Typed, password: str) -> Typed:
    """The prompt for the password answered with this one."""
    if len(command.typed) < 2:
        return command
    return command.model_copy(update={"typed": (*command.typed[:1], password)})


def unanswered(command: Typed, _: Scenario) -> Typed:
    return command.model_copy(update={"typed": ()})


def image_of(command: Typed) -> str:
    """The image that this line pulls; empty for other commands."""
    typed = parse(command.run, command.typed)
    return typed.image if isinstance(typed, Pull) else ""


def pulled(one: Scenario) -> tuple[str, ...]:
    return tuple(filter(None, map(image_of, one.commands)))


def pulling(rename: Callable[[Reference], str]) -> Apply:
    """Every pull is of an image of another name; a name that is none stays."""

    def apply(command: Typed, _: Scenario) -> Typed:
        image = image_of(command)
        try:
            renamed = rename(Reference.parse(image)) if image else image
        except InvalidReference:
            return command
        return command.model_copy(update={"run": command.run.replace(image, renamed)})

    return typing(apply)


def no_such_tag(reference: Reference) -> str:
    return f"{reference.domain}/{reference.repository}:9.9"


def misspelt_host(reference: Reference) -> str:
    host, dot, rest = reference.domain.partition("." if "." in reference.domain else ":")
    return f"{slip(host)}{dot}{rest}/{reference.repository}:{reference.identifier}"


def misspelt_repository(reference: Reference) -> str:
    return f"{reference.domain}/{slip(reference.repository)}:{reference.identifier}"


def capitalised(reference: Reference) -> str:
    return f"{reference.domain}/{reference.repository.title()}:{reference.identifier}"


def slip(name: str) -> str:
    """A slip of the finger: the last letter twice."""
    return name + name[-1]


def for_another_platform(command: Typed, _: Scenario) -> Typed:
    """The platform that the scenario without a fitting image asks for."""
    if not image_of(command) or "--platform" in command.run:
        return command
    asked = scenario("no-platform").commands[0].run.split()
    option = " ".join(asked[asked.index("--platform") :][:2])
    return command.model_copy(update={"run": command.run.replace(" pull ", f" pull {option} ")})


CHANGES: Mapping[str, Change] = {
    "password": Change(N_("The password typed is wrong"), typing(wrong_password)),
    "right-password": Change(N_("The password typed is right"), typing(right_password)),
    "no-terminal": Change(N_("No terminal"), typing(unanswered)),
    "stored": Change(
        N_("Credentials of an earlier login are stored"),
        lambda one: one.model_copy(update={"stored": f"alice:{one.password}"}),
    ),
    "not-stored": Change(N_("Nothing is stored"), setting(stored=None)),
    "stale": Change(N_("The password was changed at the registry"), setting(password="changed")),
    "helper": Change(
        N_("The credential helper is missing"),
        setting(helper_missing=True, stored=None),
    ),
    "read-only": Change(
        N_("config.json cannot be written"),
        as_in("read-only-config", "read_only"),
    ),
    "rights": Change(
        N_("The account has no right to the repository"),
        as_in("no-right", "may_pull"),
    ),
    "allowed": Change(N_("The account has a right to the repository"), ordinary("may_pull")),
    "tag": Change(N_("The tag does not exist"), pulling(no_such_tag)),
    "repository": Change(N_("The repository's name is misspelt"), pulling(misspelt_repository)),
    "host": Change(N_("The registry's name is misspelt in the pull"), pulling(misspelt_host)),
    "capital": Change(N_("The repository's name has a capital letter"), pulling(capitalised)),
    "platform": Change(N_("Another platform is asked for"), typing(for_another_platform)),
    "down": Change(
        N_("Nothing listens at the registry's port"),
        at_the_registry(as_in("down", "obstacle")),
    ),
    "tls": Change(
        N_("The registry's certificate is not trusted"),
        at_the_registry(as_in("untrusted-certificate", "tls")),
    ),
    "plain": Change(
        N_("The registry speaks plain HTTP"),
        at_the_registry(as_in("plain-http", "tls")),
    ),
    "basic": Change(N_("Basic authentication instead of tokens"), as_in("basic", "auth")),
    "tokens": Change(N_("Tokens instead of Basic authentication"), setting(auth=Auth.BEARER)),
    "open": Change(N_("The registry asks for nothing"), as_in("public-registry", "auth")),
    "post": Change(
        N_("The token service takes the OAuth2 POST"),
        as_in("token-post", "token_post"),
    ),
    "token-service": Change(N_("The token service fails"), broken_as_in("token-service-down")),
    "limited": Change(N_("The account is rate limited"), broken_as_in("rate-limited")),
    "server": Change(N_("The registry fails"), broken_as_in("server-error")),
    "held": Change(N_("An image with the same base is here"), holding_the_base),
    "up-to-date": Change(N_("The image is here already"), holding_the_image),
    "corrupted": Change(N_("A layer is corrupted"), broken_as_in("corrupted-layer")),
    "missing": Change(N_("A layer is missing in the registry"), broken_as_in("missing-layer")),
    "cut": Change(N_("The connection breaks once"), broken_as_in("cut-download")),
    "redirect": Change(N_("Layers come from another host"), as_in("redirected-blobs", "redirect")),
    "mended": Change(
        N_("Nothing is broken"),
        ordinary("faults", "obstacle", "tls", "helper_missing", "read_only"),
    ),
}
"""The changes, by the name in an address."""
