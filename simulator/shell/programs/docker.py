"""`docker` in the terminal: what the CLI refuses, asks for, or hands to the machine."""

import shlex
from collections.abc import Mapping
from dataclasses import dataclass, replace

from simulator.docker.cli.commands import SURE, Command, Images, Login, Prune, Pull, Search
from simulator.docker.cli.options import USAGES, command_name
from simulator.docker.cli.parse import (
    InvalidCommand,
    address,
    before_the_verb,
    config_folder,
    parse,
    unstartable,
)
from simulator.docker.events import InputMissing
from simulator.docker.machine import State
from simulator.docker.machine.search import INDEX, parts
from simulator.docker.output.by_engine import WORDS
from simulator.docker.output.line import Line
from simulator.docker.output.login import prompts
from simulator.docker.output.status import exit_status
from simulator.docker.output.usage import miscounted, misread
from simulator.docker.trace import Step, Trace, masked_steps, steps
from simulator.shell.files import absolute, home_of, read, understood
from simulator.shell.files import complaint as config_complaint
from simulator.shell.programs.docker_help import NOT_PLAYED, helped
from simulator.shell.programs.engine import ENGINE
from simulator.shell.programs.system import environment
from simulator.shell.values import CONFIG, Prompt, Ran, Shell, with_end
from simulator.sources.mock import mock

COLUMNS = 100
"""Characters in a line of this terminal."""


@dataclass(frozen=True)
class Typed:
    """A line of docker: its words, Docker's own options among them, the words from the verb on,
    and what the CLI finds around it. `given` is standard input, None for the terminal; `seen`:
    the output goes to the terminal, and not into a pipe."""

    words: list[str]
    options: Mapping[str, str]
    rest: list[str]
    environment: Mapping[str, str]
    given: str | None
    prompt: Prompt | None
    seen: bool

    @property
    def answers(self) -> tuple[str, ...]:
        return self.prompt.answers if self.prompt else ()

    def command(self, *typed: str) -> Command:
        """The command, with what is typed when it asks. Raises InvalidCommand."""
        return parse(shlex.join(["docker", *self.words]), typed, self.environment)


def docker(
    shell: Shell, words: list[str], given: str | None, prompt: Prompt | None, seen: bool
) -> Ran:
    """What the CLI refuses, or what the machine plays. `seen`: on a terminal, not into a pipe."""
    options, rest = before_the_verb(words)
    known = {**environment(shell), "HOME": home_of(shell)}
    line = Typed(words, options, rest, known, given, prompt, seen)
    wrong = unstartable(options)
    if wrong:
        return Ran(shell, error=wrong, status=1)
    if address(options, known).startswith("ssh:"):
        return Ran(shell, error=NOT_PLAYED.format("with an engine behind ssh"), status=1)
    told = refused(shell, line) or told_without_machine(shell, line)
    if told:
        return told
    try:
        return asked_and_played(shell, line)
    except InvalidCommand as error:
        return Ran(shell, error=f"pullscope: {error}", status=1)


def refused(shell: Shell, line: Typed) -> Ran | None:
    """What ends the line before its command runs: a wrong option, its help, a wrong count."""
    if "version" in line.options and not line.rest:
        return Ran(shell, error=NOT_PLAYED.format("--version"), status=1)
    wrong = misread(line.rest)
    if wrong is None:
        told = helped(shell, line.words)
        if told:
            return told
        if line.rest[:2] == ["compose", "config"]:
            return compose_file(shell)
        wrong = miscounted(line.rest, shell.client.engine)
    return Ran(shell, error=wrong.text, status=wrong.status) if wrong else None


def told_without_machine(shell: Shell, line: Typed) -> Ran | None:
    """What only the engine answers, and what is not played."""
    name = command_name(line.rest) or ""
    if name in ENGINE:
        rest = line.rest[len(name.split()) :]
        return ENGINE[name](shell, rest, line.options, line.environment)
    if name not in USAGES:
        return Ran(shell, error=NOT_PLAYED.format(line.rest[0]), status=1)
    return None


def asked_and_played(shell: Shell, line: Typed) -> Ran:
    """The command once its questions are answered. Raises InvalidCommand."""
    match line.command():
        case Prune(sure=False):
            return confirmed(shell, line)
        case Search(term=term) if parts(term)[0] == INDEX:
            return Ran(shell, error=NOT_PLAYED.format("search at Docker Hub"), status=1)
        case Login(source="stdin", wrong=""):
            return login_from_input(shell, line)
        case Login():
            command = line.command(*line.answers)
            assert isinstance(command, Login)
            return configured(shell, line, replace(command, terminal=line.given is None))
        case Images() as command if line.seen:
            return configured(shell, line, replace(command, width=COLUMNS))
        case command:
            return configured(shell, line, command)


def login_from_input(shell: Shell, line: Typed) -> Ran:
    """`--password-stdin` takes a pipe's text; at the terminal it waits, and one line is all. The
    line is not shown here, though a terminal shows it: lines are kept, and passwords are not."""
    if line.given is not None:
        return configured(shell, line, line.command(line.given))
    answers = line.answers
    if not answers:
        return Ran(replace(shell, prompt=Prompt((), "", secret=True)))
    command = line.command(answers[-1])
    assert isinstance(command, Login)
    if WORDS[shell.client.engine].cli.asks_for_blank and not answers[0].strip():
        if len(answers) == 1:
            return Ran(replace(shell, prompt=Prompt(answers, "Password: ", secret=True)))
        command = replace(command, source="prompt")
    return configured(shell, line, replace(command, terminal=True))


def confirmed(shell: Shell, line: Typed) -> Ran:
    """`docker image prune`, which asks before it does anything; only y lets it go on."""
    unsure = line.command()
    assert isinstance(unsure, Prune)
    warned = (Line("output", unsure.warning),)
    if line.given is None and not line.answers:
        return Ran(replace(shell, prompt=Prompt((), SURE, secret=False)), printed=warned)
    command = line.command(line.given or "".join(line.answers))
    sure = isinstance(command, Prune) and command.sure
    ran = configured(shell, line, command) if sure else Ran(shell)
    if line.given is None:
        return ran
    return replace(ran, out=f"{unsure.warning}\n{SURE}{ran.out}", printed=())


COMPOSE_FILES = ("compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml")


def compose_file(shell: Shell) -> Ran:
    """`docker compose config`, which prints the file that it finds here as it understands it."""
    found = (read(shell, f"{shell.folder}/{name}") for name in COMPOSE_FILES)
    text = next((one for one in found if one is not None), None)
    if text is None:
        return Ran(shell, error="no configuration file provided: not found", status=14)
    return Ran(shell, text)


def configured(shell: Shell, line: Typed, command: Command) -> Ran:
    """The command with the config.json that it uses, which afterwards holds what it wrote."""
    folder = config_folder(line.options, line.environment)
    path = absolute(shell, f"{'' if folder.startswith('/') else './'}{folder}/config.json")
    prompt = line.prompt
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
