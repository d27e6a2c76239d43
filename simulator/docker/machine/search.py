"""`docker search`: the registry API of the first version, which only Docker Hub still has.

A private registry is asked twice whether it is one (moby, `validateEndpoint` and
`authorizeClient`), and then for the term.
"""

from urllib.parse import quote_plus

from simulator.docker import events as e
from simulator.docker.cli.commands import Search
from simulator.docker.config_file import Credential
from simulator.docker.events import Event
from simulator.docker.events.search import SearchHit
from simulator.docker.go_json import not_json
from simulator.docker.machine.part import Move, Part
from simulator.docker.machine.redirects import following
from simulator.docker.machine.requests import origin
from simulator.docker.machine.state import Run, State
from simulator.docker.machine.table import Phase
from simulator.protocol.authorization import Authorization
from simulator.protocol.message import Request, Response
from simulator.protocol.reference import HUB_KEY

INDEX = "index.docker.io"
"""Docker Hub's name in the API of the first version."""
PINGS = 2


def parts(term: str) -> tuple[str, str]:
    """The registry, and the term without it (moby, `splitReposSearchTerm`)."""
    first, slash, rest = term.partition("/")
    named = slash and ("." in first or ":" in first or first == "localhost")
    if not named or first in ("docker.io", INDEX):
        return INDEX, (rest if named else term).removeprefix("library/")
    return first, rest


def search(state: State) -> Move:
    command = state.run.command
    assert isinstance(command, Search)
    if command.term.startswith(("http://", "https://")):
        why = f"repository name ({command.term}) should not have a scheme"
        return e.ReferenceRejected(f"invalid repository name: {why}", by_engine=True)
    host, term = parts(command.term)
    key = HUB_KEY if host == INDEX else host
    wrong = state.client.store.complaint(key, "getting")
    if wrong and state.profile.helper_required:
        return e.HelperFailed(state.client.store.helper_of(key) or "", wrong)
    base = f"{origin(state)}/v1/"
    if len(state.run.attempts) < probes(state, host):
        return (Request("GET", f"{base}_ping"),)
    sent = proof(state.client.store.find(key), host, state.run.access.plain_http)
    query = f"search?q={quote_plus(term)}&n={command.limit}"
    return (Request("GET", f"{base}{query}", (), sent),)


def probes(state: State, host: str) -> int:
    """Docker Hub is not asked whether it is one; the second time only with TLS."""
    if host == INDEX:
        return 0
    return 1 if state.run.access.plain_http else PINGS


def proof(found: Credential | None, host: str, plain: bool) -> Authorization | None:
    """A private registry gets credentials even where there are none: an empty name."""
    if host == INDEX or plain:
        return None
    known = found or Credential("", "")
    return Authorization.basic(known.username, known.password)


def answer(state: State, request: Request, answer: Response) -> Event:
    if request.path.endswith("/_ping"):
        return e.RegistryProbed(answer.status)
    if answer.status != 200:
        return e.SearchRefused(request.method, request.url, answer.status)
    document = answer.json()
    results = document.get("results") if isinstance(document, dict) else None
    if not isinstance(results, list):
        why = not_json(answer.body.decode(errors="replace"))
        return e.ReferenceRejected(f"error decoding registry search results: {why}", by_engine=True)
    return e.SearchAnswered(tuple(hit(one) for one in results if isinstance(one, dict)))


def hit(entry: dict[str, object]) -> SearchHit:
    stars = entry.get("star_count")
    return SearchHit(
        str(entry.get("name", "")), str(entry.get("description") or ""),
        stars if isinstance(stars, int) else 0, bool(entry.get("is_official")),
    )  # fmt: skip


def keep_probed(state: State, event: e.RegistryProbed) -> Run:
    return state.run.attempted("_ping", event.status)


PART = Part(
    moves={Phase.SEARCHING: search},
    meanings={Phase.SEARCHING: following(answer)},
    keeps={e.RegistryProbed: keep_probed},
)
