"""What every event has in common."""

from dataclasses import dataclass

from simulator.protocol.errors import standard_message


@dataclass(frozen=True)
class Event:
    """A fact that a run meets."""


@dataclass(frozen=True)
class Failure(Event):
    """A fact that ends the run."""


@dataclass(frozen=True)
class RegistryError:
    """One entry of a registry's error body (distribution spec, error codes).

    `detail` is its detail as JSON, empty where there is none. `form` tells odd bodies apart:
    `details` (an older form with that one key), `json` (JSON without errors), `broken` (said to
    be JSON, which it is not: `detail` says why) and `text`.
    """

    code: str
    message: str = ""
    detail: str = ""
    form: str = "errors"
    whole: str = ""
    """The whole body, where the registry does not say that it is JSON."""

    @property
    def bare(self) -> bool:
        """Whether it says no more than its code: Docker then prints the code alone."""
        if self.form != "errors":
            return False
        return not self.detail and self.message in ("", standard_message(self.code))


@dataclass(frozen=True)
class Refused(Failure):
    """An answer that refuses: what was asked, the status, and the errors in the body."""

    method: str
    url: str
    status: int
    errors: tuple[RegistryError, ...] = ()
