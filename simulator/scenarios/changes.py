"""The changes of a scenario: one thing in the world, or in what is typed, as data (`changes.yaml`).

A change is a function from scenario to scenario. Where there is nothing of the kind to change, or
where it is so already, the scenario comes back equal: so an equal scenario means "makes no sense
here". A fault is taken from the scenario that is about it, so that both mean the same.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from pydantic import Field

from simulator.docker.cli.commands import Pull
from simulator.docker.cli.parse import parse
from simulator.protocol.reference import InvalidReference, Reference
from simulator.registry.fixtures import all_repositories
from simulator.scenarios.model import Scenario, Typed, first_registry, scenario
from simulator.scenarios.world import Strict
from simulator.words.data_file import read_named
from simulator.words.i18n import per_language

CHANGES = Path(__file__).with_name("changes.yaml")

Apply = Callable[[Scenario], Scenario]


class UnknownChange(ValueError):
    """Nothing of this name can be changed."""


class InvalidChange(ValueError):
    """`changes.yaml` is not right; the message says where."""


class Change(Strict):
    """One thing that is different.

    `sets` gives fields of the scenario, `ordinary` names those that are as in the ordinary world,
    and `as_in` those that are as in another scenario. The faults of `faults_of` strike first.
    `does` names one of `FUNCTIONS`. With `at_the_registry` nothing changes where the lesson's
    registry is not spoken to: this machine's own has no certificate.
    """

    name: str
    title: str
    sets: dict[str, Any] = Field(default_factory=dict)
    ordinary: tuple[str, ...] = ()
    as_in: dict[str, str] = Field(default_factory=dict)
    faults_of: str = ""
    does: str = ""
    at_the_registry: bool = False

    def apply(self, one: Scenario) -> Scenario:
        """The scenario with this change."""
        if self.at_the_registry and not speaks_to_the_registry(one):
            return one
        changed = one.model_copy(update=self.fields(one))
        return FUNCTIONS[self.does](changed) if self.does else changed

    def fields(self, one: Scenario) -> dict[str, Any]:
        """The fields of this scenario that get another value."""
        usual = {field: Scenario.model_fields[field].default for field in self.ordinary}
        copied = {field: getattr(scenario(name), field) for name, field in self.as_in.items()}
        added = scenario(self.faults_of).faults if self.faults_of else ()
        new = tuple(fault for fault in added if fault not in one.faults)
        return self.sets | usual | copied | ({"faults": (*new, *one.faults)} if new else {})


@per_language
def changes() -> Mapping[str, Change]:
    """All changes by the name in an address, in the chosen language. Raises InvalidChange."""
    return read_named(Change, CHANGES, InvalidChange)


def change(name: str) -> Change:
    """The change of this name. Raises UnknownChange with the names there are."""
    known = changes()
    if name not in known:
        raise UnknownChange(f"unknown change {name!r}: choose one of {', '.join(known)}")
    return known[name]


# -- the world ----------------------------------------------------------------------------------


def speaks_to_the_registry(one: Scenario) -> bool:
    return any(first_registry() in command.run for command in one.commands)


def with_stored_credentials(one: Scenario) -> Scenario:
    return one.model_copy(update={"stored": f"alice:{one.password}"})


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


FUNCTIONS: Mapping[str, Apply] = {
    "wrong_password": typing(wrong_password),
    "right_password": typing(right_password),
    "no_terminal": typing(unanswered),
    "stored_credentials": with_stored_credentials,
    "image_is_here": holding_the_image,
    "base_is_here": holding_the_base,
    "no_such_tag": pulling(no_such_tag),
    "misspelt_repository": pulling(misspelt_repository),
    "misspelt_host": pulling(misspelt_host),
    "capital_letter": pulling(capitalised),
    "another_platform": typing(for_another_platform),
}
"""What no fixed value of a field can say, by its name in `does`."""
