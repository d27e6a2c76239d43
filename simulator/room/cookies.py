"""From which seat a request comes, or whether from the teacher's projector: by signed cookies.

The room's own secret signs them: no one has an account, and any process can check them.
"""

from functools import lru_cache

from itsdangerous import BadSignature, URLSafeSerializer
from starlette.requests import Request
from starlette.responses import Response

from simulator.room.step import Room

SEAT = "pullscope_seat"
SCREEN = "pullscope_screen"
DAY = 86_400


def address(room: Room) -> str:
    """Of the room's page, below the site's."""
    return f"/room/{room.code}"


def signed(room: Room, cookie: str) -> URLSafeSerializer:
    return URLSafeSerializer(room.secret, salt=cookie)


def value(incoming: Request, room: Room, cookie: str) -> object:
    """The value of the cookie; None if it is missing, or if the room did not sign it."""
    return loaded(room.secret, cookie, incoming.cookies.get(cookie, ""))


@lru_cache(maxsize=10_000)
def loaded(secret: str, cookie: str, text: str) -> object:
    """Kept, for each request of a seat brings the same one."""
    try:
        return URLSafeSerializer(secret, salt=cookie).loads(text)
    except BadSignature:
        return None


def give(answer: Response, room: Room, cookie: str, content: object, secure: bool) -> None:
    """With the answer the browser gets this cookie, for this room only."""
    answer.set_cookie(
        cookie, str(signed(room, cookie).dumps(content)), max_age=DAY, path=address(room),
        secure=secure, httponly=True, samesite="lax",
    )  # fmt: skip


def seat_of(incoming: Request, room: Room) -> int:
    """The number of the seat that the cookie names; 0 for none, or for one that is not ours."""
    seat = value(incoming, room, SEAT)
    return seat if isinstance(seat, int) else 0


def screen_address(room: Room) -> str:
    """Of the teacher's projector. Its key becomes a cookie at once, so that a class cannot read
    it from the screen."""
    return f"{address(room)}/screen?key={signed(room, SCREEN).dumps(room.code)}"


def has_key(incoming: Request, room: Room) -> bool:
    """Whether the address is the teacher's."""
    return incoming.query_params.get("key") == signed(room, SCREEN).dumps(room.code)


def is_teachers(incoming: Request, room: Room) -> bool:
    """Whether it is the projector that the teacher opened: those of others do not keep it out."""
    return value(incoming, room, SCREEN) == room.code


def owner(incoming: Request, room: Room) -> str:
    """A name of the seat, or of the teacher's projector; empty for a browser without either."""
    if is_teachers(incoming, room):
        return f"{room.id} screen"
    seat = seat_of(incoming, room)
    return f"{room.id} {seat}" if room.seats.get(seat) else ""
