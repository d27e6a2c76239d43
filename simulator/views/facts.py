"""Facts of a step: named values that sentences choose by, prove and fill in.

Each is computed from the step alone, so it holds where the sentence is shown. Empty or False
means that there is no such thing at this step.
"""

from collections.abc import Callable, Mapping

from simulator.docker.cli.commands import Login, Logout
from simulator.docker.config_file import Credential, registry_key
from simulator.docker.events import TokenIssued
from simulator.docker.machine import Phase
from simulator.docker.machine.mirrors import first_host
from simulator.docker.machine.outgoing import Stage
from simulator.docker.machine.state import State
from simulator.docker.trace import Step
from simulator.protocol.hosts import is_loopback, split_url
from simulator.protocol.message import Request, Response
from simulator.protocol.reference import HUB_KEY
from simulator.protocol.secrets import SECRET_FIELDS
from simulator.views.computed import Computed

Value = bool | int | str


def command(step: Step) -> str:
    """`docker pull`: the words of the command that come before its options."""
    run = step.after.run.command
    name = type(run).__name__
    return f"docker {NAMES.get(name, name.lower())}" if run else ""


NAMES = {"Remove": "rmi", "Prune": "image prune", "DiskUsage": "system df",
         "ManifestInspect": "manifest inspect"}  # fmt: skip
"""Commands of which Docker's word is not that of their class."""


def host(step: Step) -> str:
    """The registry that the command is about."""
    run = step.after.run
    return run.host or (run.reference.domain if run.reference else "")


def image(step: Step) -> str:
    """The image that is pulled, as Docker prints it."""
    reference = step.after.run.reference
    return reference.familiar if reference else ""


def repository(step: Step) -> str:
    reference = step.after.run.reference
    return reference.repository if reference else ""


def by_digest(step: Step) -> bool:
    """The command names the digest itself."""
    reference = step.after.run.reference
    return bool(reference and reference.digest)


def digest(step: Step) -> str:
    """The digest that the reference stands for, shortened."""
    found = step.after.run.image.resolved or ""
    return found[:19] + "…" if found else ""


def loopback(step: Step) -> bool:
    """The registry is on this machine."""
    return is_loopback(host(step))


def lenient(step: Step) -> bool:
    """The engine neither wants TLS of this registry nor verifies it."""
    return step.after.client.lenient(host(step))


def authority_file(step: Step) -> bool:
    """The engine has the certificate of an authority for this registry alone."""
    return step.after.client.trust(host(step)).authority


# -- credentials --------------------------------------------------------------------------------


def stored_credential(step: Step) -> Credential | None:
    """The credential store's entry for the registry that the command is about."""
    return step.after.client.store.find(key(step))


def key(step: Step) -> str:
    """The registry's key in the credential store."""
    return registry_of(step.after)


def registry_of(state: State) -> str:
    """The key of the registry that the command is about; empty before that is known."""
    run = state.run
    if isinstance(run.command, Login | Logout):
        return registry_key(run.command.server)
    return run.reference.key if run.reference else run.host


def hub(step: Step) -> bool:
    """The command is about Docker Hub, the registry of names without a host."""
    return key(step) == HUB_KEY


def mirror(step: Step) -> str:
    """The mirror that is asked first for the image of this command; empty without one."""
    reference, first = step.after.run.reference, first_host(step.after)
    return first if reference and first != reference.host else ""


def mirrors(step: Step) -> frozenset[str]:
    """The hosts that this engine may ask in place of the registry of the image."""
    reference, client = step.after.run.reference, step.after.client
    if reference is None:
        return frozenset()
    return frozenset(x.host for x in client.endpoints(reference.domain)) - {reference.host, ""}


def stored(step: Step) -> bool:
    """Credentials for this registry are stored."""
    return stored_credential(step) is not None


def identity_token(step: Step) -> bool:
    """An identity token is stored for this registry, in place of a password."""
    kept = stored_credential(step)
    return bool(kept and kept.identity_token)


def store_changed(step: Step) -> bool:
    """This step changed what the credential store holds."""
    return step.before.client.store != step.after.client.store


def helper(step: Step) -> str:
    """The credential helper that keeps this registry's credentials."""
    return step.after.client.store.helper_of(key(step)) or ""


