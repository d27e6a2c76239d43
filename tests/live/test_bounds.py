"""Sessions, requests and passwords are bounded, and no secret is kept."""


from hypothesis import given
from hypothesis import strategies as st

from simulator.live import view
from simulator.live.accounts import new_password
from simulator.live.learners import KEPT, LIFETIME, PER_ADDRESS
from simulator.live.observer.observe import observe
from simulator.live.record import recording
from simulator.live.sessions import Sessions
from simulator.live.trouble import known
from simulator.protocol.authorization import Authorization
from simulator.protocol.message import Request
from simulator.registry.asgi import Client
from simulator.registry.rate_limit import Limiter, Rate
from tests.live.learner import DOCKER, HOST, LATER, Clock, Learner


def test_sessions_expire_and_are_bounded(clock: Clock) -> None:
    """The one that was never used and idle longest makes room; one that is watched does not."""
    sessions = Sessions(clock=clock)
    first, _ = sessions.open("a")
    first.watchers.add(lambda: None)
    opened_then = []
    for _ in range(PER_ADDRESS):
        clock.now += 1
        opened_then.append(sessions.open("a")[0])
    assert len(sessions.learners.by_id) == len(sessions.learners.by_name) == PER_ADDRESS
    assert sessions.get(first.id) is first and sessions.get(opened_then[0].id) is None
    clock.now += LIFETIME + 1
    sessions.open("a")
    assert len(sessions.learners.by_id) == 2


def test_a_session_is_resumed(clock: Clock) -> None:
    """The one opened in its place is forgotten, unless it was used; nonsense resumes nothing."""
    sessions = Sessions(clock=clock)
    first, second = (sessions.open("a")[0] for _ in range(2))
    assert sessions.resume("nonsense", second) is None and len(sessions.learners.by_id) == 2
    assert sessions.resume(first.id, second) is first
    assert sessions.learners.all() == list(sessions.learners.by_name.values()) == [first]
    assert sessions.resume(first.id, first) is first and len(sessions.learners.by_id) == 1


def test_what_is_kept_is_bounded(ada: Learner) -> None:
    """However much is asked."""
    for _ in range(KEPT + 50):
        ada.sessions.requests = Limiter(Rate(10, 10))
        ada.ask("GET", "/v2/")
    assert len(ada.session.seen) == KEPT


def test_what_is_kept_of_one_request_is_bounded(ada: Learner) -> None:
    """Neither long headers nor long forms fill the memory; an endless address is refused."""
    long = "x" * 50_000
    sent = (*((("Accept", long),) * 100), ("User-Agent", long))
    form = tuple((f"{long}{n}", long) for n in range(100))
    here = Client("127.0.0.1")
    ada.sessions.answer(Request("POST", f"http://{HOST}/token", sent, None, form), here)
    (kept,) = ada.session.seen
    assert len(repr(kept)) < 50_000
    answer = ada.sessions.answer(Request("GET", f"http://{HOST}/{long}"), here).response
    assert answer.status == 414 and len(ada.session.seen) == 1


def test_rates_are_limited(ada: Learner) -> None:
    """Too many requests, or too many passwords, are answered 429 with Retry-After."""
    answers = [ada.ask("GET", "/v2/") for _ in range(500)]
    assert answers[0].status == 401 and answers[-1].status == 429
    assert answers[-1].header("Retry-After") == "1"
    ada.sessions.requests = Limiter(Rate(10, 1000))
    assert [ada.login("wrong") for _ in range(50)][-1] == 429


def test_the_right_password_may_come_as_often_as_it_likes(ada: Learner) -> None:
    """A loop of pulls is no guessing, even while someone else guesses at this address."""
    assert [ada.login("wrong") for _ in range(50)][-1] == 429
    ada.sessions.clock.now += 60  # type: ignore[attr-defined]
    assert {ada.login() for _ in range(100)} == {200}


def test_a_class_behind_one_address_does_not_share_an_allowance(ada: Learner) -> None:
    """Who asks too often is refused, and the neighbour pulls all the same."""
    bob = Learner(ada.sessions)
    asked = [ada.ask("GET", f"/v2/{ada.name}/app/tags/list").status for _ in range(500)]
    assert asked[-1] == 429
    assert (bob.login(), bob.pull()) == (200, 200)


PLACES = st.sampled_from(["basic", "bearer", "query", "header", "path", "form"])


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
        sessions.answer(sent, Client("127.0.0.1")).done(True)
    runs = observe(tuple(ada.session.seen), LATER, known)
    shown = view.message(ada.session, HOST, sessions.clock() + 5)
    saved = [recording(run) for run in runs]
    held = sessions.waiting.held, sessions.learners.by_name
    kept = "".join(map(repr, (vars(ada.session), *held, shown, saved)))
    kept += "".join(run.trace.to_json() for run in runs)
    for secret in (password, basic.secret, token):
        assert secret not in kept
