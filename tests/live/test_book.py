"""Two processes with one database: each knows the accounts, passwords and troubles of the other."""

from collections.abc import Callable, Iterator

import pytest

from simulator.live.book import ACCOUNT, KeptLearners
from simulator.live.sessions import Sessions
from simulator.live.standing import answered, questions
from simulator.progress.keeper import Keeper, NotKept
from simulator.progress.store import Store
from simulator.protocol.authorization import Authorization
from simulator.protocol.message import Request
from simulator.registry.asgi import Client
from simulator.registry.model import PUBLISHED, Signer
from tests.progress.conftest import server, url

__all__ = ["server", "url"]
HERE = "192.0.2.1"
Process = Callable[[], Sessions]


@pytest.fixture
def process(url: str) -> Iterator[Process]:
    keepers = []

    def started() -> Sessions:
        keepers.append(Keeper(lambda: url))
        return Sessions(learners=KeptLearners(keepers[-1]))

    yield started
    for one in keepers:
        one.close()


def all_accounts(kept: Store) -> list[object]:
    with kept.engine.connect() as connection:
        return list(connection.execute(ACCOUNT.select()))


def login(at: Sessions, name: str, password: str) -> int:
    """The status of the answer to a request for a token."""
    sent = Authorization.basic(name, password)
    target = f"http://localhost/token?account={name}&service=pullscope"
    asked = Request("GET", target, (("User-Agent", "docker/29.0.0"),), sent)
    return at.answer(asked, Client(HERE, "c")).response.status


def test_an_account_is_known_everywhere(process: Process) -> None:
    """By the id of its page, and by its password; also to a process that starts later."""
    pages, docker = process(), process()
    session, password = pages.open(HERE)
    for one in (docker, process()):
        assert login(one, session.name, password) == 200
        assert login(one, session.name, "wrong") == 401
        known = one.get(session.id)
        assert known is not None and known.name == session.name
    known = pages.get(session.id)
    assert known is session and list(session.proven) == [HERE]


def test_what_a_page_changes_holds_for_docker(process: Process) -> None:
    pages, docker = process(), process()
    session, password = pages.open(HERE)
    assert login(docker, session.name, password) == 200
    pages.teach(session, "names")
    pages.change(session, revoked=True, unavailable=1)
    assert login(docker, session.name, password) == 503
    assert login(docker, session.name, password) == 401
    seen = pages.get(session.id)
    assert seen is not None and seen.trouble.unavailable == 0 and seen.trouble.revoked
    pages.change(session, revoked=False)
    renewed = pages.renew(session)
    assert login(docker, session.name, password) == 401
    assert login(docker, session.name, renewed) == 200
    known = docker.named(session.name)
    assert known is not None and known.lesson == "names"


def test_an_account_that_is_dropped_is_gone_everywhere(process: Process) -> None:
    pages, docker = process(), process()
    session, password = pages.open(HERE)
    assert docker.get(session.id)
    pages.learners.drop(session)
    assert docker.get(session.id) is None and login(docker, session.name, password) == 401


def test_the_database_has_no_password_and_no_key(process: Process) -> None:
    """A copy of it opens no view and no registry."""
    pages = process()
    session, password = pages.open(HERE)
    learners = pages.learners
    assert isinstance(learners, KeptLearners)
    rows = learners.keeper.within("reading", all_accounts)
    assert password not in str(rows) and session.id not in str(rows)


def test_without_the_database_docker_goes_on() -> None:
    """With what is known already; a new account cannot be kept."""
    broken = Sessions(learners=KeptLearners(Keeper(lambda: "sqlite:////nowhere/progress.db")))
    with pytest.raises(NotKept):
        broken.open(HERE)
    assert login(broken, "heron-1", "any") == 401


def test_only_a_process_of_ours_may_ask_where_all_stand() -> None:
    sessions = Sessions(signer=PUBLISHED)
    session, _password = sessions.open(HERE)
    asked = [str(questions(signer).dumps([session.name])).encode()
             for signer in (PUBLISHED, Signer(b"another secret"))]  # fmt: skip
    told, refused = (answered(sessions, one, "localhost", True) for one in asked)
    assert refused is None and told is not None
    assert told[session.name][1] == "No request yet."
