"""The registry and the live view on a port."""

import json
import socket
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import httpx

from simulator.live.asgi import Live
from simulator.live.learners import Session
from simulator.protocol.message import Request
from simulator.registry.asgi import Client
from simulator.registry.fixtures import repositories
from simulator.registry.model import Signer
from simulator.registry.serving import address, bound, in_thread, server
from simulator.web.registry import second_port

SIGNER = Signer(b"tests")


@contextmanager
def served() -> Iterator[Live]:
    with bound("127.0.0.1", 0) as listening:
        live = Live(address(listening), SIGNER)
        with in_thread(server(live, live.sessions.hello, proxy_headers=False), listening):
            yield live


def messages(live: Live, session: Session) -> Iterator[dict[str, Any]]:
    url = f"http://{live.host}/watch/events/{session.id}"
    with httpx.stream("GET", url, timeout=10) as stream:
        for line in stream.iter_lines():
            if line.startswith("data: "):
                yield json.loads(line[6:])


def test_the_stream_tells_at_once() -> None:
    """A watcher gets what there is, then each request; afterwards there is no watcher."""
    with served() as live:
        session, password = live.sessions.open("127.0.0.1")
        stream = messages(live, session)
        assert next(stream)["run"] is None
        token = httpx.get(f"http://{live.host}/token?account=x", auth=(session.name, password))
        assert token.status_code == 200
        assert next(stream)["run"]["steps"][-1]["event"] == "TokenIssued"
        stream.close()
    assert not session.watchers


def test_only_the_id_opens_the_stream() -> None:
    """Neither the name nor nonsense."""
    with served() as live:
        session, _ = live.sessions.open("127.0.0.1")
        for wrong in (session.name, "nonsense"):
            assert httpx.get(f"http://{live.host}/watch/events/{wrong}").status_code == 404
            assert httpx.get(f"http://{live.host}/watch/runs/{wrong}/1").status_code == 404


def test_earlier_runs_and_recordings_are_there() -> None:
    """By number, for whom they belong to."""
    with served() as live:
        session, password = live.sessions.open("127.0.0.1")
        httpx.get(f"http://{live.host}/token?account=x", auth=(session.name, password))
        number = session.seen[0].number
        run = httpx.get(f"http://{live.host}/watch/runs/{session.id}/{number}")
        assert run.json()["id"] == f"live-{number}"
        saved = httpx.get(f"http://{live.host}/watch/recording/{session.id}/{number}")
        assert "attachment" in saved.headers["content-disposition"]
        assert password not in saved.text and "••••••" in saved.text
        assert httpx.get(f"http://{live.host}/watch/runs/{session.id}/99").status_code == 404


def test_tls_is_noticed_at_the_socket() -> None:
    """A handshake is no HTTP, and the learner at that address sees it."""
    with served() as live:
        session, _ = live.sessions.open("127.0.0.1")
        host, _, port = live.host.rpartition(":")
        context = ssl.create_default_context()
        with (
            suppress(ssl.SSLError, OSError),
            socket.create_connection((host, int(port)), 5) as plain,
        ):
            context.wrap_socket(plain, server_hostname="localhost")
        assert len(session.hellos) == 1


def test_a_slow_link_is_slow_and_whole() -> None:
    """The bytes are right, and they take their time; the step comes when the last is through."""
    with served() as live:
        session, password = live.sessions.open("127.0.0.1")
        live.sessions.change(session, slow=True)
        name = f"{session.name}/app"
        url = f"http://{live.host}/token?scope=repository:{name}:pull"
        token = httpx.get(url, auth=(session.name, password)).json()["token"]
        digest = json.loads(
            repositories()["team/app"].manifests[repositories()["team/app"].tags["1.0"]].data
        )["layers"][1]["digest"]
        headers = {"Authorization": f"Bearer {token}"}
        answer = httpx.get(
            f"http://{live.host}/v2/{name}/blobs/{digest}", headers=headers, timeout=20
        )
        assert answer.elapsed.total_seconds() > 1
        deadline = time.monotonic() + 5
        while session.seen[-1].pending and time.monotonic() < deadline:
            time.sleep(0.01)
        assert session.seen[-1].answer.content and not session.seen[-1].pending
        assert session.seen[-1].answer.content.digest == digest


def test_the_second_port_is_on_this_machine() -> None:
    """Whatever is in use already, a free port is found, and on loopback only."""
    live = second_port()
    assert live.host.startswith("127.0.0.1:")
    assert httpx.get(f"http://{live.host}/v2/").status_code == 401


def test_behind_the_proxy() -> None:
    """The challenge names https, and the address is the one that the proxy saw."""
    live = Live("pullscope.example.com", SIGNER, public=True)
    session, _ = live.sessions.open("198.51.100.7")
    request = Request("GET", "http://pullscope.example.com/v2/")
    answer = live.sessions.answer(request, Client("198.51.100.7")).response
    assert 'realm="https://pullscope.example.com/token"' in (
        answer.header("Www-Authenticate") or ""
    )
    assert len(session.seen) == 1
