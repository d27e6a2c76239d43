"""What there is to learn, as data. Reviews are spaced by objective, not by question."""

from collections.abc import Mapping
from dataclasses import dataclass

from simulator.words.i18n import N_


@dataclass(frozen=True)
class Objective:
    """`title` completes "You can say ..."; `rule` is what a second hint says."""

    name: str
    title: str
    rule: str


KNOWN = (
    Objective(
        "credentials-are-checked-at-login",
        N_("when credentials are checked, and what becomes of stale ones"),
        N_("Login asks the registry at once and stores a copy; only the registry knows whether "
           "the copy is still right."),
    ),
    Objective(
        "what-is-stored",
        N_("what is stored on this machine, and what is not"),
        N_(
            "docker login stores user name and password, or an identity token. The token of a pull "
            "is kept in memory only, and ends with the command."
        ),
    ),
    Objective(
        "challenge-and-scope",
        N_("what a challenge asks for, and to what a token then gives access"),
        N_(
            "The registry first answers 401 and says which credentials it wants. Docker gets a "
            "token for what it wants to do in this repository."
        ),
    ),
    Objective(
        "token-is-short-lived",
        N_("how long a token is valid"),
        N_(
            "A token is for one scope, and for the time that the token service sets, often some "
            "minutes. Each command gets its own."
        ),
    ),
    Objective(
        "basic-vs-bearer",
        N_("how Basic and Bearer authentication differ"),
        N_("Basic sends the password with each request; Bearer sends a token that another "
           "service issued for the password."),
    ),
    Objective(
        "manifest-before-layers",
        N_("in which order an image arrives"),
        N_("The tag names a digest, the digest a manifest, and the manifest its config and "
           "layers: each is needed to ask for the next."),
    ),
    Objective(
        "digest-verification",
        N_("what a digest promises, and when it is checked"),
        N_("A digest is the hash of the content: what arrives is hashed and compared before it "
           "counts."),
    ),
    Objective(
        "layers-are-shared",
        N_("what a pull does not download again"),
        N_(
            "Docker compares digests, and does not ask for layers that it holds. Docker 26 counts "
            "a layer as held only on top of the same layers."
        ),
    ),
    Objective(
        "image-comes-last",
        N_("when an image is there"),
        N_("Blobs are only blobs until all of them are right; then the image gets its name."),
    ),
    Objective(
        "not-found-vs-denied",
        N_("what tells “not found” from “denied”"),
        N_(
            "This registry first checks the right, then looks for the image: an account without "
            "the right does not learn whether it exists. Other registries answer 404."
        ),
    ),
    Objective(
        "one-message-many-causes",
        N_("which causes a message can have"),
        N_("Look at the answer that ended the run: its status and its sender say more than the "
           "message."),
    ),
    Objective(
        "engines-differ",
        N_("how the two engines go different ways"),
        N_("Docker 26 asks GET /v2/ first and keeps its token; Docker 29 goes straight to the "
           "tag, and its download starts without the token."),
    ),
)  # fmt: skip
OBJECTIVES: Mapping[str, Objective] = {objective.name: objective for objective in KNOWN}
"""By name, in the order of the lesson."""

ABOUT: Mapping[str, str] = {
    "LoginTyped": "credentials-are-checked-at-login",
    "CredentialsEntered": "credentials-are-checked-at-login",
    "LoginAccepted": "what-is-stored",
    "LoginRejected": "credentials-are-checked-at-login",
    "StoredCredentialsReused": "credentials-are-checked-at-login",
    "CredentialsStored": "what-is-stored",
    "CredentialsRemoved": "what-is-stored",
    "CredentialFound": "what-is-stored",
    "CredentialMissing": "what-is-stored",
    "StoreFailed": "what-is-stored",
    "HelperFailed": "what-is-stored",
    "CertificatesUnusable": "one-message-many-causes",
    "HeaderUnusable": "one-message-many-causes",
    "MediaTypesDiffer": "one-message-many-causes",
    "CredentialAttached": "basic-vs-bearer",
    "TokenRefused": "credentials-are-checked-at-login",
    "UsageRefused": "credentials-are-checked-at-login",
    "PromptInterrupted": "credentials-are-checked-at-login",
    "PromptUnanswered": "credentials-are-checked-at-login",
    "ChallengeIncomplete": "basic-vs-bearer",
    "RequestMoved": "token-is-short-lived",
    "TokenIssued": "token-is-short-lived",
    "PingSkipped": "engines-differ",
    "AccessDenied": "not-found-vs-denied",
    "ManifestUnknown": "not-found-vs-denied",
    "ErrorWithoutBody": "engines-differ",
    "AlreadyUpToDate": "layers-are-shared",
    "LayersPlanned": "layers-are-shared",
    "UpdateNeeded": "manifest-before-layers",
    "ManifestReceived": "manifest-before-layers",
    "IndexReceived": "manifest-before-layers",
    "PlatformSelected": "manifest-before-layers",
    "BlobReceived": "digest-verification",
    "BlobsVerified": "digest-verification",
    "DigestMismatch": "digest-verification",
    "DownloadCut": "digest-verification",
    "Resolved": "digest-verification",
    "ImageStored": "image-comes-last",
    "SessionEnded": "image-comes-last",
    "Unreachable": "one-message-many-causes",
    "BlobUnknown": "manifest-before-layers",
    "PlatformMissing": "manifest-before-layers",
    "PlatformMismatched": "manifest-before-layers",
    "NotAnImage": "manifest-before-layers",
    "ManifestHeld": "layers-are-shared",
    "IndexHeld": "layers-are-shared",
    "StoredCredentialsRefused": "credentials-are-checked-at-login",
    "InputMissing": "credentials-are-checked-at-login",
    "ServerFailed": "one-message-many-causes",
    "RateLimited": "one-message-many-causes",
    "ReferenceRejected": "one-message-many-causes",
}
"""What a step is about, by its event; any other is about the challenge."""


def about(event: str) -> str:
    return ABOUT.get(event, "challenge-and-scope")
