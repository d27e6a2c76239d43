"""Each learner's own registry, and what is kept of theirs."""


import pytest

from simulator.live.trouble import SWITCHES, Trouble
from simulator.protocol.authorization import Authorization
from simulator.protocol.message import Request
from simulator.registry.asgi import Client
from tests.live.learner import HOST, Learner


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
        last = "ImageStored" if one is ada else "BlobsVerified"
        assert one.events()[-2:] == [last, "SessionEnded"]
        kept = repr(one.session.seen)
        assert other.name not in kept and other.agent not in kept
        assert [s.number for s in one.session.seen] == sorted(s.number for s in one.session.seen)


def test_others_images_are_not_theirs(ada: Learner) -> None:
    """Who asks for another's image is refused, and the other does not see it."""
    bob = Learner(ada.sessions, "192.0.2.9")
    assert bob.pull(f"{ada.name}/app") in (401, 403)
    assert not ada.session.seen and bob.session.seen


def test_a_stranger_is_not_shown_to_a_learner(ada: Learner) -> None:
    """An unnamed request from elsewhere for a learner's image is answered, and shown to no
    learner."""
    request = Request("GET", f"http://{HOST}/v2/{ada.name}/app/manifests/1.0")
    assert ada.sessions.answer(request, Client("198.51.100.7")).response.status == 401
    assert not ada.session.seen


def test_a_failed_login_with_another_name_is_still_theirs(ada: Learner) -> None:
    """There is no other learner at that address."""
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


def test_the_right_password_is_never_one_too_many(ada: Learner) -> None:
    """Hundreds of pulls at once are right; guesses at the password stay limited."""
    answers = [ada.ask("GET", "/token", Authorization.basic(ada.name, ada.password)).status
               for _ in range(200)]  # fmt: skip
    assert set(answers) == {200}
    wrong = Authorization.basic(ada.name, "wrong")
    assert 429 in [ada.ask("GET", "/token", wrong).status for _ in range(60)]
    assert ada.ask("GET", "/token", Authorization.basic(ada.name, ada.password)).status == 200
