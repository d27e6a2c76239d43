"""Docker 26 with the classic image store: what it does (moby's `distribution` package)."""

from itertools import takewhile

from simulator.docker.engines.profile import Profile
from simulator.docker.events import AccessDenied, Refused, RegistryError
from simulator.docker.held_images import HeldImage, Refusal, Removal, find_image, held, is_prefix
from simulator.docker.image_store import ImageStore, chain_ids, repository_of
from simulator.protocol.media_types import (
    DOCKER_INDEX,
    DOCKER_MANIFEST,
    DOCKER_MANIFEST_1,
    OCI_INDEX,
    OCI_MANIFEST,
)
from simulator.protocol.reference import Reference
from simulator.words.i18n import N_

ACCEPTED = (DOCKER_MANIFEST, DOCKER_INDEX, OCI_INDEX, OCI_MANIFEST,
            DOCKER_MANIFEST_1,
            "application/json")  # fmt: skip
FINAL = frozenset({"UNAUTHORIZED", "DENIED", "UNSUPPORTED", "TOOMANYREQUESTS", "NAME_UNKNOWN"})
"""Errors after which a blob is not asked for again (moby, `retryOnError`)."""
LOST = frozenset({"DENIED", "MANIFEST_UNKNOWN", "NAME_UNKNOWN"})
"""Errors about a manifest's digest after which its tag is asked for (moby, `isNotFound`)."""
ERRORS = {"insufficient_scope": "DENIED", "invalid_token": "UNAUTHORIZED"}
"""What the error of a challenge (RFC 6750 section 3) stands for."""
BY_STATUS = {401: "UNAUTHORIZED", 403: "DENIED", 429: "TOOMANYREQUESTS"}
"""The error where the body is not said to be JSON; UNKNOWN for other statuses."""
CONFIG_ATTEMPTS = 5
LAYER_ATTEMPTS = 5
REQUESTS = 2
"""Each attempt at a layer asks twice: once for its size, and again when it reads."""


def asks_again(answers: tuple[int | None, ...], kind: str, way_in: bool, refused: Refused) -> bool:
    """Manifests once; a config up to five times, a layer in up to five attempts."""
    match kind:
        case "config":
            return not final(refused) and len(answers) < CONFIG_ATTEMPTS
        case "layer":
            return len(answers) < (REQUESTS if final(refused) else REQUESTS * LAYER_ATTEMPTS)
        case _:
            return False


def final(refused: Refused) -> bool:
    """Whether a blob is not asked for again: by its first error, which counts for nothing where it
    says no more than its code (distribution, `errcode`)."""
    if refused.status == 404 or (isinstance(refused, AccessDenied) and refused.error in ERRORS):
        return True
    if not 400 <= refused.status < 500 or not refused.errors:
        return False
    first = refused.errors[0]
    if first.whole or first.form in ("text", "details"):
        return refused.status in BY_STATUS
    return first.form in ("json", "broken") or (first.code in FINAL and not first.bare)


def digest_lost(refused: Refused) -> bool:
    """Whether one of the errors says that the manifest is not there, or not for this user."""
    if not 400 <= refused.status < 500:
        return False
    challenged = refused.error if isinstance(refused, AccessDenied) else ""
    known = {code_of(refused, error) for error in refused.errors}
    return bool(LOST & {*known, ERRORS.get(challenged, "")})


def code_of(refused: Refused, error: RegistryError) -> str:
    """The code of an error; a body that is not read as JSON has that of its status."""
    if error.whole or error.form in ("text", "details"):
        return BY_STATUS.get(refused.status, "UNKNOWN")
    return error.code


def backs_off(failed: int, kind: str) -> bool:
    """A layer's next attempt is 5 seconds away and more: meanwhile the others go on."""
    return kind == "layer" and failed % REQUESTS == 0


def remove(store: ImageStore, text: str, force: bool) -> Removal | Refusal:
    """A tag takes the repository's digest along if it was its last tag; without any name left
    the image goes. By its id an image goes if it has one name, or by force."""
    image = find_image(store, True, text)
    if isinstance(image, Refusal):
        return image
    references = tuple(sorted((*image.tags, *image.digests)))
    if is_prefix(image.id, text):
        return removed(store, image, references) if force or single(image) else Refusal(
            text, "referenced", image.id
        )  # fmt: skip
    name = Reference.parse(text)
    others = [tag for tag in image.tags if repository_of(tag) == name.familiar_name]
    lone = name.digest is None and others == [name.familiar]
    known = (one for one in image.digests if repository_of(one) == name.familiar_name)
    along = tuple(known) if lone else ()
    untagged = (name.familiar, *along)
    if set(references) <= {*untagged}:
        return removed(store, image, untagged)
    digests = (f"{name.domain}/{name.repository}@{one.partition('@')[2]}" for one in along)
    return Removal(untagged, (), (name.canonical, *digests))


def single(image: HeldImage) -> bool:
    """One name alone, or one tag with digests of its repository (moby, `isSingleReference`)."""
    names = (*image.tags, *image.digests)
    homes = {repository_of(one) for one in image.digests}
    own = {repository_of(one) for one in image.tags} or homes
    return len(names) <= 1 or (len(image.tags) <= 1 and len(homes) == 1 and own == homes)


def removed(store: ImageStore, image: HeldImage, untagged: tuple[str, ...]) -> Removal:
    """The image's id is deleted, then its layers from the top, down to one that is shared."""
    left = (one.config for one in held(store.without(image.names), True))
    shared = {chain for config in left if config for chain in chain_ids(config.diff_ids)}
    own = chain_ids(image.config.diff_ids) if image.config else ()
    layers = takewhile(lambda chain: chain not in shared, reversed(own))
    return Removal(untagged, (image.id, *layers), image.names)


def disk_used(store: ImageStore) -> int:
    """The files of all layers, each once."""
    return sum(size for _, size in store.unpacked)


PROFILE = Profile(
    name="26",
    title=N_("Docker 26 (classic image store)"),
    recorded=N_("Recorded with engine 26.1.5 and the command line of 28.2.2."),
    pings=True,
    heads_digests=False,
    shares_authorization=True,
    posts_for_tokens=False,
    adds_scopes=False,
    answers_all_schemes=True,
    images_only=True,
    helper_required=False,
    reads_environment=False,
    trims_passwords=True,
    http_after_failure=True,
    ipv6_loopback=False,
    cli_lenient_here=True,
    seeks_blobs=False,
    goes_by_type=False,
    trusts_tags=True,
    chains_layers=True,
    config_first=False,
    resumes_all=False,
    image_is_config=True,
    parses_platform=True,
    checks_platform=True,
    hides_nameless=False,
    accept=tuple(("Accept", kind) for kind in ACCEPTED),
    succeeds=range(200, 400),
    reads_errors=frozenset(range(400, 600)),
    digest_lost=digest_lost,
    asks_again=asks_again,
    backs_off=backs_off,
    remove=remove,
    measures_files=True,
    compares_types=True,
    largest_manifest=0,
    keeps_manifests=True,
    repacks=True,
    lists_platforms=False,
    disk_used=disk_used,
    fetches_attestations=False,
    samples_progress=True,
)
