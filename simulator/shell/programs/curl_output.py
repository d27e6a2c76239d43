"""The texts that `curl` prints beside a body: headers, `-v`, `-w`, and why there is no answer."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

from simulator.protocol.message import Answer, Request, Response, Trust
from simulator.protocol.network_failure import NetworkFailure, Obstacle
from simulator.protocol.secrets import MASK
from simulator.protocol.status import reason
from simulator.shell.programs.network import resolved, site_of
from simulator.shell.programs.options import Options, Refused, not_played
from simulator.shell.values import Shell

NO_NAME = (6, "Could not resolve host: {name}")
NO_CONNECTION = (7, "Failed to connect to {name} port {port} after 0 ms: "
                    "Couldn't connect to server")  # fmt: skip
NO_TIME = (28, "Failed to connect to {name} port {port} after {patience} ms: {timeout}")
CURL_SAYS = {
    Obstacle.NO_HOST: NO_NAME,
    Obstacle.DNS_SILENT: NO_NAME,
    Obstacle.DNS_FAILED: NO_NAME,
    Obstacle.REFUSED: NO_CONNECTION,
    Obstacle.NO_NETWORK: NO_CONNECTION,
    Obstacle.NO_ROUTE: NO_CONNECTION,
    Obstacle.TIMEOUT: NO_TIME,
    Obstacle.DROPPED: NO_TIME,
    Obstacle.UNTRUSTED: (60, "SSL certificate problem: self-signed certificate"),
    Obstacle.EXPIRED: (60, "SSL certificate problem: certificate has expired"),
    Obstacle.WRONG_NAME: (60, "SSL: no alternative certificate subject name matches "
                              "target host name '{name}'"),
    Obstacle.PLAIN_HTTP: (35, "OpenSSL: error:0A00010B:SSL routines::wrong version number"),
    Obstacle.CLOSED: (52, "Empty reply from server"),
    Obstacle.ENDLESS: (47, "Maximum (50) redirects followed"),
}  # fmt: skip
BEFORE_TLS = {6, 7, 28}
"""curl's statuses where there is no connection."""
SYSTEM = 130_000
"""Milliseconds after which the system gives up a connection."""


def parts_of(request: Request) -> tuple[str, int]:
    """The name and the port of the host that is asked."""
    parts = urlsplit(request.url)
    return parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)


def failure_text(options: Options, request: Request, failure: NetworkFailure) -> tuple[int, str]:
    """curl's status, and its sentence without the program's name. Raises Refused."""
    status, text = CURL_SAYS.get(failure.obstacle, (56, "Recv failure: Connection reset by peer"))
    name, port = parts_of(request)
    limits = [milliseconds(one) for one in (*options.every("m"), *options.every("connect-timeout"))]
    timeout = "Timeout was reached" if limits else "Couldn't connect to server"
    patience = min([*limits, SYSTEM])
    return status, text.format(name=name, port=port, patience=patience, timeout=timeout)


def milliseconds(seconds: str) -> int:
    """Raises Refused."""
    if not re.fullmatch(r"\d{1,6}(\.\d{1,6})?", seconds):
        raise Refused(f"curl: expected a proper numerical parameter instead of '{seconds}'")
    return int(float(seconds) * 1000)


def head_text(came: Response) -> str:
    """The status line and the headers, as -i and -I show them."""
    lines = [status_line(came), *(f"{name}: {value}" for name, value in came.headers)]
    return "\n".join(lines) + "\n\n"


def status_line(came: Response) -> str:
    return f"HTTP/1.1 {came.status} {reason(came.status)}".rstrip()


# -- -v ---------------------------------------------------------------------------------------


def verbose_text(shell: Shell, options: Options, request: Request, came: Answer) -> str:
    """What -v shows of one request and its answer, up to the body. A secret is masked."""
    if isinstance(came, Response):
        lines = [*connected(shell, request), *sent(request), *received(came)]
    else:
        lines = failed(shell, options, request, came)
    return "".join(f"{line}\n" for line in lines)


