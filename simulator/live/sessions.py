"""Whose request is this? Each learner's own registry, and what it has seen of theirs.

A request belongs to the learner whose account it proves or names: by token, by Basic user, by the
form of a token request, by the namespace of the repository. A greeting and a failed login name
nobody; they belong to the only learner at that address, or wait until the next request from the
same client tells. What belongs to nobody is answered and forgotten.

Everything is bounded: learners, what is kept of each, attempts at a password, requests a second.
"""

import hmac
import json
import secrets
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from hashlib import sha256
from itertools import count
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import jwt

from simulator.docker.machine import claimed
from simulator.docker.trace import drop_blob
from simulator.live.accounts import Account, new_name, opened
from simulator.live.observer import Memo
from simulator.live.seen import Asked, Kind, Seen, asked, client_of
from simulator.live.trouble import Trouble, registry_for
from simulator.protocol.authorization import Scheme
from simulator.protocol.digest import digest_of
from simulator.protocol.message import Content, Exchange, Headers, Request, Response
from simulator.protocol.secrets import MASK, SECRET_FIELDS
from simulator.registry import tokens
from simulator.registry.answer import error, handle
from simulator.words.i18n import _

LEARNERS = 200
"""How many sessions there are at once."""
KEPT = 400
"""Exchanges that are kept of each."""
LIFETIME = 2 * 3600.0
"""Seconds without any request or page after which a session is forgotten."""
HELD = 3.0
"""Seconds that a request without a name waits for one that has."""
LONGEST_URL = 2048
LONGEST_VALUE = 400
MOST_VALUES = 30
"""Bounds of what is kept of one request: characters of an address, of a header or a form's field,
and how many of these."""
HEADERS = frozenset({
    "accept", "accept-encoding", "connection", "content-length", "content-type", "if-none-match",
    "range", "user-agent",
})  # fmt: skip
"""Headers of a request that are kept: none of them can hold a secret."""

Clock = Callable[[], float]


class Full(ValueError):
    """There are as many learners as there may be."""


class Allowance:
    """So many at once, and so many a second from then on, for each of a bounded number of keys."""

    def __init__(self, burst: float, rate: float, keys: int = 1000) -> None:
        self.burst, self.rate, self.keys = burst, rate, keys
        self.left: dict[str, tuple[float, float]] = {}

    def take(self, key: str, now: float) -> bool:
        """Whether one more is allowed; if so, it counts."""
        left, since = self.left.pop(key, (self.burst, now))
        left = min(self.burst, left + (now - since) * self.rate)
        allowed = left >= 1
        self.left[key] = (left - 1 if allowed else left, now)
        if len(self.left) > self.keys:
            del self.left[next(iter(self.left))]
        return allowed


@dataclass(eq=False)
class Session:
    """One learner. `id` opens the live view and nothing else; nobody can guess it."""

    id: str
    account: Account
    address: str
    active: float
    trouble: Trouble = Trouble()
    seen: deque[Seen] = field(default_factory=lambda: deque(maxlen=KEPT))
    hellos: deque[float] = field(default_factory=lambda: deque(maxlen=20))
    """When somebody here spoke TLS to the plain port."""
    memo: Memo = field(default_factory=dict)
    """What the observer has told already."""
    telling: threading.Lock = field(default_factory=threading.Lock)
    watchers: set[Callable[[], object]] = field(default_factory=set)
    begun: float = 0.0

    @property
    def name(self) -> str:
        return self.account.name

    def changed(self) -> None:
        """Tell those who watch."""
        for wake in tuple(self.watchers):
            wake()


@dataclass(frozen=True)
class Reply:
    """An answer to send; `sent` is told when it is through, and whether the client took all."""

    response: Response
    slow: bool = False
    sent: Callable[[bool], None] = lambda whole: None


