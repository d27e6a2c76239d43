"""Beside an image from an index: its attestation (BuildKit), and the signatures of that.

Engine 29 fetches the attestation that the index has for the image, and asks the registry which
signatures refer to it (distribution spec, end-12a): first by the referrers API, then by the tag
that stands for it. Each question is a fetcher of its own, which knows nothing of the other's
authorization.
"""

from dataclasses import replace
from typing import Any

from simulator.docker import events as e
from simulator.docker.events import Event, Failure
from simulator.docker.go_json import not_json
from simulator.docker.machine.answers import demanded, refusal, repeats
from simulator.docker.machine.part import Move, Part
from simulator.docker.machine.redirects import following
from simulator.docker.machine.requests import (
    attestation_of,
    manifest_request,
    manifest_url,
    referrers_url,
)
from simulator.docker.machine.state import Access, Attestation, Run, State
from simulator.docker.machine.table import Phase
from simulator.protocol.digest import algorithm_of, digest_of
from simulator.protocol.manifest import (
    Descriptor,
    InvalidManifest,
    Manifest,
    descriptor,
    parse_manifest,
)
from simulator.protocol.media_types import OCI_INDEX
from simulator.protocol.message import Request, Response

SIGNATURES = ("application/vnd.dev.cosign.artifact.sig.v1+json",
              "application/vnd.dev.sigstore.bundle.v0.3+json")  # fmt: skip
"""Types of artifacts that engine 29 takes for signatures (moby's policy-helpers)."""


def fetch(state: State) -> Move:
    """The next manifest beside the image; one that is here is not asked for."""
    left = state.run.attestation.left
    if not left:
        return e.AttestationsComplete()
    held = state.client.images.manifest(left[0].digest) or here(state, left[0].digest)
    if isinstance(held, Manifest):
        return read(state, held)
    return (manifest_request(state, "GET", left[0].digest),)


def here(state: State, digest: str) -> Manifest | None:
    known = state.run.attestation.manifests
    return next((one for one in known if one.digest == digest), None)


def read(state: State, manifest: Manifest) -> Event:
    """Only of an attestation are the referrers asked for. Docker asks for ever where it refers to
    itself; once is enough to show here."""
    entry = attestation_of(state)
    first = here(state, manifest.digest) is None
    own = entry is not None and entry.digest == manifest.digest and first
    return e.AttestationRead(manifest) if own else e.SignatureRead(manifest)


def fetched(state: State, request: Request, answer: Response) -> Event:
    if answer.status != 200:
        again = repeats(state, request, answer, "manifest")
        return e.AskedAgain(request.url, answer.status) if again else refusal(request, answer)
    wanted = state.run.attestation.left[0]
    actual = digest_of(answer.body, algorithm_of(wanted.digest))
    if actual != wanted.digest:
        return e.DigestMismatch("manifest", wanted.digest, actual, wanted.size, len(answer.body))
    try:
        manifest = parse_manifest(answer.body, actual, wanted.media_type)
    except InvalidManifest as error:
        why = not_json(answer.body.decode(errors="replace"), stream=False) or str(error)
        return e.ManifestUnreadable(manifest_url(state, wanted.digest), why)
    if isinstance(manifest, Manifest):
        return read(state, manifest)
    why = f"media-type: expected manifest but found index ({wanted.media_type})"
    return e.ManifestUnreadable(manifest_url(state, wanted.digest), why)


# -- referrers --------------------------------------------------------------------------------


def ask(state: State) -> Move:
    url = referrers_url(state)
    accept = (("Accept", f"{OCI_INDEX}, */*"),)
    return (Request("GET", url, accept, state.run.access.authorization),)


def referrers(state: State, request: Request, answer: Response) -> Event:
    if answer.status == 200:
        return listed(request, answer)
    challenge = demanded(state, answer)
    if challenge:
        return e.Challenged(challenge)
    if repeats(state, request, answer, "manifest"):
        return e.AskedAgain(request.url, answer.status)
    return refusal(request, answer)


