"""Requests that no client would send: no 500, no hang, no growth.

Requests are drawn from a schema: the servers' paths, with parameters that are right, nearly
right or arbitrary. Some are put to the served registry in process, as a server would hand them
over; others are bytes on sockets of a registry, and of the app, in a process of its own, malformed
ones too. `PULLSCOPE_REQUESTS=20000` sends that many to each, in either way.
The examples are the same each time; one that fails is shown as it is, for shrinking took minutes.
"""

import asyncio
import json
from dataclasses import replace

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from starlette.types import Message

from simulator.live.accounts import Account, hashed
from simulator.live.asgi import Live
from simulator.registry.asgi import RegistryApp, logged
from simulator.registry.model import Auth
from simulator.registry.rate_limit import Limiter, Rate
from simulator.registry.serving import Served
from tests.registry.alone import APP, REGISTRY_ALONE, works
from tests.registry.in_process import answered
from tests.registry.odd_bytes import sent
from tests.registry.odd_requests import (
    BATCH,
    CODES,
    COUNT,
    HANG,
    MORE,
    PASSWORD,
    REGISTRY,
    REQUEST,
    REQUESTS,
    SAME,
    Asked,
    token,
)
from tests.registry.sockets import check_sockets

# -- in process -------------------------------------------------------------------------------


def live_with_alice() -> Live:
    """The registry of the app, with one learner whose name and password the requests have."""
    live = Live("h", REGISTRY.signer)
    session, _ = live.sessions.open("192.0.2.1")
    session.account = Account("alice", b"salt", hashed(PASSWORD, b"salt"))
    live.sessions.learners.by_name = {"alice": session}
    unlimited = Rate(per_second=1e9, burst=1e9)
    live.sessions.requests, live.sessions.guesses = Limiter(unlimited), Limiter(unlimited)
    return live


def check(asked: Asked, sent: list[Message]) -> None:
    """One whole answer, its length true, its error one that the specification knows."""
    start, *rest = sent
    headers = {k.decode().lower(): v.decode("latin-1") for k, v in start["headers"]}
    body = b"".join(bytes(message["body"]) for message in rest)
    assert 200 <= start["status"] < 500
    more = [message.get("more_body", False) for message in rest]
    assert more == [True] * (len(rest) - 1) + [False]
    assert not any(set(value) & set("\r\n\0") for value in headers.values())
    if asked.method == "HEAD" or start["status"] == 304:
        assert body == b""
    else:
        assert headers["content-length"] == str(len(body))
    if start["status"] >= 400 and body.startswith(b'{"errors"'):
        assert {entry["code"] for entry in json.loads(body)["errors"]} <= CODES


@pytest.mark.timeout(3600)
@settings(SAME, max_examples=COUNT // BATCH, phases=(Phase.generate,))
@given(REQUESTS, st.booleans())
def test_no_request_is_answered_with_an_error_of_ours(requests: list[Asked], more: bool) -> None:
    """In process, to the registry with each way to log in and to that of the app: each request
    gets one whole answer, and no secret is kept."""
    lines: list[str] = []
    registry = MORE if more else REGISTRY
    several = [Served(replace(registry, auth=auth), "h", log=lines.append) for auth in Auth]
    live = live_with_alice()
    apps = [logged(RegistryApp(served.handle)) for served in several] + [logged(live)]

    async def all_of_them() -> None:
        for app in apps:
            for asked in requests:
                try:
                    check(asked, await asyncio.wait_for(answered(app, asked), HANG))
                except Exception as error:
                    error.add_note(f"{app} was asked {asked}")
                    raise

    asyncio.run(all_of_them())
    (session,) = live.sessions.learners.all()
    kept = [*(repr(served.exchanges) for served in several), repr(session.seen)]
    known = "".join([*lines, *kept])
    assert PASSWORD not in known and token() not in known


@pytest.mark.timeout(3600)
@pytest.mark.parametrize(
    ("program", "pools"), [(REGISTRY_ALONE, 0), (APP, 46)], ids=["registry", "app"]
)
def test_bytes_that_are_no_requests_do_no_harm(program: str, pools: int) -> None:
    """On connections, two hundred at once."""
    check_sockets(program, sent(REQUEST), works, pools)


def test_a_number_of_a_run_that_is_none_is_not_found() -> None:
    """Of 5,000 digits Python makes no number."""
    live = live_with_alice()
    (session,) = live.sessions.learners.all()
    for number in ("9" * 5_000, "x", "-1", "\u0661", "1"):
        asked = Asked("GET", f"/watch/runs/{session.id}/{number}", "")
        start = asyncio.run(answered(logged(live), asked))[0]
        assert start["status"] == 404
