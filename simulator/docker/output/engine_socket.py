"""What Docker's CLI says about an engine that it does not reach (moby, `client/request.go`)."""

from urllib.parse import quote, urlencode

from simulator.docker import events as e
from simulator.docker.cli.commands import Command, Inspect, Pull, Push, Remove, Tag
from simulator.docker.cli.parse import HERE
from simulator.docker.machine.state import State
from simulator.docker.output.by_engine import WORDS
from simulator.docker.output.line import Line, LinesOf, output
from simulator.docker.output.shared import RESOLVER
from simulator.protocol.hosts import bare
from simulator.protocol.reference import Reference

API = "v1.50"
"""The version of the engine's API that CLI 28 speaks."""


def told(failure: e.EngineUnreachable, state: State) -> str:
    command = state.run.command
    if command and command.misdirected:
        return command.misdirected
    request = asked(command) if command else ("Head", "_ping")
    return not_reached(
        state.client.engine, failure.socket, command.engine if command else "", request
    )


def not_reached(version: str, why: str, elsewhere: str, request: tuple[str, str]) -> str:
    """What the CLI of this engine says where a request (method and path) did not get through.
    `elsewhere` is the engine's address, empty for the usual socket."""
    engine = elsewhere or HERE
    scheme, _, path = engine.partition("://")
    host = quote(path, safe="") if scheme == "unix" else path
    said = WORDS[version].cli.no_engine[why]
    return said.format(
        call=f'{request[0]} "http://{host}/{request[1]}"', engine=engine, path=path,
        lookup=f"lookup {bare(host)} on {RESOLVER}: no such host",
    )  # fmt: skip


def asked(command: Command) -> tuple[str, str]:
    """The first request of this command to the engine."""
    match command:
        case Pull():
            return "Post", f"{API}/images/create?{urlencode(sorted(pull_query(command).items()))}"
        case Push(image=image):
            parsed = Reference.parse(image)
            path = f"{whole_name(parsed)}/push?tag={parsed.identifier}"
            return "Post", f"{API}/images/{path}"
        case Tag(source=source, target=target):
            parsed = Reference.parse(target)
            query = urlencode({"repo": whole_name(parsed), "tag": parsed.identifier})
            return "Post", f"{API}/images/{source}/tag?{query}"
        case Remove(names=names, force=force):
            return "Delete", f"{API}/images/{names[0]}{'?force=1' if force else ''}"
        case Inspect(names=names, any_kind=any_kind):
            return "Get", f"{API}/{'containers' if any_kind else 'images'}/{names[0]}/json"
        case _:
            return "Head", "_ping"


def whole_name(reference: Reference) -> str:
    return f"{reference.domain}/{reference.repository}"


def pull_query(command: Pull) -> dict[str, str]:
    parsed = Reference.parse(command.image)
    query = {"fromImage": whole_name(parsed)}
    if not command.all_tags:
        query["tag"] = parsed.digest or parsed.identifier
    return query | ({"platform": command.platform} if command.platform else {})


def lines(before: State, event: e.EngineUnreachable, after: State) -> tuple[Line, ...]:
    """`docker inspect` prints an empty list first, unless it does not even look for the engine."""
    command = before.run.command
    looks = isinstance(command, Inspect) and event.socket
    empty = output("output", (command.nothing,) if looks and isinstance(command, Inspect) else ())
    return (*empty, Line("error", told(event, before)))


LINES: LinesOf = {e.EngineUnreachable: lines}
