"""What `docker manifest inspect` prints (docker/cli, `cli/command/manifest/inspect.go`)."""

import json
from base64 import b64encode

from simulator.docker import events as e
from simulator.docker.cli.commands import ManifestInspect
from simulator.docker.engines.docker26 import ERRORS, code_of
from simulator.docker.events import Failure, ReadManifest
from simulator.docker.machine.requests import asked, ref
from simulator.docker.machine.state import State
from simulator.docker.machine.table import Phase
from simulator.docker.output.line import Line, LinesOf, output
from simulator.docker.output.shared import (
    classic_errors,
    go_error,
    unreachable_text,
    unusable_text,
)
from simulator.protocol.json_text import json_of
from simulator.protocol.manifest import pointer
from simulator.protocol.media_types import DOCKER_INDEX, OCI_INDEX, OCI_MANIFEST
from simulator.protocol.platform import Platform

TAB = "\t"
MISSING = frozenset({"UNAUTHORIZED", "MANIFEST_UNKNOWN", "NAME_UNKNOWN"})
"""Errors after which the CLI looks for another registry, and has none (`continueOnError`)."""
PING = "failed to configure transport: error pinging v2 registry: "


def inspected(before: State, event: e.ManifestInspected, after: State) -> tuple[Line, ...]:
    command = before.run.command
    assert isinstance(command, ManifestInspect)
    if command.verbose:
        documents = [described(one) for one in event.read]
        shown = documents if event.listed else documents[0]
        return printed(shown, TAB)
    if event.listed:
        return printed(manifest_list(event.read), 3)
    return printed(json_of(event.read[0].text.encode()), TAB)


def printed(document: object, indent: int | str) -> tuple[Line, ...]:
    return output(
        "output", tuple(json.dumps(document, indent=indent, ensure_ascii=False).split("\n"))
    )


def manifest_list(read: tuple[ReadManifest, ...]) -> dict[str, object]:
    """The index as the CLI makes it anew: no annotations, and the type of the first entry."""
    oci = bool(read) and read[0].descriptor.media_type == OCI_MANIFEST
    entries = [{**pointer(x.descriptor), "platform": words(x.descriptor.platform)} for x in read]
    kind = OCI_INDEX if oci else DOCKER_INDEX
    return {"schemaVersion": 2, "mediaType": kind, "manifests": entries}


def words(platform: Platform | None) -> dict[str, str]:
    known = platform or Platform("", "")
    variant = {"variant": known.variant} if known.variant else {}
    return {"architecture": known.architecture, "os": known.os, **variant}


def described(one: ReadManifest) -> dict[str, object]:
    to = one.descriptor
    descriptor = {"mediaType": to.media_type, "digest": to.digest, "size": to.size,
                  "platform": words(to.platform)}  # fmt: skip
    raw = b64encode(one.text.encode()).decode()
    kind = "OCIManifest" if to.media_type == OCI_MANIFEST else "SchemaV2Manifest"
    text = json_of(one.text.encode())
    return {"Ref": one.name, "Descriptor": descriptor, "Raw": raw, kind: text}


def explain(failure: Failure, state: State) -> tuple[str, ...]:
    """Standard error. Many failures are told as that there is no such manifest."""
    return tuple(told(failure, state).split("\n"))


def told(failure: Failure, state: State) -> str:
    absent = f"no such manifest: {ref(state).canonical}"
    match failure:
        case e.NoCredentials(method, url):
            return go_error(method, url, "no basic auth credentials")
        case e.TokenRefused(errors=errors, status=status):
            return go_error(*asked(state), classic_errors(errors, status))
        case e.TokenMissing(reason=reason):
            return go_error(*asked(state), reason)
        case e.ChallengeIncomplete(method, url):
            return go_error(method, url, "no realm specified for token auth challenge")
        case e.Unreachable():
            return not_reached(failure, state, absent)
        case e.CertificatesUnusable():
            return unusable_text(failure)
        case e.BlobUnknown():
            return "unknown blob"
        case e.ManifestUnreadable(reason=reason):
            return reason
        case e.DigestMismatch("config", expected):
            return f"image config verification failed for digest {expected}"
        case e.DigestMismatch(_, expected):
            return f"manifest verification failed for digest {expected}"
        case e.Refused(errors=errors, status=status):
            if state.phase is Phase.AUTHORIZING_MANIFEST:
                return go_error(*asked(state), classic_errors(errors, status))
            return refused(failure, absent)
        case _:
            return ""


def not_reached(failure: e.Unreachable, state: State, absent: str) -> str:
    said = go_error(failure.method, failure.url, unreachable_text(failure))
    if "server gave HTTP response to HTTPS client" in said:
        return absent
    if failure.url.endswith("/v2/"):
        return PING + said
    return go_error(*asked(state), said) if state.phase is Phase.AUTHORIZING_MANIFEST else said


def refused(failure: e.Refused, absent: str) -> str:
    if not 400 <= failure.status < 500:
        return classic_errors(failure.errors, failure.status)
    challenged = failure.error if isinstance(failure, e.AccessDenied) else ""
    known = ERRORS.get(challenged)
    errors = (*((e.RegistryError(known, form="challenge"),) if known else ()), *failure.errors)
    first = errors[0] if errors else None
    if first is None or first.form in ("json", "broken") or code_of(failure, first) in MISSING:
        return absent
    return classic_errors(errors, failure.status)


LINES: LinesOf = {e.ManifestInspected: inspected}
