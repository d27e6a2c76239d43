"""What `docker search` prints (moby, `registry/search`; docker/cli, `formatter/search`)."""

from simulator.docker import events as e
from simulator.docker.cli.commands import Search
from simulator.docker.events import Failure
from simulator.docker.machine.state import State
from simulator.docker.output.by_engine import WORDS
from simulator.docker.output.line import Line, LinesOf, output
from simulator.docker.output.shared import DAEMON, go_error, unreachable_text

SHORT = 45
"""Characters of a description that the table shows."""


def explain(failure: Failure, state: State) -> tuple[str, ...]:
    words = WORDS[state.client.engine]
    match failure:
        case e.SearchRefused(status=status):
            return (f"{DAEMON}{words.unexpected_status} {status}",)
        case e.Unreachable(method, url):
            said = go_error(method, url, unreachable_text(failure, words.time_is_up))
            return (DAEMON + (unusable(state, said) if url.endswith("_ping") else said),)
        case e.HelperFailed(reason=reason):
            return (reason,)
        case _:
            return ()


def unusable(state: State, said: str) -> str:
    """The engine adds what could be meant, whatever went wrong."""
    host = state.run.host
    return (
        f"invalid registry endpoint https://{host}/v1/: {said}. If this private registry supports "
        f"only HTTP or HTTPS with an unknown CA certificate, add `--insecure-registry {host}` to "
        "the daemon's arguments. In the case of HTTPS, if you have access to the registry's CA "
        f"certificate, no need for the flag; simply place the CA certificate at "
        f"/etc/docker/certs.d/{host}/ca.crt"
    )


def table(before: State, event: e.SearchAnswered, after: State) -> tuple[Line, ...]:
    command = before.run.command
    assert isinstance(command, Search)
    rows = [("NAME", "DESCRIPTION", "STARS", "OFFICIAL")]
    for one in event.hits:
        told = " ".join(one.description.split()) if not command.whole else one.description
        short = told if command.whole or len(told) <= SHORT else f"{told[: SHORT - 1]}…"
        rows.append((one.name, short, str(one.stars), "[OK]" if one.official else ""))
    widths = [max(10, *(len(row[column]) + 3 for row in rows)) for column in range(3)]
    return output("output", tuple(
        "".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=False)) + row[3]
        for row in rows
    ))  # fmt: skip


LINES: LinesOf = {e.SearchAnswered: table}
