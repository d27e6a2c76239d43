"""Facts of `docker login` and `logout`."""

from dataclasses import dataclass, field
from typing import Annotated

from simulator.docker.config_file import Credential
from simulator.docker.events.base import Event, Failure
from simulator.docker.unions import Tagged


@dataclass(frozen=True)
class CredentialsEntered(Event):
    """The user gave a name and a password; they have not been checked yet."""

    credential: Credential


@dataclass(frozen=True)
class PromptInterrupted(Event):
    """The user pressed Ctrl-C at a prompt; Docker's CLI ends as if all were well."""


@dataclass(frozen=True)
class StoredCredentialsReused(Event):
    """`docker login` without a name first tries what is stored."""

    credential: Credential


@dataclass(frozen=True)
class WebLoginChosen(Event):
    """Docker Hub, and no name was given: Docker's CLI logs in through a browser."""


@dataclass(frozen=True)
class DeviceCodeIssued(Event):
    """Docker's login service gave a code that the user confirms at `where` (RFC 8628)."""

    device_code: str = field(repr=False)
    user_code: str
    where: str


@dataclass(frozen=True)
class WebLoginUnavailable(Event):
    """No code came; Docker's CLI asks for name and password instead."""


@dataclass(frozen=True)
class ConfirmationPending(Event):
    """The user has not confirmed the code yet."""


@dataclass(frozen=True)
class StoredCredentialsRefused(Event):
    """The registry refused the stored credentials; the user is asked for others."""

    why: Annotated[Failure, Tagged("event")]


@dataclass(frozen=True)
class LoginAccepted(Event):
    """The registry took the credentials."""


@dataclass(frozen=True)
class CredentialsStored(Event):
    """The credentials were written to the credential store, unencrypted without a helper."""

    key: str


@dataclass(frozen=True)
class CredentialsRemoved(Event):
    """The entry was removed; no registry was asked. `kept` are those that could not be."""

    key: str
    found: bool = True
    kept: tuple[str, ...] = ()
