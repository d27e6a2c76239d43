"""Credentials, and the file in which Docker's CLI keeps them (`config.json`)."""

import base64
import json
import re
from dataclasses import dataclass, field, replace
from typing import Any

from simulator.docker.go_json import config_document, not_json
from simulator.protocol.reference import HUB, HUB_KEY
from simulator.protocol.secrets import MASK


@dataclass(frozen=True)
class Credential:
    """A user name with a password, or with an identity token in its place."""

    username: str
    password: str = field(repr=False)
    identity_token: str = field(default="", repr=False)
    registry_token: str = field(default="", repr=False)
    """A token that is sent to the registry as it is."""

    def masked(self) -> "Credential":
        tokens = (MASK if one else "" for one in (self.identity_token, self.registry_token))
        return Credential(self.username, MASK, *tokens)


@dataclass(frozen=True)
class HelperAnswer:
    """What a credential helper that does not work prints, and its exit status; `only` is the one
    thing that it fails at (`getting`, `storing`, `erasing`), empty for all."""

    output: str
    status: int = 1
    only: str = ""


class InvalidConfig(ValueError):
    """`config.json` cannot be read."""


@dataclass(frozen=True)
class CredentialStore:
    """`~/.docker/config.json`: credentials by registry, or the name of a helper.

    With a helper (`credsStore`, or `credHelpers` for one registry) the file names the registry
    and holds no secret.
    """

    entries: tuple[tuple[str, Credential], ...] = ()
    helper: str | None = None
    helpers: tuple[tuple[str, str], ...] = ()
    installed: tuple[str, ...] | None = None
    """The helpers on this machine, also those that do not work; None where each one that the file
    names counts as installed."""
    broken: tuple[tuple[str, HelperAnswer], ...] = ()
    """Helpers that are installed and do not work, by name."""
    environment: tuple[tuple[str, Credential], ...] = ()
    """What `DOCKER_AUTH_CONFIG` holds, where the CLI reads it; it comes first."""
    others: tuple[tuple[str, str], ...] = ()
    """Settings that are no credentials, as JSON: they stay when the file is written."""

    def helper_of(self, key: str) -> str | None:
        """The helper that keeps this registry's credentials; None for the file itself."""
        return dict(self.helpers).get(key, self.helper)

    def lacks(self, key: str) -> str | None:
        """The helper that this registry needs and that is not installed."""
        helper = self.helper_of(key)
        return helper if self.installed is not None and helper not in self.installed else None

    def complaint(self, key: str, doing: str) -> str:
        """What Docker's CLI says where the registry's helper fails at `getting`, `storing` or
        `erasing` credentials (docker-credential-helpers, `client`); empty where all is well."""
        helper = self.helper_of(key)
        if not helper or (doing == "getting" and key in dict(self.environment)):
            return ""
        if self.lacks(key):
            return helper_error(doing, f'exec: "docker-credential-{helper}": {NOT_THERE}', "")
        answer = dict(self.broken).get(helper)
        if answer and answer.only not in ("", doing):
            return ""
        if answer and answer.status:
            return helper_error(doing, f"exit status {answer.status}", answer.output.strip())
        return not_json(answer.output) if answer and doing == "getting" else ""

    def find(self, key: str) -> Credential | None:
        """The entry of this key, or of an older spelling of it (`https://HOST/v1/`)."""
        given = dict(self.environment).get(key)
        if given:
            return given
        known = dict(self.entries)
        older = (known[name] for name in known if hostname(name) == key)
        return known.get(key) or next(older, None)

    def with_entry(self, key: str, credential: Credential) -> "CredentialStore":
        kept = {**dict(self.entries), key: credential}
        return replace(self, entries=tuple(sorted(kept.items(), key=lambda entry: entry[0])))

    def without(self, *keys: str) -> "CredentialStore":
        return replace(self, entries=tuple(e for e in self.entries if e[0] not in keys))

    def on(self, machine: "CredentialStore") -> "CredentialStore":
        """The file as it is read on the machine of another file: with its helpers. What the file
        holds for a registry with a helper that works counts for nothing."""
        here = replace(self, installed=machine.installed, broken=machine.broken)
        silent = {name for name, one in machine.broken if one.only != "storing"}
        working = set(machine.installed or ()) - silent
        return here.without(*(key for key, _one in self.entries if self.helper_of(key) in working))

    def masked(self) -> "CredentialStore":
        kept = tuple((key, credential.masked()) for key, credential in self.entries)
        return replace(self, entries=kept)

    def to_json(self) -> str:
        """The file as Docker writes it: tabs, no newline at the end."""
        document: dict[str, object] = {"auths": {k: self._entry(k, c) for k, c in self.entries}}
        if self.helper:
            document["credsStore"] = self.helper
        if self.helpers:
            document["credHelpers"] = dict(self.helpers)
        document |= {key: json.loads(value) for key, value in self.others}
        return json.dumps({k: document[k] for k in KEYS if k in document}, indent="\t")

    def _entry(self, key: str, credential: Credential) -> dict[str, str]:
        if self.helper_of(key):
            return {}
        password = "" if credential.identity_token else credential.password
        pair = f"{credential.username}:{password}".encode()
        fields = {
            "auth": base64.b64encode(pair).decode() if len(pair) > 1 else "",
            "identitytoken": credential.identity_token,
            "registrytoken": credential.registry_token,
        }
        return {name: value for name, value in fields.items() if value}

    @classmethod
    def from_json(cls, text: str) -> "CredentialStore":
        """Read the file. Raises InvalidConfig with the reason."""
        try:
            document = empty(config_document(text))
            auths = empty(document.get("auths")).items()
            read = ((key, read_entry(entry)) for key, entry in auths)
            entries = tuple((key, one) for key, one in read if one != Credential("", ""))
            named = tuple(sorted(empty(document.get("credHelpers")).items()))
            others = tuple((k, json.dumps(v)) for k, v in document.items() if k in OTHERS)
            return cls(entries, document.get("credsStore"), helpers=named, others=others)
        except (ValueError, AttributeError, TypeError, RecursionError) as error:
            raise InvalidConfig(f"config.json is not valid: {error}") from None