def helper_missing(step: Step) -> bool:
    """The credential helper that this registry needs is not installed."""
    return bool(step.after.client.store.lacks(key(step)))


def account(step: Step) -> str:
    """The user name that this command has credentials for."""
    known = step.after.run.credential
    return known.username if known else ""


def reuses_stored(step: Step) -> bool:
    """`docker login` was typed without a name, and credentials for the registry are stored."""
    run = step.after.run.command
    prompts = isinstance(run, Login) and run.source == "prompt" and not run.named and not run.wrong
    return prompts and stored(step)


def asks_user(step: Step) -> bool:
    """`docker login` will prompt: a terminal is there, and the password was not given."""
    run = step.after.run.command
    waits = isinstance(run, Login) and run.source == "prompt" and run.terminal and not run.wrong
    return waits and not reuses_stored(step)


# -- the message --------------------------------------------------------------------------------


def request(step: Step) -> Request | None:
    return step.exchange.request if step.exchange else None


def sent_to(step: Step) -> str:
    """The host that was asked in this step."""
    sent = request(step)
    return sent.host if sent else ""


def tls(step: Step) -> bool:
    """The request of this step went over TLS."""
    sent = request(step)
    return bool(sent and sent.url.lower().startswith("https:"))


def credentials_sent(step: Step) -> bool:
    """The request of this step carries a password or a token."""
    sent = request(step)
    secret = sent and (sent.authorization or SECRET_FIELDS & {name for name, _ in sent.form})
    return bool(secret)


def scheme_sent(step: Step) -> str:
    """`Basic` or `Bearer`: the kind of credentials in this step's request."""
    sent = request(step)
    return str(sent.authorization.scheme) if sent and sent.authorization else ""


def status(step: Step) -> int:
    """The status of the answer in this step; 0 without an answer."""
    answer = step.exchange.answer if step.exchange else None
    return answer.status if isinstance(answer, Response) else 0


def digest_named(step: Step) -> bool:
    """The answer in this step has the header Docker-Content-Digest."""
    return has_header(step, "Docker-Content-Digest")


def length_named(step: Step) -> bool:
    """The answer in this step has the header Content-Length."""
    return has_header(step, "Content-Length")


def has_header(step: Step, name: str) -> bool:
    return bool(header(step, name))


def header(step: Step, name: str) -> str:
    """The header of the answer in this step; empty without one."""
    answer = step.exchange.answer if step.exchange else None
    return answer.header(name) or "" if isinstance(answer, Response) else ""


def pulls_left(step: Step) -> str:
    """The pulls that are left, by the answer in this step; empty where it does not say so."""
    return header(step, "ratelimit-remaining").partition(";")[0]


def pulls_allowed(step: Step) -> str:
    """The pulls that are allowed, by the answer in this step; empty where it does not say so."""
    return header(step, "ratelimit-limit").partition(";")[0]


def limit_source(step: Step) -> str:
    """Whose pulls the answer in this step counts: an address, or the id of an account."""
    return header(step, "docker-ratelimit-source")


def method(step: Step) -> str:
    """The method of this step's request; empty without one."""
    sent = request(step)
    return sent.method if sent else ""


# -- the run so far -----------------------------------------------------------------------------


def scheme(step: Step) -> str:
    """`Basic` or `Bearer`: what requests to the registry carry from now on."""
    held = step.after.run.access.authorization
    return str(held.scheme) if held else ""


def resolved_with(step: Step) -> str:
    """`Basic` or `Bearer`: the credentials with which the registry was asked for the digest."""
    return str(step.after.run.image.resolved_with or "")


def token_service(step: Step) -> str:
    """The host that the challenge names as the token service."""
    challenge = step.after.run.access.challenge
    realm = challenge.realm if challenge and challenge.scheme == "Bearer" else ""
    return split_url(realm).netloc if realm else ""


def challenged(step: Step) -> bool:
    """The registry has asked for credentials in this command."""
    return step.after.run.access.challenge is not None


def downloaded(step: Step) -> int:
    """Blobs that this command has downloaded."""
    return len(step.after.run.download.received)


def part_kept(step: Step) -> bool:
    """Of a download that was cut, Docker keeps what arrived, and asks only for the rest."""
    return bool(set(step.after.run.download.partial) - set(step.before.run.download.partial))


