"""A workbench: a scenario's world with a terminal in it, as data."""

import json
from dataclasses import replace
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from simulator.docker.config_file import CredentialStore
from simulator.docker.machine import State
from simulator.protocol.reference import HUB_HOST
from simulator.registry.model import Auth, Registry, User
from simulator.scenarios.model import HOSTNAME, NOW, Scenario, Typed
from simulator.sources.world import Site, World

MIRROR = f"mirror.{HOSTNAME}"
HUB_TOKENS = "auth.docker.io"
BOB = "hunter2"
"""bob's password."""


class Strict(BaseModel):
    """A part of a file that holds nothing else."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Workbench(Scenario):
    """What is said of a scenario, and what only a terminal needs.

    `config` is config.json as a document, and the credential helper that it names is there only
    if it `helps`; `files` are the texts of others by path. `bob` may pull these repositories;
    `mirror`: another host has the same images, and no faults; `identity_token`: the token
    service gives one at login.
    """

    name: str = ""
    title: str = ""
    commands: tuple[Typed, ...] = ()
    config: dict[str, Any] | None = None
    helps: bool = False
    files: dict[str, str] = Field(default_factory=dict)
    bob: tuple[str, ...] = ()
    mirror: bool = False
    identity_token: bool = False

    def world(self) -> World:
        known = dict(super().world().sites)
        sites = {host: replace(site, registry=self.special(site.registry))
                 for host, site in known.items()}  # fmt: skip
        own = sites[HOSTNAME].registry
        if self.mirror and own:
            sites[MIRROR] = Site(replace(own, faults=()))
        hub = Registry(Auth.BEARER, f"https://{HUB_TOKENS}/token", "registry.docker.io", now=NOW)
        return World({**sites, HUB_HOST: Site(hub), HUB_TOKENS: Site(hub)})

    def special(self, registry: Registry | None) -> Registry | None:
        if registry is None:
            return None
        bob = {"bob": User(BOB, self.bob)} if self.bob else {}
        return replace(registry, users={**registry.users, **bob}, refresh=self.identity_token)

    def state(self, engine: str = "29") -> State:
        """The client, with config.json as it is written here."""
        state = super().state(engine)
        if self.config is None:
            return state
        store = CredentialStore.from_json(json.dumps(self.config))
        missing = bool(store.helper or store.helpers) and not self.helps
        client = replace(state.client, store=replace(store, helper_missing=missing))
        return replace(state, client=client)
