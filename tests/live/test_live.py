"""Your own docker, without any docker: observer, sessions, coach, accounts, and the server."""

import json
import re
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from itertools import count
from typing import Any, get_args

import httpx
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator import cli
from simulator.docker import events as e
from simulator.docker.machine import TRANSITIONS
from simulator.docker.trace import Trace
from simulator.lesson.library import find_lesson
from simulator.live import view
from simulator.live.accounts import WORDS, Account, new_name, new_password, opened
from simulator.live.attempts import QUIET
from simulator.live.clients import RECIPES, commands
from simulator.live.coach import Facts, advice
from simulator.live.notes import NOTES
from simulator.live.observer import Run, observe
from simulator.live.record import recording
from simulator.live.seen import Seen, client_of
from simulator.live.sessions import (
    KEPT,
    LEARNERS,
    LIFETIME,
    Allowance,
    Full,
    Session,
    Sessions,
)
from simulator.live.trouble import SWITCHES, Trouble, images_for, known, layers
from simulator.protocol.authorization import Authorization
from simulator.protocol.message import Request, Response
from simulator.recordings.document import Recording
from simulator.recordings.situations import trace as trace_of
from simulator.registry.fixtures import repositories
from simulator.registry.serving import address, bound
from simulator.scenarios.model import Setting, first_registry, scenarios
from simulator.sources.world import Role
from simulator.views import stage as views
from simulator.web.serve import Live, options, quiet_server, second_port

HOST = "127.0.0.1:8501"
DOCKER = "docker/20.10.24+dfsg1 go/go1.19.8 os/linux arch/amd64"
LATER = 1e9
"""When everything has been silent for long."""


# -- the observer agrees with the machine -----------------------------------------------------

AGENTS = {"26": "docker/26.1.5 go/go1", "29": "docker/29.0.1 go/go1"}
LOCAL = {
    "SessionEnded", "FellBackToHttp", "LogoutTyped", "CredentialsRemoved", "InputMissing",
    "ImagesTyped", "RemoveTyped", "InspectTyped", "ImagesListed", "ImagesRemoved",
    "ImagesInspected", "ImagesRefused",
}  # fmt: skip
"""Steps that no registry sees, or that the scenarios' https does not have."""
UNKNOWABLE = {
    "public-registry": "nothing tells a login at an open registry from a pull's greeting",
    "no-login-basic": "with Basic, the greeting does not say for which image it is",
    "rate-limited": "nobody asked for credentials",
    "server-error": "nobody asked for credentials",
    "web-page": "nobody asked for credentials",
    "redirected-blobs": "the other host's log is not ours",
    "no-platform": "silence after an index does not say why",
    "read-only-config": "the client's files are its own",
    "up-to-date": "the earlier pull was before our time",
    "login-again": "typed or stored, the password comes the same way",
}


HOSTNAME = first_registry()
(TOKENS,) = Setting().document().hosts(Role.TOKENS, HOSTNAME)


def seen_by_registry(trace: Trace) -> list[Seen]:
    """What a registry would have seen of this run: the exchanges, and whose they are."""
    tokens = [s.event.claims for s in trace.steps if isinstance(s.event, e.TokenIssued)]
    known_user = "alice" if not tokens or json.loads(tokens[-1])["sub"] else ""
    found: list[Seen] = []
    for step in trace.steps:
        exchange = step.exchange
        if exchange is None or not isinstance(exchange.answer, Response):
            continue
        asked = exchange.request
        sent = (*asked.headers, ("User-Agent", AGENTS[trace.engine]))
        url = asked.url.replace(TOKENS, HOSTNAME)
        kept = replace(exchange, request=replace(asked, url=url, headers=sent))
        proven = asked.authorization or dict(asked.form).get("username")
        claims = getattr(step.event, "claims", "")
        number = len(found) + 1
        found.append(Seen(number, number / 100, "a", kept, known_user if proven else "", claims))
    return found


def names(runs: tuple[Run, ...]) -> list[str]:
    return [step.name for run in runs for step in run.trace.steps]


OBSERVABLE = [
    (name, engine)
    for name in scenarios() for engine in AGENTS
    if name not in UNKNOWABLE and seen_by_registry(trace_of(name, engine))
]  # fmt: skip


