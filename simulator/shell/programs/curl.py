"""`curl` in the terminal: one request on the mock network, and its answer as curl prints it."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from urllib.parse import unquote, urljoin, urlsplit

from simulator.docker.output.line import Line
from simulator.protocol.digest import digest_of
from simulator.protocol.hosts import redirected
from simulator.protocol.message import Answer, Request, Response
from simulator.protocol.network_failure import NetworkFailure, Obstacle
from simulator.registry.fixtures import known_blobs
from simulator.shell.files import absolute, write
from simulator.shell.octets import lines_of, text_of
from simulator.shell.programs.curl_output import (
    Transfer,
    failure_text,
    head_text,
    verbose_text,
    written_out,
)
from simulator.shell.programs.curl_request import OPTIONS, curl_request, url_of
from simulator.shell.programs.options import Options, Refused, read_options, refusing
from simulator.shell.values import Ran, Shell
from simulator.sources.mock import answer
from simulator.sources.world import Site, World

LONGEST_WAY = 50
"""Redirects that curl -L follows."""


@refusing
def curl(shell: Shell, words: list[str], given: str | None) -> Ran:
    """One request, and its answer as curl prints it."""
    options = read_options("curl", words, OPTIONS)
    if not redirected(url_of(options), "/"):
        raise Refused("curl: (3) URL rejected: Bad hostname or port", 3)
    sites = dict(shell.world.sites)
    way = list(exchanges(sites, options, curl_request(shell, options), shell.world.now))
    seen = verbose(shell, options, way)
    outcome = Outcome(replace(shell, world=World(sites, shell.world.now)), options, way)
    return outcome.shown(seen)


def exchanges(
    sites: dict[str, Site], options: Options, request: Request, now: int
) -> Iterator[tuple[Request, Answer]]:
    """The request and its answer, and with -L those on the way."""
    foreign = "cacert" in options and not request.trust.authority and request.trust.verifies
    for _ in range(LONGEST_WAY + 1):
        came = answer(sites, {}, request, now)
        if foreign and request.url.startswith("https:") and isinstance(came, Response):
            came = NetworkFailure(Obstacle.UNTRUSTED)
        yield request, came
        location = came.header("Location") if isinstance(came, Response) else None
        if not ("L" in options and location):
            return
        moved = urljoin(request.url, location)
        same = urlsplit(moved).netloc == request.host
        request = replace(request, url=moved, authorization=request.authorization if same else None)
    yield request, NetworkFailure(Obstacle.ENDLESS)


def verbose(shell: Shell, options: Options, way: list[tuple[Request, Answer]]) -> str:
    """What -v shows before the body."""
    if "v" not in options:
        return ""
    return "".join(verbose_text(shell, options, request, came) for request, came in way)


def body_of(request: Request, came: Response) -> bytes:
    """The bytes that arrived; the mock gives those of a layer by their digest alone.
    Raises Refused where the world does not hold them."""
    if came.body or not came.content or not came.content.size:
        return came.body
    for digest in (came.content.digest, request.target.identifier):
        data = known_blobs().get(digest, b"")[: came.content.size]
        if digest_of(data) == came.content.digest:
            return data
    raise Refused(f"pullscope: curl has no bytes of {came.content.digest}: only its size is known")


@dataclass
class Outcome:
    """The result of the answers: the output, files and the status."""

    shell: Shell
    options: Options
    way: list[tuple[Request, Answer]]

    def shown(self, seen: str) -> Ran:
        """What curl prints; `seen` comes first, on standard error. Raises Refused."""
        request, came = self.way[-1]
        body = b"" if isinstance(came, NetworkFailure) else self.kept(body_of(request, came), came)
        status, said = self.ending(request, came, len(body))
        ran = self.saved(text_of(body), came)
        error = f"curl: ({status}) {said}\n" if status and not self.quiet() else ""
        if ran.status:
            status, error = ran.status, ran.error
        elif isinstance(came, Response) and "v" in self.options:
            error = f"* Connection #0 to host {request.host} left intact\n{error}"
        done = Transfer(request, came, len(self.way) - 1, len(body), status)
        written = written_out(self.options.value("w"), done)
        out, warning = self.visible(ran.out)
        screen = (("error", seen), ("output", out + written), ("error", warning + error))
        printed = tuple(Line(kind, line) for kind, text in screen for line in lines_of(text))
        return Ran(ran.shell, ran.out + written, (seen + error).rstrip("\n"), status, printed)

    def quiet(self) -> bool:
        return "s" in self.options and "S" not in self.options

    def kept(self, body: bytes, came: Response) -> bytes:
        """The body that is handed on: none with -I, and none of a failure with -f."""
        refused = "f" in self.options and came.status >= 400
        return b"" if refused or "I" in self.options else body

    def ending(self, request: Request, came: Answer, size: int) -> tuple[int, str]:
        """curl's status and why; 0 where all is well."""
        if isinstance(came, NetworkFailure):
            return failure_text(self.options, request, came)
        if {"f", "fail-with-body"} & self.options.values.keys() and came.status >= 400:
            return 22, f"The requested URL returned error: {came.status}"
        if came.reset_by:
            return 56, "Recv failure: Connection reset by peer"
        if came.cut:
            left = int(came.header("Content-Length") or size) - size
            return 18, f"transfer closed with {left} bytes remaining to read"
        return 0, ""

    def heads(self) -> str:
        return "".join(head_text(came) for _, came in self.way if isinstance(came, Response))

    def saved(self, body: str, came: Answer) -> Ran:
        """Headers and body where -D, -o and -O send them; the rest is the output."""
        ran = Ran(self.shell)
        if "D" in self.options:
            ran = stored(self.shell, self.options.value("D"), self.heads())
        whole = (self.heads() if {"i", "I"} & self.options.values.keys() else "") + body
        target = self.target()
        nothing = isinstance(came, NetworkFailure) or (not whole and "f" in self.options)
        if ran.status or not target or nothing:
            return replace(ran, out=ran.out + whole)
        after = stored(ran.shell, target, whole)
        return replace(after, out=ran.out + after.out)

    def target(self) -> str:
        """The file of the body; empty for standard output. Raises Refused."""
        if "O" not in self.options:
            return self.options.value("o")
        name = unquote(urlsplit(self.way[0][0].url).path.rpartition("/")[2])
        if not name:
            raise Refused("curl: Remote file name has no length!", 23)
        return name

    def visible(self, out: str) -> tuple[str, str]:
        """The output as a terminal gets it, and a warning: curl keeps a terminal from bytes that
        are no text."""
        if "\0" not in out or self.options.value("o") == "-":
            return out, ""
        return "", HIDDEN_SILENTLY if "s" in self.options else HIDDEN


HIDDEN = (
    'Warning: Binary output can mess up your terminal. Use "--output -" to tell \n'
    'Warning: curl to output it to your terminal anyway, or consider "--output \n'
    'Warning: <FILE>" to save to a file.\n'
)
HIDDEN_SILENTLY = (
    "pullscope: curl -s shows no binary output on a terminal. Use > FILE, -o FILE or a pipe.\n"
)


def stored(shell: Shell, name: str, text: str) -> Ran:
    """The text in this file; `-` is standard output."""
    if name in ("-", "/dev/stdout"):
        return Ran(shell, text)
    if name == "/dev/null":
        return Ran(shell)
    ran = write(shell, absolute(shell, name), text)
    if not ran.status:
        return ran
    why = ran.error.rpartition(": ")[2]
    said = (f"Warning: Failed to open the file {name}: {why}\n"
            "curl: (23) Failure writing output to destination\n")  # fmt: skip
    return Ran(shell, error=said, status=23)
