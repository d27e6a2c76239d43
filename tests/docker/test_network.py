"""Networks that fail: how each engine says it, how long it waits, which proxy it uses."""

from typing import Any

from simulator.docker.cli.parse import parse
from simulator.docker.machine import State
from simulator.docker.trace import Trace
from simulator.docker.trace import run as run_trace
from simulator.protocol.proxies import Proxies
from simulator.scenarios.world import WorldDocument
from simulator.sources.mock import mock
from tests.cases import each

HOST = "registry.example.com"
LOGIN = f"docker login -u alice --password-stdin {HOST}"
PULL = f"docker pull {HOST}/team/app:1.0"
V2 = f'"https://{HOST}/v2/'
RESOLVE = f'failed to resolve reference "{HOST}/team/app:1.0": failed to do request: '


def played(line: str, engine: str, site: dict[str, Any], **client: Any) -> Trace:
    sites = {HOST: {"auth": "none", "empty": True, "address": "192.0.2.7", **site}}
    sites |= client.pop("sites", {})
    document = WorldDocument.model_validate({"sites": sites, "client": client})
    command = parse(line, ("s3cret",) if "login" in line else ())
    return run_trace(State(document.engine_client(engine), (command,)), mock(document.network()))


def said(run: Trace) -> str:
    lines = [line.text for step in run.steps for line in step.terminal if line.kind == "error"]
    return "\n".join(lines).removeprefix("Error response from daemon: ")


SILENT_DNS = f"lookup {HOST} on 127.0.0.53:53: read udp 192.0.2.1:52814->127.0.0.53:53: i/o timeout"
OBSTACLES = (
    ("network is unreachable", "dial tcp 192.0.2.7:443: connect: network is unreachable"),
    ("no route to host", "dial tcp 192.0.2.7:443: connect: no route to host"),
    ("connection refused", "dial tcp 192.0.2.7:443: connect: connection refused"),
    ("no such host", f"dial tcp: lookup {HOST} on 127.0.0.53:53: no such host"),
    ("server misbehaving", f"dial tcp: lookup {HOST} on 127.0.0.53:53: server misbehaving"),
    ("no answer from the DNS server", f"dial tcp: {SILENT_DNS}"),
    ("timeout", "net/http: TLS handshake timeout"),
)


@each(("obstacle", "words"), OBSTACLES)
def test_an_obstacle_is_told_in_the_words_of_go(obstacle: str, words: str) -> None:
    """With both engines, at login and pull; only the request before it differs."""
    site = {"obstacle": obstacle}
    for engine in ("29", "26"):
        assert said(played(LOGIN, engine, site)) == f'Get {V2}": {words}'
    assert said(played(PULL, "26", site)) == f'Get {V2}": {words}'
    assert said(played(PULL, "29", site)) == f'{RESOLVE}Head {V2}team/app/manifests/1.0": {words}'


AWAITING = "(Client.Timeout exceeded while awaiting headers)"
CONNECTING = "net/http: request canceled while waiting for connection"


def test_a_connection_that_hangs_meets_the_shorter_of_two_times() -> None:
    """The dialer's 30 seconds, or the 15 that moby gives to a ping and to a login."""
    site = {"obstacle": "no connection in time"}
    dialed = "dial tcp 192.0.2.7:443: i/o timeout"
    assert said(played(PULL, "29", site)) == f'{RESOLVE}Head {V2}team/app/manifests/1.0": {dialed}'
    assert said(played(PULL, "26", site)) == f'Get {V2}": {CONNECTING} {AWAITING}'
    assert said(played(LOGIN, "29", site)) == f'Get {V2}": context deadline exceeded {AWAITING}'


def late(seconds: int) -> dict[str, Any]:
    return {"front": [{"delay": seconds}]}


def test_each_client_waits_as_long_as_it_does() -> None:
    """A ping 15 seconds, containerd 30; an answer in time is an answer."""
    canceled = f"net/http: request canceled {AWAITING}"
    assert said(played(PULL, "26", late(16))) == f'Get {V2}": {canceled}'
    assert said(played(LOGIN, "26", late(75))) == f'Get {V2}": {canceled}'
    assert "not found" in said(played(PULL, "29", late(16)))
    headers = "net/http: timeout awaiting response headers"
    assert said(played(PULL, "29", late(31))).endswith(headers)
    assert "Client.Timeout" not in said(played(PULL, "26", late(14)))


def test_a_connection_that_is_reset_names_both_ends() -> None:
    run = played(PULL, "26", {"front": [{"closes": True}]})
    ends = "192.0.2.1:52814->192.0.2.7:443"
    assert said(run) == f'Get {V2}": read tcp {ends}: read: connection reset by peer'


PROXY = {"https": "http://proxy.example.com:3128"}


def by_proxy(site: dict[str, Any], proxies: dict[str, str] = PROXY, engine: str = "26") -> str:
    """What a pull says behind a proxy that is this."""
    sites = {"proxy.example.com:3128": {"auth": "none", "empty": True, **site}} if site else {}
    return said(played(PULL, engine, {}, sites=sites, proxies=proxies)).partition(f'{V2}": ')[2]