@pytest.mark.parametrize(("name", "engine"), OBSERVABLE)
def test_the_observer_tells_what_the_machine_did(name: str, engine: str) -> None:
    """From nothing but the exchanges come the same events in the same order."""
    trace = trace_of(name, engine)
    did = [step.name for step in trace.steps if step.name not in LOCAL]
    told = names(observe(seen_by_registry(trace), LATER, known))
    assert [name for name in told if name not in LOCAL] == did


@pytest.mark.parametrize("name", list(UNKNOWABLE))
def test_what_cannot_be_known_is_not_claimed(name: str) -> None:
    """The exceptions above are ones: the observer does differ there."""
    agrees = []
    for engine in AGENTS:
        trace = trace_of(name, engine)
        told = names(observe(seen_by_registry(trace), LATER, known))
        did = [step.name for step in trace.steps if step.name not in LOCAL]
        agrees.append([name for name in told if name not in LOCAL] == did)
    assert not all(agrees)


def test_a_legal_run_is_told_with_legal_steps() -> None:
    """Each step of an ordinary run takes an edge of the table, none jumps."""
    (run,) = observe(seen_by_registry(trace_of("works", "26")), LATER, known)
    jumps = [s.name for s in run.trace.steps if type(s.event) not in TRANSITIONS[s.before.phase]]
    assert jumps == []


EVERYTHING = [
    one for name in scenarios() for engine in AGENTS
    for one in seen_by_registry(trace_of(name, engine))
]  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_no_order_of_requests_breaks_it(data: Any) -> None:
    """Any requests in any order, from several clients: each is in some step, none is lost."""
    chosen = data.draw(st.lists(st.sampled_from(EVERYTHING), max_size=12))
    times = count(1)
    seen = []
    for one in chosen:
        number = next(times)
        at = number * data.draw(st.sampled_from([0.01, 0.5, 5.0]))
        where = data.draw(st.sampled_from("ab"))
        pending = data.draw(st.booleans()) and "/blobs/" in one.request.path
        seen.append(replace(one, number=number, at=at, address=where, pending=pending))
    runs = observe(sorted(seen, key=lambda s: s.at), data.draw(st.sampled_from([0, LATER])), known)
    told = [s.exchange for run in runs for s in run.trace.steps if s.exchange]
    assert len(told) == sum(1 for one in seen if not one.pending)
    for run in runs:
        view.payload(run)
        assert Trace.from_json(run.trace.to_json()) == run.trace


def test_a_memo_changes_nothing() -> None:
    """Telling again with what was told before gives the same as telling anew."""
    seen, memo = seen_by_registry(trace_of("corrupted-layer", "26")), {}
    for end in range(1, len(seen) + 1):
        now = seen[end - 1].at
        assert observe(seen[:end], now, known, memo) == observe(seen[:end], now, known)


def test_a_greeting_is_revised_by_what_follows() -> None:
    """At first it may be a login; a token for a repository makes it a pull."""
    seen = seen_by_registry(trace_of("stale-credentials", "26"))
    assert names(observe(seen[:1], seen[0].at, known))[0] == "LoginTyped"
    assert names(observe(seen[:2], seen[1].at, known))[0] == "PullTyped"


def later(seen: list[Seen], by: float) -> list[Seen]:
    return [replace(one, number=one.number + 100, at=one.at + by) for one in seen]


def test_silence_after_the_digest_means_up_to_date() -> None:
    """If the name was pulled before our eyes; and not before it has been silent for a while."""
    first = seen_by_registry(trace_of("works", "26"))
    seen = first + later(seen_by_registry(trace_of("up-to-date", "26")), 100)
    assert names(observe(seen, seen[-1].at, known))[-1] == "Resolved"
    assert names(observe(seen, seen[-1].at + QUIET + 0.1, known))[-1] == "AlreadyUpToDate"


def test_content_held_under_another_name_is_named_anew() -> None:
    """Nothing is downloaded for a name that was never pulled here: the client has it already."""
    seen = seen_by_registry(trace_of("up-to-date", "26"))
    told = names(observe(seen, LATER, known))
    assert told[-5:] == [
        "ManifestHeld", "LayersPlanned", "BlobsVerified", "ImageStored", "SessionEnded"
    ]  # fmt: skip


def test_every_note_is_for_an_event() -> None:
    """Notes name events that there are."""
    assert NOTES.keys() <= {kind.__name__ for kind in get_args(e.Event)}