class Sessions:
    """All learners of this process. Safe to use from several threads."""

    def __init__(self, scheme: str = "http", clock: Clock = time.time) -> None:
        self.scheme, self.clock = scheme, clock
        self.lock = threading.RLock()
        self.by_id: dict[str, Session] = {}
        self.by_name: dict[str, Session] = {}
        self.held: deque[Seen] = deque(maxlen=LEARNERS)
        self.numbers = count(1)
        # A class behind one router has one address: what is a learner's counts for that learner.
        self.requests = Allowance(burst=400, rate=40)
        self.guesses = Allowance(burst=40, rate=0.5)
        self.key = secrets.token_bytes(16)

    # -- learners -----------------------------------------------------------------------------

    def open(self, address: str) -> tuple[Session, str]:
        """A new session and its password. Raises Full."""
        now = self.clock()
        with self.lock:
            self.forget(now)
            name = next(n for n in iter(new_name, None) if n not in self.by_name)
            account, password = opened(name)
            session = Session(secrets.token_urlsafe(18), account, address, now, begun=now)
            self.by_id[session.id] = self.by_name[name] = session
        return session, password

    def renew(self, session: Session) -> str:
        """A new password for the same account; the old one is worth nothing from now on."""
        session.account, password = opened(session.name)
        return password

    def resume(self, identity: str, instead: Session) -> Session | None:
        """The session of before, if it is still there; the new one that was opened in its place
        and never used is forgotten."""
        found = self.get(identity)
        with self.lock:
            if found and found is not instead and not instead.seen:
                self.drop(instead)
        return found

    def get(self, identity: str) -> Session | None:
        with self.lock:
            session = self.by_id.get(identity)
            if session:
                session.active = self.clock()
            return session

    def forget(self, now: float) -> None:
        """Drop sessions past their time; where all are alive and there is no room, refuse."""
        for session in tuple(self.by_id.values()):
            if not session.watchers and now - session.active > LIFETIME:
                self.drop(session)
        idle = [one for one in self.by_id.values() if not one.watchers]
        if len(self.by_id) < LEARNERS:
            return
        if not idle:
            told = _("{count} learners are here already: wait until one of them has left")
            raise Full(told.format(count=LEARNERS))
        self.drop(min(idle, key=lambda one: one.active))

    def drop(self, session: Session) -> None:
        self.by_id.pop(session.id, None)
        self.by_name.pop(session.name, None)

    def change(self, session: Session, **switches: bool | int) -> None:
        """Break something, or put it right."""
        with self.lock:
            session.trouble = replace(session.trouble, **switches)  # type: ignore[arg-type]
        session.changed()

    def hello(self, address: str) -> None:
        """Somebody spoke TLS to the plain port: the only learner there is told."""
        with self.lock:
            session = self.only(address)
            if session:
                session.hellos.append(self.clock())
                session.changed()

    # -- requests -----------------------------------------------------------------------------

    def answer(self, request: Request, address: str) -> Reply:
        """The answer to one request, kept for the learner whose it is."""
        now = self.clock()
        if len(request.url) > LONGEST_URL:
            return Reply(error(414, "UNSUPPORTED", f"an address has {LONGEST_URL} characters"))
        about = asked(request)
        with self.lock:
            session = self.owner(request, about, address)
            if not self.requests.take(f"{session.name if session else ''} {address}", now):
                return Reply(error(429, "TOOMANYREQUESTS", "too many requests: wait a moment"))
        response, claims = self.answered(request, about, session, now)
        kept = self.seen(request, response, address, now, claims)
        pending = about.kind is Kind.BLOB and request.method == "GET" and response.status < 300
        with self.lock:
            if session is None:
                self.held.append(kept)
                return Reply(response)
            self.claim(session, kept)
            session.active = now
            session.seen.append(replace(kept, pending=pending))
            if session.trouble.unavailable and response.status == 503:
                session.trouble = session.trouble.spent()
        session.changed()
        return Reply(response, session.trouble.slow and pending, self.ender(session, kept))

    def ender(self, session: Session, kept: Seen) -> Callable[[bool], None]:
        def sent(whole: bool) -> None:
            answer = kept.answer if whole else replace(kept.answer, cut=True)
            done = replace(kept, at=self.clock(), exchange=Exchange(kept.request, answer))
            with self.lock:
                place = next((n for n, o in enumerate(session.seen) if o.number == kept.number), -1)
                if place >= 0:
                    session.seen[place] = done
            session.changed()

        return sent

    def answered(
        self, request: Request, about: Asked, session: Session | None, now: float
    ) -> tuple[Response, str]:
        """The answer, and the claims of a token that it issues."""
        if about.kind is Kind.PUSH:
            return REFUSED_PUSH, ""
        pair = presented(request)
        if pair and not self.guesses.take(session.name if session else pair[0], now):
            return error(429, "TOOMANYREQUESTS", "too many passwords were tried: wait"), ""
        name, trouble = (session.name, session.trouble) if session else ("", Trouble())
        right = bool(
            session and pair and pair[0] == name and not trouble.revoked
            and session.account.knows(pair[1])
        )  # fmt: skip
        password = pair[1] if pair and right else secrets.token_hex(16)
        ahead = 1000 if trouble.expired else 0
        registry = registry_for(name, password, trouble, int(now) + ahead)
        realm = f"{self.scheme}://{request.host}/token"
        response = handle(request, replace(registry, realm=realm))
        document = response.json() if about.kind is Kind.TOKEN else None
        token = document.get("token") if isinstance(document, dict) else None
        return response, json.dumps(claimed(token)) if isinstance(token, str) else ""

    def seen(
        self, request: Request, response: Response, address: str, now: float, claims: str
    ) -> Seen:
        """What is kept: without secrets, and without a blob's bytes."""
        pair = presented(request)
        proof = self.fingerprint(pair[1]) if pair else ""
        exchange = Exchange(scrubbed(request), echoless(response, request)).masked()
        if asked(request).kind is Kind.BLOB and response.status in (200, 206):
            content = Content(len(response.body), digest_of(response.body))
            exchange = replace(exchange, answer=replace(response, content=content))
        kept = drop_blob(exchange)
        return Seen(next(self.numbers), now, address, kept, user_of(request), claims, proof)

    def fingerprint(self, password: str) -> str:
        """Tells whether the same password came twice, to this process and to nobody else."""
        return hmac.new(self.key, password.encode(), sha256).hexdigest()[:12]

    # -- whose --------------------------------------------------------------------------------

    def owner(self, request: Request, about: Asked, address: str) -> Session | None:
        named = self.by_name.get(user_of(request))
        if named:
            return named
        named = self.by_name.get(about.repository.partition("/")[0])
        if named and address in (named.address, *(one.address for one in named.seen)):
            return named
        return self.only(address)

    def only(self, address: str) -> Session | None:
        """The one learner at this address who has the page open, or was there lately."""
        here = [one for one in self.by_id.values() if one.address == address]
        if len(here) > 1:
            here = [one for one in here if one.watchers]
        return here[0] if len(here) == 1 else None

    def claim(self, session: Session, kept: Seen) -> None:
        """What the same client asked just before, without a name, is this learner's too."""
        mine: list[Seen] = []
        others: list[Seen] = []
        for one in self.held:
            same = one.address == kept.address and (
                client_of(one.request).family == client_of(kept.request).family
            )
            (mine if same and kept.at - one.at < HELD else others).append(one)
        self.held = deque((o for o in others if kept.at - o.at < HELD), maxlen=LEARNERS)
        session.seen.extend(mine)


