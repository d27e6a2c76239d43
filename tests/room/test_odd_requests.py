"""Requests to a room that no phone would send: each gets one whole answer, and nothing stays.

Drawn from a schema, as those to the registry (`tests.registry.test_fuzz`), with cookies and fields
that are right, nearly right, or arbitrary. `PULLSCOPE_REQUESTS=20000` puts that many, in
process and on sockets.
"""

import asyncio
import json
import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from starlette.types import Message

from simulator.progress.keeper import Keeper
from simulator.registry.rate_limit import Limiter, Rate
from simulator.room import cookies
from simulator.room.asgi import RoomApp
from simulator.room.rooms import Rooms
from simulator.room.step import Room
from simulator.room.table import ItemAsked, SeatTaken, VoteOpened
from tests.registry.alone import works
from tests.registry.in_process import answered
from tests.registry.odd_bytes import sent
from tests.registry.odd_requests import ANY, BATCH, COUNT, HANG, METHOD, QUERY, SAME, Asked, near
from tests.registry.sockets import check_sockets
from tests.room.made import ITEM

CODE, SECRET = "KXRPTW", "s" * 43
KNOWN = Room("0" * 32, CODE, "teacher", SECRET)
SEATS = 3


def cookie(name: str, value: object) -> str:
    return f"{name}={cookies.signed(KNOWN, name).dumps(value)!s}"


SEAT = [cookie(cookies.SEAT, value) for value in (1, 2, 3, 4, 0, -1, 10**30, "1", None, [[]], 1.5)]
SCREEN = [cookie(cookies.SCREEN, value) for value in (CODE, "BBBBBB", None)]
FORMS = ("/seat", "/vote", "/docker")
PAGES = ("", "/state", "/events", "/qr.svg", "/screen", "/screen/state", "/screen/events", "/")
PATH = st.one_of(
    st.builds(f"/room/{CODE}{{}}".format, st.sampled_from(FORMS * 2 + PAGES)),
    st.just(f"/room/{CODE}/vote"),
    st.builds(
        "/room/{}{}".format,
        near(CODE, CODE.lower(), f" {CODE[:3]}-{CODE[3:]}", "BBBBBB"), near(*FORMS, *PAGES),
    ),
    st.builds("/room/{}".format, near("", "join", "files/room.js", "files/../asgi.py", KNOWN.id)),
)  # fmt: skip
HEADER = st.one_of(
    st.tuples(st.just("cookie"), st.sampled_from(SEAT[:3])),
    st.tuples(st.just("cookie"), near(*SEAT, *SCREEN)),
    st.tuples(st.just("accept"), near("application/json", "text/html")),
    st.tuples(st.just("accept-language"), near("de", "en;q=x", "," * 90)),
    st.tuples(st.just("origin"), near("https://r.example", "null", "https://[::1")),
    st.tuples(st.just("sec-fetch-site"), near("same-origin", "cross-site")),
    st.tuples(near("x-forwarded-for", "content-length", "last-event-id"), ANY),
)
VOTE = "item=4&round=1&option=2"
FIELD = st.just(VOTE) | near(
    VOTE, f"{VOTE}&sure=1", f"code={CODE}", "docker=ada-1",
    "item=\u0664&round=\u00b2&option=9999999", "option=-1", "a=" * 900, "%ff=%",
)  # fmt: skip
BODY = FIELD.map(str.encode) | st.one_of(st.binary(max_size=40), st.just(b"x" * 5_000))
REQUEST = st.builds(
    lambda method, path, query, headers, body: Asked(
        method, path, query, [("host", "r.example"), *headers], body
    ),
    st.just("POST") | METHOD, PATH, near("", "lang=de", "key=x", "lang=\x00") | QUERY,
    st.lists(HEADER, min_size=1, max_size=4), BODY,
)  # fmt: skip
REQUESTS = st.lists(REQUEST, min_size=BATCH, max_size=BATCH)


