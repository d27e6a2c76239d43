"""Each learner's own registry, and what it has seen of theirs. Safe to use from several threads.

Everything is bounded: learners, what is kept of each, attempts at a password, requests a second.
"""

import hmac
import json
import secrets
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from hashlib import sha256
from itertools import count

from simulator.docker.machine.tokens import claimed
from simulator.docker.trace import drop_blob
from simulator.live.accounts import opened
from simulator.live.attribution import SERVICE, Identity, Waiting, identity_of, owner
from simulator.live.learners import Learners, Session
from simulator.live.scrubbing import echoless, scrubbed
from simulator.live.seen import Asked, Kind, Seen, asked, presented
from simulator.live.trouble import SPEED, Trouble, registry_for, unavailable_after
from simulator.progress.keeper import NotKept
from simulator.protocol.authorization import Scheme
from simulator.protocol.digest import digest_of
from simulator.protocol.hosts import is_loopback
from simulator.protocol.message import Content, Exchange, Request, Response
from simulator.registry.answer import Answer, respond
from simulator.registry.asgi import Client, Delivery
from simulator.registry.model import PUBLISHED, Signer
from simulator.registry.rate_limit import Limiter, Rate, network_of
from simulator.registry.replies import error

LONGEST_URL = 2048
"""Characters of an address that is answered at all."""
REQUESTS = Rate(per_second=40, burst=400)
GUESSES = Rate(per_second=0.5, burst=40)
"""Of a password, for each name and address: a known name cannot be used to lock its owner out."""

Clock = Callable[[], float]


@dataclass(frozen=True)
class Asking:
    """A request with all that decides its answer."""

    request: Request
    about: Asked
    client: Client
    network: str
    identity: Identity
    session: Session | None
    alone: bool
    """Whether no other learner was at this address before the request."""
    now: float
    refused: bool = False
    """Whether too many passwords were tried."""
    broken: tuple[str, ...] = ()
    """What the learner had broken just then."""


