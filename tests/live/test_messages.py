"""What the page is sent."""

import json
import re
from pathlib import Path

from simulator.authoring.new import create
from simulator.lesson.library import find_lesson, with_folders
from simulator.live import view
from simulator.live.clients import commands, recipes
from simulator.live.observer.observe import observe
from simulator.live.record import recording
from simulator.live.trouble import images_for, known, layers
from simulator.recordings.document import Recording
from simulator.recordings.situations import trace as trace_of
from simulator.registry.fixtures import repositories
from simulator.views import stage as views
from tests.live.learner import HOST, LATER, Learner


def test_news_carries_only_what_is_new(ada: Learner) -> None:
    """The steps that a watcher has are not sent again; together they are the whole."""
    ada.login()
    before = view.message(ada.session, HOST, ada.sessions.clock())
    ada.pull()
    after = view.message(ada.session, HOST, ada.sessions.clock() + 1)
    told = view.news(before, after)["run"]
    assert told["since"] == len(before["run"]["steps"]) > 0
    assert before["run"]["steps"] + told["steps"] == after["run"]["steps"]
    assert view.news(None, after)["run"]["since"] == 0


def test_the_payload_is_the_stages_own(ada: Learner) -> None:
    """The same keys as any run's, but for the diagram, which the stage has."""
    ada.login()
    run = view.message(ada.session, HOST, ada.sessions.clock())["run"]
    ordinary = views.stage(find_lesson(), trace_of("works"))
    assert ordinary.keys() - run.keys() == {"flow"}
    assert view.waiting().keys() >= ordinary.keys()
    assert ordinary["steps"][0].keys() <= run["steps"][0].keys()


def test_the_words_are_those_of_the_pages_lesson(ada: Learner, tmp_path: Path) -> None:
    """Its id and its rows; the usual lesson's where it is gone."""
    ada.login()
    with with_folders([create(tmp_path / "second").parent]):
        ada.session.lesson = "second"
        run = view.message(ada.session, HOST, ada.sessions.clock())["run"]
        assert run["lesson"] == view.waiting("second")["lesson"] == "second"
        assert len(run["rows"]) == len(find_lesson("second").rows)
    run = view.message(ada.session, HOST, ada.sessions.clock())["run"]
    assert run["lesson"] == find_lesson().id


def test_a_recording_is_one(ada: Learner) -> None:
    """It has the form of the recordings of real Docker."""
    ada.login()
    ada.pull()
    (run,) = observe(tuple(ada.session.seen), LATER, known)
    read = Recording.model_validate_json(json.dumps(recording(run)))
    assert read.command == f"docker pull {HOST}/{ada.name}/app:1.0"
    (told,) = read.engines.values()
    assert [line.status for line in told.http] == [s.status for s in run.seen[-1]]


def test_commands_are_complete() -> None:
    """Nothing is left to fill in, and the flags for plain HTTP go where there is TLS."""
    for recipe in recipes():
        told = recipe.recipe
        assert told
        for secure in (False, True):
            login, pull = commands(recipe, HOST, "ada-1", "app:1.0", secure)
            assert f"{HOST}/ada-1/app:1.0" in pull and (HOST in login or not login)
            assert not re.search(r"\{(host|name|image|plain|source)\}", login + pull)
            assert ("tls-verify" in login + pull) == ("tls-verify" in told.plain and not secure)


def test_images_share_a_base_layer() -> None:
    """The second image brings one new layer only; a config is never among the layers."""
    app = repositories()["team/app"]
    first, second = (json.loads(app.manifests[app.tags[tag]].data) for tag in ("1.0", "1.1"))
    digests = [{layer["digest"] for layer in one["layers"]} for one in (first, second)]
    assert len(digests[0] & digests[1]) == 2
    assert first["config"]["digest"] not in layers()
    assert set(images_for("ada-1")) == {"ada-1/app", "ada-1/myimage", "ada-1/multi"}
