"""Probes: named values of a state, and apart from them the words for each value.

The status tracker shows the probes that its lesson lists. A value is free of language, so claims
and answer keys compare values; `cell` is what a reader sees.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from simulator.docker.config_file import Credential
from simulator.docker.machine import Phase, State
from simulator.docker.machine.mirrors import first_host
from simulator.docker.machine.outgoing import Stage
from simulator.protocol.authorization import Scheme
from simulator.protocol.digest import short_digest
from simulator.views.facts import registry_of
from simulator.words.i18n import N_, _, ngettext


class Access(StrEnum):
    """What Docker has to identify itself with."""

    NOTHING = "nothing"
    STORED = "stored"
    GIVEN = "given"
    PASSWORD = "password"
    TOKEN = "token"
    ACCEPTED = "accepted"


@dataclass(frozen=True)
class Layers:
    """Layers of the image that are here and verified, of how many; 0 of 0 without a manifest.
    Before they are `compared` with the image store, it is not known how many are here."""

    here: int
    all: int
    compared: bool = True


@dataclass(frozen=True)
class Images:
    """Names in the image store; an image has one only when it is complete. `waiting` counts the
    blobs of an image that has no name yet."""

    names: tuple[str, ...]
    waiting: int


@dataclass(frozen=True)
class Kept:
    """Hosts that credentials are kept for, each with its place (`HOST=PLACE`): `file`, `token` (an
    identity token in the file), or the name of a credential helper."""

    places: tuple[str, ...]


Value = Access | Layers | Images | Kept | StrEnum | str


@dataclass(frozen=True)
class Probe:
    """A named value of a state, and its words."""

    name: str
    value: Callable[[State], Value]
    words: Callable[[Value], str]
    claims: Callable[[Value], Mapping[str, Any]]
    """What must hold after a step for this value to be shown."""

    def cell(self, state: State) -> str:
        """The value of this state in the chosen language."""
        return self.words(self.value(state))


AT_REST = (Phase.READY, Phase.DONE, Phase.FAILED)
"""Between commands and after a failure nothing is sent, and tokens are forgotten."""


def auth_token(state: State) -> Access:
    if state.phase is Phase.COMPARING and state.run.image.resolved_with:
        return Access.ACCEPTED
    sent = state.run.access.authorization
    if sent is None or state.phase in AT_REST:
        return at_hand(state)
    return Access.PASSWORD if sent.scheme is Scheme.BASIC else Access.TOKEN


def at_hand(state: State) -> Access:
    """Where the credentials for the registry of the command are while none is sent."""
    store, key = state.client.store, registry_of(state)
    if key in dict(store.environment):
        return Access.GIVEN
    return Access.STORED if store.find(key) else Access.NOTHING


ACCESS_WORDS: Mapping[Value, str] = {
    Access.NOTHING: N_("None"),
    Access.STORED: N_("None; credentials are stored"),
    Access.GIVEN: N_("None; the environment has credentials"),
    Access.PASSWORD: N_("Password, sent with requests"),
    Access.TOKEN: N_("Token, sent with requests"),
    Access.ACCEPTED: N_("Accepted by the registry"),
}


ACCESS_CLAIMS: Mapping[Value, Mapping[str, Any]] = {
    Access.NOTHING: {"facts.stored": False},
    Access.STORED: {"facts.stored": True, "after.client.store.entries": {"absent": False}},
    Access.GIVEN: {"facts.stored": True, "after.client.store.environment": {"absent": False}},
    Access.PASSWORD: {"facts.scheme": "Basic"},
    Access.TOKEN: {"facts.scheme": "Bearer"},
    Access.ACCEPTED: {"facts.resolved_with": {"absent": False}},
}


def access_words(value: Value) -> str:
    return _(ACCESS_WORDS[value])


def image_layers(state: State) -> Layers:
    if state.run.image.manifest is None:
        return Layers(0, 0)
    layers = {layer.digest for layer in state.run.image.manifest.layers}
    download = state.run.download
    here = {blob.digest for blob in (*download.received, *download.present)}
    compared = bool(download.waiting or download.received or download.present)
    return Layers(len(layers & here), len(layers), compared)


def layers_words(value: Value) -> str:
    assert isinstance(value, Layers)
    if not value.all:
        return _("None")
    if not value.compared:
        return _("{all} in the manifest").format(all=value.all)
    return _("{here} of {all} here").format(here=value.here, all=value.all)


def layers_claims(value: Value) -> Mapping[str, Any]:
    assert isinstance(value, Layers)
    return {"facts.layers_named": value.all}


def local_image_store(state: State) -> Images:
    names = tuple(name for name, _digest in state.client.images.images)
    complete = not state.run.reference or state.run.reference.canonical in names
    return Images(names, 0 if complete else len(state.run.download.received))


def images_words(value: Value) -> str:
    assert isinstance(value, Images)
    shown = [shortened(name) for name in value.names]
    if value.waiting:
        count = value.waiting
        told = ngettext("{count} blob without an image", "{count} blobs without an image", count)
        shown.append(told.format(count=count))
    return ", ".join(shown) if shown else _("Empty")


def images_claims(value: Value) -> Mapping[str, Any]:
    assert isinstance(value, Images)
    return {"after.client.images.images": {"count": len(value.names)}}


def full_name(state: State) -> str:
    """The image's name with all that Docker adds to it; empty before it has one."""
    return state.run.reference.canonical if state.run.reference else ""


