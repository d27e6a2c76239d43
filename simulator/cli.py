"""The command line; `pullscope --help` lists its commands. It speaks English, as Docker's does.

Exit status: 0 it worked, 1 the pull (or the check) failed, 2 what was asked for is not right;
then one sentence on standard error says what, where, and how to put it right.
"""

import json
import re
import sys
from collections.abc import Callable, Sequence
from functools import wraps
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Column, Table

from simulator import __version__, changes, decoder, export, fidelity, scenario, server, views
from simulator.compare import Comparison, makes_sense, partings, what_if
from simulator.compare import compare as compare_traces
from simulator.engines import engines
from simulator.fidelity import remarks, replayed
from simulator.images import repositories
from simulator.lanes import WORDS, lanes
from simulator.lesson import LESSONS, Lesson, build, every_language, folders, lessons, problems
from simulator.live import serve
from simulator.machine import loopback
from simulator.questions import draw
from simulator.recorder import CannotRecord, Order
from simulator.recorder import record as record_docker
from simulator.recorder import write as write_recording
from simulator.recordings import InvalidRecording, Recording, engine_of, recorded
from simulator.recordings import read as read_recording
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
@click.option("--source", type=click.Choice(["mock", "real", "recording"]), default="mock",
              show_default=True)  # fmt: skip
@click.option("--recording", metavar="NAME|FILE", default="",
              help="With --source recording: see `scenarios --recorded`.")  # fmt: skip
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
def run(
    name: str | None, source: str, engine: str, as_json: bool, recording: str, **real: Any
) -> None:  # fmt: skip
    """Run login and pull; print the process table, or the trace.

    The exit status is 1 when the run ends in a failure.
    """
    if recording and source != "recording":
        raise click.UsageError("--recording is for --source recording: add it")
    if source == "recording":
        trace = run_recording(engine, name, recording, real)
    else:
        on = run_on_real if source == "real" else run_on_mock
        trace = on(engine, name, real)
    if as_json:
        click.echo(trace.to_json())
    else:
        print_run(trace)
    sys.exit(1 if trace.failed else 0)


def run_on_mock(engine: str, name: str | None, real: dict[str, Any]) -> Trace:
    only_real(real)
    return scenario.run(name or next(iter(scenarios())), engine)


def only_real(real: dict[str, Any]) -> None:
    """Refuse options that only a real registry has."""
    given = [key for key, value in real.items() if value]
    if given:
        option = given[0].replace("_", "-")
        raise click.UsageError(f"--{option} is for --source real: add it, or leave the option out")


def run_recording(engine: str, name: str | None, recording: str, real: dict[str, Any]) -> Trace:
    """Play what was recorded; what is remarkable about it goes to standard error."""
    only_real(real)
    if name:
        raise click.UsageError("--scenario is for --source mock: name a --recording instead")
    if not recording:
        raise click.UsageError("--source recording needs --recording: a name or a file")
    chosen = named_recording(recording)
    known = engine_of(chosen, engine)
    if known != engine:
        click.echo(f"recorded with engine {known} only, so that is played", err=True)
    told = replayed(chosen, known)
    for line in remarks(told):
        click.echo(line, err=True)
    return told.trace


def named_recording(recording: str) -> Recording:
    """One that comes with Pullscope, or a file."""
    if recording in recorded():
        return recorded()[recording]
    if not Path(recording).exists():
        raise InvalidRecording(
            f"there is no recording and no file {recording!r}: `pullscope scenarios --recorded` "
            "lists the recordings"
        )
    return read_recording(Path(recording))


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
@click.option("--recorded", "only_recorded", is_flag=True,
              help="List only the situations that were recorded with real Docker.")  # fmt: skip
@told_plainly
def list_scenarios(only_recorded: bool) -> None:
    """List the situations that can be played: the lessons', then the recorded ones.

    The recorded ones can also be replayed: `run --source recording --recording NAME`.
    """
    rows = [(x.name, x.title, x.cause) for x in scenarios().values() if not only_recorded]
    for name, one in scenario.recorded_situations().items():
        rows.append((one.name if only_recorded else name, one.heading(), plain(one.command)))
    table = Table(Column("Name", min_width=max(len(row[0]) for row in rows)), "What happens", "Why")
    for row in rows:
        table.add_row(*row)
    console.print(table)


# -- record -----------------------------------------------------------------------------------