@pytest.mark.parametrize(
    ("agent", "client"),
    [
        (DOCKER, "Docker 20.10.24"), ("containerd/2.3.4+unknown", "containerd 2.3.4"),
        ("skopeo/1.9.3", "skopeo 1.9.3"), ("Buildah/1.28.2", "Buildah 1.28.2"),
        ("libpod/4.3.1", "Podman 4.3.1"), ("oras/1.2.0", "ORAS 1.2.0"),
        ("go-containerregistry/v0.20.1", "crane 0.20.1"), ("curl/7.88.1", "curl 7.88.1"),
        ("containers/5.24 (github.com/containers/image)", "a containers/image client 5.24"),
        ("Something/3", "Something"), ("", "a client without a name"),
    ],
)  # fmt: skip
def test_clients_are_named_by_their_user_agent(agent: str, client: str) -> None:
    """What is not known keeps the name that it gives itself."""
    assert str(client_of(Request("GET", "http://h/v2/", (("User-Agent", agent),)))) == client


# -- sessions ---------------------------------------------------------------------------------


class Clock:
    """A clock that the test sets."""

    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


class Learner:
    """A client of the sessions, as thin as can be."""

    def __init__(self, sessions: Sessions, where: str = "127.0.0.1", agent: str = DOCKER) -> None:
        self.sessions, self.where, self.agent = sessions, where, agent
        self.session, self.password = sessions.open(where)

    @property
    def name(self) -> str:
        return self.session.name

    def ask(
        self, method: str, path: str, proof: Authorization | None = None, host: str = HOST
    ) -> Response:
        sent = (("User-Agent", self.agent),)
        reply = self.sessions.answer(
            Request(method, f"http://{host}{path}", sent, proof), self.where
        )
        reply.sent(True)
        return reply.response

    def token(self, password: str = "", scope: str = "", user: str = "") -> str:
        proof = Authorization.basic(user or self.name, password or self.password)
        query = f"?scope={scope}" if scope else "?account=x"
        answer = self.ask("GET", f"/token{query}", proof).json()
        assert isinstance(answer, dict)
        return str(answer.get("token", ""))

    def login(self, password: str = "", host: str = HOST, user: str = "") -> int:
        self.ask("GET", "/v2/", host=host)
        proof = Authorization.basic(user or self.name, password or self.password)
        answer = self.ask("GET", "/token?account=x&service=pullscope", proof, host)
        if answer.status != 200:
            return answer.status
        token = answer.json()["token"]  # type: ignore[index]
        return self.ask("GET", "/v2/", Authorization.bearer(token), host).status

    def pull(self, image: str = "app", tag: str = "1.0", host: str = HOST) -> int:
        """As Docker 26 does, with what it was given; the status of the last answer."""
        repository = image if "/" in image else f"{self.name}/{image}"
        self.ask("GET", "/v2/", host=host)
        token = self.token(scope=f"repository:{repository}:pull")
        if not token:
            return 401
        bearer = Authorization.bearer(token)
        path = f"/v2/{repository}/manifests/{tag}"
        answer = self.ask("GET", path, bearer, host)
        document = answer.json()
        if answer.status != 200 or not isinstance(document, dict):
            return answer.status
        status = 200
        for blob in (document["config"], *document["layers"]):
            status = self.ask("GET", f"/v2/{repository}/blobs/{blob['digest']}", bearer).status
        return status

    def events(self, later: float = 1.0) -> list[str]:
        now = self.sessions.clock() + later
        return names(observe(tuple(self.session.seen), now, known))

    def hint(self, host: str = HOST, later: float = 1.0) -> str:
        return advice(view.facts(self.session, host, self.sessions.clock() + later))


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def ada(clock: Clock) -> Learner:
    return Learner(Sessions(clock=clock))


def test_login_and_pull(ada: Learner) -> None:
    """The generated password opens the learner's own images."""
    assert (ada.login(), ada.pull()) == (200, 200)
    assert ada.events()[-2:] == ["ImageStored", "SessionEnded"]


def test_a_wrong_password_is_refused(ada: Learner) -> None:
    """And the stage takes the branch."""
    assert ada.login("wrong") == 401
    assert ada.events()[-1] == "TokenRefused"


def test_two_learners_see_only_their_own(ada: Learner) -> None:
    """At the same address, at the same time, even their greetings are told apart."""
    bob = Learner(ada.sessions, agent="skopeo/1.9.3")
    for one in (ada, bob):
        one.session.watchers.add(lambda: None)
    for method in ("login", "pull"):
        for one in (ada, bob):
            assert getattr(one, method)() == 200
    for one, other in ((ada, bob), (bob, ada)):
        assert one.events()[-2:] == ["ImageStored", "SessionEnded"]
        kept = repr(one.session.seen)
        assert other.name not in kept and other.agent not in kept
        assert [s.number for s in one.session.seen] == sorted(s.number for s in one.session.seen)


