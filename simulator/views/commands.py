"""Which command a step belongs to."""

from simulator.docker.cli.commands import Login, Logout, Pull, Push, Tag
from simulator.docker.events import WorldChanged
from simulator.docker.trace import Step, Trace

NAMES: dict[type, str] = {
    Login: "login", Pull: "pull", Logout: "logout", Push: "push", Tag: "tag",
}  # fmt: skip


def commands_of(trace: Trace) -> list[tuple[Step, str]]:
    """Each step with the command it belongs to; empty for one that is about this machine alone."""
    return [(step, command_name(step)) for step in trace.steps]


def command_name(step: Step) -> str:
    """Of a pull for something else, `pull` too, unless nothing is pulled in the end."""
    command = step.after.run.command
    only_looks = isinstance(command, Pull) and command.by == "imagetools"
    return "" if only_looks else NAMES.get(type(command), "")


def typed_commands(trace: Trace) -> list[str]:
    """The command lines of a run, those of each act in order. Who meets an error types no more: a
    command that the run does not come to is not among them."""
    acts = (step.after for step in trace.steps if isinstance(step.event, WorldChanged))
    states = (trace.steps[0].before, *acts)
    planned = [command.text for state in states for command in state.commands]
    return planned[: len(planned) - len(trace.steps[-1].after.commands)]
