"""What the live page is sent: the stage's own payload, as far as the run has come.

A message names the run, says from which step on it is new, and carries only those steps: a later
request may revise what an earlier one seemed to mean, and then the tail is sent again.
"""

from typing import Any

from simulator.docker.events import Listening
from simulator.docker.machine import State
from simulator.docker.trace import Step, Trace
from simulator.lesson import library
from simulator.lesson.document import Lesson
from simulator.live.coach import advice
from simulator.live.coach_facts import Facts
from simulator.live.learners import Session
from simulator.live.observer.observe import observe
from simulator.live.observer.run import Run
from simulator.live.trouble import images_for, known
from simulator.live.wording import reworded
from simulator.views import player
from simulator.words import i18n
from simulator.words.i18n import N_, _

SHOWN = 12
"""How many runs can be gone back to."""


def lesson_named(name: str) -> Lesson:
    """The lesson of the page; the usual one where it is gone since, or cannot be read."""
    try:
        return library.find_lesson(name)
    except ValueError:
        return library.find_lesson()


def waiting(lesson: str = "") -> dict[str, Any]:
    """The stage before anything has arrived, in the words of this lesson."""
    trace = Trace((Step(1, State(), Listening(), State()),), source="live")
    drawn = addressless(player.payload(lesson_named(lesson), trace, "live", asks=False))
    drawn["strings"] |= {"notTaken": _("not seen so far"), "local": _(UNSEEN)}
    for one in drawn["variables"]:
        one["start"] = UNKNOWN
    drawn["steps"][0]["tracker"] = dict.fromkeys(drawn["steps"][0]["tracker"], UNKNOWN)
    return drawn


UNSEEN = N_("No message: no registry sees this step.")
UNKNOWN = "–"
"""The value of a variable before anything was seen."""


def addressless(payload: dict[str, Any]) -> dict[str, Any]:
    """A live run has no address that can be shared."""
    return payload | {"source": "", "engine": "", "scenario": "", "address": {}, "live": True}


def payload(run: Run, lesson: str = "") -> dict[str, Any]:
    """A run for the stage, without the diagram and the words, which it has."""
    words = lesson_named(lesson)
    drawn = addressless(player.payload(words, run.trace, f"live-{run.number}", asks=False))
    for part in ("flow", "strings"):
        del drawn[part]
    if not run.client.kind.prints:
        said = _("({client} prints words of its own)").format(client=run.client.name)
        drawn["steps"][0]["terminal"].append({"kind": "output", "text": said})
    for step in drawn["steps"]:
        step["inferred"] = step["number"] in run.inferred
        if step["exchange"]:
            drawn["exchanges"] = step["exchange"].pop("count")  # grows: else no step stays as it is
    return reworded(drawn, run)


def runs_of(session: Session, now: float) -> tuple[Run, ...]:
    with session.telling:
        return observe(tuple(session.seen), now, known, session.memo)


def summary(run: Run, name: str) -> dict[str, Any]:
    return {
        "number": run.number, "title": run.title, "client": str(run.client),
        "short": run.short.replace(f"{name}/", ""), "outcome": run.outcome,
    }  # fmt: skip


def facts(session: Session, host: str, now: float, secure: bool = False) -> Facts:
    tags = {name: tuple(sorted(one.tags)) for name, one in images_for(session.name).items()}
    return Facts(
        session.name, host, now, session.begun, tuple(session.seen), tuple(session.hellos), tags,
        secure, session.trouble.switched_on,
    )  # fmt: skip


def message(
    session: Session, host: str, now: float, secure: bool = False
) -> dict[str, Any]:
    """The whole of what the page shows just now."""
    runs = runs_of(session, now)[-SHOWN:]
    return {
        "runs": [summary(run, session.name) for run in runs],
        "run": drawn(session, runs[-1]) if runs else None,
        "coach": advice(facts(session, host, now, secure)),
    }


def drawn(session: Session, run: Run) -> dict[str, Any]:
    """The run for the stage. Most often nothing has changed since the last look, which every page
    takes again and again."""
    shown = run.trace.steps, run.inferred, run.asides, run.number, run.client, run.outcome
    about = shown, lesson_named(session.lesson).id, i18n.chosen.get()
    held = session.drawn
    if held is None or held[0] != about:
        held = session.drawn = about, payload(run, session.lesson)
    return held[1]


def news(before: dict[str, Any] | None, after: dict[str, Any]) -> dict[str, Any]:
    """The message with only the steps that the watcher does not have: `since` are unchanged."""
    run, held = after["run"], before and before["run"]
    if run is None:
        return after
    same = 0
    if held and held["id"] == run["id"]:
        pairs = zip(held["steps"], run["steps"], strict=False)
        same = next((n for n, (a, b) in enumerate(pairs) if a != b), len(held["steps"]))
        same = min(same, len(run["steps"]))
    told = {**run, "since": same, "steps": run["steps"][same:]}
    return {**after, "run": told}
