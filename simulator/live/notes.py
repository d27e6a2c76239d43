"""By event: how the observer knows, and what it cannot know."""

from simulator.words.i18n import N_

NOTES = {
    "LoginTyped": N_("Inferred: some clients begin a pull like this too."),
    "CredentialsEntered": N_("Inferred: they came with a later request."),
    "CredentialsStored": N_("Inferred: where it keeps them, no registry can see."),
    "PullTyped": N_("Inferred from the paths of its requests."),
    "ReferenceParsed": N_("Inferred: the path names repository and tag, a header the host."),
    "CredentialFound": N_("Inferred: a name and a password came with a later request."),
    "CredentialMissing": N_("Inferred: your client sent no credentials."),
    "PingSkipped": N_("Inferred: your client did not request /v2/ first."),
    "FellBackToHttp": N_("Inferred: Docker always tries TLS first."),
    "CredentialAttached": N_("Seen in the next request's Authorization header."),
    "UpdateNeeded": N_("Inferred: this name was not seen here before, or it goes on asking."),
    "AlreadyUpToDate": N_("Inferred: after the digest, no layer was asked for."),
    "PlatformSelected": N_("Inferred from which of the index's manifests is asked for."),
    "ManifestHeld": N_("Inferred: it asks for blobs without having asked for the manifest."),
    "IndexHeld": N_("Inferred: it asks for blobs without having asked for the index."),
    "LayersPlanned": N_("Inferred from which layers are asked for."),
    "BlobReceived": N_(
        "Seen: the registry sent it. That your client compared the digest shows only in that it "
        "goes on."
    ),
    "DigestMismatch": N_(
        "The registry knows that it sent damaged bytes. Whether your client noticed shows in what "
        "it leaves out from here on."
    ),
    "DownloadCut": N_("Seen: the connection ended early. Your client may ask for the rest."),
    "BlobsVerified": N_("Inferred: nothing is asked for again."),
    "ImageStored": N_("Inferred: no registry can see what it does with the image."),
    "SessionEnded": N_("Inferred: no further request came."),
    "NoCredentials": N_("Inferred: no request followed the challenge."),
}