def listed(request: Request, answer: Response) -> Event:
    """The signatures among those that refer to the attestation."""
    why = not_json(answer.body.decode(errors="replace"))
    document = answer.json()
    entries = document.get("manifests") if isinstance(document, dict) else None
    if why:
        return e.ManifestUnreadable(request.url, f"failed to decode referrers index: {why}")
    known = entries if isinstance(entries, list) else []
    try:
        found = tuple(descriptor(one) for one in known if is_signature(one))
    except (ValueError, KeyError, TypeError):
        found = ()
    return e.ReferrersListed(found)


def is_signature(entry: Any) -> bool:
    return isinstance(entry, dict) and entry.get("artifactType") in SIGNATURES


def tolerated(state: State, event: Event) -> Event:
    """A registry without the referrers API, or with one that fails, is asked for the tag. One
    without the tag has no referrers; of two failures the first is reported."""
    asking = state.phase in (Phase.ASKING_REFERRERS, Phase.AUTHORIZING_REFERRERS)
    if not asking or not isinstance(event, Failure) or isinstance(event, e.ManifestUnreadable):
        return event
    if not state.run.attestation.by_tag:
        missing = isinstance(event, e.ManifestUnknown)
        return e.ReferrersUnsupported(None if missing else event)
    if isinstance(event, e.ManifestUnknown):
        return e.ReferrersListed(())
    return state.run.attestation.why or event


# -- what is kept -----------------------------------------------------------------------------


def keep_sought(state: State, event: e.AttestationSought) -> Run:
    return replace(state.run, attestation=Attestation(left=(event.entry,), sought=True))


def keep_attestation(state: State, event: e.AttestationRead) -> Run:
    """The question for referrers begins without any authorization."""
    run = keep_manifest(state, event)
    kept = replace(run.attestation, kept=run.access, by_tag=False, why=None)
    return replace(run, attestation=kept, access=Access())


def keep_manifest(state: State, event: e.AttestationRead | e.SignatureRead) -> Run:
    """What the manifest names is missing like the layers of the image."""
    run, known = state.run, state.run.attestation
    manifest = event.manifest
    fresh = here(state, manifest.digest) is None
    attestation = replace(
        known,
        left=known.left[1:],
        manifests=(*known.manifests, manifest) if fresh else known.manifests,
    )
    held = {*state.client.images.blobs, *(one.digest for one in run.download.waiting)}
    blobs = dict.fromkeys((manifest.config, *manifest.layers)) if fresh else {}
    missing = tuple(blob for blob in blobs if blob.digest not in held)
    download = replace(run.download, waiting=(*run.download.waiting, *missing))
    return replace(run, attestation=attestation, download=download)


def keep_unsupported(state: State, event: e.ReferrersUnsupported) -> Run:
    attestation = replace(state.run.attestation, by_tag=True, why=event.why)
    return replace(state.run, attestation=attestation)


def keep_referrers(state: State, event: e.ReferrersListed) -> Run:
    """Manifests are next, with the authorization from before."""
    run, known = state.run, state.run.attestation
    left = (*known.left, *map(plain, event.referrers))
    return replace(run, attestation=replace(known, left=left), access=known.kept)


def plain(entry: Descriptor) -> Descriptor:
    return replace(entry, platform=None)


PART = Part(
    moves={Phase.FETCHING_ATTESTATION: fetch, Phase.ASKING_REFERRERS: ask},
    meanings={
        Phase.FETCHING_ATTESTATION: following(fetched),
        Phase.ASKING_REFERRERS: following(referrers),
    },
    keeps={
        e.AttestationSought: keep_sought,
        e.AttestationRead: keep_attestation,
        e.SignatureRead: keep_manifest,
        e.ReferrersUnsupported: keep_unsupported,
        e.ReferrersListed: keep_referrers,
    },
)