REFUSED_PUSH = error(405, "UNSUPPORTED", "this registry is for pulling: pushes are refused")


def presented(request: Request) -> tuple[str, str] | None:
    """The name and password that a request brings, as Basic or in a token form."""
    form = dict(request.form)
    if form.get("username"):
        return form["username"], form.get("password", "")
    return request.authorization.pair() if request.authorization else None


def user_of(request: Request) -> str:
    """Whom the request speaks for: a token's subject, or the name beside a password."""
    given = request.authorization
    if given and given.scheme is Scheme.BEARER:
        return subject(given.secret)
    pair = presented(request)
    return pair[0] if pair else ""


def subject(token: str) -> str:
    """Whose token this is, even past its time; empty for one that we did not sign."""
    checks: dict[str, bool] = {"verify_exp": False, "verify_nbf": False, "verify_iat": False}
    try:
        claims = jwt.decode(
            token, tokens.key().public_key(), ["ES256"], audience="pullscope",
            issuer=tokens.ISSUER, options=checks,  # type: ignore[arg-type]
        )  # fmt: skip
    except jwt.InvalidTokenError:
        return ""
    return str(claims.get("sub", ""))


def scrubbed(request: Request) -> Request:
    """The request with only the headers that the story needs, and no secret in its address."""
    parts = urlsplit(request.url)
    query = [(k, MASK if k in SECRET_FIELDS else v) for k, v in parse_qsl(parts.query, True)]
    found = secrets_of(request)
    texts = urlunsplit(parts._replace(query=urlencode(query)))
    headers = tuple((k, v) for k, v in request.headers if k.lower() in HEADERS)
    return replace(
        request,
        url=masked_text(texts, found),
        headers=clipped(headers, found),
        form=clipped(request.form, found),
    )


def clipped(values: Headers, found: tuple[str, ...]) -> Headers:
    """Some values, each no longer than it may be, without these secrets."""
    return tuple(
        (name[:LONGEST_VALUE], masked_text(value, found)[:LONGEST_VALUE])
        for name, value in values[:MOST_VALUES]
    )


def echoless(response: Response, request: Request) -> Response:
    """An error names what was asked for, and that may be a secret in the wrong place."""
    body, found = response.body, secrets_of(request)
    if response.status < 400 or not found:
        return response
    for secret in found:
        body = body.replace(secret.encode(), MASK.encode())
    headers = tuple((k, masked_text(v, found)) for k, v in response.headers)
    return replace(response, headers=headers, body=body)


def secrets_of(request: Request) -> tuple[str, ...]:
    """The secrets that the request itself brings: they might stand elsewhere in it too."""
    pair = presented(request)
    given = (request.authorization.secret,) if request.authorization else ()
    return tuple(filter(None, (*given, pair[1] if pair else "")))


def masked_text(text: str, found: Iterable[str]) -> str:
    for secret in found:
        text = text.replace(secret, MASK)
    return text
