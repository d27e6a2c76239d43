"""The map of phases: which event leads from which phase to which.

Diagrams, quizzes and tests read it.
"""

from collections.abc import Mapping
from enum import StrEnum

from simulator.docker import events as e
from simulator.docker.events import Event


class Phase(StrEnum):
    """The phase of a run. `DONE` and `FAILED` are ends."""

    READY = "ready"
    PROMPTING = "prompting"
    ASKING_FOR_CODE = "asking for a code"
    AWAITING_BROWSER = "awaiting the browser"
    CHECKING = "checking"
    AUTHORIZING_LOGIN = "authorizing login"
    LOGGING_IN = "logging in"
    SAVING = "saving"
    REMOVING = "removing"
    AT_IMAGE_STORE = "at the image store"
    PARSING = "parsing"
    LOOKING_UP = "looking up"
    PINGING = "pinging"
    AUTHORIZING_RESOLVE = "authorizing resolve"
    RESOLVING = "resolving"
    EXPLAINING = "explaining"
    COMPARING = "comparing"
    FETCHING_MANIFEST = "fetching manifest"
    AUTHORIZING_FETCH = "authorizing fetch"
    SELECTING = "selecting"
    PLANNING = "planning"
    AUTHORIZING_BLOBS = "authorizing blobs"
    FETCHING_BLOBS = "fetching blobs"
    FETCHING_ATTESTATION = "fetching the attestation"
    ASKING_REFERRERS = "asking for referrers"
    AUTHORIZING_REFERRERS = "authorizing referrers"
    STORING = "storing"
    NAMING_PUSH = "naming the push"
    LOOKING_UP_PUSH = "looking up for the push"
    FINDING_IMAGE = "finding the image"
    PINGING_PUSH = "pinging for the push"
    PLANNING_PUSH = "planning the push"
    CHECKING_BLOBS = "checking blobs"
    AUTHORIZING_PUSH = "authorizing the push"
    UPLOADING_BLOBS = "uploading blobs"
    AUTHORIZING_UPLOAD = "authorizing the upload"
    PUSHING_MANIFEST = "pushing the manifest"
    PREPARING_CONTAINER = "preparing a container"
    SEARCHING = "searching"
    NAMING_MANIFEST = "naming the manifest"
    LOOKING_UP_MANIFEST = "looking up for the manifest"
    READING_MANIFEST = "reading the manifest"
    AUTHORIZING_MANIFEST = "authorizing the manifest"
    DONE = "done"
    FAILED = "failed"


PUSHING = (Phase.CHECKING_BLOBS, Phase.UPLOADING_BLOBS)
"""The phases in which a push asks about blobs, and in which it sends them."""
AUTHORIZING_PUSHES = (Phase.AUTHORIZING_PUSH, Phase.AUTHORIZING_UPLOAD)
AUTHORIZING = (Phase.AUTHORIZING_LOGIN, Phase.AUTHORIZING_RESOLVE, Phase.AUTHORIZING_FETCH,
               Phase.AUTHORIZING_BLOBS, Phase.AUTHORIZING_REFERRERS,
               Phase.AUTHORIZING_MANIFEST)  # fmt: skip
"""The phases in which a challenge is answered."""


class IllegalTransition(RuntimeError):
    """The machine was given an event that the table does not allow: a defect of ours."""


Edges = Mapping[type[Event], Phase]
P = Phase


def fails(*events: type[Event]) -> dict[type[Event], Phase]:
    return dict.fromkeys(events, P.FAILED)


NO_TOKEN = fails(
    e.ChallengeIncomplete, e.TokenRefused, e.TokenMissing, e.ServerFailed,
    e.Unreachable,
)  # fmt: skip


def authorizing(here: Phase, resume: Phase) -> dict[type[Event], Phase]:
    """The ways out of a challenge; `resume` is what the challenge interrupted."""
    ways: dict[type[Event], Phase] = {e.CredentialAttached: resume, e.TokenIssued: resume}
    ways |= {e.TokenPostRefused: here, e.RequestMoved: here}
    return ways | NO_TOKEN | fails(e.NoCredentials)


READING = fails(
    e.AccessDenied, e.ManifestUnknown, e.RateLimited, e.ServerFailed, e.Unreachable,
    e.AllDeclined,
)  # fmt: skip
REFUSED = fails(e.AccessDenied, e.RateLimited, e.ServerFailed, e.Unreachable)

