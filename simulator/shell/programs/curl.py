"""`curl` in the terminal: one request on the mock network, and its answer as curl prints it."""

from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from typing import NoReturn
from urllib.parse import urljoin, urlsplit

from simulator.protocol.authorization import Authorization
from simulator.protocol.hosts import redirected
from simulator.protocol.message import Request, Response
from simulator.protocol.network_failure import NetworkFailure, Obstacle
from simulator.protocol.status import reason
from simulator.shell.files import read
from simulator.shell.syntax import Misspelt
from simulator.shell.values import HOME, Ran, Shell
from simulator.sources.mock import answer
from simulator.sources.world import Site, Tls, World


class Options(ArgumentParser):
    """curl's options, as far as they matter here. A wrong one raises Misspelt."""

    def error(self, message: str) -> NoReturn:
        raise Misspelt(message)


def options() -> Options:
    made = Options(prog="curl", add_help=False, allow_abbrev=False)
    made.add_argument("url", nargs="?", default="")
    for names in ("-i --include -v --verbose", "-I --head", "-k --insecure", "-L --location",
                  "-n --netrc", "-s --silent", "-S --show-error", "-f --fail",
                  "-G --get"):  # fmt: skip
        made.add_argument(*names.split(), action="store_true")
    made.add_argument("-u", "--user", default="")
    made.add_argument("-X", "--request", default="")
    made.add_argument("-o", "--output", default="")
    made.add_argument("-H", "--header", action="append", default=[])
    made.add_argument("-d", "--data", "--data-urlencode", action="append", default=[])
    return made


NETRC = f"{HOME}/.netrc"


def curl(shell: Shell, words: list[str], given: str | None) -> Ran:
    """One request, and its answer as curl prints it."""
    try:
        told = options().parse_args(words)
    except Misspelt as error:
        return Ran(shell, error=f"curl: {error}", status=2)
    if not told.url:
        return Ran(shell, error="curl: (2) no URL specified", status=2)
    if not redirected(with_scheme(told.url), "/"):
        return Ran(shell, error="curl: (3) URL rejected: Bad hostname or port", status=3)
    request = curl_request(told, read(shell, NETRC) or "")
    sites = dict(shell.world.sites)
    answers = list(curl_answers(sites, told, request))
    moved = replace(shell, world=World(sites))
    last = answers[-1]
    if isinstance(last, NetworkFailure):
        return curl_failed(moved, request, last)
    shown = [shown_answer(told, one) for one in answers if isinstance(one, Response)]
    return Ran(moved, "".join(shown if told.include or told.head else shown[-1:]))


def with_scheme(url: str) -> str:
    return url if "://" in url else f"http://{url}"


def curl_request(told: Namespace, netrc: str = "") -> Request:
    """The request; with -n, the user and password that `netrc` has for its host."""
    url = with_scheme(told.url)
    url = url if urlsplit(url).path else f"{url}/"
    headers = [divided(header, ":") for header in told.header]
    if not any(name.lower() == "accept" for name, _ in headers):
        headers.insert(0, ("Accept", "*/*"))
    sent = [Authorization.parse(text) for name, text in headers if name.lower() == "authorization"]
    if told.netrc:
        sent += netrc_entry(netrc, urlsplit(url).netloc)
    if told.user:
        sent = [Authorization.basic(*divided(told.user, ":"))]
    method = told.request or ("HEAD" if told.head else "POST" if told.data else "GET")
    kept = tuple(header for header in headers if header[0].lower() != "authorization")
    form = tuple(divided(field, "=") for field in told.data)
    return Request(method, url, kept, sent[0] if sent else None, form)


def netrc_entry(text: str, host: str) -> list[Authorization]:
    """The credentials that a line `machine HOST login USER password PASSWORD` has."""
    lines = (dict(pairwise(line.split())) for line in text.splitlines())
    found = [one for one in lines if one.get("machine") == host]
    return [Authorization.basic(one.get("login", ""), one.get("password", "")) for one in found[:1]]


def divided(text: str, at: str) -> tuple[str, str]:
    name, _, value = text.partition(at)
    return name.strip(), value.strip()


LONGEST_WAY = 10
"""Redirects that curl -L follows here."""


def curl_answers(
    sites: dict[str, Site], told: Namespace, request: Request
) -> Iterator[Response | NetworkFailure]:
    """The answer, and with -L the answers on the way; -k does not look at certificates."""
    for _ in range(LONGEST_WAY):
        site = sites.get(request.listener)
        if told.insecure and site and site.tls is Tls.UNTRUSTED:
            sites = {**sites, request.listener: replace(site, tls=Tls.TRUSTED)}
        came = answer(sites, {}, request)
        yield came
        location = came.header("Location") if isinstance(came, Response) else None
        if not (told.location and location):
            return
        moved = urljoin(request.url, location)
        same = urlsplit(moved).netloc == request.host
        request = replace(request, url=moved, authorization=request.authorization if same else None)


def shown_answer(told: Namespace, came: Response) -> str:
    head = [f"HTTP/1.1 {came.status} {reason(came.status)}"]
    head += [f"{name}: {value}" for name, value in came.headers]
    body = came.body.decode("utf-8", "replace")
    if b"\x00" in came.body or (came.content and not came.body):
        body = "Warning: Binary output can mess up your terminal. It is not shown.\n"
    if told.head:
        return "\n".join(head) + "\n\n"
    return ("\n".join(head) + "\n\n" if told.include else "") + body


CURL_SAYS = {
    Obstacle.NO_HOST: (6, "Could not resolve host: {name}"),
    Obstacle.REFUSED: (7, "Failed to connect to {name} port {port} after 0 ms: "
                          "Couldn't connect to server"),
    Obstacle.TIMEOUT: (28, "Failed to connect to {name} port {port} after 130000 ms: "
                           "Couldn't connect to server"),
    Obstacle.UNTRUSTED: (60, "SSL certificate problem: self-signed certificate"),
    Obstacle.WRONG_NAME: (60, "SSL: no alternative certificate subject name matches "
                              "target host name '{name}'"),
    Obstacle.PLAIN_HTTP: (35, "OpenSSL: error:0A00010B:SSL routines::wrong version number"),
}  # fmt: skip


def curl_failed(shell: Shell, request: Request, failure: NetworkFailure) -> Ran:
    parts = urlsplit(request.url)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    status, text = CURL_SAYS.get(failure.obstacle, (56, "Recv failure: Connection reset by peer"))
    said = text.format(name=parts.hostname or "", port=port)
    return Ran(shell, error=f"curl: ({status}) {said}", status=status)
