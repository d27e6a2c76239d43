"""Sentences about a run: variants with a condition, and the claims that prove them.

A *place* is where a sentence can be shown, such as a row's result or the text of an event. It has
one text, or variants of which exactly one applies: the one whose `when` holds, else the one
without `when`. Conditions and claims map paths of a point (see `point`) to a value, or to
`one_of: [...]`, `absent: true` or `count: N`.
"""

import re
from collections.abc import Iterator, Mapping, Sequence, Sized
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, RootModel

from simulator.views.facts import FACTS
from simulator.views.point import At, resolve
from simulator.words.data_file import DataFile

OPERATORS = ("one_of", "absent", "count")


class Variant(BaseModel):
    """A sentence, when it is shown, and what proves it. A definition names its `source`."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)

    when: dict[str, Any] = {}
    text: str
    claims: dict[str, Any] = {}
    source: str = ""


class Variants(RootModel[tuple[Variant, ...]]):
    """The sentences of one place."""


def variants_by_place(
    file: DataFile, invalid: type[ValueError]
) -> Mapping[str, tuple[Variant, ...]]:
    """All sentences of a file whose keys are places. Raises `invalid` with file and line."""
    return {name: file.part(Variants, invalid, name).root for name in file.document}


V = TypeVar("V", bound=Variant)


def variants_of(place: "str | V | Sequence[V]") -> tuple["Variant | V", ...]:
    """All sentences that can be shown in this place."""
    if isinstance(place, str):
        return (Variant(text=place),) if place else ()
    return (place,) if isinstance(place, Variant) else tuple(place)


def applying(variants: Sequence[V], at: At) -> list[V]:
    """Those that apply at this point. A good place has one."""
    fitting = [one for one in variants if one.when and holds(one.when, at)]
    return fitting or [one for one in variants if not one.when]


def usual(variants: Sequence[V]) -> V:
    """The sentence for a point that no run has come to: the one without a condition."""
    return next((one for one in variants if not one.when), variants[0])


def chosen(variants: Sequence[V], at: At) -> V:
    """The sentence that is shown at this point."""
    return next(iter(applying(variants, at)), variants[-1])


def holds(wanted: Mapping[str, Any], at: At) -> bool:
    """Whether every path has its value at this point."""
    return next(differences(wanted, at), None) is None


def differences(wanted: Mapping[str, Any], at: At) -> Iterator[tuple[str, str]]:
    """Each path that has another value, with a sentence."""
    for path, value in wanted.items():
        try:
            actual = resolve(at, path)
        except LookupError as error:
            if not (isinstance(value, Mapping) and value.get("absent")):
                yield path, str(error.args[0])
            continue
        if not fits(value, actual):
            yield path, f"{path} is {actual!r}, not {value!r}"


def faults(variants: Sequence[Variant], at: At) -> Iterator[str]:
    """Faults of a place at this point: not one sentence applies, or it does not hold."""
    return faults_of(applying(variants, at), at)


def faults_of(fitting: Sequence[Variant], at: At) -> Iterator[str]:
    """The same, of the sentences of a place that apply at this point."""
    if len(fitting) != 1:
        yield f"{len(fitting)} sentences apply"
        return
    shown = fitting[0]
    if not (shown.claims or shown.source):
        yield f"“{shown.text}” claims nothing and names no source"
    for name in names_in(shown.text):
        if name in at.facts and at.facts[name] == "":
            yield f"“{shown.text}”: there is no {name} here"
    for _path, what in differences(shown.claims, at):
        yield f"“{shown.text}”: {what}"


def fits(wanted: Any, actual: Any) -> bool:
    """Whether this is the wanted value, or what an operator asks for."""
    if not (isinstance(wanted, Mapping) and len(wanted) == 1 and set(wanted) <= set(OPERATORS)):
        return bool(wanted == actual)
    ((operator, value),) = wanted.items()
    if operator == "one_of":
        return bool(actual in value)
    if operator == "absent":
        return (not actual) is bool(value)
    return isinstance(actual, Sized) and len(actual) == value


def filled(text: str, at: At) -> str:
    """The text with the facts that it names in braces. A shortened fact ends with an ellipsis,
    which is the full stop too."""
    told = re.sub(r"\{([a-z_]+)\}", lambda found: str(at.facts[found[1]]), text)
    return re.sub(r"…\.(?=\s|$)", "…", told)


def names_in(text: str) -> list[str]:
    """The names in braces, in their order."""
    return re.findall(r"\{([a-z_]+)\}", text)


def unknown_names(text: str) -> list[str]:
    """The names in braces that are no facts."""
    return [name for name in names_in(text) if name not in FACTS]
