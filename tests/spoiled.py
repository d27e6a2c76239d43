"""Spoiled sentences: with another value in a condition or a claim a fault must be found."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, cast

from simulator.views.point import At
from simulator.views.sentences import Variant, applying, faults


def survivors(variants: Sequence[Variant], at: At) -> list[str]:
    """The paths of the sentence that is shown here whose value can be spoiled unnoticed."""
    shown = applying(variants, at)[0]
    return [
        f"{part}: {path}"
        for part in ("when", "claims") for path in getattr(shown, part)
        if not list(faults(spoiled(variants, shown, part, path), at))
    ]  # fmt: skip


def spoiled(variants: Sequence[Variant], shown: Variant, part: str, path: str) -> list[Variant]:
    """The variants with another value at this path of the one that is shown."""
    worse = shown.model_copy(update={part: {**getattr(shown, part), path: "spoiled"}})
    return [worse if one == shown else one for one in variants]


def unnoticed(variants: Sequence[Variant], at: At) -> list[str]:
    """The paths of the sentence that is shown here whose fact can be another one unnoticed. Where
    a fact only has to be there, none is no other."""
    shown = applying(variants, at)[0]
    wanted = {**shown.when, **shown.claims}
    return [path for path, value in wanted.items()
            if value != {"absent": False} and unchanged(variants, shown, at, path)]  # fmt: skip


def unchanged(variants: Sequence[Variant], shown: Variant, at: At, path: str) -> bool:
    """The sentence is shown and proven although this fact is another one."""
    other: At = replace(cast(Any, at), changed={path: "another"})
    return applying(variants, other) == [shown] and not list(faults(variants, other))
