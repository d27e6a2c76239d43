"""What an answer means: of a request and its answer as they went over the wire."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from random import Random

from simulator.docker.trace import Step
from simulator.lesson.document import Lesson
from simulator.protocol.authorization import Scheme
from simulator.questions.misconceptions import imagined
from simulator.questions.model import Asks, Option, Part, Question, Says
from simulator.questions.objectives import about
from simulator.questions.offer import Key, Kind, Wrong, chosen, place_of, rule
from simulator.questions.reasons import right
from simulator.questions.runs import (
    because,
    engine_of,
    key_of,
    mutants,
    step_at,
    traces,
    twin,
    wire,
)
from simulator.views import facts
from simulator.views.address import Address
from simulator.words.i18n import N_, _


@dataclass(frozen=True)
class Meaning:
    """`text` is what the answer means; `sign` is how one sees that it means this."""

    text: str
    sign: str


MEANINGS: Mapping[str, Meaning] = {
    "Challenged": Meaning(
        N_("The registry asks for credentials; it has not refused any yet."),
        N_("A challenge is a 401 to a request without credentials; its WWW-Authenticate header "
           "says what is wanted."),
    ),
    "TokenRefused": Meaning(
        N_("The credentials are wrong, or no longer right."),
        N_("A 401 to a request with user name and password means that these are refused."),
    ),
    "AccessDenied": Meaning(
        N_("The user may not do this in this repository, or it does not exist."),
        N_(
            "A right is missing if the registry refuses a request that carries credentials: with "
            "the code DENIED, or with insufficient_scope in the challenge."
        ),
    ),
    "BasicRefused": Meaning(
        N_("User name and password are not accepted here: they are wrong, or give no right."),
        N_("A Basic registry answers 401 in both cases, so the answer does not tell which."),
    ),
    "ManifestUnknown": Meaning(
        N_("Access is allowed, but there is no such image, tag or layer."),
        N_(
            "The answer to a request that was allowed to ask is 404. To GET it has a code that "
            "ends in UNKNOWN; to HEAD it has no body, and so no code."
        ),
    ),
    "RateLimited": Meaning(
        N_("There were too many requests; later ones may be answered."),
        N_("429 means too many requests; Retry-After may say how long to wait."),
    ),
    "ServerFailed": Meaning(
        N_("The server itself is in trouble; the credentials do not matter."),
        N_("A status of 500 or more means that the server failed."),
    ),
    "Redirected": Meaning(
        N_("The content is at another address, and Docker asks there."),
        N_("A redirect is a 307 or 302 with a Location header."),
    ),
    "TokenIssued": Meaning(
        N_("Docker gets a token, which it sends to the registry."),
        N_("A token service answers 200 with a token in the body."),
    ),
    "Resolved": Meaning(
        N_("The tag exists, and this is the digest that it stands for now."),
        N_("HEAD for a tag is answered with 200 and the header Docker-Content-Digest."),
    ),
    "ManifestReceived": Meaning(
        N_("This is the list of the layers that make up the image."),
        N_("GET for a manifest is answered with 200 and the manifest in the body."),
    ),
    "IndexReceived": Meaning(
        N_("This is a list of images, one for each platform."),
        N_("The Content-Type says that the body is an index or a manifest list."),
    ),
    "DigestMismatch": Meaning(
        N_("The content has another digest than the manifest names."),
        N_("Docker hashes what arrives: the answer may be 200 and the content still wrong."),
    ),
}  # fmt: skip
"""By event."""
SAME = {"LoginRejected": "TokenRefused", "BlobUnknown": "ManifestUnknown"}
SEEN_IN_THE_ANSWER = frozenset(MEANINGS) - {"DigestMismatch", "ManifestReceived"}
"""What the answer's status, headers and codes show; a digest is not computed by reading."""


ALIKE = frozenset({"BasicRefused", "TokenRefused", "AccessDenied"})
"""Meanings of which one holds where another does, so none is a wrong option beside another."""


def meaning(step: Step) -> str:
    denied = step.name == "AccessDenied" and facts.status(step) == 401
    if denied and facts.scheme_sent(step) == Scheme.BASIC:
        return "BasicRefused"
    return SAME.get(step.name, step.name)


def meaning_keys(lesson: Lesson) -> Iterator[Key]:
    for trace in traces(lesson):
        for step in trace.steps:
            if step.exchange and meaning(step) in SEEN_IN_THE_ANSWER and not odd(step):
                yield "meaning", trace.scenario, trace.engine, step.number, ""


