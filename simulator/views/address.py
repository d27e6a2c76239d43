"""Addresses: a moment of a run in a lesson, written and read in one place.

The part after the `?` names the lesson, where the run comes from, and the step.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from urllib.parse import parse_qsl, urlencode, urlsplit


@dataclass(frozen=True)
class Address:
    """A moment of a run. Empty parts are not written; without a step it is the run's start."""

    scenario: str = ""
    engine: str = ""
    step: int = 0
    lesson: str = ""
    source: str = "mock"
    recording: str = ""
    change: str = ""
    belief: str = field(default="", repr=False)  # a question is known by its address without one

    @property
    def parts(self) -> dict[str, str]:
        """By name, in the order in which they are written."""
        known = asdict(self)
        return {name: str(known[name]) for name in ORDER if known[name]}

    @property
    def query(self) -> str:
        """The part after the `?`."""
        return urlencode(self.parts)

    def on(self, path: str) -> str:
        """The page at this path, at this moment: `visual?lesson=...`."""
        return page_address(path, self.parts)

    @classmethod
    def parse(cls, query: str) -> "Address":
        """The moment that this names; what belongs to no address of a run is left out."""
        given = dict(parse_qsl(query.lstrip("?")))
        names = {field.name for field in fields(cls)} - {"step"}
        step = given.get("step", "")
        known = {name: value for name, value in given.items() if name in names}
        return cls(**known, step=int(step) if step.isdecimal() and len(step) < 7 else 0)


def page_address(path: str, chosen: Mapping[str, str]) -> str:
    """The page at this path, with what it chooses."""
    return f"{path}?{urlencode(chosen)}" if chosen else path


def read_page(address: str) -> tuple[str, dict[str, str]]:
    """The path of a page without slashes, and what its address chooses."""
    parts = urlsplit(address)
    return parts.path.strip("/"), dict(parse_qsl(parts.query))


ORDER = ("lesson", "source", "engine", "scenario", "recording", "change", "belief", "step")
