"""Docker 29 with containerd's image store, the default of new installations."""

from simulator.docker.engines.profile import Profile
from simulator.docker.events import Refused
from simulator.docker.held_images import Refusal, Removal, find_image, is_prefix
from simulator.docker.image_store import NAMELESS, ImageStore, familiar, parts, repository_of
from simulator.protocol.manifest import Manifest
from simulator.protocol.media_types import DOCKER_INDEX, DOCKER_MANIFEST, OCI_INDEX, OCI_MANIFEST
from simulator.protocol.reference import Reference
from simulator.words.i18n import N_

MOST_ANSWERS = 5
REPEATED_AT_ONCE = frozenset({408, 429})
REPEATED_ONCE = frozenset({500, 503, 504})


def asks_again(answers: tuple[int | None, ...], kind: str, way_in: bool, refused: Refused) -> bool:
    """408, 429, and 401 with a challenge that reports no error: up to five answers in all.
    500, 503 and 504: once."""
    status = answers[-1]
    if status in REPEATED_ONCE:
        return answers[-2:-1] != (status,)
    again = status in REPEATED_AT_ONCE or (status == 401 and way_in)
    return again and len(answers) < MOST_ANSWERS


def digest_lost(refused: Refused) -> bool:
    """A digest that the registry named must be there."""
    return False


def backs_off(failed: int, kind: str) -> bool:
    """It asks again at once."""
    return False


def remove(store: ImageStore, text: str, force: bool) -> Removal | Refusal:
    """All names that mean the same go; if those are all there are, so does the image. By its
    id an image goes if all its names mean the same, or by force."""
    image = find_image(store, False, text)
    if isinstance(image, Refusal):
        return image
    by_id = is_prefix(image.id, text)
    same = same_names(image.names, None if by_id else Reference.parse(text))
    if set(same) == set(image.names) or (by_id and force):
        return Removal(shown(image.names), (image.id,), image.names)
    return Refusal(text, "referenced", image.id) if by_id else Removal(shown(same), (), same)


def shown(names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(familiar(name) for name in names if repository_of(name) != NAMELESS)


def same_names(names: tuple[str, ...], wanted: Reference | None) -> tuple[str, ...]:
    """Names of one repository with one tag; one by digest belongs to them if there is no
    other tag. Who names a digest means every tag; who names none, the first name's."""
    first = next((name for name in names if repository_of(name) != NAMELESS), "")
    repository = f"{wanted.domain}/{wanted.repository}" if wanted else repository_of(first)
    every = wanted is not None and wanted.digest is not None
    own = [name for name in names if repository_of(name) == repository]
    tags = [name for name in own if "@" not in name]
    tag = wanted.canonical if wanted and not every else next(iter(tags), "")
    chosen = own if every or set(tags) <= {tag} else [tag]
    nameless = (name for name in names if repository_of(name) == NAMELESS)
    return (*chosen, *nameless)


def disk_used(store: ImageStore) -> int:
    """All content, and all layers unpacked besides, each once."""
    images = [one for one in store.manifests if isinstance(one, Manifest)]
    sizes = {blob.digest: blob.size for one in images for blob in parts(one)}
    content = [sizes.get(digest, 0) for digest in store.blobs]
    known = {**dict(store.unpacked), **dict(store.on_disk)}
    layers = [known[digest] for digest, _ in store.unpacked]
    return sum((one.size for one in store.manifests), sum(content) + sum(layers))


PROFILE = Profile(
    name="29",
    title=N_("Docker 29 (containerd image store)"),
    recorded=N_("Recorded with a development build of Docker 29 from August 2026."),
    pings=False,
    heads_digests=True,
    shares_authorization=False,
    posts_for_tokens=True,
    adds_scopes=True,
    answers_all_schemes=False,
    images_only=False,
    helper_required=True,
    reads_environment=True,
    trims_passwords=False,
    http_after_failure=False,
    ipv6_loopback=True,
    cli_lenient_here=False,
    seeks_blobs=True,
    goes_by_type=True,
    trusts_tags=False,
    chains_layers=False,
    config_first=True,
    resumes_all=True,
    image_is_config=False,
    parses_platform=False,
    checks_platform=False,
    hides_nameless=True,
    accept=(
        ("Accept", ", ".join((DOCKER_MANIFEST, DOCKER_INDEX, OCI_MANIFEST, OCI_INDEX, "*/*"))),
    ),
    succeeds=range(200, 300),
    reads_errors=frozenset({403}),
    digest_lost=digest_lost,
    asks_again=asks_again,
    backs_off=backs_off,
    remove=remove,
    measures_files=False,
    compares_types=False,
    largest_manifest=4 * 1048 * 1048,
    keeps_manifests=False,
    repacks=False,
    lists_platforms=True,
    disk_used=disk_used,
    fetches_attestations=True,
    samples_progress=False,
)