@main.command(context_settings={"allow_interspersed_args": False})
@click.argument("words", nargs=-1, required=True, type=click.UNPROCESSED, metavar="docker ...")
@click.option("--output", type=click.Path(path_type=Path, dir_okay=False), required=True,
              metavar="FILE", help="Where the recording goes.")  # fmt: skip
@click.option("--registry", "upstream", metavar="URL", default="",
              help="Where the registry is, if not at https://HOST.")  # fmt: skip
@click.option("--username", metavar="U", default="",
              help="Have this user's credentials stored before the command.")  # fmt: skip
@click.option("--password-stdin", is_flag=True, help="Read their password from standard input.")
@click.option("--title", default="", help="What happens, in a few words.")
@click.option("--force", is_flag=True, help="Overwrite FILE.")
@told_plainly
def record(
    words: tuple[str, ...], output: Path, upstream: str, username: str, password_stdin: bool,
    title: str, force: bool,
) -> None:  # fmt: skip
    """Record what your own Docker does, secrets masked.

    Type the command as ever, after `--`:

    \b
    pullscope record --output mine.json -- docker pull registry.example.com/team/app:1.0
    pullscope record --output mine.json -- \\
        docker login -u alice --password-stdin registry.example.com < password.txt

    Docker gets a configuration of its own: yours is neither read for credentials nor changed.
    """
    if output.exists() and not force:
        raise CannotRecord(f"{output} is there already: choose another --output, or add --force")
    reads = words[1:2] == ("login",) and "--password-stdin" in words
    if reads and username:
        raise click.UsageError("--username is for docker pull and logout: the command has its own")
    order = Order(
        words, upstream, username, read_password(username, password_stdin),
        sys.stdin.read() if reads else None, output.stem, title,
    )  # fmt: skip
    write_recording(output, record_docker(order), force)
    made = read_recording(output)
    engine = next(iter(made.engines))
    told = replayed(made, engine)
    count = len(made.engines[engine].http)
    click.echo(
        f"Recorded {output}: exit status {made.engines[engine].exit_code}, {count} exchanges"
    )
    for line in remarks(told) or ["Your Docker says what Pullscope says."]:
        click.echo(line)
    click.echo(
        "Secrets are masked; names of hosts, images and users are not. Look before you share."
    )


# -- fidelity ---------------------------------------------------------------------------------