def test_others_images_are_not_theirs(ada: Learner) -> None:
    """Who asks for another's image is refused, and the other does not see it."""
    bob = Learner(ada.sessions, "192.0.2.9")
    assert bob.pull(f"{ada.name}/app") in (401, 403)
    assert not ada.session.seen and bob.session.seen


def test_a_stranger_is_not_shown_to_a_learner(ada: Learner) -> None:
    """An unnamed request from elsewhere for a learner's image is answered, and seen by nobody."""
    request = Request("GET", f"http://{HOST}/v2/{ada.name}/app/manifests/1.0")
    assert ada.sessions.answer(request, "198.51.100.7").response.status == 401
    assert not ada.session.seen


def test_a_failed_login_with_another_name_is_still_theirs(ada: Learner) -> None:
    """Nobody else is at that address."""
    assert ada.login(user="root") == 401
    assert ada.events()[-1] == "TokenRefused"


@pytest.mark.parametrize(
    ("switch", "last"),
    [
        ("revoked", "TokenRefused"), ("expired", "AccessDenied"), ("denied", "AccessDenied"),
        ("corrupt", "DigestMismatch"), ("limited", "RateLimited"), ("withheld", "AccessDenied"),
    ],
)  # fmt: skip
def test_what_is_broken_shows(ada: Learner, switch: str, last: str) -> None:
    """Each switch leads to its failure, and back."""
    assert ada.login() == 200
    ada.sessions.change(ada.session, **{switch: True})
    ada.pull()
    assert ada.events()[-1] == last
    ada.sessions.change(ada.session, **vars(Trouble()))
    assert ada.pull() == 200


def test_a_token_issued_before_is_expired_too(ada: Learner) -> None:
    """Tokens that are out there run out at once."""
    bearer = Authorization.bearer(ada.token())
    assert ada.ask("GET", "/v2/", bearer).status == 200
    ada.sessions.change(ada.session, expired=True)
    assert ada.ask("GET", "/v2/", bearer).status == 401


def test_503_is_over_after_so_many_requests(ada: Learner) -> None:
    """Whatever is asked for."""
    ada.sessions.change(ada.session, unavailable=2)
    assert [ada.ask("GET", "/v2/").status for _ in range(3)] == [503, 503, 401]


def test_every_switch_is_a_field() -> None:
    """The page's switches are the fields of `Trouble`, but for the count."""
    assert set(SWITCHES) == set(vars(Trouble())) - {"unavailable"}


def test_a_push_is_refused(ada: Learner) -> None:
    """Clearly: with the specification's code and a sentence."""
    answer = ada.ask("POST", f"/v2/{ada.name}/app/blobs/uploads/")
    assert (answer.status, answer.json()["errors"][0]["code"]) == (405, "UNSUPPORTED")  # type: ignore[index]


def test_sessions_expire_and_are_bounded(clock: Clock) -> None:
    """The one that was idle longest makes room; one that is watched does not."""
    sessions = Sessions(clock=clock)
    first, _ = sessions.open("a")
    first.watchers.add(lambda: None)
    opened_then = []
    for _ in range(LEARNERS):
        clock.now += 1
        opened_then.append(sessions.open("a")[0])
    assert len(sessions.by_id) == len(sessions.by_name) == LEARNERS
    assert sessions.get(first.id) is first and sessions.get(opened_then[0].id) is None
    clock.now += LIFETIME + 1
    sessions.open("a")
    assert len(sessions.by_id) == 2


def test_a_session_is_resumed(clock: Clock) -> None:
    """The one opened in its place is forgotten, unless it was used; nonsense resumes nothing."""
    sessions = Sessions(clock=clock)
    first, second = (sessions.open("a")[0] for _ in range(2))
    assert sessions.resume("nonsense", second) is None and len(sessions.by_id) == 2
    assert sessions.resume(first.id, second) is first
    assert list(sessions.by_id) == [first.id] and list(sessions.by_name) == [first.name]
    assert sessions.resume(first.id, first) is first and len(sessions.by_id) == 1