KEYS = (
    "auths", "HttpHeaders", "psFormat", "imagesFormat", "networksFormat", "pluginsFormat",
    "volumesFormat", "statsFormat", "detachKeys", "credsStore", "credHelpers",
    "serviceInspectFormat", "servicesFormat", "tasksFormat", "secretFormat", "configFormat",
    "nodesFormat", "pruneFilters", "proxies", "currentContext", "cliPluginsExtraDirs", "plugins",
    "aliases", "features",
)  # fmt: skip
"""Docker's settings, in the order in which its CLI writes them; it drops what it does not know."""
OTHERS = frozenset(KEYS) - {"auths", "credsStore", "credHelpers"}


def empty(value: Any) -> Any:
    """An empty object in place of `null`, which Go leaves out."""
    return {} if value is None else value


def read_entry(entry: dict[str, str]) -> Credential:
    """Name and password in base64; older files have them in plain text."""
    tokens = entry.get("identitytoken", ""), entry.get("registrytoken", "")
    if not entry.get("auth"):
        return Credential(entry.get("username", ""), entry.get("password", ""), *tokens)
    username, _, password = base64.b64decode(entry["auth"]).decode().partition(":")
    return Credential(username, password, *tokens)


NOT_THERE = "executable file not found in $PATH"


def helper_error(doing: str, why: str, printed: str) -> str:
    """What Docker's CLI says about a helper that failed."""
    return f"error {doing} credentials - err: {why}, out: `{printed}`"


def registry_key(server: str) -> str:
    """The store's key for what was typed after `docker login`: scheme and path are dropped."""
    named = hostname(server)
    return HUB_KEY if not named or server in (HUB, HUB_KEY) else named


def hostname(server: str) -> str:
    """A registry as typed or stored, without scheme and path."""
    return re.sub(r"^https?://", "", server).split("/")[0]
