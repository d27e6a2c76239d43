"""Who: which server is sent the password, who ended a command, and which engine does something."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from random import Random

from simulator.docker import events as e
from simulator.docker.cli.commands import Logout, Pull
from simulator.docker.engines import engines
from simulator.docker.trace import Step, Trace
from simulator.lesson.document import Lesson
from simulator.protocol.network_failure import NetworkFailure, Obstacle
from simulator.questions.acts import (
    MIRROR,
    NO_PROOF,
    NOBODY,
    PASSWORD,
    REGISTRY,
    STORAGE,
    TOKEN_SERVICE,
    act,
    proof,
    role,
)
from simulator.questions.misconceptions import imagined
from simulator.questions.model import Asks, Option, Part, Question, Says
from simulator.questions.objectives import about
from simulator.questions.offer import Key, Kind, Wrong, chosen, place_of, rule
from simulator.questions.reasons import right
from simulator.questions.runs import because, engine_of, key_of, mutants, situation, traces, typed
from simulator.scenarios.play import trace as played
from simulator.views.address import Address
from simulator.words.i18n import N_, _

MACHINE, NETWORK = N_("Docker itself, on this machine"), N_("The network: no server answered")


# -- what is asked ------------------------------------------------------------------------------


def sees_password(trace: Trace) -> str | None:
    """The only kind of server that is sent the password; NOBODY for none, None for several."""
    seen = {role(step) for step in trace.steps if proof(step) == PASSWORD}
    return (seen.pop() if seen else NOBODY) if len(seen) < 2 else None


def ended_by(trace: Trace) -> str | None:
    """Whose word ended a command that failed; None where none failed."""
    last = trace.steps[-1]
    if not trace.failed:
        return None
    if last.exchange is None or isinstance(last.event, JUDGED):
        return MACHINE
    answer = last.exchange.answer
    if isinstance(answer, NetworkFailure):
        return MACHINE if answer.obstacle in UNACCEPTABLE else NETWORK
    return role(last)


JUDGED = (e.DigestMismatch, e.PlatformMissing, e.ManifestUnreadable)
"""Answers that came well, and that Docker itself found unfit."""
UNACCEPTABLE = (Obstacle.UNTRUSTED, Obstacle.WRONG_NAME, Obstacle.EXPIRED, Obstacle.PLAIN_HTTP)
"""A server is there, and Docker itself does not accept how it speaks."""


BOTH, NEITHER = N_("Both engines"), N_("Neither engine")


def pulls(trace: Trace) -> list[Step]:
    return [step for step in trace.steps if isinstance(step.after.run.command, Pull)]


@dataclass(frozen=True)
class Habit:
    """What an engine may do in a pull. `why` is shown with the answer; `alike` where both do it,
    or neither does."""

    prompt: str
    does: Callable[[list[Step]], bool]
    why: str
    alike: str


def posts(step: Step) -> bool:
    """The step asks a token service with POST."""
    return bool(step.exchange and step.exchange.request.method == "POST" and act(step) == "token")


HABITS: Mapping[str, Habit] = {
    "ping": Habit(
        N_("Which engine sends GET /v2/ before it asks for the tag in this pull?"),
        lambda steps: any(act(step) == "ping" for step in steps),
        N_("Docker 26 sends GET /v2/ first; Docker 29 asks for the tag at once."),
        N_("Both engines begin alike here."),
    ),
    "again": Habit(
        N_("Which engine gets two tokens or more in this pull?"),
        lambda steps: sum(isinstance(step.event, e.TokenIssued) for step in steps) > 1,
        N_("Docker 26 keeps the token of the tag for the download; Docker 29 begins the download "
           "without it."),
        N_("Here one token is enough, or the registry wants none."),
    ),
    "post": Habit(
        N_("Which engine first sends POST to the token service in this pull?"),
        lambda steps: any(map(posts, steps)),
        N_("With a password, Docker 29 first tries the POST of OAuth 2, and GET where the service "
           "does not know it. Docker 26 sends GET."),
        N_("Here no engine has a password for a token service, so none sends it by POST."),
    ),
    "bare": Habit(
        N_("Which engine asks for the manifest without credentials first in this pull?"),
        lambda steps: any(act(step) == "manifest" and proof(step) == NO_PROOF for step in steps),
        N_("Docker 29 begins the download anew, without credentials; Docker 26 goes on with them."),
        N_("Here the engines are alike: either no credentials are wanted, or no manifest is asked "
           "for."),
    ),
}  # fmt: skip
"""By name."""


def who_does(scenario: str, name: str) -> str:
    """The engine's title, BOTH or NEITHER."""
    does = HABITS[name].does
    found = [engine for engine in engines() if does(pulls(played(scenario, engine)))]
    if len(found) == 1:
        return engines()[found[0]].title
    return BOTH if found else NEITHER


