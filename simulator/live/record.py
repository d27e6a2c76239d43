"""A live run as a recording, in the form of the recordings of real Docker.

It says what the registry saw. The registry does not know what the learner's terminal printed:
`seen_by` says so, and those fields are empty. Secrets were masked before anything was kept.
"""

from typing import Any
from urllib.parse import urlsplit

from simulator import __version__
from simulator.docker.cli.commands import Login
from simulator.live.observer.run import Run
from simulator.live.seen import Seen
from simulator.protocol.authorization import Authorization, Scheme
from simulator.protocol.message import Headers
from simulator.protocol.secrets import MASK
from simulator.protocol.target import Kind
from simulator.registry.fixtures import repositories
from simulator.registry.model import StoredManifest
from simulator.scenarios.client import auth_entry

NOTE = "Seen by the registry; terminal, exit status and files of the client are not known to it."


def recording(run: Run) -> dict[str, Any]:
    """The last command of the run; the credentials that it brought are part of its world."""
    steps, client = run.trace.steps, str(run.client)
    commands = steps[0].before.commands
    last = commands[-1] if commands else None
    user = next((one.user for group in run.seen for one in group if one.user), "")
    stored = user and not isinstance(last, Login)
    auths = {run.host: auth_entry(f"{user}:{MASK}")} if stored else {}
    start = run.seen[-1][0].at
    return {
        "name": f"live_{run.number}", "title": run.title, "recorder": f"pullscope {__version__}",
        "world": {"config_json_before": {"auths": auths} if auths else None},
        "command": last.text if last else "", "env": {}, "stdin": None, "note": NOTE,
        "interactive_input": [user, MASK] if isinstance(last, Login) else None,
        "engines": {
            run.trace.engine if run.client.kind.prints else run.client.id or "unknown": {
                "seen_by": "registry", "engine": client, "client": client,
                "stdout": "", "stderr": "",
                "tty_raw": "" if isinstance(last, Login) else None,
                "exit_code": 1 if run.outcome == "failed" else 0, "manifests_held": held(run),
                "http": [exchange(one, place, start) for place, one in enumerate(run.seen[-1], 1)],
            }
        },
    }  # fmt: skip


def held(run: Run) -> list[dict[str, str]]:
    """Manifests that the client looked up and did not ask for: it had them already."""
    asked = [one for one in run.seen[-1] if one.request.target.kind is Kind.MANIFEST]
    fetched = {one.request.target.identifier for one in asked if one.request.method == "GET"}
    named = (one.answer.header("Docker-Content-Digest") or "" for one in asked)
    found = ((digest, stored_manifest(digest)) for digest in dict.fromkeys(named))
    return [
        {"digest": digest, "media_type": one.media_type, "data": one.data.decode()}
        for digest, one in found if one and digest not in fetched
    ]  # fmt: skip


def stored_manifest(digest: str) -> StoredManifest | None:
    every = (one.manifests.get(digest) for one in repositories().values())
    return next((one for one in every if one), None)


def exchange(seen: Seen, place: int, start: float) -> dict[str, Any]:
    request, answer = seen.request, seen.answer
    parts = urlsplit(request.url)
    sent = [*request.headers]
    if request.authorization:
        sent.append(("Authorization", masked_header(request.authorization, seen.user)))
    return {
        "seq": place, "t_ms": round((seen.at - start) * 1000),
        "url": f"{parts.scheme}://{parts.netloc}", "method": request.method,
        "path": parts.path + (f"?{parts.query}" if parts.query else ""),
        "request_headers": {"Host": parts.netloc, **headers(tuple(sent))},
        "request_body": request.body.decode(), "status": answer.status,
        "response_headers": headers(answer.headers),
        **content(seen),
    }  # fmt: skip


def masked_header(given: Authorization, user: str) -> str:
    """As the recorder masks it: who it was can still be read."""
    if given.scheme is Scheme.BASIC:
        return Authorization.basic(user, MASK).header
    return given.header


def content(seen: Seen) -> dict[str, Any]:
    """The body of an answer; of a blob its size and digest."""
    answer = seen.answer
    size = answer.content and {
        "response_bytes": answer.content.size, "response_digest": answer.content.digest
    }  # fmt: skip
    return {**(size or {}), "response_body": answer.body.decode("utf-8", "replace")}


def headers(given: Headers) -> dict[str, str | list[str]]:
    """By name; a header that was sent several times has a list."""
    found: dict[str, str | list[str]] = {}
    for name, value in given:
        held = found.get(name)
        if held is None:
            found[name] = value
        else:
            found[name] = [*held, value] if isinstance(held, list) else [held, value]
    return found