def test_a_full_house_is_one_sentence(clock: Clock) -> None:
    """Nobody who watches is thrown out."""
    sessions = Sessions(clock=clock)
    for _ in range(LEARNERS):
        sessions.open("a")[0].watchers.add(lambda: None)
    with pytest.raises(Full, match="learners are here already: wait"):
        sessions.open("a")


def test_what_is_kept_is_bounded(ada: Learner) -> None:
    """However much is asked."""
    for _ in range(KEPT + 50):
        ada.sessions.requests = Allowance(10, 10)
        ada.ask("GET", "/v2/")
    assert len(ada.session.seen) == KEPT


def test_what_is_kept_of_one_request_is_bounded(ada: Learner) -> None:
    """Neither long headers nor long forms fill the memory; an endless address is refused."""
    long = "x" * 50_000
    sent = (*((("Accept", long),) * 100), ("User-Agent", long))
    form = tuple((f"{long}{n}", long) for n in range(100))
    ada.sessions.answer(Request("POST", f"http://{HOST}/token", sent, None, form), "127.0.0.1")
    (kept,) = ada.session.seen
    assert len(repr(kept)) < 50_000
    answer = ada.sessions.answer(Request("GET", f"http://{HOST}/{long}"), "127.0.0.1").response
    assert answer.status == 414 and len(ada.session.seen) == 1


def test_rates_are_limited(ada: Learner) -> None:
    """Too many requests, or too many passwords, are answered 429."""
    answers = [ada.ask("GET", "/v2/").status for _ in range(500)]
    assert answers[0] == 401 and answers[-1] == 429
    ada.sessions.requests = Allowance(1000, 10)
    assert [ada.login("wrong") for _ in range(50)][-1] == 429


def test_a_class_behind_one_address_does_not_share_an_allowance(ada: Learner) -> None:
    """Who asks too often is refused, and the neighbour pulls all the same."""
    bob = Learner(ada.sessions)
    asked = [ada.ask("GET", f"/v2/{ada.name}/app/tags/list").status for _ in range(500)]
    assert asked[-1] == 429
    assert (bob.login(), bob.pull()) == (200, 200)


def test_an_allowance_comes_back() -> None:
    """After a while, one more is allowed; keys are bounded."""
    allowance = Allowance(burst=1, rate=1, keys=2)
    assert allowance.take("a", 0) and not allowance.take("a", 0.5) and allowance.take("a", 2)
    for key in "bcd":
        allowance.take(key, 3)
    assert len(allowance.left) == 2


PLACES = st.sampled_from(["basic", "bearer", "query", "header", "path", "form"])


@settings(max_examples=30, deadline=None)
@given(st.lists(PLACES, min_size=1, max_size=4), st.booleans())
def test_no_secret_is_kept(places: list[str], right: bool) -> None:
    """Wherever a password or a token came, what is kept, shown and saved does not have it."""
    sessions = Sessions(clock=Clock())
    ada = Learner(sessions)
    password = ada.password if right else new_password()
    token = ada.token()
    basic = Authorization.basic(ada.name, password)
    for place in places:
        path, proof, headers, form = "/token", basic, (("User-Agent", DOCKER),), ()
        if place == "bearer":
            path, proof = f"/v2/{ada.name}/app/manifests/1.0", Authorization.bearer(token)
        if place == "query":
            path = f"/token?account={ada.name}&password={password}&x={basic.secret}"
        if place == "header":
            headers = (("User-Agent", f"docker/1 {password}"), ("X-Registry-Auth", basic.secret))
        if place == "path":
            path = f"/v2/{password}/manifests/{basic.secret}"
        if place == "form":
            form = (("username", ada.name), ("password", password), ("x", password))
        method = "POST" if form else "GET"
        sent = Request(method, f"http://{HOST}{path}", headers, None if form else proof, form)
        sessions.answer(sent, "127.0.0.1").sent(True)
    runs = observe(tuple(ada.session.seen), LATER, known)
    shown = view.message(ada.session, HOST, sessions.clock() + 5)
    saved = [recording(run) for run in runs]
    kept = "".join(map(repr, (vars(ada.session), sessions.held, sessions.by_name, shown, saved)))
    kept += "".join(run.trace.to_json() for run in runs)
    for secret in (password, basic.secret, token):
        assert secret not in kept


# -- accounts ---------------------------------------------------------------------------------


def test_an_account_knows_its_password_by_hash_only() -> None:
    """The right one passes, another does not, and the account holds neither."""
    account, password = opened("heron-1234")
    assert account.knows(password) and not account.knows(new_password())
    assert password.encode() not in account.hashed + account.salt and password not in repr(account)


