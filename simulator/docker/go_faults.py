"""Faults of a template, in Go's words or ours, and a bound for its work."""

from simulator.docker.go_functions import Data

FAILS = "template parsing error: "
"""How Docker's CLI begins its complaint, whenever a template fails."""


class TemplateError(ValueError):
    """Go's complaint about a template, or about data that it does not fit."""

    status = 1
    """The exit status of `docker inspect`."""
    lacks = False
    """Whether the data has no such field."""


class Malformed(TemplateError):
    """The template is wrong, whatever it is filled with."""

    status = 64

    def __init__(self, why: str) -> None:
        super().__init__(f"{FAILS}template: :1: {why}")


class NotPlayed(TemplateError):
    """Go can do it, and this terminal cannot: the words are ours."""

    def __init__(self, what: str) -> None:
        super().__init__(f"pullscope: of Go's templates, {what} is not played here")


class Unfit(TemplateError):
    """The template does not fit the data, at this place."""

    def __init__(self, place: int, text: str, why: str, lacks: bool = False) -> None:
        self.lacks = lacks
        super().__init__(f'{FAILS}template: :1:{place}: executing "" at <{text}>: {why}')


# -- how much one may be -----------------------------------------------------------------------

WORK = 200_000
"""Characters, parts of values and pieces of text of one template: a short one can double a text
many times, or repeat itself in loops."""


class Work:
    """The work that one template may still be."""

    def __init__(self) -> None:
        self.left = WORK

    def spend(self, *values: Data) -> None:
        """Counts these values with all their parts. Raises NotPlayed where it is too much."""
        heap = list(values)
        while heap:
            one = heap.pop()
            self.left -= 1 + (len(one) if isinstance(one, str) else 0)
            if self.left < 0:
                raise NotPlayed("one that makes so much")
            if isinstance(one, dict):
                heap += one.values()
            elif isinstance(one, list | tuple):
                heap += one
