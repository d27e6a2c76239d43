"""`docker` in the terminal: what the CLI refuses, asks for, or hands to the machine."""

import shlex
from dataclasses import replace

from simulator.docker.cli.commands import Command, Images, Login, Pull, Search
from simulator.docker.cli.options import USAGES, command_name
from simulator.docker.cli.parse import InvalidCommand, before_the_verb, parse
from simulator.docker.events import InputMissing
from simulator.docker.machine import State
from simulator.docker.machine.search import INDEX, parts
from simulator.docker.output.line import Line
from simulator.docker.output.login import prompts
from simulator.docker.output.status import exit_status
from simulator.docker.output.usage import complaint
from simulator.docker.trace import Step, Trace, masked_steps, steps
from simulator.shell.files import complaint as config_complaint
from simulator.shell.files import home_of, read, understood
from simulator.shell.programs.docker_help import asks_for_help, helped
from simulator.shell.programs.engine import info
from simulator.shell.programs.system import environment
from simulator.shell.values import CONFIG, Prompt, Ran, Shell, with_end
from simulator.sources.mock import mock

NOT_PLAYED = (
    "pullscope: docker {} exists, but is not played here: this terminal is about login and pull; "
    "type help to see what it knows"
)
ELSEWHERE = ("--version", "-v")
"""What Docker's CLI answers in words of its own release."""
COLUMNS = 100
"""Characters in a line of this terminal."""

def docker(
    shell: Shell, words: list[str], given: str | None, prompt: Prompt | None, seen: bool
) -> Ran:
    """What the CLI refuses, or what the machine plays. `seen`: on a terminal, not into a pipe."""
    options, words = before_the_verb(words)
    path = config_path(shell, options)
    if asks_for_help(words):
        not_played = NOT_PLAYED.format(f"{' '.join(words)} (its help)")
        return helped(shell, words) or Ran(shell, error=not_played, status=1)
    if words[0] in ELSEWHERE:
        return Ran(shell, error=NOT_PLAYED.format(words[0]), status=1)
    if words[:1] == ["info"] or words[:2] == ["system", "info"]:
        return info(shell, words[words.index("info") + 1 :])
    if words[:2] == ["compose", "config"]:
        return compose_file(shell)
    refused = complaint(words, shell.client.engine)
    if refused:
        return Ran(shell, error=refused.text, status=refused.status)
    if command_name(words) not in USAGES:
        return Ran(shell, error=NOT_PLAYED.format(words[0]), status=1)
    answers = prompt.answers if prompt else ()
    typed = (given or "",) if "--password-stdin" in words else answers
    try:
        command = parse(shlex.join(["docker", *words]), typed)
    except InvalidCommand as error:
        return Ran(shell, error=f"pullscope: {error}", status=1)
    if isinstance(command, Search) and parts(command.term)[0] == INDEX:
        return Ran(shell, error=NOT_PLAYED.format("search at Docker Hub"), status=1)
    if isinstance(command, Login):
        command = replace(command, terminal=given is None)
    if isinstance(command, Images) and seen:
        command = replace(command, width=COLUMNS)
    return configured(shell, path, command, prompt)


COMPOSE_FILES = ("compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml")


def compose_file(shell: Shell) -> Ran:
    """`docker compose config`, which prints the file that it finds here as it understands it."""
    found = (read(shell, f"{shell.folder}/{name}") for name in COMPOSE_FILES)
    text = next((one for one in found if one is not None), None)
    if text is None:
        return Ran(shell, error="no configuration file provided: not found", status=14)
    return Ran(shell, text)


def config_path(shell: Shell, options: dict[str, str]) -> str:
    """Which config.json: `--config`, else `DOCKER_CONFIG`, else the user's own."""
    folder = options.get("config") or environment(shell).get("DOCKER_CONFIG")
    return f"{(folder or f'{home_of(shell)}/.docker').rstrip('/')}/config.json"


def configured(shell: Shell, path: str, command: Command, prompt: Prompt | None) -> Ran:
    """The command with the config.json at this path, which afterwards holds what it wrote."""
    if path == CONFIG:
        ran = played(shell, State(shell.client, (command,)), prompt)
        if ran.shell.client.store == shell.client.store:
            return ran
        files = {name: text for name, text in ran.shell.files.items() if name != CONFIG}
        after = replace(ran.shell.client, unreadable="")
        if not after.store.entries:  # the file stays, without entries
            files[CONFIG] = after.store.to_json()
        return replace(ran, shell=replace(ran.shell, client=after, files=files))
    store, why = understood(read(shell, path) or "")
    store = store.on(shell.client.store)
    lent = replace(shell.client, store=store, unreadable=config_complaint(path, why))
    ran = played(shell, State(lent, (command,)), prompt)
    wrote = ran.shell.client.store
    own = replace(ran.shell.client, store=shell.client.store, unreadable=shell.client.unreadable)
    files = {**ran.shell.files, **({path: wrote.to_json()} if wrote != store else {})}
    return replace(ran, shell=replace(ran.shell, client=own, files=files))


def played(shell: Shell, state: State, prompt: Prompt | None) -> Ran:
    """The machine's run on the network as it is now; both go on from where it ended.

    Where an answer is missing, the command waits for it: the machine cannot wait, so the command
    is played anew with the answer, and prints what it has not printed yet.
    """
    network = mock(shell.world)
    taken = list(steps(state, network))
    question = asked(taken[-1], prompt.answers if prompt else ())
    if question:
        taken.pop()
    printed = [line for step in taken for line in step.terminal if line.kind in SHOWN]
    if question:
        printed += [line for line in question[1] if line.kind in SHOWN]
    fresh = tuple(printed[prompt.printed if prompt else 0 :])
    if question:
        waiting = Prompt(prompt.answers if prompt else (), *question[0], len(printed))
        return Ran(replace(shell, prompt=waiting), printed=fresh)
    trace = Trace(tuple(masked_steps(taken)), state.client.engine)
    moved = replace(shell, client=taken[-1].after.client, world=network.world, trace=trace)
    out = "\n".join(line.text for line in fresh if line.kind == "output")
    error = "\n".join(line.text for line in fresh if line.kind == "error")
    if isinstance(taken[-1].before.run.command, Pull) and not trace.failed:
        fresh += not_run(taken[-1].before.run.command)
    return Ran(moved, with_end(out), error, exit_status(taken[-1].after, error), fresh)


def not_run(command: Pull) -> tuple[Line, ...]:
    """Honest about containers: there are none here."""
    said = "pullscope: the image is here; this terminal runs no containers"
    return (Line("error", said),) if command.by == "run" else ()


SHOWN = ("output", "error")
Question = tuple[tuple[str, bool], tuple[Line, ...]]


def asked(last: Step, answers: tuple[str, ...]) -> Question | None:
    """What Docker's CLI asks where the run lacks an answer that was not given yet: the text,
    whether it is a secret, and what it prints before it asks."""
    command, event = last.before.run.command, last.event
    if not isinstance(event, InputMissing) or not isinstance(command, Login):
        return None
    lines = prompts(last.before)
    lacking = event.what in ("username answer", "password answer")
    if lacking and not (answers or command.named):  # a name may be known, and is asked for still
        return (lines[0].text, False), ()
    if event.what == "password answer" and len(answers) < (1 if command.named else 2):
        return (lines[-1].text, True), lines
    return None
