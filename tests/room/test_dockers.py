"""Everyone's docker: what a seat shows of its own, and what the desk makes of it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from simulator.live.asgi import Live
from simulator.live.standing import Standing, standing
from simulator.protocol.authorization import Authorization
from simulator.protocol.message import Request
from simulator.registry.asgi import Client
from simulator.registry.model import PUBLISHED
from simulator.room.table import SeatRemoved
from tests.room.served import Class, a_class

AGENT = (("User-Agent", "docker/29.0.0"),)


@pytest.fixture
def one(tmp_path: Path) -> Iterator[Class]:
    with a_class(tmp_path) as made:
        yield made


def test_a_seat_shows_its_docker_and_takes_it_back(one: Class) -> None:
    """Only who has a seat; an odd name is none."""
    phone, address = one.phone(), f"{one.address}/docker"
    assert phone.client.post(address, data={"docker": "ada-1"}).status_code == 303
    assert one.room.dockers == {1: "ada-1"}
    phone.client.post(address, data={"docker": "<b>"})
    assert one.room.dockers == {}
    assert one.browser().client.post(address, data={"docker": "ada-1"}).status_code == 403
    one.does(SeatRemoved(1))
    assert phone.client.post(address, data={"docker": "ada-1"}).status_code == 403


def test_the_desk_sees_command_step_and_trouble() -> None:
    """Of a learner that asked for a token with a wrong password; and of none."""
    live = Live("127.0.0.1:5000", PUBLISHED)
    session, _password = live.sessions.open("127.0.0.1")

    def of(name: str) -> Standing:
        return standing(live.sessions, name, live.host, live.public)

    assert of(session.name).step == "No request yet."
    assert of("no-one").step == "There is no such user name."
    wrong = Authorization.basic(session.name, "wrong")
    for path, sent in (("/v2/", None), (f"/token?account={session.name}", wrong)):
        request = Request("GET", f"http://{live.host}{path}", AGENT, sent)
        live.sessions.answer(request, Client("127.0.0.1", "c"))
    told = of(session.name)
    assert (told.command, told.stuck) == ("login", "It failed.") and told.step
