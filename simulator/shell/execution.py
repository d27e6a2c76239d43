"""Commands carried out: `;`, `&&`, `||`, pipes and redirections around the programs."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from simulator.docker.output.line import Line
from simulator.shell.expansion import Expander
from simulator.shell.files import absolute, read, write
from simulator.shell.programs import PROGRAMS, unknown
from simulator.shell.programs.credential_helper import credential_helper, installed
from simulator.shell.programs.docker import docker
from simulator.shell.syntax import Command, Misspelt, Pipeline, Redirect, Script
from simulator.shell.values import DISK, LARGEST, Prompt, Ran, Shell, with_end

ROOT = "root"


def run(shell: Shell, script: Script, prompt: Prompt | None = None) -> Ran:
    """These pipelines in order. A command that asks something stops them; the prompt of the
    shell then holds what is still to be done. `prompt` are the answers to the first one."""
    ran = Ran(shell, status=shell.status)
    printed: tuple[Line, ...] = ()
    for place, pipeline in enumerate(script):
        if not due(pipeline.after, ran.status):
            continue
        ran = pipe(ran.shell, pipeline, prompt)
        printed += shown(ran)
        if ran.shell.prompt:
            waiting = replace(ran.shell.prompt, script=script[place:])
            return replace(ran, shell=replace(ran.shell, prompt=waiting), printed=printed)
        status = int(not ran.status) if pipeline.negated else ran.status
        ran = replace(ran, shell=replace(ran.shell, status=status), status=status)
        prompt = None
    return replace(ran, printed=printed)


def due(after: str, status: int) -> bool:
    """Whether a command runs, by what joins it to the one before and by how that ended."""
    return {"&&": status == 0, "||": status != 0}.get(after, True)


def shown(ran: Ran) -> tuple[Line, ...]:
    """What the screen shows of a program: in its order where that is known."""
    if ran.printed:
        return ran.printed
    out = (Line("output", text) for text in split_lines(ran.out))
    return (*out, *(Line("error", text) for text in split_lines(ran.error)))


def split_lines(text: str) -> list[str]:
    return text.removesuffix("\n").split("\n") if text else []


def captured(shell: Shell, script: Script) -> tuple[Shell, str]:
    """What these commands print on standard output. It is a shell of its own: a variable that
    is set there is not set here, but files and stores are changed for everyone."""
    ran = run(replace(shell, prompt=None), script)
    out = [line.text for line in ran.printed if line.kind == "output"]
    after = replace(ran.shell, variables=shell.variables, folder=shell.folder, prompt=None)
    return after, "\n".join(out)


# -- a pipeline -------------------------------------------------------------------------------


def pipe(shell: Shell, pipeline: Pipeline, prompt: Prompt | None) -> Ran:
    """Each program's output is the next one's input. What the earlier ones print on standard
    error is on the screen too."""
    ran, given = Ran(shell), None
    errors: tuple[Line, ...] = ()
    last = len(pipeline.commands) - 1
    for place, command in enumerate(pipeline.commands):
        ran = started(ran.shell, command, Stage(given, place == last, prompt))
        if ran.shell.prompt:
            break
        if place < last:
            errors += tuple(Line("error", text) for text in split_lines(ran.error))
            given = ran.out
    return replace(ran, printed=(*errors, *shown(ran)))


@dataclass(frozen=True)
class Stage:
    """The place of a program in its pipeline: what it is given, and whether the screen is next."""

    given: str | None = None
    last: bool = True
    prompt: Prompt | None = None


@dataclass(frozen=True)
class Streams:
    """A command's redirections: its input, and where `1` and `2` go: a path, or a stream."""

    given: str | None
    targets: Mapping[int, str] = field(default_factory=lambda: {1: "1", 2: "2"})
    appends: frozenset[str] = frozenset()
    error: str = ""


def started(shell: Shell, command: Command, stage: Stage) -> Ran:
    """One command with its variables and redirections."""
    expander = Expander(shell, captured)
    try:
        assigned = {name: expander.joined(word) for name, word in command.assigned}
        words = [text for word in command.words for text in expander.fields(word)]
        check_room(expander.shell, assigned)
        streams = opened(expander, command.redirects, stage.given)
    except Misspelt as error:
        return Ran(shell, error=f"bash: {error}", status=2)
    shell = expander.shell
    if streams.error:
        return Ran(shell, error=streams.error, status=1)
    if not words:
        ran = Ran(replace(shell, variables={**shell.variables, **assigned}))
    else:
        ran = with_variables(shell, assigned, words, streams, stage)
    return routed(ran, streams) if command.redirects else ran


def check_room(shell: Shell, assigned: Mapping[str, str]) -> None:
    """Raises Misspelt where the variables are too long together."""
    texts = (*shell.variables, *shell.variables.values(), *assigned, *assigned.values())
    if assigned and sum(map(len, texts)) > DISK:
        raise Misspelt("xrealloc: cannot allocate memory")


