"""The differences between a recording and the machine that do not count, and why."""

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import replace

from simulator.docker.engines import engine as known_engine
from simulator.recordings.outcome import PROGRESS, Outcome

Pair = tuple[Outcome, Outcome]
Normalise = Callable[[Outcome, Outcome], Pair]


def both(change: Callable[[Outcome], Outcome]) -> Normalise:
    return lambda recorded, ours: (change(recorded), change(ours))


def without_blank_lines(outcome: Outcome) -> Outcome:
    if not outcome.terminal:
        return outcome
    return replace(outcome, stdout=tuple(x.rstrip() for x in outcome.stdout if x.strip()))


def temporary_names(outcome: Outcome) -> Outcome:
    told = tuple(re.sub(r"(config\.json)\d+", r"\1<random>", line) for line in outcome.stderr)
    return replace(outcome, stderr=told)


MOMENT = re.compile(r"(current time|is after|is before) \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")


def moments(outcome: Outcome) -> Outcome:
    told = tuple(MOMENT.sub(r"\1 <time>", line) for line in outcome.stderr)
    return replace(outcome, stderr=told)


OWN_END = re.compile(r"\bread (tcp|udp) \S+->")
OUT_OF_TIME = re.compile(r"(context deadline exceeded) \(Client\.Timeout exceeded .*?\)")


def chance(outcome: Outcome) -> Outcome:
    known = (OWN_END.sub(r"read \1 <client>->", line) for line in outcome.stderr)
    return replace(outcome, stderr=tuple(OUT_OF_TIME.sub(r"\1", line) for line in known))


WRITTEN = re.compile(r"\bwrite /\S+(?=: no space left on device)")
EXTRACTED = re.compile(r"\bextract-\d+-\S+")


def full_disk(outcome: Outcome) -> Outcome:
    known = (WRITTEN.sub("write <file>", line) for line in outcome.stderr)
    return replace(outcome, stderr=tuple(EXTRACTED.sub("extract-<random>", x) for x in known))


INSPECTED = re.compile(
    r',\n        "(?:Metadata|GraphDriver)": \{\n.*?\n        \}(?=,?\n)', re.DOTALL
)


def inspected(outcome: Outcome) -> Outcome:
    text = INSPECTED.sub("", "\n".join(outcome.stdout))
    return replace(outcome, stdout=tuple(text.split("\n")) if text else outcome.stdout)


def listed_images(outcome: Outcome) -> Outcome:
    if not outcome.stdout or not outcome.stdout[0].startswith("REPOSITORY "):
        return outcome
    return replace(outcome, stdout=(outcome.stdout[0], *sorted(outcome.stdout[1:])))


def identity_tokens(outcome: Outcome) -> Outcome:
    kept = outcome.config and re.sub(r'("identitytoken": )"[^"]*"', r'\1"..."', outcome.config)
    return replace(outcome, config=kept)


def without_content(recorded: Outcome, ours: Outcome) -> Pair:
    """Of an image that is not the lab's we know names and digests, not what is in it. Whether
    `docker images` shows the digest depends on what is in it: `RepoDigests` has it."""

    def names_only(outcome: Outcome) -> Outcome:
        kept = (
            re.sub(r"\bDigest: \S+; ", "", row.partition("; Layers: ")[0]) for row in outcome.images
        )
        return replace(outcome, images=tuple(kept))

    return names_only(recorded), names_only(ours)


PASSING = ("Verifying Checksum", "Download complete")
CUT_SHORT = ("Pulling fs layer", "Already exists", "Preparing")
MOMENTS = ("Downloading", "Unavailable")


def layer_lines(outcome: Outcome) -> Outcome:
    """Lines of layers, between other lines, sorted by layer; each layer keeps its order."""
    kept: list[str] = []
    block: list[tuple[str, str]] = []
    for line in (*outcome.stdout, ""):
        found = PROGRESS.fullmatch(line)
        if found:
            block.append((found["id"], found["state"]))
            continue
        kept += by_layer(block, outcome)
        block = []
        kept.append(line)
    return replace(outcome, stdout=tuple(kept[:-1]))


