"""`compare`: two runs side by side, where they part, and why."""

import json
from typing import Any

import click
from rich.table import Table

from simulator.cli.choices import ENGINES, USUAL_ENGINE, chosen_lesson, with_lessons
from simulator.cli.common import told_plainly
from simulator.cli.screen import console, plain
from simulator.compare.align import Comparison, makes_sense, partings, what_if
from simulator.compare.align import compare as compare_traces
from simulator.compare.lanes import WORDS, lanes
from simulator.recordings.situations import trace
from simulator.scenarios.changes import changes


@click.command()
@click.argument("left")
@click.argument("right", required=False)
@click.option("--change", metavar="NAME", help="Compare LEFT with itself, one thing changed.")
@click.option("--engine", type=ENGINES, default=USUAL_ENGINE, show_default=True)
@click.option("--right-engine", type=ENGINES, help="The engine of the right run, if another.")
@click.option("--json", "as_json", is_flag=True, help="Print the comparison as JSON.")
@with_lessons
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
    runs = (trace(left, engine), trace(right or left, right_engine or engine))
    print_comparison(compare_traces(*runs), as_json)


def list_changes(base: str, engine: str, as_json: bool) -> None:
    known = partings(base, engine)
    if as_json:
        click.echo(json.dumps(known, indent=1))
        return
    table = Table("Change", "What if …", "They part at")
    for name, step in known.items():
        table.add_row(name, changes()[name].title, f"step {step}")
    for name, one in changes().items():
        if name not in known and makes_sense(base, name):
            table.add_row(name, one.title, "no difference", style="dim")
    console().print(table)


def print_comparison(comparison: Comparison, as_json: bool) -> None:
    """Both runs as a table, the parting marked; then why."""
    shown = lanes(chosen_lesson(), comparison)
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
    console().print(table)
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
    console().print(plain(verdict["heading"]), style="bold")
    for sentence in (verdict["how"], *verdict["why"]):
        console().print(plain(sentence), highlight=False)
    if verdict["facts"]:
        table = Table("", "Left", "Right")
        for fact in verdict["facts"]:
            table.add_row(*map(plain, (fact["what"], fact["left"], fact["right"])))
        console().print(table)
