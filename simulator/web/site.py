"""Where Pullscope is: the address that a process listens at, and the one that people open."""

from dataclasses import dataclass

from simulator.protocol.hosts import bare

THIS_MACHINE = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True)
class Site:
    """`where` is host and port that the process listens at, `public_url` the https address of the
    proxy in front; empty where there is none."""

    where: str
    public_url: str = ""

    @property
    def public(self) -> bool:
        return bool(self.public_url)

    @property
    def named(self) -> str:
        """The host (and port) of the public address; empty where there is none."""
        return self.public_url.removeprefix("https://").rstrip("/")

    @property
    def origin(self) -> str:
        """The address that people open, without a path."""
        return self.public_url.rstrip("/") or f"http://{self.where}"

    @property
    def hosts(self) -> list[str]:
        """The names under which the pages answer: another one that leads here (DNS rebinding) is
        not ours."""
        listening = self.where.rpartition(":")[0].strip("[]")
        named = bare(self.named) if self.named else ""
        return list(dict.fromkeys([*THIS_MACHINE, listening, *filter(None, [named])]))