def resolved_digest(state: State) -> str:
    """The digest that the registry named for the tag, or the command itself."""
    return state.run.image.resolved or ""


def blobs_in_registry(state: State) -> Layers:
    """Of the image that is pushed: blobs that the registry has as far as Docker knows."""
    parcels = state.run.outgoing.parcels
    if all(one.stage is Stage.UNCHECKED for one in parcels):
        return Layers(0, 0)
    return Layers(sum(one.stage is Stage.THERE for one in parcels), len(parcels))


def there_words(value: Value) -> str:
    assert isinstance(value, Layers)
    if not value.all:
        return _("Not asked yet")
    return _("{here} of {all} there").format(here=value.here, all=value.all)


def there_claims(value: Value) -> Mapping[str, Any]:
    assert isinstance(value, Layers)
    asked = {"facts.blobs_pushed": value.all} if value.all else {}
    return {"facts.blobs_there": value.here, **asked}


def tag_in_registry(state: State) -> str:
    """The digest that the tag has in the registry after a push; empty before Docker knows."""
    outgoing = state.run.outgoing
    return outgoing.manifest.digest if outgoing.manifest and outgoing.stands else ""


def tag_words(value: Value) -> str:
    return short_digest(str(value)) if value else _("Not known yet")


def tag_claims(value: Value) -> Mapping[str, Any]:
    return {"after.run.outgoing.stands": {"absent": not value}}


class Accepted(StrEnum):
    """Which certificates the engine accepts of the registry of a pull."""

    UNKNOWN = "unknown"
    SYSTEM = "system"
    FOLDER = "certs.d"
    ANY = "any"


def accepted(state: State) -> Accepted:
    if state.run.reference is None:
        return Accepted.UNKNOWN
    domain = state.run.reference.domain
    if state.client.lenient(domain):
        return Accepted.ANY
    return Accepted.FOLDER if state.client.trust(domain).authority else Accepted.SYSTEM


ACCEPTED_WORDS: Mapping[Value, str] = {
    Accepted.UNKNOWN: N_("No host yet"),
    Accepted.SYSTEM: N_("Of the system's authorities"),
    Accepted.FOLDER: N_("Of these, and of certs.d"),
    Accepted.ANY: N_("Any, or none"),
}