def odd(step: Step) -> bool:
    """A digest that the answer does not name, or that was typed: the tag says nothing there."""
    by_tag = facts.digest_named(step) and not facts.by_digest(step)
    return step.name == "Resolved" and not by_tag


def meaning_holds(at: Address, _asks: Asks, says: Says) -> bool:
    return meaning(step_at(at)) == says


def meaning_words(_lesson: Lesson, _at: Address, _asks: Asks, says: Says) -> str:
    return _(MEANINGS[str(says)].text)


def meaning_objective(_lesson: Lesson, key: Key) -> str:
    return about(step_at(place_of(key)).name)


def make_meaning(lesson: Lesson, key: Key) -> Question | None:
    at, rng = place_of(key), Random(key_of(key))
    step = step_at(at)
    says = meaning(step)
    key_text = Option(meaning_words(lesson, at, (), says), says, right(_(MEANINGS[says].sign)))
    wrong = chain(mutant_meanings(at, rng), other_meanings(says, rng))
    options = chosen(MEANING, lesson, at, (), key_text, wrong)
    if options is None:
        return None
    objective = meaning_objective(lesson, key)
    return Question(
        key_of(key), "meaning", objective, at, engine_of(at),
        _("Docker sent this request and got this answer. What does the answer mean?"),
        (Part((), options),),
        (
            _("Read the status first, then the headers, then the code in the body."),
            rule(objective),
            _("Which of the options would show such a status, to a request with such "
              "credentials? One sign more: {sign}").format(sign=sign_against(options, says)),
        ),
        wire(step), core=f"{says}/{step.exchange and step.exchange.request.method}",
    )  # fmt: skip


def sign_against(options: tuple[Option, ...], says: Says) -> str:
    """How one would see one of the wrong options: it helps to leave it out."""
    other = next(str(option.says) for option in options if option.says != says)
    return _(MEANINGS[other].sign)


def mutant_meanings(at: Address, rng: Random) -> Iterator[Wrong]:
    """The meaning that the answer has under a misconception."""
    for mutant in mutants(rng):
        found = twin(mutant.name, at)
        steps = imagined(mutant.name, at.scenario, at.engine).steps
        own = step_at(at)
        same = [one for one in steps if one.exchange == own.exchange] if found is None else []
        if same and own.exchange and meaning(same[0]) in MEANINGS.keys() - beside(meaning(own)):
            yield Wrong(meaning(same[0]), because(mutant), mutant.name)


def beside(says: str) -> frozenset[str]:
    """Meanings that may hold as well."""
    if says == "BasicRefused":
        return ALIKE - {says}
    return frozenset({"BasicRefused"}) if says in ALIKE else frozenset()


NEAR: Mapping[str, tuple[str, ...]] = {
    "BasicRefused": ("Challenged", "ManifestUnknown", "ServerFailed"),
    "Challenged": ("TokenRefused", "AccessDenied", "ManifestUnknown"),
    "TokenRefused": ("Challenged", "AccessDenied", "ServerFailed"),
    "AccessDenied": ("TokenRefused", "Challenged", "ManifestUnknown"),
    "ManifestUnknown": ("AccessDenied", "TokenRefused", "ServerFailed"),
    "RateLimited": ("AccessDenied", "ServerFailed", "TokenRefused"),
    "ServerFailed": ("RateLimited", "AccessDenied", "ManifestUnknown"),
    "Redirected": ("Challenged", "ManifestUnknown", "DigestMismatch"),
    "TokenIssued": ("ManifestReceived", "Resolved", "Challenged"),
    "Resolved": ("ManifestReceived", "Redirected", "IndexReceived"),
    "IndexReceived": ("ManifestReceived", "Resolved", "DigestMismatch"),
}  # fmt: skip
"""The meanings that it is mixed up with most easily."""


def other_meanings(says: Says, rng: Random) -> Iterator[Wrong]:
    near = NEAR.get(str(says), ())
    rest = [name for name in MEANINGS if name not in (says, *near, *beside(str(says)))]
    for name in (*rng.sample(near, len(near)), *rng.sample(rest, len(rest))):
        yield Wrong(name, _(MEANINGS[name].sign))


MEANING = Kind(
    "meaning", N_("What an answer means"), meaning_keys, make_meaning, meaning_holds,
    meaning_words, meaning_objective,
)  # fmt: skip
