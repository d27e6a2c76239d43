"""A live session that is saved can be opened, played and compared, and nothing of it is lost."""

import json

import pytest

from simulator.live.record import recording
from simulator.recordings import fidelity
from simulator.recordings.document import InvalidRecording, Recording, engine_of
from simulator.recordings.replayed import remarks, replayed
from tests.live.sequences import sequences
from tests.live.test_sequences import played, runs_of

SAVED = [name for name, one in sequences().items() if one.client == "docker"]
OF_LOGIN_OR_PULL = {"docker-push", "docker-search", "docker-all-tags", "docker-by-digest"}
RACE = {"docker-parallel-repositories", "docker-parallel-tags"}
"""Layers that two pulls share are asked for by one of them."""


@pytest.mark.parametrize("name", [n for n in SAVED if n not in OF_LOGIN_OR_PULL | RACE])
def test_what_docker_did_is_played_again(name: str) -> None:
    """Each run, with the exchanges that it had and no remark."""
    for run in runs_of(played(sequences()[name])):
        saved = Recording.model_validate_json(json.dumps(recording(run)))
        engine = engine_of(saved, "26")
        assert len(saved.engines[engine].http) == len(run.seen[-1])
        told = replayed(saved, engine)
        assert remarks(told) == [], saved.command
        assert fidelity.compare(fidelity.Situation(saved, engine)).agreed


@pytest.mark.parametrize("client", ["podman", "skopeo", "buildah", "ctr", "curl"])
def test_another_client_is_not_played_as_docker(client: str) -> None:
    """Its recording says whose it is, and is shown for that."""
    first = next(one for one in sequences().values() if one.client == client)
    saved = Recording.model_validate_json(json.dumps(recording(runs_of(played(first))[-1])))
    assert not set(saved.engines) & {"26", "29"}
    with pytest.raises(InvalidRecording, match="not with Docker's engine"):
        engine_of(saved, "26")
    compared = fidelity.compare(fidelity.Situation(saved, next(iter(saved.engines))))
    assert "shown, not played" in compared.unreached


def test_no_secret_is_saved() -> None:
    """Neither passwords nor tokens."""
    for sequence in sequences().values():
        one = played(sequence)
        for run in runs_of(one):
            text = json.dumps(recording(run))
            assert one.learner.password not in text
            assert not any(token in text for token in one.tokens)


def test_requests_behind_a_redirect_are_not_missed() -> None:
    """A registry or a recorder does not see what is asked of the storage, and blames no learner."""
    document = recording(runs_of(played(sequences()["docker-pull"]))[-1])
    (told,) = document["engines"].values()
    blobs = [line for line in told["http"] if "/blobs/" in line["path"]]
    for line in blobs:
        there = f"https://storage.example.com{line['path']}"
        line |= {"status": 307, "response_headers": {"Location": there}, "response_body": ""}
        line.pop("response_bytes"), line.pop("response_digest")
    saved = Recording.model_validate_json(json.dumps(document))
    said = remarks(replayed(saved, engine_of(saved, "26")))
    promised = "not in the recording; taken as promised"
    assert blobs and all(line.startswith(promised) for line in said)