def by_layer(block: list[tuple[str, str]], outcome: Outcome) -> list[str]:
    told: dict[str, list[str]] = {}
    for ident, state in block:
        if outcome.exit_status and state not in CUT_SHORT:
            continue
        waits = state == "Waiting" and not known_engine(outcome.engine).repacks
        if state in MOMENTS or waits:
            continue
        seen = told.setdefault(ident, [])
        sampled = known_engine(outcome.engine).samples_progress
        merged = "arrived" if state in PASSING and sampled else state
        if seen[-1:] != [merged]:
            seen += [*rest_of_countdown(seen, merged), merged]
    if not outcome.exit_status:
        told = {ident: [*seen, *rest_of_countdown(seen, "")] for ident, seen in told.items()}
    return [f"{ident}: {state}" for ident in sorted(told) for state in told[ident]]


COUNTDOWN = re.compile(r"Retrying in (\d+) seconds?")


def rest_of_countdown(seen: list[str], following: str) -> list[str]:
    """The seconds that a countdown had left when another blob ended the attempt."""
    left = COUNTDOWN.fullmatch(seen[-1]) if seen else None
    if left is None or COUNTDOWN.fullmatch(following):
        return []
    return [f"Retrying in {n} second{'s' if n > 1 else ''}" for n in range(int(left[1]) - 1, 0, -1)]


BLOB = re.compile(r"GET \S+/blobs/\S+ .*")
REFERRERS = re.compile(r"GET \S+/(referrers/sha256:|manifests/sha256-)[0-9a-f]{64} .*")


def parallel_requests(outcome: Outcome) -> Outcome:
    """Adjacent requests for blobs are sorted; where referrers are asked for, so are those until the
    next HEAD."""
    beside = any(REFERRERS.fullmatch(line) for line in outcome.requests)
    kept: list[str] = []
    block: list[str] = []
    for line in (*outcome.requests, ""):
        if BLOB.fullmatch(line):
            block.append(line)
        elif beside and line and not line.startswith("HEAD "):
            kept.append(line)
        else:
            kept += sorted(block)
            block = []
            kept.append(line)
    return replace(outcome, requests=tuple(kept[:-1]))


def status_of(request: str) -> int:
    """The status at the end of a request's line; 0 where there was no answer."""
    return int(request.rpartition(" ")[2])


def in_flight(recorded: Outcome, ours: Outcome) -> Pair:
    """Of a pull that failed among its blobs, only refusals count."""
    if not (recorded.exit_status and ours.exit_status):
        return recorded, ours

    def refusals(outcome: Outcome) -> Outcome:
        kept = (x for x in outcome.requests if not BLOB.fullmatch(x) or status_of(x) >= 400)
        return replace(outcome, requests=tuple(x for x in kept if x != "client_aborted"))

    return refusals(recorded), refusals(ours)


UPLOAD = re.compile(r"(/blobs/uploads/)[^?/ ]+\?_state=[^& ]*")


def upload_names(outcome: Outcome) -> Outcome:
    kept = tuple(UPLOAD.sub(r"\1<upload>?", line) for line in outcome.requests)
    told = tuple(UPLOAD.sub(r"\1<upload>?", line) for line in outcome.stderr)
    return replace(outcome, requests=kept, stderr=told)


PUSHED = re.compile(r"(HEAD|POST|PATCH|PUT) \S+/blobs/\S* .*", re.DOTALL)
TOKEN = re.compile(r"(GET|POST) \S+/token[? ].*", re.DOTALL)
ONE_BLOB = re.compile(r"(/blobs/|digest=|mount=|(?:layer|config)-)sha256(?::|%3A)[0-9a-f]{64}")
KIND = re.compile(r"(?:layer|config)-(?=<one of them>)")


def parallel_pushes(recorded: Outcome, ours: Outcome) -> Pair:
    """The requests for blobs and tokens, sorted; where both fail, which of them was refused."""
    if not is_push(recorded):
        return recorded, ours
    failed = bool(recorded.exit_status and ours.exit_status)
    return sorted_push(recorded, failed), sorted_push(ours, failed)


def is_push(outcome: Outcome) -> bool:
    """A push that says so, or sends blobs in silence."""
    uploads = any("/blobs/uploads/" in line for line in outcome.requests)
    return uploads or any(line.startswith("The push refers to") for line in outcome.stdout)