def with_variables(
    shell: Shell, assigned: Mapping[str, str], words: list[str], streams: Streams, stage: Stage
) -> Ran:
    """The program with variables that only it sees."""
    lent = replace(
        shell,
        variables={**shell.variables, **assigned},
        exported=shell.exported | set(assigned),
    )
    seen = stage.last and streams.targets[1] == "1"
    ran = program(lent, words, Given(streams.given, seen, stage.prompt))
    if not assigned:
        return ran
    rest = {name: text for name, text in ran.shell.variables.items() if name not in assigned}
    back = {name: shell.variables[name] for name in assigned if name in shell.variables}
    kept = replace(ran.shell, variables={**rest, **back}, exported=shell.exported)
    return replace(ran, shell=kept)


@dataclass(frozen=True)
class Given:
    """What a program is given beside its words; `seen`: it writes to the screen."""

    text: str | None
    seen: bool
    prompt: Prompt | None


def program(shell: Shell, words: list[str], given: Given) -> Ran:
    """What this program does. It takes no number, address or pattern that Python does not, and
    prints no endless text."""
    try:
        ran = played(shell, words, given)
    except (ValueError, OverflowError):
        return Ran(shell, error=f"{words[0]}: invalid argument", status=2)
    return replace(ran, out=ran.out[:DISK], error=ran.error[:LARGEST])


def played(shell: Shell, words: list[str], given: Given) -> Ran:
    name, *rest = words
    if name == "sudo":
        return as_root(shell, [word for word in rest if word not in ("-E", "-H")], given)
    if name == "docker":
        return docker(shell, rest, given.text, given.prompt, given.seen)
    if installed(shell, name):
        return credential_helper(shell, name, rest, given.text)
    known = PROGRAMS.get(name)
    if known is None:
        return unknown(shell, name)
    return known(shell, rest, given.text)


def as_root(shell: Shell, words: list[str], given: Given) -> Ran:
    """`sudo`: another user, with a home and a config.json of their own."""
    if not words:
        return Ran(shell, error="usage: sudo COMMAND", status=1)
    if shell.user == ROOT:
        return program(shell, words, given)
    ran = program(replace(shell, user=ROOT, exported=frozenset()), words, given)
    return replace(ran, shell=replace(ran.shell, user=shell.user, exported=shell.exported))


# -- redirections -----------------------------------------------------------------------------


def opened(expander: Expander, redirects: tuple[Redirect, ...], given: str | None) -> Streams:
    """The redirections in their order, as a shell applies them."""
    streams = Streams(given)
    for one in redirects:
        target = expander.joined(one.target)
        if one.operator in ("<<<", "<<", "<"):
            streams = reading(expander.shell, streams, one.operator, target)
        else:
            streams = writing(expander.shell, streams, one, target)
        if streams.error:
            break
    return streams


def reading(shell: Shell, streams: Streams, operator: str, target: str) -> Streams:
    if operator != "<":
        return replace(streams, given=with_end(target) if operator == "<<<" else target)
    text = "" if target == "/dev/null" else read(shell, absolute(shell, target))
    if text is None:
        return replace(streams, error=f"bash: {target}: No such file or directory")
    return replace(streams, given=text)


def writing(shell: Shell, streams: Streams, one: Redirect, target: str) -> Streams:
    if one.operator == ">&" and target.isdecimal():
        goes = streams.targets.get(int(target), target)
        return replace(streams, targets={**streams.targets, one.descriptor: goes})
    path = absolute(shell, target)
    numbers = (1, 2) if one.operator in ("&>", ">&") else (one.descriptor,)
    appends = streams.appends | ({path} if one.operator == ">>" else set())
    targets = {**streams.targets, **dict.fromkeys(numbers, path)}
    return replace(streams, targets=targets, appends=appends)


def routed(ran: Ran, streams: Streams) -> Ran:
    """What the program printed, where its redirections send it. It is whole before the next
    stream's: programs here do not print both at once into one file."""
    texts = {"1": "", "2": ""}
    files: dict[str, str] = {path: "" for path in streams.targets.values() if path[:1] == "/"}
    for number, text in ((1, ran.out), (2, with_end(ran.error))):
        target = streams.targets[number]
        (files if target[:1] == "/" else texts)[target] += text
    shell, status = ran.shell, ran.status
    for path, text in files.items():
        if path.startswith("/dev/"):
            continue
        before = (read(shell, path) or "") if path in streams.appends else ""
        wrote = write(shell, path, before + text)
        shell, status = wrote.shell, wrote.status or status
        texts["2"] += with_end(wrote.error)
    printed = () if streams.targets != {1: "1", 2: "2"} else ran.printed
    return replace(
        ran, shell=shell, status=status, out=texts["1"], error=texts["2"], printed=printed
    )