@main.command(name="fidelity")
@click.argument("directory", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--engine", type=click.Choice(list(engines())), help="Compare one engine only.")
@click.option("--json", "as_json", is_flag=True, help="Print all differences as JSON.")
@told_plainly
def compare_recordings(directory: Path, engine: str | None, as_json: bool) -> None:
    """Play the recordings of real Docker in DIR, and compare field by field.

    Compared are standard output and error, exit status, requests, config.json and images; what
    is normalised is listed with --json. The exit status is 1 when anything differs. A situation
    that is listed as not reached, with its reason, does not count as differing.
    """
    compared = fidelity.compare_all(directory, engine)
    if as_json:
        click.echo(json.dumps(fidelity.report(compared), indent=1, ensure_ascii=False))
    else:
        print_comparisons(compared)
    sys.exit(1 if fidelity.differs(compared) else 0)


def print_comparisons(compared: Sequence[fidelity.Comparison]) -> None:
    """The table, the first difference of each that differs, and the total."""
    table = Table()
    table.add_column("Situation", no_wrap=True)
    for title in ("Engine", "Verdict", "What differs, or why it is not reached"):
        table.add_column(title, overflow="fold")
    for row in fidelity.table(compared):
        table.add_row(*map(plain, row))
    console.print(table)
    for one in compared:
        if one.differences and not one.unreached:
            click.echo(first_difference(one))
    click.echo(fidelity.total(compared))


def first_difference(one: fidelity.Comparison) -> str:
    difference = one.differences[0]
    recorded, ours = difference.first_lines()
    where = f"{one.name}, engine {one.engine}, {difference.field}"
    return f"{where}\n  recorded: {recorded}\n  ours:     {ours}"


# -- compare ----------------------------------------------------------------------------------

ENGINES = click.Choice(list(engines()))


@main.command()
@click.argument("left")
@click.argument("right", required=False)
@click.option("--change", metavar="NAME", help="Compare LEFT with itself, one thing changed.")
@click.option("--engine", type=ENGINES, default=next(iter(engines())), show_default=True)
@click.option("--right-engine", type=ENGINES, help="The engine of the right run, if another.")
@click.option("--json", "as_json", is_flag=True, help="Print the comparison as JSON.")
@told_plainly
def compare(
    left: str, right: str | None, change: str | None, engine: str, right_engine: str | None,
    as_json: bool,
) -> None:  # fmt: skip
    """Two scenarios side by side: where they part, and why.

    Compares LEFT with RIGHT, with --change NAME, or on another --right-engine. With LEFT alone,
    lists what can be changed, and at which step of that run it matters.
    """
    if change and (right or right_engine):
        raise click.UsageError("--change compares LEFT with itself: leave out the other run")
    if not (right or change or right_engine):
        list_changes(left, engine, as_json)
        return
    if change:
        print_comparison(what_if(left, change, engine), as_json)
        return
    runs = (scenario.run(left, engine), scenario.run(right or left, right_engine or engine))
    print_comparison(compare_traces(*runs), as_json)


def list_changes(base: str, engine: str, as_json: bool) -> None:
    known = partings(base, engine)
    if as_json:
        click.echo(json.dumps(known, indent=1))
        return
    table = Table("Change", "What if …", "They part at")
    for name, step in known.items():
        table.add_row(name, changes.CHANGES[name].title, f"step {step}")
    for name, one in changes.CHANGES.items():
        if name not in known and makes_sense(base, name):
            table.add_row(name, one.title, "no difference", style="dim")
    console.print(table)


def print_comparison(comparison: Comparison, as_json: bool) -> None:
    """Both runs as a table, the parting marked; then why."""
    shown = lanes(first_lesson(), comparison)
    if as_json:
        click.echo(json.dumps(shown, indent=1, ensure_ascii=False))
        return
    table = Table("Row", show_lines=True)
    for side in ("left", "right"):
        table.add_column(lane_head(shown[side]), overflow="fold")
    for number, row in enumerate(shown["rows"], 1):
        if number == shown["parted"]:
            mark = f"◆ {WORDS['parted']}"
            table.add_row("◆", mark, mark, style="bold yellow")
        left = lane_cell(row["left"])
        table.add_row(str(number), left, "same" if row["joined"] else lane_cell(row["right"]))
    console.print(table)
    print_verdict(shown["verdict"])


def lane_head(lane: dict[str, Any]) -> str:
    sign = "✕ fails" if lane["outcome"] == "failed" else "✓ succeeds"
    return f"{plain(lane['title'])} ({sign})"


def lane_cell(step: dict[str, Any] | None) -> str:
    """The step's title, its message, and what the terminal shows."""
    if step is None:
        return ""
    message = step["exchange"]
    sent = message and f"{' '.join(filter(None, (message['asked'], message['proof'])))}"
    wire = [f"{sent} → {message['came']}"] if message else []
    said = [f"  {line['text']}" for line in step["terminal"] if line["text"]]
    return "\n".join(map(plain, (f"{step['number']} · {step['title']}", *wire, *said)))


def print_verdict(verdict: dict[str, Any]) -> None:
    console.print(plain(verdict["heading"]), style="bold")
    for sentence in (verdict["how"], *verdict["why"]):
        console.print(plain(sentence), highlight=False)
    if verdict["facts"]:
        table = Table("", "Left", "Right")
        for fact in verdict["facts"]:
            table.add_row(*map(plain, (fact["what"], fact["left"], fact["right"])))
        console.print(table)


# -- decode -----------------------------------------------------------------------------------


@main.command()
@click.argument("message", default="-")
@told_plainly
def decode(message: str) -> None:
    """Tell which situations print MESSAGE (`-`: standard input), and how to tell which it is.

    The exit status is 1 when no situation prints it. Nothing is stored; secrets are masked.
    """
    decoded = decoder.decode(pasted(message))
    if not decoded.text:
        raise click.UsageError("no message: give one in quotes, or pipe what Docker printed in")
    print_decoded(decoded)
    sys.exit(0 if decoded.prints else 1)


def pasted(message: str) -> str:
    if message != "-":
        return message
    return "" if sys.stdin.isatty() else sys.stdin.read()


def print_decoded(decoded: decoder.Decoded) -> None:
    """The causes, one after the other; in plain words, for a message may look like markup."""
    if decoded.masked:
        click.echo(decoder.masked_words(decoded.masked))
    if not decoded.prints:
        click.echo(decoder.unknown(decoded))
    for near in decoded.nearest:
        click.echo(f"   {near}")
    for number, card in enumerate(decoder.cards(decoded, lessons()[0]), 1):
        print_card(number, card)


def print_card(number: int, card: decoder.Card) -> None:
    click.secho(f"{number}. {card.title}", bold=True)
    click.echo(f"   {card.step}. {card.meaning}")
    click.echo(f"   {'; '.join(card.engines)}")
    for line in (*card.facts, *card.apart):
        click.echo(f"   - {line}")
    for check in card.checks:
        click.echo("   $ " + check.command.replace("\n", "\n   "))
        click.echo(f"     {check.tells}")
    if card.address:
        click.echo(f"   In the player: {card.address}")
    click.echo()


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
    """Prove every lesson against the machine (or the one in FOLDER), in each language."""
    chosen = (folder,) if folder else folders(LESSONS)
    told = [lesson for one in chosen for lesson in every_language(one)]
    found = list(dict.fromkeys(problem for lesson in told for problem in problems(lesson)))
    for problem in found:
        click.echo(problem, err=True)
    count = len(chosen)
    click.echo(f"{count} lesson{'s' if count != 1 else ''}, {len(found)} problems")
    sys.exit(1 if found else 0)


@main.command(name="build")
@FOLDER
@told_plainly
def build_lessons(folder: Path | None) -> None:
    """Lay out the diagrams of the lessons, and write the JSON Schema for editors."""
    for one in (folder,) if folder else folders(LESSONS):
        for lesson in every_language(one):
            build(lesson)
            click.echo(f"built {lesson.name} ({lesson.language})")


# -- take it along ----------------------------------------------------------------------------

OUTPUT = click.option(
    "--output", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE",
    help="Write here; - or nothing is standard output.",
)  # fmt: skip


@main.command(name="questions")
@click.option("--seed", type=int, default=1, show_default=True, help="The same seed, the same set.")
@click.option("--count", type=click.IntRange(1), default=10, show_default=True)
@click.option("--objective", "objectives", multiple=True, help="Only about this; may be repeated.")
@click.option("--kind", "kinds", multiple=True, help="Only of this kind; may be repeated.")
@click.option("--quiz", is_flag=True, help="The lesson's own quiz in place of a set.")
@click.option("--format", "name", type=click.Choice(list(export.FORMATS)), default="text",
              show_default=True)  # fmt: skip
@OUTPUT
@told_plainly
def make_questions(
    seed: int, count: int, objectives: tuple[str, ...], kinds: tuple[str, ...], quiz: bool,
    name: str, output: Path | None,
) -> None:  # fmt: skip
    """Make questions from the runs, for a learning platform or to read.

    What the format cannot carry is told on standard error.
    """
    lesson = first_lesson()
    drawn = () if quiz else draw(lesson, seed, count, objectives, kinds)
    items = [export.from_question(lesson, question) for question in drawn]
    made = export.export(export.from_quiz(lesson) if quiz else items, name, lesson.document.title)
    for said in made.report:
        click.echo(f"pullscope: {said}", err=True)
    deliver(made.data, output)


@main.command(name="export")
@click.option("--format", "name", type=click.Choice(list(export.WHOLE)), required=True)
@click.option("--scenario", "names", multiple=True, help="Only these situations (default: all, "
              "and of Markdown the lesson's own).")  # fmt: skip
@click.option("--engine", "chosen", type=click.Choice(list(engines())), multiple=True,
              default=(next(iter(engines())),), show_default=True)  # fmt: skip
@click.option("--seed", type=int, default=1, show_default=True)
@click.option("--count", type=click.IntRange(0), default=7, show_default=True,
              help="How many made questions follow the lesson's own.")  # fmt: skip
@OUTPUT
@told_plainly
def export_lesson(
    name: str, names: tuple[str, ...], chosen: tuple[str, ...], seed: int, count: int,
    output: Path | None,
) -> None:  # fmt: skip
    """The whole lesson as one file: HTML that steps offline, or Markdown."""
    lesson = first_lesson()
    usual = (lesson.document.scenario,) if name == "md" else tuple(scenarios())
    traces = [scenario.run(known, engine) for engine in chosen for known in names or usual]
    made = [export.from_question(lesson, question) for question in draw(lesson, seed, count)]
    items = (*export.from_quiz(lesson), *made)
    deliver(export.WHOLE[name](lesson, traces, items), output)


def deliver(data: bytes, output: Path | None) -> None:
    """Into the file, or to standard output."""
    if output is None or str(output) == "-":
        click.echo(data, nl=False)
        return
    try:
        output.write_bytes(data)
    except OSError as error:
        refuse(f"{output} cannot be written: {error.strerror}; choose another --output")
