"""Sentences and figures of the live page that once were untrue of what a client did."""

import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from simulator.live import view
from simulator.live.clients import commands, kinds, note
from simulator.live.observer.observe import observe
from simulator.live.observer.run import Run
from simulator.live.sessions import Sessions
from simulator.live.trouble import known
from simulator.protocol.authorization import Authorization
from simulator.words import i18n
from tests.cases import each
from tests.live.learner import HOST, Clock, Learner
from tests.live.sequences import Sequence, sequences
from tests.live.test_sequences import played, runs_of

CLIENTS = ("docker", "podman", "skopeo", "buildah", "ctr")


def drawn(run: Run) -> list[dict[str, Any]]:
    """The steps as the page is sent them."""
    steps = view.payload(run)["steps"]
    assert isinstance(steps, list)
    return steps


def last_run(learner: Learner) -> Run:
    now = learner.sessions.clock() + 30
    return observe(tuple(learner.session.seen), now, known)[-1]


def of(client: str, what: str) -> Sequence:
    return sequences()[f"{client}-{what}"]


def test_the_recipe_for_crane_hands_it_the_password(tmp_path: Path) -> None:
    """crane never asks for one: the pasted command does, and pipes it in."""
    login, _pull = commands(kinds()["crane"], HOST, "ada", "app:1.0", secure=False)
    program = tmp_path / "crane"
    program.write_text('#!/bin/sh\nprintf "%s|" "$@"\ncat\n')
    program.chmod(0o755)
    environment = {**os.environ, "PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}"}
    done = subprocess.run(
        ["bash", "-c", login], input="a pass\\word\n", capture_output=True, text=True,
        env=environment,
    )  # fmt: skip
    *words, typed = done.stdout.split("|")
    assert words[:2] == ["auth", "login"] and "--password-stdin" in words and HOST in words
    assert typed == "a pass\\word"


def pulled_again() -> Run:
    """A second pull by an engine that has dropped the manifest, and asks for it again."""
    learner = Learner(Sessions(clock=Clock()))
    learner.login()
    learner.pull()
    learner.sessions.clock.now += 5  # type: ignore[attr-defined]
    learner.ask("GET", "/v2/")
    bearer = Authorization.bearer(learner.token(scope=f"repository:{learner.name}/app:pull"))
    path = f"/v2/{learner.name}/app/manifests/"
    digest = learner.ask("HEAD", f"{path}1.0", bearer).header("Docker-Content-Digest")
    learner.ask("GET", f"{path}{digest}", bearer)
    return last_run(learner)


def test_a_second_pull_that_asks_for_the_manifest_again_is_up_to_date() -> None:
    """The store had the digest under this name, and no layer was downloaded."""
    run = pulled_again()
    events = [step.name for step in run.trace.steps]
    assert events[-1] == "AlreadyUpToDate"
    assert not {"UpdateNeeded", "LayersPlanned", "BlobReceived"} & set(events)
    rows = view.payload(run)["rows"]
    assert rows[4]["inputs"] == [] and rows[4]["result"] == "–"
    assert "no further request" not in drawn(run)[-1]["text"]


@each("client", CLIENTS)
def test_an_expired_token_is_not_called_a_missing_right(client: str) -> None:
    """The challenge says invalid_token, so nothing is known of the account's rights."""
    steps = drawn(runs_of(played(of(client, "expired")))[-1])
    (said,) = [step["text"] for step in steps if step["event"] == "AccessDenied"]
    assert "invalid_token" in said and "does not let" not in said


def test_a_refused_push_has_failed() -> None:
    """Its row says so, and no step calls it done."""
    run = runs_of(played(of("docker", "push")))[-1]
    assert (run.outcome, run.short.split()[:2]) == ("failed", ["docker", "push"])
    assert "SessionEnded" not in [step["event"] for step in drawn(run)]