# -- a kind of question -------------------------------------------------------------------------


def asked_at_logout(trace: Trace) -> str | None:
    """Whom docker logout asks; None where it is not typed."""
    steps = [step for step in trace.steps if isinstance(step.after.run.command, Logout)]
    asked = [role(step) for step in steps if step.exchange]
    return (asked or [NOBODY])[0] if steps else None


def who_keys(lesson: Lesson) -> Iterator[Key]:
    usual = next(iter(engines()))
    for trace in traces(lesson):
        end = len(trace.steps)
        if sees_password(trace):
            yield "who", trace.scenario, trace.engine, end, "sees"
        if asked_at_logout(trace):
            yield "who", trace.scenario, trace.engine, end, "logout"
        if ended_by(trace):
            yield "who", trace.scenario, trace.engine, end, "ended"
        if trace.engine == usual and not trace.failed and pulls(trace):
            for name in HABITS:
                yield "who", trace.scenario, trace.engine, end, name


def answer(scenario: str, engine: str, name: str) -> str | None:
    if name in HABITS:
        return who_does(scenario, name)
    return OF_A_RUN[name](played(scenario, engine))


OF_A_RUN: Mapping[str, Callable[[Trace], str | None]] = {
    "sees": sees_password, "ended": ended_by, "logout": asked_at_logout,
}  # fmt: skip
"""The questions about one run, by name."""


def who_holds(at: Address, asks: Asks, says: Says) -> bool:
    return answer(at.scenario, at.engine, str(asks[0])) == says


def who_words(_lesson: Lesson, _at: Address, _asks: Asks, says: Says) -> str:
    return _(str(says))


def who_objective(_lesson: Lesson, key: Key) -> str:
    if key[4] in HABITS:
        return "engines-differ"
    if key[4] in ("sees", "logout"):
        return {"sees": "basic-vs-bearer", "logout": "what-is-stored"}[key[4]]
    return about(played(key[1], key[2]).steps[-1].name)


def make_who(lesson: Lesson, key: Key) -> Question | None:
    at, name, rng = place_of(key), key[4], Random(key_of(key))
    says = answer(at.scenario, at.engine, name)
    assert says is not None
    key_option = Option(_(says), says, right(why(name, says)))
    wrong = [*mutant_parties(at, name, rng), *other_parties(name, says)]
    options = chosen(WHO, lesson, at, (name,), key_option, wrong)
    if options is None:
        return None
    objective = who_objective(lesson, key)
    return Question(
        key_of(key), "who", objective, at, about_it(at, name), prompt(name),
        (Part((name,), options),),
        (_(LOOK[name if name in LOOK else "habit"]), rule(objective), less(options, says)),
        shown(at, name), core=f"{name}/{says}/{shown(at, name) if name == 'ended' else ''}",
    )  # fmt: skip


def about_it(at: Address, name: str) -> str:
    """An end is to be told from what is printed, not from the name of the situation."""
    if name == "ended":
        return engine_of(at)
    return situation(at).partition(". ")[2] if name in HABITS else situation(at)


def shown(at: Address, name: str) -> str:
    if name != "ended":
        return typed(at)
    lines = played(at.scenario, at.engine).steps[-1].terminal
    return "\n".join(line.text for line in lines if line.kind in ("output", "error"))


def prompt(name: str) -> str:
    if name in HABITS:
        return _(HABITS[name].prompt)
    return _(PROMPTS[name])