def test_a_proxy_that_is_not_reached_is_told_as_the_proxy() -> None:
    refused = "dial tcp 192.0.2.17:3128: connect: connection refused"
    down = {"obstacle": "connection refused", "address": "192.0.2.17"}
    assert by_proxy(down) == f"proxyconnect tcp: {refused}"
    unknown = "dial tcp: lookup proxy.example.com on 127.0.0.53:53: no such host"
    assert by_proxy({}) == f"proxyconnect tcp: {unknown}"
    plain = {"https": "https://proxy.example.com:3128"}
    record = "tls: first record does not look like a TLS handshake"
    assert by_proxy({"tls": "plain"}, plain) == f"proxyconnect tcp: {record}"


def test_a_proxy_that_refuses_is_told_by_its_phrase() -> None:
    """Go shows no more of an answer to CONNECT than its reason phrase."""
    for status, phrase in ((407, "Proxy Authentication Required"), (403, "Forbidden"),
                           (502, "Bad Gateway")):  # fmt: skip
        assert by_proxy({"front": [{"reply": {"status": status}}]}) == phrase


def test_a_proxy_passes_on() -> None:
    run = played(PULL, "29", {}, sites={"proxy.example.com:3128": {"auth": "none", "empty": True,
                                        "role": "proxy"}}, proxies=PROXY)  # fmt: skip
    assert "proxyconnect" not in said(run)
    assert run.steps[-1].exchange is None or run.steps[-1].exchange.request.proxy == PROXY["https"]


NO_PROXY = (
    ("", "https://registry.example.com/v2/", True),
    ("*", "https://registry.example.com/v2/", False),
    ("registry.example.com,localhost", "https://registry.example.com/v2/", False),
    ("example.com", "https://registry.example.com/v2/", False),
    (".example.com", "https://registry.example.com/v2/", False),
    ("*.example.com", "https://registry.example.com/v2/", False),
    (".example.com", "https://example.com/v2/", True),
    ("ample.com", "https://registry.example.com/v2/", True),
    ("registry.example.com:5000", "https://registry.example.com/v2/", True),
    ("registry.example.com:443", "https://registry.example.com/v2/", False),
    ("192.0.2.0/24", "https://192.0.2.7/v2/", False),
    ("192.0.2.8", "https://192.0.2.7/v2/", True),
    ("[2001:db8::1]", "https://[2001:db8::1]:5000/v2/", False),
    ("2001:db8::/32", "https://[2001:db8::1]/v2/", False),
    ("nonsense/99", "https://192.0.2.7/v2/", True),
    ("", "https://localhost:5000/v2/", False),
    ("", "http://registry.example.com/v2/", False),
)


@each(("no", "url", "proxied"), NO_PROXY)
def test_no_proxy_is_read_as_go_reads_it(no: str, url: str, proxied: bool) -> None:
    known = Proxies(https="proxy.example.com:3128", no=no).of(url)
    assert known == ("http://proxy.example.com:3128" if proxied else "")


SOCKET = "unix:///var/run/docker.sock"
PERMISSION = "permission denied while trying to connect to the Docker daemon socket at"
CALLS = {
    "docker pull alpine": 'Post "http://{}/v1.50/images/create?'
                          'fromImage=docker.io%2Flibrary%2Falpine&tag=latest"',
    "docker images": 'Head "http://{}/_ping"',
    "docker rmi -f a/b:1": 'Delete "http://{}/v1.50/images/a/b:1?force=1"',
    "docker inspect foo": 'Get "http://{}/v1.50/containers/foo/json"',
    "docker image inspect foo:1": 'Get "http://{}/v1.50/images/foo:1/json"',
    "docker tag a b:2": 'Post "http://{}/v1.50/images/a/tag?repo=docker.io%2Flibrary%2Fb&tag=2"',
    "docker push r.example.com/a/b": 'Post "http://{}/v1.50/images/r.example.com/a/b/push?'
                                     'tag=latest"',
}  # fmt: skip
"""What CLI 28.2.2 printed, run as a user who may not use the socket."""


@each(("line", "call"), CALLS.items())
def test_who_may_not_use_the_socket_is_told_which_call_failed(line: str, call: str) -> None:
    asked = call.format("%2Fvar%2Frun%2Fdocker.sock")
    denied = "dial unix /var/run/docker.sock: connect: permission denied"
    assert said(played(line, "26", {}, socket="denied")) == (
        f"{PERMISSION} {SOCKET}: {asked}: {denied}"
    )
    assert said(played(line, "29", {}, socket="denied")) == (
        f"permission denied while trying to connect to the docker API at {SOCKET}"
    )


def test_a_login_needs_no_engine() -> None:
    """The CLI then asks the registry itself, so no daemon is named; a logout needs none either."""
    for why in ("absent", "denied"):
        run = played(LOGIN, "29", {"obstacle": "connection refused"}, socket=why)
        assert [line.text for step in run.steps for line in step.terminal][-1] == (
            f'Get {V2}": dial tcp 192.0.2.7:443: connect: connection refused'
        )
        assert not played(f"docker logout {HOST}", "29", {}, socket=why).failed


def test_stored_credentials_are_not_tried_without_an_engine() -> None:
    """Only a login with new ones falls back to the CLI's own request."""
    stored = {"auths": {HOST: {"auth": "YWxpY2U6czNjcmV0"}}}
    run = played(f"docker login {HOST}", "26", {}, socket="absent", config=stored)
    said = [line.text for step in run.steps for line in step.terminal]
    assert (
        f"Login did not succeed, error: Cannot connect to the Docker daemon at {SOCKET}. Is the "
        "docker daemon running?"
    ) in said
