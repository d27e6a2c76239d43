"""How far a learner's own docker is: the latest command, its step, and why it seems stuck.

A teacher's page may be in another process than the learner's docker. It asks that one, and shows by
the secret that all processes share that it may.
"""

from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass

import httpx
from itsdangerous import BadData, URLSafeTimedSerializer

from simulator.live.coach import advice
from simulator.live.sessions import Sessions
from simulator.live.view import facts, lesson_named, runs_of
from simulator.registry.model import Signer
from simulator.words.i18n import N_, _

STUCK = {"failed": N_("It failed."), "stopped": N_("It stopped in the middle.")}
"""Ends of a command that say that a learner is stuck, though the coach has nothing to say."""
PATH = "/watch/standing"
LONGEST = 30
"""Seconds for which a question holds."""
PATIENCE = 2.0
"""Seconds that one waits for the other process."""


@dataclass(frozen=True)
class Standing:
    """Words for the teacher; `stuck` is empty where nothing seems wrong."""

    command: str
    step: str
    stuck: str


def standing(sessions: Sessions, name: str, host: str, public: bool) -> Standing:
    """Of the learner with this user name."""
    session = sessions.named(name)
    if session is None:
        return Standing("–", _("There is no such user name."), "")
    now = sessions.clock()
    runs, told = runs_of(session, now), advice(facts(session, host, now, public))
    if not runs:
        return Standing("–", _("No request yet."), told)
    run, step = runs[-1], runs[-1].trace.steps[-1]
    title = lesson_named(session.lesson).words(step.name, step).title
    return Standing(run.short, title, told or stuck_words(run.outcome))


def stuck_words(outcome: str) -> str:
    return _(STUCK[outcome]) if outcome in STUCK else ""


def asked(url: str, signer: Signer, names: Sequence[str], language: str) -> Mapping[str, Standing]:
    """The standings that the process at this address tells; none of those it cannot tell."""
    question = questions(signer).dumps(list(names))
    try:
        told = httpx.post(url + PATH, content=question, params={"lang": language}, timeout=PATIENCE)
        told.raise_for_status()
    except httpx.HTTPError:
        return {}
    return {name: Standing(*one) for name, one in told.json().items()}


def answered(
    sessions: Sessions, question: bytes, host: str, public: bool
) -> dict[str, tuple[str, ...]] | None:
    """What to send back; None for a question that is not one of ours."""
    try:
        names = questions(sessions.signer).loads(question, max_age=LONGEST)
    except BadData:
        return None
    return {name: astuple(standing(sessions, name, host, public)) for name in names}


def questions(signer: Signer) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(signer.secret, salt="standing")
