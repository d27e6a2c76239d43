"""The notation in which the laboratories write down a world."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from simulator.recordings import lab


class InvalidLabWorld(ValueError):
    """The notation is not understood; the message says where."""


class NotModelled(ValueError):
    """The world has something that no world here can hold; the message says what."""


class Note(BaseModel):
    """A host of the laboratory, as its README describes the words."""

    model_config = ConfigDict(extra="ignore", frozen=True, defer_build=True)
    transport: str
    auth: str = ""
    address: str = ""


class LabFault(BaseModel):
    """What the laboratory's front did to requests. `times` counts matching ones from 1."""

    model_config = ConfigDict(extra="ignore", frozen=True, defer_build=True)
    host: str
    path: str = ""
    method: str | tuple[str, ...] = ()
    times: tuple[int, ...] = ()
    action: dict[str, Any]

    @property
    def methods(self) -> tuple[str, ...]:
        return (self.method,) if isinstance(self.method, str) else self.method


class LabWorld(BaseModel):
    """The notation. `rights` hold at registries with a token service; at others every user may pull
    everything. `helpers` are scripts, or what a working helper keeps."""

    model_config = ConfigDict(extra="ignore", frozen=True, defer_build=True)
    registries: dict[str, Note] = Field(default_factory=dict)
    users: dict[str, str] = Field(default_factory=dict)
    rights: dict[str, dict[str, tuple[str, ...]]] = Field(default_factory=dict)
    faults: tuple[LabFault, ...] = ()
    images_present: dict[str, str] = Field(default_factory=dict)
    content: dict[str, dict[str, dict[str, Any]]] = Field(default_factory=dict)
    """Of images that are not the laboratory's: `manifests` and `blobs` by digest, and the names of
    the `repositories`, each of which has them all."""
    docker_hub_images_present: dict[str, str] = Field(default_factory=dict)
    token_server: dict[str, Any] = Field(default_factory=dict)
    config_json_before: dict[str, Any] | str | None = None
    config_problem: str = ""
    other_files_before: dict[str, tuple[str, int]] = Field(default_factory=dict)
    helpers: dict[str, str | dict[str, str]] = Field(default_factory=dict)
    engine_options: dict[str, Any] = Field(default_factory=dict)
    certs_d: tuple[str, ...] = ()
    certs_d_text: dict[str, str] = Field(default_factory=dict)
    terminal: bool = False
    commands_before: tuple[str, ...] = ()
    disk: str = ""
    socket: str = ""
    now: int = lab.NOW
    """The laboratory's clock, in seconds since 1970."""
