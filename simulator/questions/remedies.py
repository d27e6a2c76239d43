"""What helps: after a failure whose cause is known."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from random import Random

from simulator.docker.events import HelperFailed, StoreFailed, Unreachable
from simulator.docker.trace import Trace
from simulator.lesson.document import Lesson
from simulator.protocol.authorization import Scheme
from simulator.protocol.network_failure import Obstacle
from simulator.questions.model import Asks, Option, Part, Question, Says
from simulator.questions.objectives import about
from simulator.questions.offer import Key, Kind, Wrong, chosen, place_of, rule
from simulator.questions.reasons import right
from simulator.questions.runs import ending_of, engine_of, key_of, situation, traces, typed
from simulator.scenarios.model import scenario
from simulator.scenarios.play import trace as played
from simulator.views import facts
from simulator.views.address import Address
from simulator.words.i18n import N_, _


@dataclass(frozen=True)
class Remedy:
    """`text` says what to do, `helps` against what."""

    text: str
    helps: str


REMEDIES: Mapping[str, Remedy] = {
    "login": Remedy(
        N_("Log in to this registry with the right password or access token."),
        N_("A new docker login helps if credentials are missing or out of date."),
    ),
    "right": Remedy(
        N_("Ask the owner of the repository for the right that is missing: to pull, or to push."),
        N_(
            "The owner of the repository grants the right; another login of the same account "
            "changes nothing."
        ),
    ),
    "name": Remedy(
        N_("Compare the name and the tag with what the registry lists."),
        N_(
            "That helps if there is no such image, also where the registry does not tell, or if "
            "the name is not valid."
        ),
    ),
    "host": Remedy(
        N_("Check how the registry's host is spelled, and whether the engine's DNS knows it."),
        N_("That helps if the name of the host was not found."),
    ),
    "network": Remedy(
        N_("Check from the machine of the Docker engine whether the host answers at that port."),
        N_("That helps if no answer came: because of the port, a firewall or a proxy."),
    ),
    "trust": Remedy(
        N_("Give the engine the certificate of the authority that signed, in certs.d."),
        N_("That helps if the engine does not trust the authority that signed the certificate."),
    ),
    "wait": Remedy(
        N_("Wait as long as the answer says, or pull from a cache of your own."),
        N_("Waiting helps if a limit was reached."),
    ),
    "server": Remedy(
        N_("Tell the operator of the server: its content or its service is broken."),
        N_(
            "That helps if the server fails or its content is damaged; only its operator can mend "
            "that."
        ),
    ),
    "tls": Remedy(
        N_("Give the registry TLS; for a trial, list it in insecure-registries of the engine."),
        N_("That helps if the registry answers without TLS, and Docker requires it."),
    ),
    "platform": Remedy(
        N_("Ask for a platform that the image has, or for an image built for this one."),
        N_("That helps if the tag has no image for the platform that was asked for."),
    ),
    "helper": Remedy(
        N_("Install the credential helper, or take its name out of config.json."),
        N_("That helps if config.json names a helper that cannot be run."),
    ),
    "unlock": Remedy(
        N_("Let the credential helper open its store, or take its name out of config.json."),
        N_("That helps if the helper runs and cannot use the store of secrets behind it."),
    ),
    "write": Remedy(
        N_("Make config.json writable for this user."),
        N_("That helps if a login was accepted and Docker could not store it."),
    ),
    "stdin": Remedy(
        N_("Give the password with --password-stdin."),
        N_("Without a terminal Docker cannot ask, so the password must come on standard input."),
    ),
}  # fmt: skip
"""By name."""

AGAINST: Mapping[str, str] = {
    "LoginRejected": "login", "TokenRefused": "login", "NoCredentials": "login",
    "ManifestUnknown": "name", "ReferenceRejected": "name", "RateLimited": "wait",
    "ServerFailed": "server", "DigestMismatch": "server", "BlobUnknown": "server",
    "PlatformMissing": "platform", "InputMissing": "stdin",
}  # fmt: skip
"""What helps, by the event that ends a run."""
REACHING: Mapping[Obstacle, str] = {
    Obstacle.REFUSED: "network", Obstacle.TIMEOUT: "network", Obstacle.RESET: "network",
    Obstacle.NO_HOST: "host", Obstacle.UNTRUSTED: "trust", Obstacle.PLAIN_HTTP: "tls",
}  # fmt: skip
"""What helps where no answer came, by the reason. A certificate's dates leave open whether it or
the clock is at fault, its names whether it or what was typed."""
ALSO: Mapping[str, frozenset[str]] = {
    "right": frozenset({"login", "name"}), "host": frozenset({"name", "network"}),
    "network": frozenset({"name", "server", "trust", "host"}),
    "trust": frozenset({"server", "network"}), "server": frozenset({"network", "wait"}),
    "wait": frozenset({"login"}), "helper": frozenset({"login", "write", "unlock"}),
    "unlock": frozenset({"login", "write", "helper"}),
    "name": frozenset({"right", "network", "host"}), "login": frozenset({"right"}),
    "tls": frozenset({"trust", "server", "network"}),
}  # fmt: skip
"""What may help as well, and is no wrong option there."""


def remedy(trace: Trace) -> str | None:
    """What helps after this run; None where it did not fail, or where that cannot be told."""
    last = trace.steps[-1]
    if not trace.failed:
        return None
    if last.name == "AccessDenied":
        return refused(trace)
    if isinstance(last.event, HelperFailed | StoreFailed):
        return kept(trace)
    if isinstance(last.event, Unreachable):
        return REACHING.get(last.event.obstacle)
    return AGAINST.get(last.name)


def kept(trace: Trace) -> str:
    """What helps where credentials cannot be read or stored: in the helper, or in the file."""
    last = trace.steps[-1]
    if not facts.helper(last):
        return "write"
    return "helper" if facts.helper_missing(last) else "unlock"


def refused(trace: Trace) -> str | None:
    """Without credentials one logs in; with them one asks for the right. A login cannot be stored
    where the helper is missing."""
    last = trace.steps[-1]
    if facts.helper_missing(last):
        return "helper"
    if not facts.account(last):
        return "login"
    if absent(trace):
        return "name"
    held = last.after.run.access.authorization
    granted = held is not None and held.scheme is Scheme.BEARER
    return "right" if granted or facts.status(last) == 403 else "login"


def absent(trace: Trace) -> bool:
    """Whether the registry has no such repository. To an account without a right it says "denied"
    all the same."""
    last = trace.steps[-1]
    site = scenario(trace.scenario).world().sites.get(facts.host(last))
    known = site.registry.repositories if site and site.registry else {}
    pulls = facts.command(last) == "docker pull"
    return pulls and bool(known) and facts.repository(last) not in known


def remedy_keys(lesson: Lesson) -> Iterator[Key]:
    for trace in traces(lesson):
        if remedy(trace):
            yield "remedy", trace.scenario, trace.engine, len(trace.steps), ""


def remedy_holds(at: Address, _asks: Asks, says: Says) -> bool:
    return remedy(played(at.scenario, at.engine)) == says


def remedy_words(_lesson: Lesson, _at: Address, _asks: Asks, says: Says) -> str:
    return _(REMEDIES[str(says)].text)


def remedy_objective(_lesson: Lesson, key: Key) -> str:
    return about(played(key[1], key[2]).steps[-1].name)


def make_remedy(lesson: Lesson, key: Key) -> Question | None:
    at, rng = place_of(key), Random(key_of(key))
    says = remedy(played(at.scenario, at.engine))
    assert says is not None
    key_option = Option(_(REMEDIES[says].text), says, right(_(REMEDIES[says].helps)))
    names = [name for name in REMEDIES if name != says and name not in ALSO.get(says, ())]
    wrong = [Wrong(name, _(REMEDIES[name].helps)) for name in rng.sample(names, len(names))]
    options = chosen(REMEDY, lesson, at, (), key_option, wrong)
    if options is None:
        return None
    objective = remedy_objective(lesson, key)
    last = played(at.scenario, at.engine).steps[-1]
    said = [line.text for line in last.terminal if line.kind in ("output", "error")]
    return Question(
        key_of(key), "remedy", objective, at, told_before(lesson, at, says),
        _("Docker printed this. What helps?"), (Part((), options),),
        (
            _("Who said no, or who said nothing: this machine, the network, or a server?"),
            rule(objective),
            _("One of the others helps against something else: {helps}").format(
                helps=wrong[0].feedback),
        ),
        "\n".join((typed(at).rpartition("\n")[2], *said)), core=f"{says}/{last.name}",
    )  # fmt: skip


def told_before(lesson: Lesson, at: Address, says: str) -> str:
    """The situation where the message has several causes. Where it has one, the message says what
    helps, and the situation's name would say it too."""
    message = ending_of("", at.scenario, at.engine)
    alike = (n for n in lesson.situations if ending_of("", n, at.engine) == message)
    helps = {remedy(played(name, at.engine)) for name in alike}
    return situation(at) if helps != {says} else engine_of(at)


REMEDY = Kind(
    "remedy", N_("What helps"), remedy_keys, make_remedy, remedy_holds, remedy_words,
    remedy_objective,
)  # fmt: skip