PROMPTS = {
    "sees": N_("To which of these does Docker send the password?"),
    "ended": N_("Docker printed this. Whose answer, or whose silence, ended the command?"),
    "logout": N_("Which server does docker logout ask?"),
}


LOOK = {
    "sees": N_("What does the 401 of the registry name: Basic, or a token service?"),
    "ended": N_("Who speaks in the last part of the message? Is there an answer at all?"),
    "logout": N_("What would a server have to do, so that this machine forgets something?"),
    "habit": N_("Compare the first messages of a pull on the two engines."),
}
WHY: Mapping[str, str] = {
    REGISTRY: N_("The registry answered, and its answer was a refusal or a failure."),
    TOKEN_SERVICE: N_("The token service answered, and issued no token."),
    STORAGE: N_("The host that stores the layers answered, and refused or failed."),
    NETWORK: N_("No answer came: the name, the port or the connection failed."),
    MACHINE: N_("Docker itself cannot go on; no server refused anything."),
    MIRROR: N_("The mirror answered, and refused or failed."),
}
SEEN: Mapping[str, str] = {
    REGISTRY: N_("If the registry asks for Basic, Docker sends the password to the registry."),
    TOKEN_SERVICE: N_(
        "If the registry asks for a token, Docker sends the password to the token service."
    ),
    STORAGE: N_("Docker sends the registry's credentials to no other host."),
    NOBODY: N_("Docker sends no password if it has none, or if no server asks for it."),
    MIRROR: N_("Docker 26 sends a mirror that asks the login for Docker Hub; Docker 29 sends "
               "none."),
}


FORGETS = N_(
    "docker logout removes the entry from config.json, or from the helper. It asks no server, "
    "except Docker Hub's after a login in the browser."
)  # fmt: skip
WHYS: Mapping[str, Mapping[str, str]] = {
    "sees": SEEN, "ended": WHY,
    "logout": dict.fromkeys((NOBODY, REGISTRY, TOKEN_SERVICE, STORAGE), FORGETS),
}  # fmt: skip


def why(name: str, says: str) -> str:
    if name in HABITS:
        return habit_words(name, says)
    return _(WHYS[name][says])


def habit_words(name: str, says: str) -> str:
    """Why this engine does it and the other does not, or why they are alike."""
    return _(HABITS[name].alike if says in (BOTH, NEITHER) else HABITS[name].why)


def less(options: tuple[Option, ...], says: str) -> str:
    """One option fewer."""
    other = next(option for option in options if option.says != says)
    return _("It is not “{option}”: {why}").format(option=other.text, why=other.feedback)


def mutant_parties(at: Address, name: str, rng: Random) -> Iterator[Wrong]:
    if name in HABITS:
        return
    for mutant in mutants(rng):
        trace = imagined(mutant.name, at.scenario, at.engine)
        says = OF_A_RUN[name](trace)
        if says:
            yield Wrong(says, because(mutant), mutant.name)


def other_parties(name: str, says: str) -> Iterator[Wrong]:
    if name in HABITS:
        told = (*(engine.title for engine in engines().values()), BOTH, NEITHER)
        yield from (Wrong(one, habit_words(name, says)) for one in told)
    else:
        yield from (Wrong(one, not_so(name, one)) for one in WHYS[name] if one != says)


NOT_SO: Mapping[str, str] = {
    REGISTRY: N_(
        "If the registry had ended it, the message would tell of its refusal or its failure."
    ),
    TOKEN_SERVICE: N_("If a token service refuses, its words or its status are in the message."),
    STORAGE: N_("The message would name the other host."),
    NETWORK: N_("Without an answer the message is about a name or a connection."),
    MACHINE: N_("If Docker had ended it by itself, no server's refusal would be in the message."),
    MIRROR: N_("The message would name the mirror."),
}  # fmt: skip


def not_so(name: str, says: str) -> str:
    return _(NOT_SO[says] if name == "ended" else WHYS[name][says])


WHO = Kind("who", N_("Who"), who_keys, make_who, who_holds, who_words, who_objective)
