"""A class of anonymous users: no learner is shown another's request, locked out, or pushed aside.

Each test is an attempt that once worked. Learners behind one router share an address.
"""

import pytest

from simulator.live.learners import LEARNERS, PER_ADDRESS, Full
from simulator.live.sessions import Sessions
from simulator.protocol.authorization import Authorization
from simulator.protocol.message import Request
from simulator.registry.asgi import Client
from tests.live.learner import DOCKER, HOST, Clock, Learner

ROUTER, ELSEWHERE = "192.0.2.1", "198.51.100.7"


@pytest.fixture
def two(clock: Clock) -> tuple[Learner, Learner]:
    """Two learners behind one router, their pages open, with the same client."""
    sessions = Sessions(clock=clock)
    pair = Learner(sessions, ROUTER), Learner(sessions, ROUTER)
    for one in pair:
        one.session.watchers.add(lambda: None)
    return pair


def ask(sessions: Sessions, path: str, where: str, user: str = "", password: str = "") -> int:
    """The status of one request from an address."""
    proof = Authorization.basic(user, password) if user else None
    request = Request("GET", f"http://{HOST}{path}", (("User-Agent", DOCKER),), proof)
    return sessions.answer(request, Client(where)).response.status


def test_a_neighbours_requests_are_not_claimed(two: tuple[Learner, Learner]) -> None:
    """One greets, mistypes the name and asks for a secret project; then the other pulls."""
    ada, bob = two
    ada.ask("GET", "/v2/")
    ada.ask("GET", "/token?account=x", Authorization.basic("adaa", ada.password))
    ada.ask("GET", "/v2/secret-project/app/manifests/1.0")
    assert bob.pull() == 200
    assert "secret-project" not in repr(bob.session.seen)
    assert "adaa" not in repr(bob.session.seen)
    assert not ada.session.seen  # it may be hers, which cannot be known


def test_a_greeting_is_told_apart_by_its_connection(two: tuple[Learner, Learner]) -> None:
    """Where the connection is known, each is shown the greeting of their own client."""
    for place, one in enumerate(two):
        one.connection = f"{ROUTER} {40_000 + place}"
    for one in two:
        one.ask("GET", "/v2/")
    for one in two:
        assert one.token()
    assert [[seen.request.path for seen in one.session.seen] for one in two] == [
        ["/v2/", "/token"], ["/v2/", "/token"],
    ]  # fmt: skip


def test_greetings_of_one_program_go_with_its_next_token(two: tuple[Learner, Learner]) -> None:
    """Docker opens a connection for each request; its greetings are alike, and each has its own."""
    for one in two:
        one.ask("GET", "/v2/")
    for one in two:
        assert one.pull() == 200
    for one in two:
        paths = [seen.request.path for seen in one.session.seen]
        assert paths[:2] == ["/v2/", "/token"]
        assert paths.count("/v2/") == 1


def test_a_greeting_is_not_shown_after_its_senders_next_request(
    two: tuple[Learner, Learner],
) -> None:
    """Neither where that names no user, nor to another program."""
    ada, bob = two
    ada.ask("GET", "/v2/")
    ada.ask("GET", "/token?account=x", Authorization.basic("adaa", "wrong-password"))
    assert bob.token()
    ada.ask("GET", "/v2/")
    bob.agent = "skopeo/1.9.3"
    assert bob.token()
    assert {seen.request.path for seen in bob.session.seen} == {"/token"}


def test_a_stranger_who_knows_a_name_is_not_shown(ada: Learner) -> None:
    """Guesses from elsewhere do not fill the learner's page, and spend none of what is broken."""
    ada.sessions.change(ada.session, unavailable=3)
    for path in ("/token?account=x", f"/v2/{ada.name}/app/manifests/1.0"):
        assert ask(ada.sessions, path, ELSEWHERE, ada.name, "guess") == 401
    assert not ada.session.seen and ada.session.trouble.unavailable == 3


def test_a_stranger_who_knows_a_name_locks_nobody_out(ada: Learner) -> None:
    """The anonymous user has to wait; the right password gets a token all the while."""
    tried = [
        ask(ada.sessions, "/token?account=x", ELSEWHERE, ada.name, f"guess-{n}") for n in range(60)
    ]
    assert (tried[0], tried[-1]) == (401, 429)
    assert (ada.login(), ada.pull()) == (200, 200)


def test_who_proved_themselves_may_mistype_there(ada: Learner) -> None:
    """At another machine than the page, wrong passwords are shown once a right one came."""
    assert ask(ada.sessions, "/token?account=x", ELSEWHERE, ada.name, "wrong") == 401
    assert not ada.session.seen
    assert ask(ada.sessions, "/token?account=x", ELSEWHERE, ada.name, ada.password) == 200
    assert ask(ada.sessions, "/token?account=x", ELSEWHERE, ada.name, "wrong") == 401
    assert [seen.status for seen in ada.session.seen] == [200, 401]


def test_opening_many_pages_evicts_nobody_who_logged_in(clock: Clock) -> None:
    """Not even where their page is not watched; an anonymous user only pushes themselves aside."""
    sessions = Sessions(clock=clock)
    ada = Learner(sessions, ROUTER)
    assert ada.login() == 200
    for _ in range(LEARNERS + 50):
        clock.now += 1
        sessions.open(ELSEWHERE)
    assert sessions.get(ada.session.id) is ada.session
    assert len(sessions.learners.by_id) == 1 + PER_ADDRESS


def test_watching_many_pages_leaves_places_for_others(clock: Clock) -> None:
    """One address has so many places and no more, and a sentence says so."""
    sessions = Sessions(clock=clock)
    for _ in range(PER_ADDRESS):
        opened, _ = sessions.open(ELSEWHERE)
        opened.watchers.add(lambda: None)
        opened.prove(ELSEWHERE)
    with pytest.raises(Full, match="learners are here already: wait"):
        sessions.open(ELSEWHERE)
    assert Learner(sessions, ROUTER).login() == 200


def test_where_all_places_are_taken_the_unused_make_room(clock: Clock) -> None:
    """From the address that has most of them, even if it watches them all."""
    sessions = Sessions(clock=clock)
    ada = Learner(sessions, ROUTER)
    for place in range(LEARNERS + 20):
        opened, _ = sessions.open(f"198.51.100.{place % 3}")
        opened.watchers.add(lambda: None)
    assert sessions.get(ada.session.id) is ada.session
    assert len(sessions.learners.by_id) == LEARNERS
    assert Learner(sessions, "203.0.113.9").login() == 200


def test_a_network_is_one_client(clock: Clock) -> None:
    """Page and docker of one machine may use different addresses of its IPv6 network."""
    ada = Learner(Sessions(clock=clock), "2001:db8::1")
    ada.where = "2001:db8::beef"
    assert ada.ask("GET", "/v2/").status == 401 and len(ada.session.seen) == 1