def failed(shell: Shell, options: Options, request: Request, came: NetworkFailure) -> list[str]:
    status, text = failure_text(options, request, came)
    before = [] if status == 6 else trying(shell, request)
    before += [] if status in BEFORE_TLS else joined(shell, request)
    return [*before, f"* {text}", "* Closing connection 0"]


def trying(shell: Shell, request: Request) -> list[str]:
    name, port = parts_of(request)
    return [f"*   Trying {resolved(shell, name)}:{port}..."]


def joined(shell: Shell, request: Request) -> list[str]:
    name, port = parts_of(request)
    return [f"* Connected to {name} ({resolved(shell, name)}) port {port} (#0)"]


def connected(shell: Shell, request: Request) -> list[str]:
    name, port = parts_of(request)
    lines = [*trying(shell, request), *joined(shell, request)]
    if not request.url.startswith("https:"):
        return lines
    site = site_of(shell, name, str(port))
    trust = Trust(authority=request.trust.authority)
    wrong = site.refusal(name, trust, shell.world.now) if site else None
    result = f"result: {wrong.obstacle}, continuing anyway" if wrong else "ok"
    return [*lines, f"*  SSL certificate verify {result}."]


def sent(request: Request) -> list[str]:
    """The head of a request."""
    parts = urlsplit(request.url)
    target = f"{parts.path}?{parts.query}" if parts.query else parts.path
    lines = [f"{request.method} {target} HTTP/1.1", f"Host: {request.host}"]
    if request.authorization:
        lines.append(f"Authorization: {request.authorization.scheme} {MASK}")
    lines += [f"{name}: {value}" for name, value in request.headers]
    size = len(request.payload or request.body)
    if size:
        kind = [] if request.header("Content-Type") else [f"Content-Type: {FORM}"]
        lines += [f"Content-Length: {size}", *kind]
    return [*(f"> {line}" for line in lines), "> "]


FORM = "application/x-www-form-urlencoded"


def received(came: Response) -> list[str]:
    return [*(f"< {line}" for line in head_text(came).splitlines()[:-1]), "< "]


# -- -w ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Transfer:
    """A transfer when it has ended; `status` is curl's own."""

    request: Request
    came: Answer
    redirects: int
    size: int
    status: int

    @property
    def response(self) -> Response | None:
        return self.came if isinstance(self.came, Response) else None

    def header(self, name: str) -> str:
        return (self.response.header(name) if self.response else None) or ""


def redirect_of(one: Transfer) -> str:
    location = one.header("Location")
    return urljoin(one.request.url, location) if location else ""


def code_of(one: Transfer) -> str:
    return f"{one.response.status if one.response else 0:03}"


WRITTEN: Mapping[str, Callable[[Transfer], str]] = {
    "http_code": code_of,
    "response_code": code_of,
    "size_download": lambda one: str(one.size),
    "content_type": lambda one: one.header("Content-Type"),
    "url": lambda one: one.request.url,
    "url_effective": lambda one: one.request.url,
    "num_redirects": lambda one: str(one.redirects),
    "redirect_url": redirect_of,
    "method": lambda one: one.request.method,
    "exitcode": lambda one: str(one.status),
    "http_version": lambda one: "1.1" if one.response else "0",
}
VARIABLE = re.compile(r"%(?:(%)|\{(\w+)\}|header\{([^{}]+)\})|\\([nrt])")


def written_out(form: str, one: Transfer) -> str:
    """The text of -w. Raises Refused for a variable that is not played."""

    def value(found: re.Match[str]) -> str:
        percent, name, header, escape = found.groups()
        if escape:
            return {"n": "\n", "r": "\r", "t": "\t"}[escape]
        if percent or header:
            return percent or one.header(header)
        if name not in WRITTEN:
            raise Refused(not_played(f"curl -w '%{{{name}}}'"))
        return WRITTEN[name](one)

    return VARIABLE.sub(value, form)
