"""The terminal: what Docker and its CLI print at each step."""

from dataclasses import replace

from simulator.docker import events as e
from simulator.docker.cli.commands import (
    Command,
    Login,
    Logout,
    ManifestInspect,
    Pull,
    Push,
    Search,
)
from simulator.docker.events import Event, Failure
from simulator.docker.go_json import INVALID_AUTH
from simulator.docker.machine.answers import OURS
from simulator.docker.machine.ready import platform_mismatch, unpack_refused
from simulator.docker.machine.requests import untagged
from simulator.docker.machine.state import State
from simulator.docker.output import (
    engine_socket,
    images,
    login,
    manifest_inspect,
    pulls,
    push,
    search,
)
from simulator.docker.output.by_engine import WORDS
from simulator.docker.output.line import Line, LinesOf, output
from simulator.docker.output.shared import DAEMON
from simulator.protocol.reference import InvalidReference, Reference


def lines(before: State, event: Event, after: State) -> tuple[Line, ...]:
    """The lines that this step adds."""
    told = engine_lines(before, event, after)
    asking = event.command if isinstance(event, e.CommandTyped) else before.run.command
    by = asking.by if isinstance(asking, Pull) else ""
    return pulls.MANNERS[by](before, event, told) if by else told


def engine_lines(before: State, event: Event, after: State) -> tuple[Line, ...]:
    """The lines of this step, as `docker pull` and the other commands print them."""
    special = LINES.get(type(event))
    if special:
        return special(before, event, after)
    if isinstance(event, e.CommandTyped):
        return typed(event.command, before)
    told = output("output", pull_progress(event, before))
    if isinstance(event, Failure):
        return told + output("error", explain(event, before))
    return told + output("output", conclusion(event, after))


def typed(command: Command, state: State) -> tuple[Line, ...]:
    """The command, and what Docker's CLI says before it does anything."""
    shown = (Line("command", command.text), *output("error", complaints(command, state)))
    if isinstance(command, Push) and command.platform and not state.profile.repacks:
        shown += output("output", push.PLATFORM_ONLY)
    if not isinstance(command, Pull | Push) or command.quiet:
        return shown
    if command.all_tags or (isinstance(command, Pull) and command.by):
        return shown
    if untagged(command.image) and valid(command.image):
        return (*shown, Line("output", "Using default tag: latest"))
    return shown


def complaints(command: Command, state: State) -> tuple[str, ...]:
    wrong = state.client.unreadable.replace(
        INVALID_AUTH, WORDS[state.client.engine].cli.invalid_auth
    )
    unreadable = (f"WARNING: Error {wrong}",) if wrong else ()
    if isinstance(command, Pull) and WORDS[state.client.engine].cli.reports_deprecated:
        gone = "support for docker content trust was removed"
        return (
            *(f"Flag --{flag} has been deprecated, {gone}" for flag in command.deprecated),
            *unreadable,
        )
    if isinstance(command, Login | Logout) and state.client.store.environment:
        unreadable = (*unreadable, *ENVIRONMENT)
    if isinstance(command, Login) and command.source == "flag" and not command.wrong:
        risky = "WARNING! Using --password via the CLI is insecure. Use --password-stdin."
        return (*unreadable, risky)
    return unreadable


ENVIRONMENT = (
    "",
    " Warn -> DOCKER_AUTH_CONFIG is set and takes precedence.",
    "         Unset DOCKER_AUTH_CONFIG to restore the CLI auth behaviour.",
    "         ",
)


def valid(image: str) -> bool:
    try:
        Reference.parse(image)
    except InvalidReference:
        return False
    return True


def pull_progress(event: Event, state: State) -> tuple[str, ...]:
    """What the engine reports meanwhile; `--quiet` throws it away."""
    shown = isinstance(state.run.command, Pull) and not state.run.command.quiet
    return WORDS[state.client.engine].progress(event, state) if shown else ()


def conclusion(event: Event, after: State) -> tuple[str, ...]:
    """The last lines of a pull that ended well: the engine's, and the name itself."""
    command, reference = after.run.command, after.run.reference
    if not isinstance(command, Pull) or reference is None:
        return ()
    if not isinstance(event, e.AlreadyUpToDate | e.ImageStored) or unpack_refused(after):
        return ()
    told = () if command.quiet else WORDS[after.client.engine].conclusion(event, after)
    if after.run.tags.left or platform_mismatch(after) or command.by:
        return told
    name = replace(reference, tag=None) if command.all_tags else reference
    return (*told, name.whole)


def explain(failure: Failure, state: State) -> tuple[str, ...]:
    """Standard error of a command that failed."""
    match failure:
        case e.AllDeclined(why=why):
            return explain(why, state)
        case e.Unreachable(url=url, obstacle=why) if why in OURS:
            detail = f": {failure.detail}" if failure.detail else ""
            return (f"pullscope: {url}: {why}{detail}",)
        case e.ReferenceRejected(why, by_engine):
            return (f"{DAEMON if by_engine else ''}{why}",)
        case e.LoginCanceled():
            return ("login canceled",)
        case e.StoreFailed(why):
            return (f"{WORDS[state.client.engine].cli.saving}: {why}",)
        case _ if isinstance(state.run.command, Login):
            alone = state.client.socket or state.run.command.engine
            by = "" if alone else DAEMON  # without an engine the CLI asks itself
            return tuple((by + login.login_failure(failure, state)).splitlines())
        case _ if isinstance(state.run.command, Push):
            return push.explain(failure, state)
        case _ if isinstance(state.run.command, ManifestInspect):
            return manifest_inspect.explain(failure, state)
        case _ if isinstance(state.run.command, Search):
            return search.explain(failure, state)
        case _:
            return WORDS[state.client.engine].explain(failure, state)


def usage_refused(before: State, event: e.UsageRefused, after: State) -> tuple[Line, ...]:
    """A question that was not answered with yes is no error."""
    kind = "error" if event.status else "output"
    return Line("command", event.line), *output(kind, tuple(event.why.split("\n")))


LINES: LinesOf = {
    **login.LINES, **images.LINES, **push.LINES, **engine_socket.LINES,
    **pulls.LINES, **search.LINES, **manifest_inspect.LINES,
    e.UsageRefused: usage_refused,
}  # fmt: skip
