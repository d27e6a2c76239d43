"""The command line: `pullscope run | registry | check | build | scenarios`.

Exit status: 0 it worked, 1 the pull (or the check) failed, 2 what was asked for is not right;
then one sentence on standard error says what, where, and how to put it right.
"""

import re
import sys
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from simulator import __version__, scenario, server, views
from simulator.engines import engines
from simulator.images import repositories
from simulator.lesson import LESSONS, Lesson, build, folders, lessons, load, problems
from simulator.live import serve
from simulator.machine import loopback
from simulator.scenario import run_real, scenarios
from simulator.trace import Trace
from simulator.world import Auth, Fault, Part, Registry, User

console = Console()
Command = Callable[..., Any]


def told_plainly(command: Command) -> Command:
    """Bad input ends with its sentence and exit status 2."""

    @wraps(command)
    def wrapped(*args: Any, **options: Any) -> Any:
        try:
            return command(*args, **options)
        except ValueError as error:
            refuse(str(error))

    return wrapped


def refuse(sentence: str) -> None:
    click.echo(f"pullscope: {sentence}", err=True)
    raise click.exceptions.Exit(2)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="pullscope")
def main() -> None:
    """Watch what happens when Docker pulls an image from a private registry."""


# -- run --------------------------------------------------------------------------------------


@main.command()
@click.option("--scenario", "name", help="A situation of the mock registry; see `scenarios`.")
@click.option("--source", type=click.Choice(["mock", "real"]), default="mock", show_default=True)
@click.option("--engine", type=click.Choice(list(engines())), default=next(iter(engines())),
              show_default=True, help="Whose ways and words: Docker 29 or Docker 26.")  # fmt: skip
@click.option("--registry", metavar="HOST", help="With --source real: host or host:port.")
@click.option("--image", metavar="REF", help="With --source real: the image to pull.")
@click.option("--username", metavar="U", default="", help="Log in as this user before the pull.")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
@click.option("--output", type=click.Path(path_type=Path, file_okay=False), metavar="DIR",
              help="Keep what was pulled here, as an OCI image layout.")  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print the whole trace as JSON.")
@told_plainly
def run(name: str | None, source: str, engine: str, as_json: bool, **real: Any) -> None:
    """Run login and pull; print the process table, or the trace.

    The exit status is 1 when the run ends in a failure.
    """
    trace = run_on_real(engine, name, real) if source == "real" else run_on_mock(engine, name, real)
    if as_json:
        click.echo(trace.to_json())
    else:
        print_run(trace)
    sys.exit(1 if trace.failed else 0)


def run_on_mock(engine: str, name: str | None, real: dict[str, Any]) -> Trace:
    given = [key for key, value in real.items() if value]
    if given:
        option = given[0].replace("_", "-")
        raise click.UsageError(f"--{option} is for --source real: add it, or leave the option out")
    return scenario.run(name or next(iter(scenarios())), engine)


def run_on_real(engine: str, name: str | None, real: dict[str, Any]) -> Trace:
    if name:
        raise click.UsageError("--scenario is for --source mock: a real registry is as it is")
    for option in ("registry", "image"):
        if not real[option]:
            raise click.UsageError(f"--source real needs --{option}")
    password = read_password(real["username"], real["password_stdin"])
    return run_real(
        real["registry"], real["username"], password, real["image"],
        output=real["output"], engine=engine,
    )  # fmt: skip


def read_password(username: str, from_stdin: bool) -> str:
    """From standard input or a prompt, never from the command line, where others can see it."""
    if not username:
        if from_stdin:
            raise click.UsageError("--password-stdin needs --username: whose password is it?")
        return ""
    if not from_stdin and not sys.stdin.isatty():
        raise click.UsageError("--username needs a password: pipe it in and add --password-stdin")
    asked = sys.stdin.read() if from_stdin else click.prompt("Password", hide_input=True)
    password = str(asked).rstrip("\r\n")
    if not password:
        raise click.UsageError("the password on standard input is empty")
    return password


def print_run(trace: Trace) -> None:
    """The terminal as Docker prints it, then the process table with its exchanges."""
    for step in trace.steps:
        for line in step.terminal:
            prefix = "$ " if line.kind == "command" else ""
            style = {"command": "bold", "error": "red"}.get(line.kind, "")
            console.print(f"{prefix}{line.text}", style=style, markup=False, highlight=False,
                          soft_wrap=True)  # fmt: skip
    table = Table(title="Process table", show_lines=True)
    frame = views.process_table(first_lesson(), trace).reset_index()
    for column in frame.columns:
        table.add_column(str(column), overflow="fold")
    for row in frame.itertuples(index=False):
        table.add_row(*map(plain, row))
    console.print(table)


def plain(value: object) -> str:
    """Text that rich takes for no markup."""
    return str(value).replace("[", r"\[")


def first_lesson() -> Lesson:
    return lessons()[0]


@main.command(name="scenarios")
@told_plainly
def list_scenarios() -> None:
    """List the situations that can be played."""
    table = Table("Name", "What happens", "Why")
    for known in scenarios().values():
        table.add_row(known.name, known.title, known.cause)
    console.print(table)


# -- registry ---------------------------------------------------------------------------------


@main.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen at.")
@click.option("--port", type=click.IntRange(0, 65535), default=5000, show_default=True)
@click.option("--auth", type=click.Choice([auth.value for auth in Auth]), default="bearer",
              show_default=True)  # fmt: skip
@click.option("--user", "users", multiple=True, metavar="NAME:PATTERN[,PATTERN]",
              help="Who may pull what; the password is asked for.")  # fmt: skip
