"""The options of curl: each has its effect or is refused. The answers are those of curl 7.88."""

from dataclasses import replace

import pytest

from simulator.protocol.secrets import MASK
from simulator.shell.values import AUTHORITY, HOME
from tests.shell.test_shell import HOST, opened, printed, typed

V2 = f"https://{HOST}/v2/"
AUTH = f"https://auth.{HOST}/token"
BODY = '{"errors":[{"code":"UNAUTHORIZED"'

LAST = {
    f"curl -f {V2}": "curl: (22) The requested URL returned error: 401",
    f"curl -sf {V2}; echo $?": "22",
    f"curl -sSf {V2}": "curl: (22) The requested URL returned error: 401",
    f"curl -sf {V2} | wc -c": "0",
    f"curl -s --fail-with-body {V2}; echo $?": "22",
    f"curl -s -o f {V2}; cut -c1-9 f": '{"errors"',
    f"curl -so /dev/null {V2} && echo quiet": "quiet",
    f"curl -sO {V2}_catalog; cut -c1-9 _catalog": '{"errors"',
    f"curl -sf -o f {V2}; cat f": "cat: f: No such file or directory",
    f"curl -o no/f {V2} 2>&1": "curl: (23) Failure writing output to destination",
    "curl -s https://nosuch.example/; echo $?": "6",
    "curl -s http://localhost:1/; echo $?": "7",
    "curl -sS http://localhost:1/": "curl: (7) Failed to connect to localhost port 1 after 0 ms: "
                                    "Couldn't connect to server",
    f"curl -s -o /dev/null -w '%{{http_code}}\\n' {V2}": "401",
    f"curl -s -w '\\n%{{http_code}} %{{size_download}}' {V2} | tail -1": "401 87",
    "curl -s -w '%{http_code}' https://nosuch.example/": "000",
    f"curl -s -o /dev/null -w '%header{{content-length}}' {V2}": "87",
    f"curl -sD - -o /dev/null {V2} | head -1": "HTTP/1.1 401 Unauthorized",
    f"curl -sD h {V2} | head -c 9; head -1 h": "HTTP/1.1 401 Unauthorized",
    f"curl -s {V2} | grep -c HTTP": "0",
    f"curl -sv {V2} 2>/dev/null | head -c 9": '{"errors"',
    f"curl -sG {AUTH} -u alice:s3cret -d service={HOST} -d scope=repository:myimage:pull "
    "| jq -r '.token|length > 100'": "true",
    f"curl -s {AUTH} -d service={HOST} -w '%{{method}} %{{http_code}}' -o /dev/null": "POST 405",
    f"curl -sG {AUTH} --data-urlencode 'scope=a b&c' -w '%{{url}}' -o /dev/null":
        f"{AUTH}?scope=a%20b%26c",
    f"curl -s --cacert no {V2}; echo $?": "77",
    f"curl -s -A me -m 5 --connect-timeout 2 --compressed -o /dev/null {V2} && echo on": "on",
    f"curl --resolve a:1:2 {V2}": "pullscope: curl --resolve is not played here",
    f"curl -x proxy {V2}": "pullscope: curl -x is not played here",
    f"curl -w '%{{time_total}}' {V2}": "pullscope: curl -w '%{time_total}' is not played here",
    f"curl -d @file {V2}": "pullscope: curl -d @FILE is not played here",
    f"curl {V2} {V2}": "pullscope: curl with more than one URL is not played here",
    f"curl -m x https://{HOST}:1/":
        "curl: expected a proper numerical parameter instead of 'x'",
}  # fmt: skip


@pytest.mark.parametrize("line", LAST)
def test_an_option_has_its_effect(line: str) -> None:
    """The last line on the screen."""
    assert typed(opened(), line).lines[-1].text == LAST[line]


def test_silence_is_whole() -> None:
    """-s hides the error of a host that is unknown, and -f the body."""
    shell = opened()
    assert len(typed(shell, "curl -s https://nosuch.example/").lines) == 1
    assert BODY not in printed(shell, f"curl -f {V2}")


def test_verbose_shows_both_heads_on_standard_error() -> None:
    """The request with `>` and the answer with `<` before the body, and no secret."""
    shell = typed(opened(), f"curl -v -u alice:s3cret {V2}")
    texts = [line.text for line in shell.lines]
    assert f"> Authorization: Basic {MASK}" in texts and "> GET /v2/ HTTP/1.1" in texts
    assert texts.index("< HTTP/1.1 401 Unauthorized") < len(texts) - 2
    assert texts[-2].startswith(BODY) and [one.kind for one in shell.lines].count("output") == 1
    assert texts[-1] == f"* Connection #0 to host {HOST} left intact"
    assert "s3cret" not in repr(shell.lines) and "YWxpY2U" not in repr(shell.lines)
    assert "* Could not resolve host: nosuch.example" in printed(shell, "curl -v nosuch.example")
    assert printed(shell, f"curl -sv {V2} 2>&1 | grep -c '^>'").endswith("5")


CERTIFICATES = {"": 60, "-k": 0, "--cacert company-ca.crt": 0, "--cacert other.crt": 60}


@pytest.mark.parametrize("options", CERTIFICATES)
def test_a_certificate_counts(options: str) -> None:
    """`--cacert` with the authority's certificate is as good as `-k`; another is of no use."""
    files = {AUTHORITY: "the authority's\n", f"{HOME}/other.crt": "another\n"}
    shell = replace(opened("untrusted-certificate"), files=files)
    assert typed(shell, f"curl -s {options} {V2}").status == CERTIFICATES[options]


def test_a_request_leaves_the_clock_alone() -> None:
    """The world after curl has the time of the world before it."""
    shell = typed(opened(), "sleep 3600")
    assert typed(shell, f"curl -sk {V2}").world.now == shell.world.now
