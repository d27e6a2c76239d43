"""Sentences: each is proven wherever it is shown."""

from simulator.lesson.library import find_lesson
from simulator.lesson.narration import Told, faults, narration
from simulator.scenarios.play import trace as run
from simulator.views.facts import FACTS
from simulator.views.point import point_of
from simulator.views.sentences import Variant

LESSON = find_lesson()


def test_what_a_row_comes_to_is_told_when_it_is_complete() -> None:
    """A login that ends is no pull, and a row in which the run failed comes to nothing."""
    assert {told.place for told in narration(LESSON, run("login-again"))} >= {"row.2.result"}
    for name, absent in (("login-again", "row.6"), ("no-right", "row.4"), ("down", "row.5")):
        places = [told.place for told in narration(LESSON, run(name))]
        assert not [place for place in places if place.startswith(absent)]


FACTS_OF = {
    ("works", "TokenIssued", -1): {"credentials_sent": True, "tls": True, "status": 200},
    ("no-login", "TokenIssued", 0): {"credentials_sent": False, "account": "", "stored": False},
    ("basic", "LoginAccepted", 0): {"scheme_sent": "Basic", "scheme": "Basic", "stored": False},
    ("loopback-http", "LoginAccepted", 0): {"tls": False, "loopback": True},
    ("login-again", "LoginTyped", 0): {"reuses_stored": True, "asks_user": False},
    ("works", "LoginTyped", 0): {"reuses_stored": False, "asks_user": True, "sent_to": ""},
    ("works", "Resolved", 0): {"digest_named": True, "resolved_with": "Bearer"},
    ("public-registry", "Resolved", 0): {"resolved_with": "", "challenged": False},
    ("web-page", "ErrorWithoutBody", 0): {"digest_named": False, "status": 200},
    ("shared-layers", "BlobsVerified", 0): {"downloaded": 2, "layers_held": 2},
    ("works", "ImageStored", 0): {"image_named": True, "new_digest": False, "by_digest": False},
    ("no-platform", "PlatformMissing", 0): {"platform": "linux/s390x", "failed": True},
    ("logout", "CredentialsRemoved", 0): {"command": "docker logout", "helper": ""},
}


def test_facts_of_a_step() -> None:
    """Each as the run has it."""
    for (name, event, place), wanted in FACTS_OF.items():
        step = [step for step in run(name).steps if step.name == event][place]
        facts = point_of(step).facts
        assert {key: facts[key] for key in wanted} == wanted, (name, event)
    assert set(LESSON_NAMES) <= FACTS.keys()


LESSON_NAMES = ("host", "image", "repository", "digest", "token_service", "identity_token")


def test_a_place_shows_one_sentence() -> None:
    """If two apply, or none does, the proof complains."""
    step = run("works").steps[0]
    always = Variant(text="It is.", source="https://example.com")
    never = always.model_copy(update={"when": {"name": "Resolved"}})
    for variants, told in (
        ((always,), []), ((always, never), []), ((never,), ["0 sentences apply"]),
        ((always, always), ["2 sentences apply"]),
    ):  # fmt: skip
        assert list(faults(Told("place", step, point_of(step), variants))) == told
