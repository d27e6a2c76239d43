"""Seats and projector on the wire: what is sent, what is taken, and what is refused."""

from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import httpx
import pytest

from simulator.room import guard, render
from simulator.room.table import (
    DiscussionBegun,
    ItemAsked,
    Phase,
    Revealed,
    SeatRemoved,
    VoteClosing,
    VoteOpened,
)
from tests.cases import each
from tests.room.made import ITEM, OPTIONS
from tests.room.served import Class, a_class

KILOBYTES = 30_000
"""Bytes of a seat's page with all that it loads."""


@pytest.fixture
def one(tmp_path: Path) -> Iterator[Class]:
    with a_class(tmp_path) as made:
        yield made


def closed(one: Class) -> None:
    """The open vote is closed now: its countdown ended long ago."""
    assert one.does(VoteClosing(one.rooms.clock() - 100, 0)).closes_at is None


def test_a_whole_room(one: Class) -> None:
    """Three phones vote twice; what each page and message has, and has not yet."""
    phones = [one.phone() for _ in range(3)]
    assert [one.number for one in phones] == [1, 2, 3]
    one.does(ItemAsked(ITEM))
    assert "radio" not in phones[0].page().text and OPTIONS[2] in phones[0].page().text
    one.does(VoteOpened())
    assert "radio" in phones[0].page().text
    for chosen, each_phone in enumerate(phones):
        told = each_phone.vote(one.room, chosen)
        assert told.status_code == 200 and "received" in told.json()["said"]
    closed(one)
    one.does(DiscussionBegun(), VoteOpened())
    for each_phone in phones:
        assert each_phone.vote(one.room, 2).status_code == 200
    closed(one)
    assert "first vote" not in phones[0].page().text
    one.does(Revealed())
    text = phones[0].page().text
    assert "first vote: 1, second vote: 3" in text and "your vote" in text
    screen = httpx.get(f"{one.address}/screen").text
    assert "1 from A to C" in screen and "1 kept their answer." in screen


def test_no_share_is_on_the_wire_before_the_reveal(one: Class) -> None:
    """Two rooms that differ only in what was voted send the same to projector and seats."""
    first, second, late = (one.phone() for _ in range(3))
    one.does(ItemAsked(ITEM), VoteOpened())
    sent: list[list[str]] = []
    for options in ((0, 1), (2, 2)):
        first.vote(one.room, 3)
        for voter, option in zip((first, second), options, strict=True):
            voter.vote(one.room, option)
        pages = [late.client.get(f"{one.address}{path}").json()["html"]
                 for path in ("/state", "/screen/state")]  # fmt: skip
        sent.append(pages)
    assert sent[0] == sent[1]


def test_a_vote_after_the_close_is_refused_again_and_again(one: Class) -> None:
    """Also after a reload, and the vote of before stays."""
    voter = one.phone()
    one.does(ItemAsked(ITEM), VoteOpened())
    room = one.room
    voter.vote(room, 0)
    closed(one)
    for _ in range(2):
        told = voter.vote(room, 1)
        assert told.status_code == 409 and "not counted" in told.json()["said"]
        assert "radio" not in voter.page().text
    assert one.room.asked[0].votes[0][1].option == 0


def test_without_script_the_forms_do(one: Class) -> None:
    """Join by code, vote, be told that nothing was chosen."""
    with httpx.Client(follow_redirects=True, timeout=30) as browser:
        typed = f"{one.room.code[:3].lower()} {one.room.code[3:].lower()}"
        page = browser.post(f"{one.url}/room/join", data={"code": typed})
        assert str(page.url) == one.address and "no account" in page.text
        assert "Seat 1" in browser.post(f"{one.address}/seat").text
        one.does(ItemAsked(ITEM), VoteOpened())
        fields = {"item": str(one.room.asked[0].key), "round": "1"}
        empty = browser.post(f"{one.address}/vote", data=fields)
        assert empty.status_code == 409 and "Choose an answer first." in empty.text
        voted = browser.post(f"{one.address}/vote", data={**fields, "option": "1"})
        assert "Your vote: B" in voted.text
    assert one.room.asked[0].votes[0][1].option == 1


def test_the_stream_has_the_whole_state_and_wakes_for_no_other_seat(one: Class) -> None:
    """A late stream begins with the present state; others' votes send it nothing."""
    voter, watcher = one.phone(), one.phone()
    one.does(ItemAsked(ITEM), VoteOpened())
    with watcher.watching() as messages:
        first = next(messages)
        assert OPTIONS[0] in str(first["html"])
        voter.vote(one.room, 0)
        closed(one)
        later = str(next(messages)["html"])
        assert "is closed" in later or "is closed" in str(next(messages)["html"])
    with watcher.watching() as messages:
        assert "is closed" in str(next(messages)["html"])


