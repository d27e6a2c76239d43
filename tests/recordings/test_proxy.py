"""The proxy of the recorder: what it passes on, and what it writes down."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest

from simulator.recordings import proxy as proxies
from simulator.recordings import recording_file
from simulator.recordings.proxy import Proxy
from simulator.registry import serving as server
from simulator.registry.fixtures import repositories
from simulator.registry.model import Auth, Fault, Part, Registry, User
from tests.pages import free_port

ALICE = ("alice", "s3cret")
USERS = {"alice": User("s3cret", ("myimage", "team/*"))}


def registry(auth: Auth, *faults: Fault, **more: Any) -> Registry:
    return Registry(auth=auth, realm="Private", repositories=repositories(), users=USERS,
                    faults=faults, **more)  # fmt: skip


def first_blob() -> str:
    return next(iter(repositories()["team/app"].blobs))


def test_requests_for_tokens_pass_too_and_the_log_has_true_addresses() -> None:
    """The realm is rewritten on the way, and written down as it was."""
    with server.running(registry(Auth.BEARER)) as served:
        true = f"http://{served.host}"
        with proxies.running(true) as proxy:
            url = f"http://{proxy.address}/v2/team/app/manifests/1.0"
            challenge = httpx.get(url).headers["www-authenticate"]
            realm = challenge.split('"')[1]
            assert realm.startswith(f"http://{proxy.address}/pullscope-origin-0/")
            asked = {"service": "pullscope", "scope": "repository:team/app:pull"}
            token = httpx.get(realm, params=asked, auth=ALICE).json()["token"]
            answer = httpx.get(url, headers={"Authorization": f"Bearer {token}"})
        assert answer.status_code == 200
        assert [(x.method, x.url, x.path.partition("?")[0], x.status) for x in proxy.log] == [
            ("GET", true, "/v2/team/app/manifests/1.0", 401),
            ("GET", true, "/token", 200),
            ("GET", true, "/v2/team/app/manifests/1.0", 200),
        ]
        headers = dict(proxy.log[0].received)
        assert headers["www-authenticate"].split('"')[1] == f"{true}/token"
        assert dict(proxy.log[0].sent)["host"] == served.host
        assert proxy.unproxied(f'Get "{realm}?x": no') == f'Get "{true}/token?x": no'
        assert proxy.unproxied(f"{proxy.address}/a") == f"{served.host}/a"


def test_a_blob_passes_whole_and_is_logged_by_size_and_digest() -> None:
    """A download that is cut is cut here as well; the rest is hashed on."""
    digest, data = first_blob(), repositories()["team/app"].blobs[first_blob()].data
    cut = Fault(Part.BLOB, cut_after=10, times=1)
    with (
        server.running(registry(Auth.NONE, cut)) as served,
        proxies.running(f"http://{served.host}") as proxy,
    ):
        url = f"http://{proxy.address}/v2/team/app/blobs/{digest}"
        with pytest.raises(httpx.RemoteProtocolError):
            httpx.get(url)
        rest = httpx.get(url, headers={"Range": "bytes=10-"})
        whole = httpx.get(url)
    assert (rest.status_code, rest.content, whole.content) == (206, data[10:], data)
    lines = [recording_file.blob(x) for x in proxy.log]
    assert [line["response_bytes"] for line in lines] == [10, len(data) - 10, len(data)]
    assert [line["response_digest"] for line in lines] == ["", digest, digest]
    assert all(x.blob for x in proxy.log)


@contextmanager
def redirecting(away: str) -> Iterator[Proxy]:
    """The proxy in front of a registry whose blobs are at this address."""
    with (
        server.running(registry(Auth.NONE, blobs_at=away)) as served,
        proxies.running(f"http://{served.host}") as proxy,
    ):
        yield proxy


def test_a_redirect_leads_through_the_proxy() -> None:
    """To the other host by another name, so that clients do not send it the credentials."""
    digest, password = first_blob(), "Basic YWxpY2U6c3dvcmRmaXNo"
    with server.running(registry(Auth.NONE)) as storage:
        away = f"http://{storage.host}/v2/team/app/blobs/"
        with redirecting(away) as proxy:
            answer = httpx.get(
                f"http://{proxy.address}/v2/team/app/blobs/{digest}",
                headers={"Authorization": password}, follow_redirects=True,
            )  # fmt: skip
    assert answer.content == repositories()["team/app"].blobs[digest].data
    first, second = proxy.log
    assert dict(first.received)["location"] == f"{away}{digest}"
    assert f"{second.url}{second.path}" == f"{away}{digest}"
    assert second.blob and second.digest == digest
    assert dict(first.sent)["authorization"] == password
    assert "authorization" not in dict(second.sent)


def test_a_redirect_to_where_nothing_answers_is_passed_on_as_it_is() -> None:
    """The client meets the same silence there."""
    away = f"http://127.0.0.1:{free_port()}/b/"
    with redirecting(away) as proxy:
        answer = httpx.get(f"http://{proxy.address}/v2/team/app/blobs/{first_blob()}")
    assert answer.headers["location"].startswith(away)
    assert len(proxy.log) == 1 and 300 <= proxy.log[0].status < 400


def test_head_is_answered_with_its_headers() -> None:
    """The length is that of what GET would send."""
    with (
        server.running(registry(Auth.NONE)) as served,
        proxies.running(f"http://{served.host}") as proxy,
    ):
        path = "/v2/team/app/manifests/1.0"
        through, direct = (httpx.head(f"http://{at}{path}") for at in (proxy.address, served.host))
    assert through.headers["content-length"] == direct.headers["content-length"]
    assert through.headers["docker-content-digest"] == direct.headers["docker-content-digest"]


@pytest.mark.parametrize(("scheme", "events"), [("http", 1), ("https", 0)])
def test_an_attempt_at_tls_is_logged_where_the_registry_would_have_seen_it(
    scheme: str, events: int
) -> None:
    """Before a registry with TLS it is only the proxy that has none."""
    with proxies.running(f"{scheme}://localhost:{free_port()}") as proxy:
        host, _, port = proxy.address.rpartition(":")
        with socket.create_connection((host, int(port))) as connection:
            connection.sendall(b"\x16\x03\x01\x00\x05hello")
            connection.recv(1000)
    assert [x.event for x in proxy.log] == ["tls_client_hello_on_plain_http_port"] * events


def test_a_registry_that_goes_away_is_no_recording() -> None:
    """Docker would have met something else than our 502."""
    upstream = f"http://localhost:{free_port()}"
    with proxies.running(upstream) as proxy:
        assert httpx.get(f"http://{proxy.address}/v2/").status_code == 502
    assert proxy.log == []
    assert proxy.troubles[0].startswith(f"{upstream} did not answer: connection refused")
