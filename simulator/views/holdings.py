"""What each party has at a state: written in the head of its lane."""

from collections.abc import Callable, Mapping

from simulator.docker.config_file import Credential
from simulator.docker.machine import State
from simulator.docker.trace import Step
from simulator.views.facts import command, key, repository, stored_credential
from simulator.views.probes import Access, auth_token, image_layers, local_image_store
from simulator.words.i18n import _, ngettext


def holdings(step: Step) -> dict[str, str]:
    """What the parties of this machine have after this step, by party."""
    return {party: words(step) for party, words in HOLDINGS.items()}


def in_store(step: Step) -> str:
    """The account of this registry in the credential store, and what is kept of it."""
    kept, store = stored_credential(step), step.after.client.store
    found = kept or next((one for _key, one in store.entries if not key(step)), None)
    if found is None:
        return _("empty")
    return f"{found.username} · {kept_as(found, store.helper_of(key(step)) or '')}"


def kept_as(credential: Credential, helper: str) -> str:
    if credential.identity_token:
        return _("identity token")
    return _("in {helper}").format(helper=helper) if helper else _("password")


def at_engine(step: Step) -> str:
    """What the engine sends with its requests."""
    held = auth_token(step.after)
    if held is Access.PASSWORD:
        return _("a password")
    if held in (Access.TOKEN, Access.ACCEPTED):
        name = repository(step) or _("login")
        return _("token: {name}").format(name=name)
    return _("no token")


def in_images(step: Step) -> str:
    """The layers that are here while an image comes, else the images by name."""
    state = step.after
    layers = image_layers(state)
    held = local_image_store(state)
    if layers.all and held.waiting:
        return _("{here} of {all} layers").format(here=layers.here, all=layers.all)
    return named(state) or _("empty")


def named(state: State) -> str:
    names = [name.rpartition("/")[2] for name, _digest in state.client.images.images]
    if len(names) < 2:
        return "".join(names)
    return ngettext("{count} image", "{count} images", len(names)).format(count=len(names))


HOLDINGS: Mapping[str, Callable[[Step], str]] = {
    "store": in_store, "cli": command, "engine": at_engine, "images": in_images,
}  # fmt: skip
"""By party; those over the network keep what they have to themselves."""