@each("client", CLIENTS)
def test_other_layers_that_fail_are_layers(client: str) -> None:
    """They belong to the manifest; they are no requests by themselves."""
    steps = drawn(runs_of(played(of(client, "corrupt")))[-1])
    others = [step["title"] for step in steps if step["event"] == "UnexpectedRequest"]
    assert others and set(others) == {"Another layer fails too"}


def test_the_node_must_know_of_plain_http_only_where_it_is_spoken() -> None:
    """Behind TLS there is nothing to be told."""
    kubernetes = kinds()["kubernetes"]
    assert "HTTP" not in note(kubernetes, secure=True)
    assert "HTTP" in note(kubernetes, secure=False)


@each("name", [one for one in sequences() if one.startswith("docker-")])
def test_a_live_terminal_tells_nothing_that_no_registry_can_know(name: str) -> None:
    """Neither the user's home directory, nor a prompt, nor a warning of a helper that may be."""
    for run in runs_of(played(sequences()[name])):
        lines = [line["text"] for step in drawn(run) for line in step["terminal"]]
        wrong = [line for line in lines for word in ("/home/", "Username:", "WARNING!", ".docker")
                 if word in line]  # fmt: skip
        assert wrong == []


def test_after_a_login_alone_the_rows_of_the_pull_are_open() -> None:
    """It may come yet; after a failed login nothing is said of an image."""
    learner = Learner(Sessions(clock=Clock()))
    learner.login("wrong")
    failed = view.payload(last_run(learner))["rows"]
    assert "image" not in failed[6]["result"].lower()
    learner.login()
    rows = view.payload(last_run(learner))["rows"]
    assert [row["input"] for row in rows[2:6]] == ["–"] * 4
    assert view.waiting()["strings"]["notTaken"] == "not seen so far"


@each("client", CLIENTS)
def test_at_the_end_only_who_stores_credentials_has_some_stored(client: str) -> None:
    """ctr is given them each time."""
    last = drawn(runs_of(played(of(client, "pull")))[-1])[-1]
    stores = bool(kinds()["containerd" if client == "ctr" else client].credentials)
    assert ("stored" in last["tracker"]["auth_token"]) == stores


def test_a_run_that_has_not_changed_is_not_drawn_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every page looks again each two seconds; only news costs anything, in any language."""
    learner = Learner(Sessions(clock=Clock()))
    count = 0

    def counted(run: Run, lesson: str = "") -> dict[str, Any]:
        nonlocal count
        count += 1
        return payload(run, lesson)

    payload = view.payload
    monkeypatch.setattr(view, "payload", counted)

    def look(later: float, language: str = "en") -> dict[str, Any]:
        with i18n.speaking(language):
            return view.message(learner.session, HOST, learner.sessions.clock() + later)

    learner.login()
    first, again = look(9.0), look(99.0)
    assert count == 1 and first["run"] == again["run"]
    german = look(99.0, "de")
    assert count == 2 and german["run"] != first["run"]
    learner.pull()
    after = look(9.0)
    assert count == 3 and len(after["run"]["steps"]) > len(first["run"]["steps"])
    with i18n.speaking("en"):
        fresh = payload(last_run(learner))
    assert after["run"]["steps"] == fresh["steps"]


def test_a_list_of_tags_after_a_failed_pull_is_a_command_of_its_own(ada: Learner) -> None:
    """crane's, a moment later; only a look at an image that is here lists its tags too."""
    ada.agent = "crane/0.21.10 go-containerregistry/0.21.10"
    assert ada.pull("app", "9.9") == 404
    ada.ask("GET", "/v2/")
    bearer = Authorization.bearer(ada.token(scope=f"repository:{ada.name}/app:pull"))
    assert ada.ask("GET", f"/v2/{ada.name}/app/tags/list", bearer).status == 200
    runs = observe(tuple(ada.session.seen), ada.sessions.clock() + 1, known)
    assert [run.outcome for run in runs] == ["failed", "done"]
    assert runs[1].title.startswith("crane ls ")
