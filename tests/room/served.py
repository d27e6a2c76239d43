"""A server of rooms without Streamlit, in a thread, and phones as HTTP clients."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from simulator.progress.keeper import Keeper
from simulator.registry.serving import address, bound, in_thread, server
from simulator.room import asgi
from simulator.room.asgi import RoomApp
from simulator.room.rooms import Rooms
from simulator.room.step import Room
from simulator.room.table import Event


@dataclass
class Class:
    """Rooms that are served, and the teacher's hand on one of them."""

    rooms: Rooms
    url: str
    id: str
    phones: "list[Phone]" = field(default_factory=list)

    @property
    def room(self) -> Room:
        return self.rooms.get(self.id)

    @property
    def address(self) -> str:
        return f"{self.url}/room/{self.room.code}"

    def browser(self) -> "Phone":
        """A phone without a seat."""
        self.phones.append(Phone(self.address))
        return self.phones[-1]

    def phone(self) -> "Phone":
        """A phone with a seat."""
        made = self.browser()
        assert made.join().status_code == 200
        return made

    def does(self, *events: Event) -> Room:
        for event in events:
            self.rooms.send(self.id, event).result(30)
        return self.room


@contextmanager
def a_class(folder: Path) -> Iterator[Class]:
    """An open room, in a database in this folder."""
    rooms = Rooms(Keeper(lambda: f"sqlite:///{folder}/rooms.db"))
    with bound("127.0.0.1", 0) as listening:
        url = f"http://{address(listening)}"
        app = RoomApp(rooms, url, ["127.0.0.1", "localhost"])
        with in_thread(server(app, **asgi.SERVER), listening):
            made = Class(rooms, url, rooms.open("teacher").id)
            yield made
            for phone in made.phones:
                phone.client.close()
    rooms.keeper.close()


@dataclass
class Phone:
    """A browser with its cookies."""

    address: str
    client: httpx.Client = field(default_factory=lambda: httpx.Client(timeout=30))

    def join(self) -> httpx.Response:
        return self.client.post(f"{self.address}/seat", follow_redirects=True)

    @property
    def number(self) -> int:
        found = re.search(r"Seat (\d+)", self.page().text)
        return int(found[1]) if found else 0

    def page(self, lang: str = "en") -> httpx.Response:
        return self.client.get(f"{self.address}?lang={lang}")

    def vote(self, room: Room, option: int | None, **more: str) -> httpx.Response:
        """As the script does."""
        fields = {"item": str(room.asked[-1].key), "round": str(room.round), **more}
        if option is not None:
            fields["option"] = str(option)
        heads = {"Accept": "application/json"}
        return self.client.post(f"{self.address}/vote", data=fields, headers=heads)

    @contextmanager
    def watching(self, path: str = "events") -> Iterator[Iterator[dict[str, object]]]:
        """The messages of its stream, as they come."""
        with self.client.stream("GET", f"{self.address}/{path}?lang=en") as answer:
            assert answer.status_code == 200, answer.read()
            lines = answer.iter_lines()
            yield (json.loads(line[6:]) for line in lines if line.startswith("data: "))