ACCEPTED_CLAIMS: Mapping[Value, Mapping[str, Any]] = {
    Accepted.UNKNOWN: {"after.run.reference": None},
    Accepted.SYSTEM: {"facts.lenient": False, "facts.authority_file": False},
    Accepted.FOLDER: {"facts.lenient": False, "facts.authority_file": True},
    Accepted.ANY: {"facts.lenient": True},
}


def accepted_words(value: Value) -> str:
    return _(ACCEPTED_WORDS[value])


def host_words(value: Value) -> str:
    return str(value) or _("No image yet")


def blobs_kept(state: State) -> str:
    """How many configs and layers the image store has, of all images together."""
    return str(len(state.client.images.blobs))


def blobs_claims(value: Value) -> Mapping[str, Any]:
    return {"after.client.images.blobs": {"count": int(str(value))}}


def chosen_platform(state: State) -> str:
    """The platform whose entry of the index Docker took; empty before, and without an index."""
    chosen = state.run.image.selected
    return str(chosen.platform) if chosen and chosen.platform else ""


def platform_words(value: Value) -> str:
    return str(value) or _("None")


def platform_claims(value: Value) -> Mapping[str, Any]:
    return {"after.run.image.selected": {"absent": not value}}


def name_words(value: Value) -> str:
    return shortened(str(value)) or _("None")


def digest_words(value: Value) -> str:
    return short_digest(str(value)) if value else _("None")


def name_claims(value: Value) -> Mapping[str, Any]:
    return {"after.run.reference": {"absent": not value}}


def digest_claims(value: Value) -> Mapping[str, Any]:
    return {"after.run.image.resolved": str(value) or None}


def shortened(name: str) -> str:
    """A name by digest with the digest's first digits, as `docker images` has them."""
    repository, at, digest = name.partition("@")
    return f"{repository}@{short_digest(digest)}" if at else name


def credentials_kept(state: State) -> Kept:
    store = state.client.store

    def place(key: str, one: Credential) -> str:
        host = key.removeprefix("https://").split("/")[0]
        return f"{host}={store.helper_of(key) or ('token' if one.identity_token else 'file')}"

    return Kept(tuple(place(key, one) for key, one in store.entries))


PLACES = {
    "file": N_("{host}: password in config.json"),
    "token": N_("{host}: identity token in config.json"),
}
HELPER = N_("{host}: in the helper {helper}")


def kept_words(value: Value) -> str:
    assert isinstance(value, Kept)
    return ", ".join(map(place_words, value.places)) or _("None")


def place_words(kept: str) -> str:
    host, _equals, place = kept.rpartition("=")
    return _(PLACES.get(place, HELPER)).format(host=host, helper=place)


def kept_claims(value: Value) -> Mapping[str, Any]:
    assert isinstance(value, Kept)
    return {"after.client.store.entries": {"count": len(value.places)}}


KNOWN = (
    Probe("auth_token", auth_token, access_words, ACCESS_CLAIMS.__getitem__),
    Probe("image_layers", image_layers, layers_words, layers_claims),
    Probe("local_image_store", local_image_store, images_words, images_claims),
    Probe("credentials_kept", credentials_kept, kept_words, kept_claims),
    Probe("blobs_kept", blobs_kept, str, blobs_claims),
    Probe("chosen_platform", chosen_platform, platform_words, platform_claims),
    Probe("full_name", full_name, name_words, name_claims),
    Probe("first_host", first_host, host_words, name_claims),
    Probe("resolved_digest", resolved_digest, digest_words, digest_claims),
    Probe("accepted_certificates", accepted, accepted_words, ACCEPTED_CLAIMS.__getitem__),
    Probe("blobs_in_registry", blobs_in_registry, there_words, there_claims),
    Probe("tag_in_registry", tag_in_registry, tag_words, tag_claims),
)
PROBES: Mapping[str, Probe] = {probe.name: probe for probe in KNOWN}
"""By name."""
USUAL = ("auth_token", "image_layers", "local_image_store")
"""The probes of a lesson that names none."""