def sorted_push(outcome: Outcome, failed: bool) -> Outcome:
    known = [line for line in outcome.requests if not line.startswith("client_aborted")]
    blobs = [line for line in known if PUSHED.fullmatch(line) or TOKEN.fullmatch(line)]
    others = [line for line in known if line not in blobs]
    if failed:
        refused = (line for line in blobs if status_of(line) >= 400)
        blobs = list({one_of_them(line) for line in refused})
    told = tuple(one_of_them(line) for line in outcome.stderr)
    return replace(outcome, requests=(*sorted(blobs), *others), stderr=told)


def one_of_them(line: str) -> str:
    return KIND.sub("blob-", ONE_BLOB.sub(r"\1<one of them>", line))


MANIFEST = re.compile(r"GET \S+/manifests/sha256:\S+ .* -> 200")


def held_manifests(recorded: Outcome, ours: Outcome) -> Pair:
    """A manifest that only we ask for: the recorded daemon had it from an earlier situation."""
    if recorded.exit_status or not known_engine(recorded.engine).keeps_manifests:
        return recorded, ours
    theirs = Counter(recorded.requests)
    kept = tuple(x for x in ours.requests if not MANIFEST.fullmatch(x) or theirs[x])
    return recorded, replace(ours, requests=kept)


NORMALISED: dict[str, tuple[str, Normalise]] = {
    "terminal": (
        "a recording on a terminal was kept as the last screen, without blank lines and spaces at "
        "the end of a line",
        both(without_blank_lines),
    ),
    "temporary names": (
        "config.json is written by way of a file with a random number in its name",
        both(temporary_names),
    ),
    "validity of certificates": (
        "Go prints the clock and the day on which the laboratory's certificate expires or begins",
        both(moments),
    ),
    "chance in Go's words": (
        "Go names the client's own end of a connection, whose port the kernel chooses; Docker 29 "
        "says `context deadline exceeded` with or without `(Client.Timeout exceeded ...)`, from "
        "run to run",
        both(chance),
    ),
    "full disk": (
        "which file is being written when the disk is full is chance, as is the name under which "
        "containerd unpacks a layer",
        both(full_disk),
    ),
    "inspected images": (
        "when an image got its last name is of the day, and `GraphDriver` names directories of "
        "the storage driver, whose names are random",
        both(inspected),
    ),
    "listed images": (
        "all images of the laboratory were made in the same second; in which order "
        "`docker images` then has its rows is chance",
        both(listed_images),
    ),
    "identity tokens": ("the value of a token is random", both(identity_tokens)),
    "progress of layers": (
        "layers are downloaded in parallel, so the order between layers is chance; engine 26 may "
        "skip one of 'Verifying Checksum' and 'Download complete'; 'Downloading' is a moment, as "
        "are 'Waiting' of engine 29 and 'Unavailable' of a push; "
        "what a layer still reports when another one fails is chance too, and so is how far it "
        "then counts down to its next attempt",
        both(layer_lines),
    ),
    "requests for blobs": (
        "blobs are asked for in parallel, with one another and with the referrers of an "
        "attestation: compared as a set",
        both(parallel_requests),
    ),
    "requests in flight": (
        "when a pull fails among its blobs, those in flight are cut off at a moment of chance",
        in_flight,
    ),
    "uploads": ("the id and the state of an upload are random", both(upload_names)),
    "pushes": (
        "blobs are pushed in parallel: requests for them and for tokens are compared as a set, "
        "and of a push that failed those that were refused; which blob the error names is chance",
        parallel_pushes,
    ),
    "manifests held": (
        "engine 26 does not ask for a manifest that it still holds from an earlier situation of "
        "the recording session, which the recording does not tell",
        held_manifests,
    ),
}
"""All that is not compared as it is: name -> (reason, how both sides are changed)."""

NEVER_COMPARED = {
    "times": "they are of the day",
    "request ids and headers other than Authorization": "they do not tell what was asked",
    "values of tokens": "they are random",
    "sizes of images in engine 29": "they depend on containerd's snapshotter, which unpacks",
}
"""Parts that are not compared at all -> why."""