@click.option("--password-stdin", is_flag=True, help="Read one password a line, a user each.")
@click.option("--image", "images", multiple=True, metavar="REPOSITORY",
              help="Serve only these repositories (default: all).")  # fmt: skip
@click.option("--fault", "faults", multiple=True, metavar="PART:KIND",
              help="Break it: manifest:500, token:503, blob:corrupt, blob:cut=100.")  # fmt: skip
@told_plainly
def registry(
    host: str, port: int, auth: str, users: tuple[str, ...], password_stdin: bool,
    images: tuple[str, ...], faults: tuple[str, ...],
) -> None:  # fmt: skip
    """Serve the mock registry: `docker`, `podman` and `skopeo` can pull from it.

    Images: myimage, team/app, team/multi, team/oci, public/hello, other/secret. Without --user
    there is alice, password s3cret, who may pull myimage and team/*.
    """
    known = read_users(users, password_stdin) or {"alice": User("s3cret", ("myimage", "team/*"))}
    served = Registry(
        auth=Auth(auth), realm="Pullscope", users=known,
        repositories=chosen_images(images), faults=tuple(map(parse_fault, faults)),
    )  # fmt: skip
    server.serve(served, host, port, log=click.echo)


def read_users(specifications: tuple[str, ...], from_stdin: bool) -> dict[str, User]:
    passwords = iter(sys.stdin.read().splitlines()) if from_stdin else iter(())
    found = {}
    for specification in specifications:
        name, colon, patterns = specification.partition(":")
        if not (name and colon and patterns):
            raise click.BadParameter(
                f"{specification!r} is not NAME:PATTERN, for example alice:team/*",
                param_hint="'--user'",
            )
        password = next(passwords, "") if from_stdin else ask_password(name)
        if not password:
            raise click.UsageError(f"no password for {name}: give one line of standard input each")
        found[name] = User(password, tuple(patterns.split(",")))
    return found


def ask_password(name: str) -> str:
    if not sys.stdin.isatty():
        raise click.UsageError(f"no password for {name}: pipe it in and add --password-stdin")
    return str(click.prompt(f"Password of {name}", hide_input=True))


def chosen_images(names: tuple[str, ...]) -> dict[str, Any]:
    known = repositories()
    for name in names:
        if name not in known:
            raise click.BadParameter(
                f"there is no image {name!r}: choose from {', '.join(known)}",
                param_hint="'--image'",
            )
    return {name: known[name] for name in names or known}


def parse_fault(specification: str) -> Fault:
    """`part:status`, `blob:corrupt` or `blob:cut=BYTES`."""
    part, _, kind = specification.partition(":")
    if part in list(Part):
        if kind.isdecimal() and 400 <= int(kind) <= 599:
            return Fault(Part(part), status=int(kind))
        if kind == "corrupt" and part == Part.BLOB:
            return Fault(Part.BLOB, corrupt=True)
        if kind.startswith("cut=") and kind[4:].isdecimal() and part == Part.BLOB:
            return Fault(Part.BLOB, cut_after=int(kind[4:]))
    known = ", ".join(part.value for part in Part)
    raise click.BadParameter(
        f"{specification!r} is not PART:STATUS (parts: {known}), blob:corrupt or blob:cut=BYTES",
        param_hint="'--fault'",
    )


# -- the app ----------------------------------------------------------------------------------


@main.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen at.")
@click.option("--port", type=click.IntRange(0, 65535), default=8501, show_default=True)
@click.option("--class", "for_class", is_flag=True,
              help="Let others in, each with an account. Needs --public-url.")  # fmt: skip
@click.option("--public-url", metavar="URL", default="",
              help="With --class: the https:// address of the proxy in front.")  # fmt: skip
@told_plainly
def app(host: str, port: int, for_class: bool, public_url: str) -> None:
    """Serve the pages, and on the same port the registry for your own docker.

    Only this machine can reach it. For a class, put a proxy with TLS in front, and say so with
    --class and --public-url.
    """
    hosting(host, for_class, public_url)
    serve.serve_app(host, port, public_url, log=click.echo)


def hosting(host: str, for_class: bool, public_url: str) -> None:
    """Raises UsageError unless what is opened to others was asked for, and is behind TLS."""
    if not loopback(f"[{host}]" if ":" in host else host) and not for_class:
        raise click.UsageError(f"--host {host} lets others in: add --class and --public-url")
    if for_class and not re.fullmatch(r"https://[^/\s]+/?", public_url):
        raise click.UsageError(
            "--class needs --public-url https://NAME, the address of the proxy with TLS in front: "
            "passwords must not travel in the clear"
        )
    if public_url and not for_class:
        raise click.UsageError("--public-url is for --class: add it, or leave the option out")


# -- lessons ----------------------------------------------------------------------------------

FOLDER = click.argument("folder", required=False, type=click.Path(path_type=Path))


@main.command()
@FOLDER
@told_plainly
def check(folder: Path | None) -> None:
    """Prove every lesson against the machine (or the one in FOLDER)."""
    found = [problem for lesson in chosen_lessons(folder) for problem in problems(lesson)]
    for problem in found:
        click.echo(problem, err=True)
    count = len(chosen_lessons(folder))
    click.echo(f"{count} lesson{'s' if count != 1 else ''}, {len(found)} problems")
    sys.exit(1 if found else 0)


@main.command(name="build")
@FOLDER
@told_plainly
def build_lessons(folder: Path | None) -> None:
    """Lay out the diagrams of the lessons, and write the JSON Schema for editors."""
    for lesson in chosen_lessons(folder):
        build(lesson)
        click.echo(f"built {lesson.name}")


def chosen_lessons(folder: Path | None) -> tuple[Lesson, ...]:
    if folder is None:
        return tuple(load(known) for known in folders(LESSONS))
    return (load(folder),)