def test_no_two_accounts_share_a_hash() -> None:
    """The salt is another each time, even for one and the same password."""
    account, _ = opened("a")
    again = Account("a", b"other", account.hashed)
    assert again.salt != account.salt and opened("a")[0].salt != account.salt


def test_names_are_repository_names() -> None:
    """A name stands in image names; a password is easy to type."""
    for _ in range(50):
        assert re.fullmatch(r"[a-z]+-\d{4}", new_name())
        assert re.fullmatch(r"([a-km-np-z2-9]{4}-){2}[a-km-np-z2-9]{4}", new_password())
    assert len(set(WORDS)) == len(WORDS)


def test_a_new_password_replaces_the_old(ada: Learner) -> None:
    """The old one is worth nothing."""
    old = ada.password
    ada.password = ada.sessions.renew(ada.session)
    assert (ada.login(old), ada.login()) == (401, 200)


# -- the coach --------------------------------------------------------------------------------


def test_no_advice_while_all_goes_well(ada: Learner) -> None:
    """Neither before the first request nor after a pull."""
    assert ada.hint() == ""
    ada.login()
    ada.pull()
    assert ada.hint() == ""


def test_the_same_wrong_password_three_times(ada: Learner) -> None:
    """Twice may be a slip; and the right one ends the advice."""
    ada.login("wrong"), ada.login("wrong")
    assert ada.hint() == ""
    ada.login("wrong")
    assert "same wrong password came three times" in ada.hint()
    ada.login()
    assert ada.hint() == ""


def test_three_different_wrong_passwords(ada: Learner) -> None:
    """That is told in other words."""
    for wrong in ("a", "b", "c"):
        ada.login(wrong)
    assert "Three passwords were wrong" in ada.hint()


def test_another_user_name(ada: Learner) -> None:
    """The name that was typed, and the right one."""
    ada.login(user="root")
    assert f"as root. Here you are {ada.name}" in ada.hint()


def test_login_to_another_host_than_the_pull(ada: Learner) -> None:
    """Both spellings are named."""
    ada.login(host="localhost:8501")
    ada.ask("GET", "/v2/")
    token = ada.ask("GET", f"/token?scope=repository:{ada.name}/app:pull").json()
    bearer = Authorization.bearer(token["token"])  # type: ignore[index]
    ada.ask("HEAD", f"/v2/{ada.name}/app/manifests/1.0", bearer)
    assert "logged in to localhost:8501 and pulled from 127.0.0.1:8501" in ada.hint()


def test_the_port_is_missing(ada: Learner) -> None:
    """As far as such a request arrives at all."""
    ada.login(host="127.0.0.1")
    assert f"Write {HOST}, port included" in ada.hint()


def test_a_pull_without_login(ada: Learner) -> None:
    """Nothing proved who they are."""
    ada.ask("GET", "/v2/")
    token = ada.ask("GET", f"/token?scope=repository:{ada.name}/app:pull").json()
    bearer = Authorization.bearer(token["token"])  # type: ignore[index]
    ada.ask("GET", f"/v2/{ada.name}/app/manifests/1.0", bearer)
    assert f"docker login {HOST}" in ada.hint()


def test_tls_to_the_plain_port(ada: Learner) -> None:
    """Docker tries TLS each time and then goes on: only who gives up is told."""
    ada.sessions.hello("127.0.0.1")
    assert ada.hint(later=0.5) == ""
    assert "without https://" in ada.hint(later=5)
    ada.login()
    assert ada.hint(later=5) == ""


def test_a_push_is_explained(ada: Learner) -> None:
    """It is refused, whoever asks."""
    ada.ask("POST", f"/v2/{ada.name}/app/blobs/uploads/")
    assert "for pulling only" in ada.hint()


def test_a_repository_that_is_not_there(ada: Learner) -> None:
    """The nearest one is named."""
    ada.pull("team/app")
    assert f"no team/app for you here. Did you mean {ada.name}/app?" in ada.hint()


def test_a_tag_that_is_not_there(ada: Learner) -> None:
    """The tags that there are, are named."""
    ada.pull("app", "9.9")
    assert "no tag 9.9. It has: 1.0, latest, 1.1" in ada.hint()


def test_what_they_broke_themselves(ada: Learner) -> None:
    """It is said only once it shows."""
    ada.sessions.change(ada.session, denied=True)
    assert ada.hint() == ""
    ada.pull()
    assert "You broke this yourself: Take away the right" in ada.hint()