TRANSITIONS: Mapping[Phase, Edges] = {
    P.READY:
        {e.LoginTyped: P.PROMPTING, e.PullTyped: P.PARSING, e.LogoutTyped: P.REMOVING,
         e.PushTyped: P.NAMING_PUSH, e.TagTyped: P.AT_IMAGE_STORE,
         e.ImagesTyped: P.AT_IMAGE_STORE, e.RemoveTyped: P.AT_IMAGE_STORE,
         e.InspectTyped: P.AT_IMAGE_STORE, e.PruneTyped: P.AT_IMAGE_STORE,
         e.DiskUsageTyped: P.AT_IMAGE_STORE,
         e.ContainerTyped: P.PREPARING_CONTAINER, e.ContainerCreated: P.READY,
         e.ComposeTyped: P.READY, e.ServiceTaken: P.PARSING, e.ImagetoolsTyped: P.PARSING,
         e.SearchTyped: P.SEARCHING, e.ManifestInspectTyped: P.NAMING_MANIFEST,
         e.NextTagTaken: P.RESOLVING, e.NextTagDue: P.PLANNING_PUSH, e.SessionEnded: P.DONE}
        | fails(e.PlatformMismatched, e.UnpackRefused, e.ImagesRefused, e.UsageRefused),
    # docker login
    P.PROMPTING:
        {e.CredentialsEntered: P.CHECKING, e.StoredCredentialsReused: P.CHECKING,
         e.WebLoginChosen: P.ASKING_FOR_CODE, e.PromptInterrupted: P.READY}
        | fails(e.InputMissing, e.PromptUnanswered),
    P.ASKING_FOR_CODE:
        {e.DeviceCodeIssued: P.AWAITING_BROWSER, e.WebLoginUnavailable: P.PROMPTING},
    P.AWAITING_BROWSER:
        {e.ConfirmationPending: P.AWAITING_BROWSER}
        | fails(e.LoginCanceled, e.ServerFailed, e.Unreachable),
    P.CHECKING:
        {e.Challenged: P.AUTHORIZING_LOGIN, e.AccessOpen: P.LOGGING_IN,
         e.RequestMoved: P.CHECKING,
         e.FellBackToHttp: P.CHECKING, e.StoredCredentialsRefused: P.PROMPTING}
        | fails(e.Unreachable, e.CertificatesUnusable, e.EngineUnreachable),
    P.AUTHORIZING_LOGIN:
        {e.CredentialAttached: P.LOGGING_IN, e.TokenIssued: P.LOGGING_IN,
         e.RequestMoved: P.AUTHORIZING_LOGIN}
        | NO_TOKEN | {e.StoredCredentialsRefused: P.PROMPTING},
    P.LOGGING_IN:
        {e.LoginAccepted: P.SAVING, e.StoredCredentialsRefused: P.PROMPTING,
         e.RequestMoved: P.LOGGING_IN}
        | fails(e.LoginRejected, e.Unreachable),
    P.SAVING: {e.CredentialsStored: P.READY} | fails(e.StoreFailed),
    # docker logout, images, rmi, inspect
    P.REMOVING: {e.CredentialsRemoved: P.READY},
    P.AT_IMAGE_STORE:
        {e.ImagesListed: P.READY, e.ImagesInspected: P.READY, e.ImagesRemoved: P.READY,
         e.ImagesPruned: P.READY, e.DiskUsageListed: P.READY,
         e.ImageTagged: P.READY}
        | fails(e.ImagesRefused, e.EngineUnreachable),
    # docker pull
    P.PARSING: {e.ReferenceParsed: P.LOOKING_UP} | fails(e.ReferenceRejected),
    P.LOOKING_UP:
        {e.CredentialFound: P.PINGING, e.CredentialMissing: P.PINGING} | fails(e.HelperFailed),
    P.PINGING:
        {e.Challenged: P.AUTHORIZING_RESOLVE, e.AccessOpen: P.RESOLVING,
         e.PingSkipped: P.RESOLVING, e.FellBackToHttp: P.PINGING, e.RequestMoved: P.PINGING,
         e.MirrorGivenUp: P.PINGING}
        | fails(e.Unreachable, e.CertificatesUnusable, e.EngineUnreachable),
    P.AUTHORIZING_RESOLVE:
        authorizing(P.AUTHORIZING_RESOLVE, resume=P.RESOLVING)
        | {e.MirrorDeclined: P.RESOLVING, e.MirrorGivenUp: P.PINGING,
           e.SoughtAmongBlobs: P.RESOLVING, e.AuthorizationSpared: P.RESOLVING}
        | fails(e.AllDeclined),
    P.RESOLVING:
        {e.TagsListed: P.RESOLVING, e.Resolved: P.COMPARING, e.Challenged: P.AUTHORIZING_RESOLVE,
         e.AskedAgain: P.RESOLVING, e.SoughtAmongBlobs: P.RESOLVING,
         e.ErrorWithoutBody: P.EXPLAINING, e.FellBackToHttp: P.RESOLVING,
         e.RequestMoved: P.RESOLVING, e.MirrorDeclined: P.RESOLVING, e.MirrorGivenUp: P.PINGING}
        | READING | fails(e.HeaderUnusable, e.ManifestUnreadable),
    P.EXPLAINING:
        {e.Resolved: P.COMPARING, e.AskedAgain: P.EXPLAINING, e.TokenIssued: P.EXPLAINING,
         e.RequestMoved: P.EXPLAINING, e.MirrorDeclined: P.RESOLVING, e.MirrorGivenUp: P.PINGING}
        | READING | fails(e.TokenRefused, e.TokenMissing, e.ManifestUnreadable, e.HeaderUnusable,
                          e.MediaTypesDiffer, e.NotAnImage),
    P.COMPARING:
        {e.AlreadyUpToDate: P.READY, e.UpdateNeeded: P.FETCHING_MANIFEST,
         e.ReferrersDue: P.FETCHING_MANIFEST},
    P.FETCHING_MANIFEST:
        {e.ManifestReceived: P.PLANNING, e.IndexReceived: P.SELECTING, e.ManifestHeld: P.PLANNING,
         e.IndexHeld: P.SELECTING, e.Challenged: P.AUTHORIZING_FETCH,
         e.AskedAgain: P.FETCHING_MANIFEST, e.FellBackToHttp: P.FETCHING_MANIFEST,
         e.FellBackToTag: P.FETCHING_MANIFEST, e.RequestMoved: P.FETCHING_MANIFEST,
         e.MirrorDeclined: P.FETCHING_MANIFEST, e.MirrorGivenUp: P.PINGING}
        | READING
        | fails(e.DigestMismatch, e.ManifestUnreadable, e.MediaTypesDiffer, e.NotAnImage),
    P.AUTHORIZING_FETCH:
        authorizing(P.AUTHORIZING_FETCH, resume=P.FETCHING_MANIFEST)
        | {e.MirrorDeclined: P.FETCHING_MANIFEST} | fails(e.AllDeclined),
    P.SELECTING:
        {e.PlatformSelected: P.FETCHING_MANIFEST, e.ManifestDescribed: P.READY}
        | fails(e.PlatformMissing),
    P.PLANNING:
        {e.LayersPlanned: P.FETCHING_BLOBS, e.ManifestDescribed: P.READY} | fails(e.NotAnImage),
    P.FETCHING_BLOBS:
        {e.Challenged: P.AUTHORIZING_BLOBS, e.BlobReceived: P.FETCHING_BLOBS,
         e.Redirected: P.FETCHING_BLOBS,
         e.DownloadCut: P.FETCHING_BLOBS, e.AskedAgain: P.FETCHING_BLOBS,
         e.MirrorDeclined: P.FETCHING_BLOBS, e.MirrorGivenUp: P.PINGING,
         e.AttestationSought: P.FETCHING_ATTESTATION, e.BlobsVerified: P.STORING}
        | fails(e.ConfigUnusable, e.BlobUnknown, e.DigestMismatch, e.AccessDenied, e.RateLimited,
                e.ServerFailed, e.Unreachable, e.AllDeclined, e.DiskFull),
    P.AUTHORIZING_BLOBS: authorizing(P.AUTHORIZING_BLOBS, resume=P.FETCHING_BLOBS),
    P.FETCHING_ATTESTATION:
        {e.AttestationRead: P.ASKING_REFERRERS, e.SignatureRead: P.FETCHING_ATTESTATION,
         e.AttestationsComplete: P.FETCHING_BLOBS, e.AskedAgain: P.FETCHING_ATTESTATION,
         e.RequestMoved: P.FETCHING_ATTESTATION}
        | REFUSED | fails(e.ManifestUnknown, e.DigestMismatch, e.ManifestUnreadable),
    P.ASKING_REFERRERS:
        {e.ReferrersListed: P.FETCHING_ATTESTATION, e.ReferrersUnsupported: P.ASKING_REFERRERS,
         e.Challenged: P.AUTHORIZING_REFERRERS, e.AskedAgain: P.ASKING_REFERRERS,
         e.FellBackToHttp: P.ASKING_REFERRERS, e.RequestMoved: P.ASKING_REFERRERS}
        | REFUSED | fails(e.ManifestUnreadable),
    P.AUTHORIZING_REFERRERS:
        authorizing(P.AUTHORIZING_REFERRERS, resume=P.ASKING_REFERRERS)
        | {e.ReferrersUnsupported: P.ASKING_REFERRERS},
    P.STORING: {e.ImageStored: P.READY},
    # docker push
    P.NAMING_PUSH: {e.ReferenceParsed: P.LOOKING_UP_PUSH} | fails(e.ReferenceRejected),
    P.LOOKING_UP_PUSH:
        {e.CredentialFound: P.FINDING_IMAGE, e.CredentialMissing: P.FINDING_IMAGE}
        | fails(e.HelperFailed),
    P.FINDING_IMAGE:
        {e.ImageFound: P.PINGING_PUSH} | fails(e.TagMissing, e.EngineUnreachable),
    P.PINGING_PUSH:
        {e.Challenged: P.PLANNING_PUSH, e.AccessOpen: P.PLANNING_PUSH,
         e.PingSkipped: P.PLANNING_PUSH, e.FellBackToHttp: P.PINGING_PUSH,
         e.RequestMoved: P.PINGING_PUSH}
        | fails(e.Unreachable),
    P.PLANNING_PUSH:
        {e.PushPlanned: P.CHECKING_BLOBS} | fails(e.TagMissing, e.PlatformAbsent),
    P.CHECKING_BLOBS:
        dict.fromkeys(
            (e.Challenged, e.FellBackToHttp, e.BlobFound, e.BlobMissing, e.AskedAgain),
            P.CHECKING_BLOBS)
        | {e.CredentialsWanted: P.AUTHORIZING_PUSH, e.BlobsChecked: P.UPLOADING_BLOBS,
           e.BlobsPushed: P.PUSHING_MANIFEST}
        | REFUSED,
    P.AUTHORIZING_PUSH:
        authorizing(P.AUTHORIZING_PUSH, resume=P.CHECKING_BLOBS)
        | {e.CheckSkipped: P.UPLOADING_BLOBS} | fails(e.NoCredentials),
    P.UPLOADING_BLOBS:
        dict.fromkeys(
            (e.Challenged, e.FellBackToHttp, e.BlobFound, e.BlobMissing, e.BlobMounted,
             e.MountRefused, e.UploadStarted, e.BlobSent, e.BlobCommitted, e.BlobConfirmed,
             e.UploadRetried, e.AskedAgain), P.UPLOADING_BLOBS)
        | {e.CredentialsWanted: P.AUTHORIZING_UPLOAD, e.MountTokenWanted: P.AUTHORIZING_UPLOAD,
           e.BlobsPushed: P.PUSHING_MANIFEST}
        | REFUSED,
    P.AUTHORIZING_UPLOAD:
        authorizing(P.AUTHORIZING_UPLOAD, resume=P.UPLOADING_BLOBS)
        | {e.MountRefused: P.UPLOADING_BLOBS} | fails(e.NoCredentials),
    P.PUSHING_MANIFEST:
        {e.TagFree: P.PUSHING_MANIFEST, e.AskedAgain: P.PUSHING_MANIFEST,
         e.TagKept: P.READY, e.ManifestPushed: P.READY} | REFUSED,
    # docker run, docker create
    P.PREPARING_CONTAINER:
        {e.ImageDue: P.PARSING, e.ContainerCreated: P.READY}
        | fails(e.ReferenceRejected, e.ImagesRefused, e.EngineUnreachable),
    # docker search
    P.SEARCHING:
        {e.RegistryProbed: P.SEARCHING, e.FellBackToHttp: P.SEARCHING,
         e.RequestMoved: P.SEARCHING, e.SearchAnswered: P.READY}
        | fails(e.SearchRefused, e.Unreachable, e.EngineUnreachable, e.ReferenceRejected,
                e.HelperFailed),
    # docker manifest inspect
    P.NAMING_MANIFEST: {e.ReferenceParsed: P.LOOKING_UP_MANIFEST} | fails(e.ReferenceRejected),
    P.LOOKING_UP_MANIFEST:
        dict.fromkeys((e.CredentialFound, e.CredentialMissing), P.READING_MANIFEST),
    P.READING_MANIFEST:
        dict.fromkeys(
            (e.AccessOpen, e.FellBackToHttp, e.RequestMoved, e.ManifestRead, e.EntriesRead,
             e.PlatformRead, e.SoughtAsList), P.READING_MANIFEST)
        | {e.Challenged: P.AUTHORIZING_MANIFEST, e.ManifestInspected: P.READY}
        | REFUSED | fails(e.ManifestUnknown, e.ManifestUnreadable, e.DigestMismatch,
                          e.BlobUnknown, e.CertificatesUnusable),
    P.AUTHORIZING_MANIFEST:
        dict.fromkeys((e.CredentialAttached, e.TokenIssued, e.SoughtAsList), P.READING_MANIFEST)
        | {e.RequestMoved: P.AUTHORIZING_MANIFEST} | NO_TOKEN | fails(e.NoCredentials),
    P.DONE: {},
    P.FAILED: {},
}  # fmt: skip
