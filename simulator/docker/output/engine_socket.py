"""What Docker's CLI says about an engine that it does not reach (moby, `client/request.go`)."""

from urllib.parse import quote, urlencode

from simulator.docker import events as e
from simulator.docker.cli.commands import Command, Inspect, Pull, Push, Remove, Tag
from simulator.docker.cli.parse import HERE
from simulator.docker.machine.state import State
from simulator.docker.output.by_engine import WORDS
from simulator.docker.output.line import Line, LinesOf, output
from simulator.protocol.reference import Reference

SOCKET = "/var/run/docker.sock"
API = "v1.50"
"""The version of the engine's API that CLI 28 speaks."""


def told(failure: e.EngineUnreachable, state: State) -> str:
    said, command = WORDS[state.client.engine].cli.no_engine[failure.socket], state.run.command
    engine = command.engine if command and command.engine else HERE
    path = engine.removeprefix("unix://")
    return said.format(call=call(command) if command else "", engine=engine, path=path)


def call(command: Command) -> str:
    """The request that an older CLI names in its complaint, in the words of Go's client."""
    method, path = asked(command)
    return f'{method} "http://{quote(SOCKET, safe="")}/{path}"'


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
    """`docker inspect` prints an empty list first."""
    empty = output("output", ("[]",) if isinstance(before.run.command, Inspect) else ())
    return (*empty, Line("error", told(event, before)))


LINES: LinesOf = {e.EngineUnreachable: lines}