def test_nothing_comes(ada: Learner) -> None:
    """After a while without any request."""
    assert ada.hint(later=30) == "" and "spelled with its port" in ada.hint(later=60)


def test_facts_without_anything_give_no_advice() -> None:
    """No hint needs more than it is given."""
    assert advice(Facts("a", "h", 0, 0)) == ""


# -- what the page is sent --------------------------------------------------------------------


def test_news_carries_only_what_is_new(ada: Learner) -> None:
    """The steps that a watcher has are not sent again; together they are the whole."""
    ada.login()
    before = view.message(ada.session, HOST, ada.sessions.clock())
    ada.pull()
    after = view.message(ada.session, HOST, ada.sessions.clock() + 1)
    told = view.news(before, after)["run"]
    assert told["since"] == len(before["run"]["steps"]) > 0
    assert before["run"]["steps"] + told["steps"] == after["run"]["steps"]
    assert view.news(None, after)["run"]["since"] == 0


def test_the_payload_is_the_stages_own(ada: Learner) -> None:
    """The same keys as any run's, but for the diagram, which the stage has."""
    ada.login()
    run = view.message(ada.session, HOST, ada.sessions.clock())["run"]
    ordinary = views.stage(find_lesson(), trace_of("works"))
    assert ordinary.keys() - run.keys() == {"flow"}
    assert view.waiting().keys() >= ordinary.keys()
    assert ordinary["steps"][0].keys() <= run["steps"][0].keys()


def test_a_recording_is_one(ada: Learner) -> None:
    """It has the form of the recordings of real Docker."""
    ada.login()
    ada.pull()
    (run,) = observe(tuple(ada.session.seen), LATER, known)
    read = Recording.model_validate_json(json.dumps(recording(run)))
    assert read.command == f"docker pull {HOST}/{ada.name}/app:1.0"
    (told,) = read.engines.values()
    assert [line.status for line in told.http] == [s.status for s in run.seen[-1]]


def test_commands_are_complete() -> None:
    """Nothing is left to fill in, and the flags for plain HTTP go where there is TLS."""
    for recipe in RECIPES:
        for secure in (False, True):
            login, pull = commands(recipe, HOST, "ada-1", "app:1.0", secure)
            assert f"{HOST}/ada-1/app:1.0" in pull and (HOST in login or not login)
            assert not re.search(r"\{(host|name|image|plain|source)\}", login + pull)
            assert ("tls-verify" in login + pull) == ("tls-verify" in recipe.plain and not secure)


def test_images_share_a_base_layer() -> None:
    """The second image brings one new layer only; a config is never among the layers."""
    app = repositories()["team/app"]
    first, second = (json.loads(app.manifests[app.tags[tag]].data) for tag in ("1.0", "1.1"))
    digests = [{layer["digest"] for layer in one["layers"]} for one in (first, second)]
    assert len(digests[0] & digests[1]) == 2
    assert first["config"]["digest"] not in layers()
    assert set(images_for("ada-1")) == {"ada-1/app", "ada-1/myimage", "ada-1/multi"}


# -- on a port --------------------------------------------------------------------------------


@contextmanager
def served() -> Iterator[Live]:
    with bound("127.0.0.1", 0) as listening:
        live = Live(address(listening))
        server = quiet_server(live, live)
        thread = threading.Thread(target=server.run, args=([listening],), daemon=True)
        thread.start()
        try:
            yield live
        finally:
            server.should_exit = True
            thread.join()


def messages(live: Live, session: Session) -> Iterator[dict[str, Any]]:
    url = f"http://{live.host}/watch/events/{session.id}"
    with httpx.stream("GET", url, timeout=10) as stream:
        for line in stream.iter_lines():
            if line.startswith("data: "):
                yield json.loads(line[6:])


def test_the_stream_tells_at_once() -> None:
    """A watcher gets what there is, then each request; afterwards nobody watches."""
    with served() as live:
        session, password = live.sessions.open("127.0.0.1")
        stream = messages(live, session)
        assert next(stream)["run"] is None
        token = httpx.get(f"http://{live.host}/token?account=x", auth=(session.name, password))
        assert token.status_code == 200
        assert next(stream)["run"]["steps"][-1]["event"] == "TokenIssued"
        stream.close()
    assert not session.watchers