def layers_named(step: Step) -> int:
    """Layers that the image's manifest names; 0 before it is here."""
    manifest = step.after.run.image.manifest
    return len({layer.digest for layer in manifest.layers}) if manifest else 0


def layers_held(step: Step) -> int:
    """Layers of the image that were on this machine before."""
    return len(step.after.run.download.present)


def image_named(step: Step) -> bool:
    """The image store holds an image under this name."""
    reference = step.after.run.reference
    return reference is not None and bool(step.after.client.images.find(reference.canonical))


def new_digest(step: Step) -> bool:
    """The name stands for another digest in the registry than in the image store."""
    reference, found = step.after.run.reference, step.after.run.image.resolved
    held = step.after.client.images.find(reference.canonical) if reference else None
    return held is not None and held != found


def mount_source(step: Step) -> str:
    """The repository from which a blob is mounted in this step, or for whose mount a token is
    fetched."""
    mounting = step.after.run.outgoing.mounting or step.before.run.outgoing.mounting
    return mounting[1] if mounting else getattr(step.event, "source", "")


def mount_granted(step: Step) -> bool:
    """The token of this step may pull from the repository of the mount."""
    return "pull" in actions(step, mount_source(step))


def token_actions(step: Step) -> str:
    """What the token of this step may do in the repository: `pull`, or `pull, push`."""
    return ", ".join(actions(step, repository(step)))


def actions(step: Step, name: str) -> list[str]:
    """What the token of this step may do in the repository of this name."""
    scopes = step.event.access if isinstance(step.event, TokenIssued) else ()
    known = [one.rpartition(":") for one in scopes]
    return sorted({
        action for whole, _, some in known if whole == f"repository:{name}"
        for action in some.split(",")
    })  # fmt: skip


def blobs_there(step: Step) -> int:
    """Blobs of the pushed image that the registry has, as far as Docker knows."""
    return sum(one.stage is Stage.THERE for one in step.after.run.outgoing.parcels)


def blobs_missing(step: Step) -> int:
    """Blobs of the pushed image that the registry said it does not have, and has not got yet."""
    gone = (Stage.MISSING, Stage.OPEN, Stage.SENT)
    return sum(one.stage in gone for one in step.after.run.outgoing.parcels)


def blobs_mounted(step: Step) -> int:
    """Blobs that the registry took from another repository in this push."""
    return sum(one.mounted for one in step.after.run.outgoing.parcels)


def blobs_uploaded(step: Step) -> int:
    """Blobs whose bytes this push has sent."""
    done = (Stage.COMMITTED, Stage.THERE)
    parcels = step.after.run.outgoing.parcels
    return sum(one.stage in done and bool(one.location) for one in parcels)


def blobs_pushed(step: Step) -> int:
    """Blobs that the pushed manifest names."""
    return len(step.after.run.outgoing.parcels)


def pushed_digest(step: Step) -> str:
    """The digest of the manifest that is pushed, shortened."""
    manifest = step.after.run.outgoing.manifest
    return manifest.digest[:19] + "…" if manifest else ""


def platform(step: Step) -> str:
    """The platform that is pulled for."""
    return str(step.after.platform)


def failed(step: Step) -> bool:
    """The run ends here, with an error."""
    return step.after.phase is Phase.FAILED


FACTS: Mapping[str, Callable[[Step], Value]] = {
    fact.__name__: fact
    for fact in (
        command, host, image, repository, by_digest, digest, loopback, key, hub, mirror, stored,
        identity_token, store_changed, helper, helper_missing, account, reuses_stored, asks_user,
        sent_to, tls, credentials_sent, scheme_sent, status, digest_named, length_named, scheme,
        resolved_with, token_service, challenged, downloaded, part_kept, layers_held, image_named,
        new_digest, mount_source, mount_granted, token_actions, blobs_there, blobs_missing,
        blobs_mounted, blobs_uploaded, blobs_pushed, pushed_digest, lenient, authority_file,
        platform, failed, pulls_left, pulls_allowed, limit_source, method,
        layers_named,
    )
}  # fmt: skip
"""By name: `facts.NAME` in a condition or a claim, `{NAME}` in a text."""


def facts_of(step: Step) -> Mapping[str, Value]:
    """The facts of one step."""
    return Computed(FACTS, step)