def test_a_removed_phone_joins_again(one: Class) -> None:
    gone = one.phone()
    one.does(SeatRemoved(1))
    assert "This seat was removed" in gone.page().text
    assert gone.client.get(f"{one.address}/events").status_code == 403
    gone.join()
    assert gone.number == 2 and one.room.taken == 1


def test_a_reload_is_the_same_seat(one: Class) -> None:
    again = one.phone()
    again.join()
    assert again.number == 1 and len(one.room.seats) == 1


def test_a_cookie_of_another_room_is_no_seat(one: Class) -> None:
    """Nor is one without a signature."""
    voter, other = one.phone(), one.rooms.open("another")
    cookie = voter.client.cookies["pullscope_seat"]
    for value in (cookie, "1", "1.x", ""):
        heads = {"Cookie": f"pullscope_seat={value}"}
        page = httpx.get(f"{one.url}/room/{other.code}", headers=heads)
        assert "Seat" not in page.text


def test_a_seat_is_light(one: Class) -> None:
    """Page, style and script, in each phase."""
    voter = one.phone()
    files = sum(len(httpx.get(f"{one.url}/room/files/{name}").content) for name in render.FILES)
    one.does(ItemAsked(ITEM), VoteOpened())
    assert files + len(voter.page().content) < KILOBYTES


@each(("heads", "status"), [
    ({"Origin": "https://evil.example"}, 403),
    ({"Origin": "null"}, 403),
    ({"Sec-Fetch-Site": "cross-site"}, 403),
    ({"Sec-Fetch-Site": "same-site"}, 403),
    ({"Host": "evil.example"}, 421),
    ({"Host": ""}, 421),
])  # fmt: skip
def test_another_site_cannot_vote(tmp_path: Path, heads: dict[str, str], status: int) -> None:
    folder = tmp_path / str(abs(hash(str(heads))))
    folder.mkdir()
    with a_class(folder) as one:
        voter = one.phone()
        one.does(ItemAsked(ITEM), VoteOpened())
        fields = {"item": str(one.room.asked[0].key), "round": "1", "option": "0"}
        told = voter.client.post(f"{one.address}/vote", data=fields, headers=heads)
        assert told.status_code == status
        assert not one.room.asked[0].votes[0]


def test_a_form_has_a_bound(one: Class) -> None:
    voter = one.phone()
    one.does(ItemAsked(ITEM), VoteOpened())
    assert voter.vote(one.room, 0, more="x" * guard.FORM_LIMIT).status_code == 413


def test_codes_are_not_guessed_for_long(one: Class) -> None:
    """And who knows the code still gets in."""
    with httpx.Client(timeout=30) as guesser:
        answers = [guesser.get(f"{one.url}/room/BBBBBB").status_code
                   for _ in range(int(guard.GUESSES.burst) + 40)]  # fmt: skip
    assert set(answers[:100]) == {404} and answers[-1] == 429
    assert httpx.get(one.address).status_code == 200


def test_a_seat_votes_so_often(one: Class) -> None:
    voter = one.phone()
    one.does(ItemAsked(ITEM), VoteOpened())
    answers = [voter.vote(one.room, number % 4).status_code for number in range(30)]
    assert answers[0] == 200 and 429 in answers


def test_the_code_to_scan_is_a_picture_of_the_address(one: Class) -> None:
    """SVG, drawn for this address and no other."""
    answer = httpx.get(f"{one.address}/qr.svg")
    assert answer.status_code == 200 and answer.headers["content-type"] == "image/svg+xml"
    assert ElementTree.fromstring(answer.text).tag == "{http://www.w3.org/2000/svg}svg"
    assert answer.content == render.qr(one.address) != render.qr(one.url)


def test_every_page_is_in_both_languages(one: Class) -> None:
    voter = one.phone()
    assert '<html lang="de">' in voter.page("de").text and "Platz 1" in voter.page("de").text
    one.does(ItemAsked(ITEM))
    assert "Was speichert docker login?" in voter.page("de").text
    assert one.room.phase is Phase.READING


def test_a_page_may_load_nothing_from_elsewhere(one: Class) -> None:
    heads = one.browser().page().headers
    assert "default-src 'none'" in heads["content-security-policy"]
    assert heads["cache-control"] == "no-store"