ALONE = """
import tempfile
from pathlib import Path
from simulator.registry import asgi, connections
from simulator.registry.serving import address, bound, server
from simulator.room.asgi import SERVER
from tests.room.test_odd_requests import app_with_a_room
asgi.REQUEST_SECONDS, connections.PIECE_SECONDS = 0.3, 1.0
with tempfile.TemporaryDirectory() as folder, bound("127.0.0.1", 0) as listening:
    app = app_with_a_room(Path(folder))
    print(address(listening), flush=True)
    server(app, **{**SERVER, "timeout_keep_alive": 1}).run(sockets=[listening])
"""


def app_with_a_room(folder: Path) -> RoomApp:
    """With a room of three seats whose first vote is open, and without limits of requests."""
    rooms = Rooms(Keeper(lambda: f"sqlite:///{folder}/rooms.db"))
    rooms.open_as(KNOWN)
    for event in (*[SeatTaken()] * SEATS, ItemAsked(ITEM), VoteOpened()):
        rooms.send(KNOWN.id, event).result(HANG)
    made = RoomApp(rooms, "https://r.example", ["r.example", "127.0.0.1"])
    unlimited = Rate(per_second=1e9, burst=1e9)
    made.guard.limiters = {rate: Limiter(unlimited) for rate in made.guard.limiters}
    return made


@pytest.fixture
def app(tmp_path: Path) -> Iterator[RoomApp]:
    made = app_with_a_room(tmp_path)
    yield made
    made.rooms.keeper.close()


def check(asked: Asked, sent: list[Message]) -> None:
    """One whole answer that no page of another site can use, and no cookie but a signed one."""
    start, *rest = sent
    heads = {k.decode().lower(): v.decode("latin-1") for k, v in start["headers"]}
    body = b"".join(bytes(message.get("body", b"")) for message in rest)
    assert 200 <= start["status"] < 500
    events = heads.get("content-type", "").startswith("text/event-stream")
    assert events or not rest[-1].get("more_body", False)  # who left has no end of a stream
    assert not any(set(value) & set("\r\n\0") for value in heads.values())
    if "application/json" in heads.get("content-type", ""):
        json.loads(body)
    if asked.method != "HEAD" and "content-length" in heads:
        assert int(heads["content-length"]) == len(body)
    assert SECRET not in repr(sent) and KNOWN.id not in body.decode("utf-8", "replace")
    given = heads.get("set-cookie", "")
    assert re.match(r"|pullscope_(seat|screen|language)=", given)


def posted(path: str, body: str, *headers: tuple[str, str]) -> Asked:
    """As a phone does it."""
    return Asked(
        "POST", f"/room/{CODE}/{path}", "", [("host", "r.example"), *headers], body.encode()
    )


@pytest.mark.timeout(3600)
def test_no_request_to_a_room_is_answered_with_an_error_of_ours(app: RoomApp) -> None:
    """Afterwards a phone joins and votes, no stream is open and no watcher is left."""

    async def all_of_them(requests: list[Asked]) -> None:
        for asked in requests:
            try:
                check(asked, await asyncio.wait_for(answered(app, asked), HANG))
            except Exception as error:
                error.add_note(f"it was asked {asked}")
                raise

    @settings(SAME, max_examples=COUNT // BATCH, phases=(Phase.generate,))
    @given(REQUESTS)
    def every(requests: list[Asked]) -> None:
        asyncio.run(all_of_them(requests))

    every()
    before = app.rooms.get(KNOWN.id)
    asyncio.run(all_of_them([posted("seat", ""), posted("vote", VOTE, ("cookie", SEAT[0]))]))
    room = app.rooms.get(KNOWN.id)
    assert room.newest == before.newest + 1 and room.asked[0].votes[0][1].option == 2
    assert not app.audience.streams and not app.rooms.watchers
    assert all(room.seats[seat] for seat in room.dockers)


@pytest.mark.timeout(3600)
def test_bytes_that_are_no_requests_do_no_harm() -> None:
    """On connections, two hundred at once, to the process of rooms. (A stream of events has no
    end, so none is asked for here.)"""
    requests = REQUEST.filter(lambda asked: "events" not in asked.path)
    check_sockets(ALONE, sent(requests), partial(works, path="/room/", status=200), pools=46)