def test_only_the_id_opens_the_stream() -> None:
    """Neither the name nor nonsense."""
    with served() as live:
        session, _ = live.sessions.open("127.0.0.1")
        for wrong in (session.name, "nonsense"):
            assert httpx.get(f"http://{live.host}/watch/events/{wrong}").status_code == 404
            assert httpx.get(f"http://{live.host}/watch/runs/{wrong}/1").status_code == 404


def test_earlier_runs_and_recordings_are_there() -> None:
    """By number, for whom they belong to."""
    with served() as live:
        session, password = live.sessions.open("127.0.0.1")
        httpx.get(f"http://{live.host}/token?account=x", auth=(session.name, password))
        number = session.seen[0].number
        run = httpx.get(f"http://{live.host}/watch/runs/{session.id}/{number}")
        assert run.json()["id"] == f"live-{number}"
        saved = httpx.get(f"http://{live.host}/watch/recording/{session.id}/{number}")
        assert "attachment" in saved.headers["content-disposition"]
        assert password not in saved.text and "••••••" in saved.text
        assert httpx.get(f"http://{live.host}/watch/runs/{session.id}/99").status_code == 404


def test_tls_is_noticed_at_the_socket() -> None:
    """A handshake is no HTTP, and the learner at that address is told of it."""
    with served() as live:
        session, _ = live.sessions.open("127.0.0.1")
        host, _, port = live.host.rpartition(":")
        context = ssl.create_default_context()
        with (
            suppress(ssl.SSLError, OSError),
            socket.create_connection((host, int(port)), 5) as plain,
        ):
            context.wrap_socket(plain, server_hostname="localhost")
        assert len(session.hellos) == 1


def test_a_slow_link_is_slow_and_whole() -> None:
    """The bytes are right, and they take their time; the step comes when the last is through."""
    with served() as live:
        session, password = live.sessions.open("127.0.0.1")
        live.sessions.change(session, slow=True)
        name = f"{session.name}/app"
        url = f"http://{live.host}/token?scope=repository:{name}:pull"
        token = httpx.get(url, auth=(session.name, password)).json()["token"]
        digest = json.loads(
            repositories()["team/app"].manifests[repositories()["team/app"].tags["1.0"]].data
        )["layers"][1]["digest"]
        headers = {"Authorization": f"Bearer {token}"}
        answer = httpx.get(
            f"http://{live.host}/v2/{name}/blobs/{digest}", headers=headers, timeout=20
        )
        assert answer.elapsed.total_seconds() > 1
        deadline = time.monotonic() + 5
        while session.seen[-1].pending and time.monotonic() < deadline:
            time.sleep(0.01)
        assert session.seen[-1].answer.content and not session.seen[-1].pending
        assert session.seen[-1].answer.content.digest == digest


def test_the_second_port_is_on_this_machine() -> None:
    """Whatever is in use already, a free port is found, and on loopback only."""
    live = second_port()
    assert live.host.startswith("127.0.0.1:")
    assert httpx.get(f"http://{live.host}/v2/").status_code == 401


def test_behind_the_proxy() -> None:
    """The challenge names https, and the address is the one that the proxy saw."""
    live = Live("pullscope.example.com", public=True)
    session, _ = live.sessions.open("198.51.100.7")
    request = Request("GET", "http://pullscope.example.com/v2/")
    answer = live.sessions.answer(request, "198.51.100.7").response
    assert 'realm="https://pullscope.example.com/token"' in (
        answer.header("Www-Authenticate") or ""
    )
    assert len(session.seen) == 1


# -- hosting ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--host", "0.0.0.0"], "lets others in: add --class and --public-url"),
        (["--host", "0.0.0.0", "--class"], "--class needs --public-url https://NAME"),
        (["--class", "--public-url", "http://a.example.com"], "--class needs --public-url https"),
        (["--public-url", "https://a.example.com"], "--public-url is for --class"),
    ],
)  # fmt: skip
def test_nobody_is_let_in_by_accident(words: list[str], said: str) -> None:
    """What is open to others was asked for, and is behind TLS."""
    result = CliRunner().invoke(cli.main, ["app", *words])
    assert result.exit_code == 2 and said in result.output


def test_streamlit_is_told_where_it_is() -> None:
    """The page's own origin check knows the proxy's name."""
    found = options("127.0.0.1:8501", "pullscope.example.com")
    assert (found["server.address"], found["server.port"]) == ("127.0.0.1", 8501)
    assert found["browser.serverAddress"] == "pullscope.example.com"