class Sessions:
    """All learners of this process."""

    def __init__(
        self, scheme: str = "http", clock: Clock = time.time, signer: Signer = PUBLISHED,
        learners: Learners | None = None,
    ) -> None:  # fmt: skip
        self.scheme, self.clock, self.signer = scheme, clock, signer
        self.lock = threading.RLock()
        self.learners = learners or Learners()
        self.waiting = Waiting()
        self.numbers = count(1)
        # A class behind one router has one address: what is a learner's counts for that learner.
        self.requests = Limiter(REQUESTS, clock)
        self.guesses = Limiter(GUESSES, clock)

    # -- learners -----------------------------------------------------------------------------

    def open(self, address: str) -> tuple[Session, str]:
        """A new session and its password. Raises Full."""
        with self.lock:
            return self.learners.open(network_of(address), self.clock())

    def renew(self, session: Session) -> str:
        """A new password for the same account; the old one is worth nothing from now on."""
        with self.lock:
            session.account, password = opened(session.name)
            session.right = b""
            self.learners.keep(session, "salt", "hashed")
        return password

    def resume(self, identity: str, instead: Session) -> Session | None:
        """The session of before, if it is still there; the new one that was opened in its place
        and never used is forgotten."""
        found = self.get(identity)
        with self.lock:
            if found and found is not instead and not (instead.seen or instead.proven):
                self.learners.drop(instead)
        return found

    def get(self, identity: str) -> Session | None:
        with self.lock:
            self.learners.refresh()
            session = self.learners.with_id(identity)
            if session:
                session.active = self.clock()
                self.learners.note_use(session)
            return session

    def in_use(self, session: Session) -> None:
        """Its page is open now."""
        with self.lock:
            session.active = self.clock()
            self.learners.note_use(session)

    def named(self, name: str) -> Session | None:
        """The learner with this user name, if there is one."""
        with self.lock:
            self.learners.refresh()
            return self.learners.by_name.get(name)

    def change(self, session: Session, **switches: bool | int) -> None:
        """Break something, or put it right."""
        with self.lock:
            session.trouble = replace(session.trouble, **switches)  # type: ignore[arg-type]
            self.learners.keep(session, "trouble")
        session.changed()

    def teach(self, session: Session, lesson: str) -> None:
        """Show it in this lesson's words."""
        with self.lock:
            if session.lesson != lesson:
                session.lesson = lesson
                self.learners.keep(session, "lesson")

    def hello(self, address: str) -> None:
        """A client spoke TLS to the plain port: the only learner there sees it. This machine is one
        person's: there, every open page tells it."""
        network = network_of(address)
        with self.lock:
            only = self.learners.only_at(network)
            told = [only] if only else []
            if not told and is_loopback(network):
                told = self.learners.watched_at(network)
            for session in told:
                session.hellos.append(self.clock())
                session.changed()

    def settle(self) -> None:
        """On this machine, what belonged to no page is shown on the one that was opened last."""
        with self.lock:
            for one in self.waiting.overdue(self.clock()):
                pages = self.learners.watched_at(one.address) if is_loopback(one.address) else []
                if pages:
                    pages[0].seen.append(one)
                    pages[0].changed()

    # -- requests -----------------------------------------------------------------------------

    def answer(self, request: Request, client: Client) -> Delivery:
        """What to send for one request, kept for the learner whose it is."""
        if len(request.url) > LONGEST_URL:
            said = f"an address has {LONGEST_URL} characters"
            return Delivery(error("UNSUPPORTED", message=said, status=414))
        network, about = network_of(client.address), asked(request)
        with self.lock:
            self.learners.refresh()
        identity, refused = self.identified(request, network)
        with self.lock:
            before = self.learners.only_at(network)
            if identity.proven and identity.name in self.learners.by_name:
                self.prove(self.learners.by_name[identity.name], network)
            session = owner(self.learners, identity, about.repository.partition("/")[0], network)
            wait = self.requests.wait(f"{session.name if session else ''} {network}")
        if wait:
            return Delivery(TOO_MANY)
        alone = session is not None and session is before
        broken = session.trouble.switched_on if session else ()
        asking = Asking(
            request, about, client, network, identity, session, alone, self.clock(), refused, broken
        )
        return self.delivery(asking, self.answered(asking))

    def prove(self, session: Session, network: str) -> None:
        """Its credentials came from there."""
        if network not in session.proven:
            session.prove(network)
            with suppress(NotKept):
                self.learners.keep(session, "proven")

    def identified(self, request: Request, network: str) -> tuple[Identity, bool]:
        """Whose request it is, and whether that is proven; and whether too many passwords were
        tried, so that this one was not looked at."""
        identity, pair = identity_of(request, self.signer), presented(request)
        if pair is None:
            return identity, False
        print_of_it = self.print_of(pair[1])
        with self.lock:
            named = self.learners.by_name.get(pair[0])
            if named and hmac.compare_digest(named.right, print_of_it):
                return Identity(pair[0], True), False
            refused = self.guesses.wait(f"{pair[0]} {network}") > 0
            account = named.account if named else None
        right = bool(account and not refused and account.knows(pair[1]))
        with self.lock:
            if right and named and named.account is account:
                named.right = print_of_it
        return Identity(pair[0], right), refused

    def answered(self, asking: Asking) -> Answer:
        """The answer of the registry that this learner has just now."""
        session = asking.session
        name, trouble = (session.name, session.trouble) if session else ("", Trouble())
        pair = presented(asking.request)
        right = pair and asking.identity.proven and pair[0] == name and not trouble.revoked
        password = pair[1] if pair and right else secrets.token_hex(16)
        ahead = 1000 if trouble.expired else 0
        registry = registry_for(name, password, trouble, int(asking.now) + ahead)
        realm = f"{self.scheme}://{asking.request.host}/token"
        known = replace(
            registry, realm=realm, service=SERVICE, signer=self.signer, drawn=secrets.token_hex(8)
        )
        if asking.about.kind is Kind.PUSH:
            return Answer(REFUSED_PUSH, known)
        if asking.refused:
            return Answer(TOO_MANY_PASSWORDS, known)
        return respond(asking.request, known)

    def delivery(self, asking: Asking, answer: Answer) -> Delivery:
        """Keep the exchange for its learner, or for whoever turns out to be."""
        response, session = answer.delivered, self.shown_to(asking)
        kept = self.seen(asking, response)
        download = asking.about.kind is Kind.BLOB and asking.request.method == "GET"
        pending = download and response.status < 300
        with self.lock:
            if session is None:
                self.waiting.add(kept)
                return Delivery(response)
            session.seen.extend(self.waiting.claimed(kept, asking.alone))
            session.active = asking.now
            self.learners.note_use(session)
            session.seen.append(replace(kept, pending=pending))
            if asking.session:
                troubled = asking.session
                left = min(troubled.trouble.unavailable, unavailable_after(answer.registry))
                if left != troubled.trouble.unavailable:
                    troubled.trouble = replace(troubled.trouble, unavailable=left)
                    with suppress(NotKept):
                        self.learners.keep(troubled, "trouble")
        session.changed()
        speed = SPEED if pending and asking.session and asking.session.trouble.slow else None
        return Delivery(response, speed=speed, done=self.ender(session, kept))

    def shown_to(self, asking: Asking) -> Session | None:
        """Whose page shows it. This machine is one person's: what they ask there for the account
        of a page that is open, with the credentials of one that is closed, is shown here."""
        session = asking.session
        if session is None or session.watchers or not is_loopback(asking.network):
            return session
        with self.lock:
            named = self.learners.by_name.get(asking.about.repository.partition("/")[0])
            pages = self.learners.watched_at(asking.network)
        if named in pages:
            return named
        return pages[0] if len(pages) == 1 and not asking.about.repository else session

    def ender(self, session: Session, kept: Seen) -> Callable[[bool], None]:
        def done(whole: bool) -> None:
            answer = kept.answer if whole else replace(kept.answer, cut=True)
            ended = replace(kept, at=self.clock(), exchange=Exchange(kept.request, answer))
            with self.lock:
                place = next((n for n, o in enumerate(session.seen) if o.number == kept.number), -1)
                if place >= 0:
                    session.seen[place] = ended
            session.changed()

        return done

    def seen(self, asking: Asking, response: Response) -> Seen:
        """The kept state: without secrets, and without a blob's bytes."""
        request = asking.request
        pair = presented(request)
        exchange = Exchange(scrubbed(request), echoless(response, request)).masked()
        if asking.about.kind is Kind.BLOB and response.status in (200, 206):
            content = Content(len(response.body), digest_of(response.body))
            exchange = replace(exchange, answer=replace(response, content=content))
        return Seen(
            next(self.numbers), asking.now, asking.network, drop_blob(exchange),
            asking.identity.name, issued_claims(asking.about, response),
            self.fingerprint(pair[1]) if pair else "", connection=asking.client.connection,
            token=self.fingerprint(token_of(asking, response)), broken=asking.broken,
        )  # fmt: skip

    def fingerprint(self, secret: str) -> str:
        """Tells whether the same secret came twice, to holders of our key only."""
        return self.print_of(secret).hex()[:12] if secret else ""

    def print_of(self, secret: str) -> bytes:
        return hmac.new(self.signer.secret, secret.encode(), sha256).digest()


def token_of(asking: Asking, response: Response) -> str:
    """The token that a request brings, or that its answer issues; empty where there is none."""
    given = asking.request.authorization
    if given and given.scheme is Scheme.BEARER:
        return given.secret
    document = response.json() if asking.about.kind is Kind.TOKEN else None
    token = document.get("token") if isinstance(document, dict) else None
    return token if isinstance(token, str) else ""


def issued_claims(about: Asked, response: Response) -> str:
    """The claims of a token that this answer issues, as JSON; empty where it issues none."""
    document = response.json() if about.kind is Kind.TOKEN else None
    token = document.get("token") if isinstance(document, dict) else None
    return json.dumps(claimed(token)) if isinstance(token, str) else ""


TOO_MANY = error(
    "TOOMANYREQUESTS", ("Retry-After", "1"), message="too many requests: wait a moment"
)
TOO_MANY_PASSWORDS = error(
    "TOOMANYREQUESTS", ("Retry-After", "2"), message="too many passwords were tried: wait"
)
REFUSED_PUSH = error("UNSUPPORTED", message="this registry is for pulling: pushes are refused")
