"""A live run as a recording, in the form of the recordings of real Docker.

It says what the registry saw. What was printed in the learner's terminal, the registry does not
know: those fields are empty, and the note says so. Secrets were masked before anything was kept.
"""

from typing import Any
from urllib.parse import urlsplit

from simulator.docker.cli.commands import Login
from simulator.live.observer.run import Run
from simulator.live.seen import Seen
from simulator.protocol.message import Headers
from simulator.protocol.secrets import MASK
from simulator.scenarios.client import auth_entry

NOTE = "Seen by the registry; terminal, exit status and files of the client are not known to it."


def recording(run: Run) -> dict[str, Any]:
    """The last command of the run; a login before it is part of its world."""
    steps, client = run.trace.steps, str(run.client)
    commands = steps[0].before.commands
    last = commands[-1] if commands else None
    user = next((one.user for group in run.seen for one in group if one.user), "")
    auths = {one.server: auth_entry(f"{user}:{MASK}")
             for one in commands[:-1] if isinstance(one, Login)}  # fmt: skip
    start = run.seen[-1][0].at
    return {
        "name": f"live_{run.number}", "title": run.title,
        "world": {"config_json_before": {"auths": auths} if auths else None},
        "command": last.text if last else "", "env": {}, "stdin": None, "note": NOTE,
        "interactive_input": None,
        "engines": {
            run.trace.engine: {
                "engine": client, "client": client, "stdout": "", "stderr": "",
                "exit_code": 1 if run.outcome == "failed" else 0,
                "http": [exchange(one, place, start) for place, one in enumerate(run.seen[-1], 1)],
            }
        },
    }  # fmt: skip


def exchange(seen: Seen, place: int, start: float) -> dict[str, Any]:
    request, answer = seen.request, seen.answer
    parts = urlsplit(request.url)
    sent = [*request.headers]
    if request.authorization:
        sent.append(("Authorization", request.authorization.header))
    return {
        "seq": place, "t_ms": round((seen.at - start) * 1000),
        "url": f"{parts.scheme}://{parts.netloc}", "method": request.method,
        "path": parts.path + (f"?{parts.query}" if parts.query else ""),
        "request_headers": {"Host": parts.netloc, **headers(tuple(sent))},
        "request_body": request.body.decode(), "status": answer.status,
        "response_headers": headers(answer.headers),
        "response_body": answer.body.decode("utf-8", "replace"),
    }  # fmt: skip


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
