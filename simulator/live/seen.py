"""What the registry saw: one exchange, when, and what it gives away about who asked.

No password and no token is kept: a `Seen` is masked before it is made, of a token stay its claims,
and of a refused password a fingerprint that only this process can compare.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple
from urllib.parse import parse_qs

from simulator.live.clients import Client, named
from simulator.protocol.message import Exchange, Request, Response
from simulator.protocol.reference import NAME
from simulator.protocol.target import Kind as Target


@dataclass(frozen=True)
class Seen:
    """One exchange. `number` counts up; `address` is where it came from.

    `user` is who it said it was, `claims` those of the token that was issued, `proof` the
    fingerprint of the password. `pending`: the answer is still on its way.
    """

    number: int
    at: float
    address: str
    exchange: Exchange
    user: str = ""
    claims: str = ""
    proof: str = ""
    pending: bool = False
    connection: str = ""
    """The same for requests of one connection; empty where that is not known."""
    token: str = ""
    """The fingerprint of the token that it brought, or that its answer issued."""
    broken: tuple[str, ...] = ()
    """What the learner had broken when it was answered: fields of `Trouble`."""

    @property
    def request(self) -> Request:
        return self.exchange.request

    @property
    def answer(self) -> Response:
        assert isinstance(self.exchange.answer, Response)
        return self.exchange.answer

    @property
    def status(self) -> int:
        return self.answer.status

    @property
    def anonymous(self) -> bool:
        return self.request.authorization is None


# -- who asks, and for what -------------------------------------------------------------------


def client_of(request: Request) -> Client:
    """The client that this request says it is from."""
    return named(request.header("User-Agent") or "")


def presented(request: Request) -> tuple[str, str] | None:
    """The name and password that a request brings, as Basic or in a token form."""
    form = dict(request.form)
    if form.get("username"):
        return form["username"], form.get("password", "")
    return request.authorization.pair() if request.authorization else None


class Kind(StrEnum):
    """As the observer tells requests apart: all that writes is a push."""

    PING = "ping"
    TOKEN = "token"
    MANIFEST = "manifest"
    BLOB = "blob"
    TAGS = "tags"
    CATALOG = "catalog"
    SEARCH = "search"
    PUSH = "push"
    OTHER = "other"


class Asked(NamedTuple):
    """What a request is about; `identifier` is a tag or a digest."""

    kind: Kind
    repository: str = ""
    identifier: str = ""


KINDS = {
    Target.MANIFEST: Kind.MANIFEST, Target.BLOB: Kind.BLOB, Target.TAGS: Kind.TAGS,
    Target.UPLOAD: Kind.PUSH,
}  # fmt: skip


def asked(request: Request) -> Asked:
    kind, repository, identifier, reads = request.target
    if kind is Target.TOKEN:
        return token_asked(request)
    if kind in (Target.PING, Target.CATALOG) and reads:
        return Asked(Kind.PING if kind is Target.PING else Kind.CATALOG)
    if request.path.startswith("/v1/"):
        return Asked(Kind.SEARCH)
    if kind not in KINDS or not repository:
        return Asked(Kind.OTHER)
    return Asked(KINDS[kind] if reads else Kind.PUSH, repository, identifier)


def token_asked(request: Request) -> Asked:
    """The first repository of the scope; a scope that pushes belongs to a push."""
    for scope in scopes(request):
        kind, _, rest = scope.partition(":")
        name, _, actions = rest.rpartition(":")
        if (kind, name) == ("registry", "catalog"):
            return Asked(Kind.TOKEN, "", "catalog")
        if kind == "repository" and re.fullmatch(NAME.pattern, name):
            return Asked(Kind.TOKEN, name, "push" if "push" in actions.split(",") else "pull")
    return Asked(Kind.TOKEN)


def scopes(request: Request) -> list[str]:
    """All scopes, from the query or from a form, where spaces part them."""
    texts = parse_qs(request.query).get("scope", []) or [v for k, v in request.form if k == "scope"]
    return [scope for text in texts for scope in text.split()]
