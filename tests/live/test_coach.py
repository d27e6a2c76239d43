"""Where a learner is stuck, the coach says what to do."""



from collections.abc import Callable

from simulator.live.coach import Hint, advice, hints
from simulator.live.coach_facts import Facts
from simulator.live.sessions import Sessions
from simulator.protocol.authorization import Authorization
from simulator.views.sentences import Variant, applying
from tests.live.learner import HOST, Clock, Learner
from tests.spoiled import survivors, unnoticed


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
    """That has other words."""
    for wrong in ("a", "b", "c"):
        ada.login(wrong)
    assert "The last three passwords were wrong" in ada.hint()


def test_another_user_name(ada: Learner) -> None:
    """The name that was typed, and the right one."""
    ada.login(user="root")
    assert f"user name root. Here you are {ada.name}" in ada.hint()


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
    assert f"Log in first: docker login --username {ada.name} {HOST}." in ada.hint()


def test_tls_to_the_plain_port(ada: Learner) -> None:
    """Docker tries TLS each time and then goes on: only a client that gives up gets the hint."""
    ada.sessions.hello("127.0.0.1")
    assert ada.hint(later=0.5) == ""
    assert "without https://" in ada.hint(later=5)
    ada.login()
    assert ada.hint(later=5) == ""


def test_a_push_is_explained(ada: Learner) -> None:
    """It is refused, whoever asks."""
    ada.ask("POST", f"/v2/{ada.name}/app/blobs/uploads/")
    assert "refuses pushes" in ada.hint()


def test_a_repository_that_is_not_there(ada: Learner) -> None:
    """The nearest one is named."""
    ada.pull("team/app")
    assert f"no team/app for you here. Did you mean {ada.name}/app?" in ada.hint()


def test_a_tag_that_is_not_there(ada: Learner) -> None:
    """The tags that there are, are named."""
    ada.pull("app", "9.9")
    assert "no tag 9.9. It has: 1.0, 1.1, latest" in ada.hint()


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


def test_a_right_password_where_a_token_is_wanted(ada: Learner) -> None:
    """The registry did not look at it, so nothing is said about it."""
    for _ in range(3):
        ada.ask("GET", "/v2/", Authorization.basic(ada.name, ada.password))
    assert ada.hint() == ""
    assert ada.events()[-1] == "UnexpectedRequest"


def test_credentials_of_an_account_whose_page_is_closed(ada: Learner) -> None:
    """On this machine, the open page says whose they are."""
    bob = Learner(ada.sessions)
    bob.session.watchers.add(lambda: None)
    ada.pull(f"{bob.name}/app")
    assert not ada.session.seen
    assert bob.hint() == f"Your client sent the user name {ada.name}. Here you are {bob.name}."


def test_what_belongs_to_no_page_is_shown_on_the_newest(ada: Learner, clock: Clock) -> None:
    """Two tabs of one browser are two accounts: a greeting and a wrong name reach one of them."""
    clock.now += 1
    bob = Learner(ada.sessions)
    for one in (ada, bob):
        one.session.watchers.add(lambda: None)
    ada.sessions.hello("127.0.0.1")
    assert "without https://" in ada.hint(later=5) and "without https://" in bob.hint(later=5)
    bob.login(user="root")
    clock.now += 5
    ada.sessions.settle()
    assert not ada.session.seen and "name root" in bob.hint()


def test_what_was_broken_is_named_and_not_what_is(ada: Learner) -> None:
    """A switch that was turned on after the failure is not its cause."""
    ada.login()
    ada.sessions.change(ada.session, corrupt=True)
    ada.pull()
    ada.sessions.change(ada.session, corrupt=False, limited=True)
    assert "Corrupt the layers" in ada.hint() and "Limit" not in ada.hint()


def test_503_is_named_although_it_is_over(ada: Learner) -> None:
    """The counter is spent when the coach looks."""
    ada.sessions.change(ada.session, unavailable=1)
    ada.ask("GET", "/v2/")
    assert "503" in ada.hint() and not ada.session.trouble.any


def test_nothing_near_is_not_called_near(ada: Learner) -> None:
    """All that there are are named instead."""
    ada.pull("nothing")
    hint = ada.hint()
    assert "Did you mean" not in hint and f"{ada.name}/app, {ada.name}/multi" in hint


# -- every sentence ---------------------------------------------------------------------------


def pull_without_login(learner: Learner) -> Hint:
    """As every client that has no credentials stored."""
    learner.ask("GET", "/v2/")
    learner.ask("GET", f"/v2/{learner.name}/app/manifests/1.0")
    return learner.hinted(later=30)


def with_agent(agent: str, stuck: Callable[[Learner], Hint]) -> Callable[[Learner], Hint]:
    def changed(learner: Learner) -> Hint:
        learner.agent = agent
        return stuck(learner)

    return changed


def same_password(learner: Learner) -> Hint:
    for _ in range(3):
        learner.login("wrong")
    return learner.hinted()


def other_passwords(learner: Learner) -> Hint:
    """Two of the three are the same one."""
    for wrong in ("a", "b", "a"):
        learner.login(wrong)
    return learner.hinted()


def broken(learner: Learner, again: bool = False) -> Hint:
    learner.sessions.change(learner.session, denied=True)
    learner.pull()
    if again:
        learner.sessions.change(learner.session, denied=False)
    return learner.hinted()


def tls_only(learner: Learner) -> Hint:
    learner.sessions.hello("127.0.0.1")
    return learner.hinted(later=5)


def two_hosts(learner: Learner) -> Hint:
    learner.login(host="localhost:8501")
    return pull_without_login(learner)


def pushed(learner: Learner) -> Hint:
    learner.ask("POST", f"/v2/{learner.name}/app/blobs/uploads/")
    return learner.hinted()


def pulled(image: str, tag: str = "1.0") -> Callable[[Learner], Hint]:
    def pull(learner: Learner) -> Hint:
        learner.pull(image, tag)
        return learner.hinted()

    return pull


def logged_in(**how: str) -> Callable[[Learner], Hint]:
    def login(learner: Learner) -> Hint:
        learner.login(**how)
        return learner.hinted()

    return login


WAYS: tuple[Callable[[Learner], Hint], ...] = (
    pushed, tls_only, logged_in(host="127.0.0.1"), logged_in(user="root"), broken,
    lambda ada: broken(ada, again=True), same_password, other_passwords, two_hosts,
    with_agent("curl/8.5.0", same_password), pulled("team/app"), pulled("nothing"),
    pulled("app", "9.9"), pull_without_login, with_agent("podman/5.0", pull_without_login),
    with_agent("containerd/1.7", pull_without_login), with_agent("curl/8.5.0", pull_without_login),
    lambda ada: ada.hinted(later=60),
)  # fmt: skip
"""Ways to be stuck: between them they show every sentence."""


def shown() -> list[Hint]:
    return [way(Learner(Sessions(clock=Clock()))) for way in WAYS]


def chosen(hint: Hint) -> Variant:
    return applying(hint.variants, hint)[0]


def test_every_hint_is_shown_with_its_claims() -> None:
    """No sentence is dead text; that each holds, `hinted` has tried."""
    written = {(name, one.text) for name, many in hints().items() for one in many}
    assert {(one.name, chosen(one).text) for one in shown()} == written


def test_each_spoiled_condition_claim_and_fact_of_a_hint_is_noticed() -> None:
    """Another value in a condition, and the sentence is not shown; in a claim or in the requests,
    and it is false."""
    for hint in shown():
        assert survivors(hint.variants, hint) + unnoticed(hint.variants, hint) == [], hint.text
