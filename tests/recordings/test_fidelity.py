"""The machine against real Docker: every recorded situation, field by field."""

from dataclasses import replace
from pathlib import Path

import pytest

from simulator.docker.trace import EndlessRun
from simulator.recordings import document, fidelity
from simulator.recordings.document import (
    RECORDED,
    InvalidRecording,
    engine_of,
    read,
    second_lab,
)
from simulator.recordings.fidelity import Situation, compare, compare_all, situations, table
from simulator.recordings.lab_notation import LabFault
from simulator.recordings.normalise import NORMALISED
from simulator.recordings.outcome import FIELDS, played_outcomes, recorded_outcomes
from simulator.recordings.scene import played, scene_of
from tests.cases import each

DATA = RECORDED
"""The recordings, without what is not compared."""
SITUATIONS = situations(DATA)
PLAYED = [one for one in SITUATIONS if one.recording.name not in fidelity.unreached()]


def named(situation: Situation) -> str:
    return f"{situation.recording.name}-{situation.engine}"


@each("situation", PLAYED)
def test_the_machine_does_what_docker_did(situation: Situation) -> None:
    """Output, exit status, requests, config.json and images are those of the recording."""
    assert compare(situation).differences == ()


def test_every_recording_is_compared_on_both_engines() -> None:
    """Nothing is left out: what is not reached is in the table, and says why."""
    rows = table(compare_all(DATA))
    assert len(rows) == 2 * len({row[0] for row in rows}) == 2 * len(list(DATA.glob("*.json")))
    unreached = {name: note for name, _, verdict, note in rows if verdict == "unreached"}
    known = {recording.name for recording in document.recorded().values()}
    assert unreached == {name: why for name, why in fidelity.unreached().items() if name in known}
    assert all(verdict in ("agrees", "unreached") for _, _, verdict, _ in rows)


def spoiled(situation: Situation, **told: object) -> Situation:
    recording, engine = situation.recording, situation.engine
    other = recording.engines[engine].model_copy(update=told)
    return replace(situation, recording=recording.model_copy(update={"engines": {engine: other}}))


SPOILED = {
    "stdout": {"stdout": "Login Succeeded?\n"},
    "stderr": {"stderr": "WARNING!\n"},
    "exit_status": {"exit_code": 2},
    "requests": {"http": ()},
    "config": {"config_json_text_after": "{}"},
    "images": {"images_after": ({"Repository": "registry.example.com/team/app"},)},
}


@each("field", FIELDS)
def test_a_recording_that_tells_otherwise_is_noticed(field: str) -> None:
    """A comparison that could not fail would prove nothing."""
    honest = next(one for one in PLAYED if one.recording.name == "login_basic_ok_stdin")
    differences = compare(spoiled(honest, **SPOILED[field])).differences
    assert [one.field for one in differences] == [field]


def test_a_layer_that_did_not_come_is_noticed() -> None:
    """The normalising of parallel layers hides their order, not their absence."""
    pull = next(one for one in PLAYED if one.recording.name == "pull_after_login")
    told = pull.recording.engines[pull.engine]
    blob = next(line for line in told.http if "/blobs/" in line.path)
    fewer = tuple(line for line in told.http if line is not blob)
    layer = "6e82452ee273: Pull complete\n"
    assert layer in told.stdout
    less = spoiled(pull, http=fewer, stdout=told.stdout.replace(layer, ""))
    assert [one.field for one in compare(less).differences] == ["stdout", "requests"]


NEEDS = (
    ("identitytoken_and_auth_both", "29"), ("login_reset", "29"), ("tls_expired", "29"),
    ("push_new", "29"), ("push_wrong_password", "29"), ("attest_pull_then_images", "29"),
    ("pull_rolling_tag_moved", "26"), ("disk_full_tmpfs", "29"),
)  # fmt: skip
"""Situations and engines."""


def test_what_is_normalised_is_needed() -> None:
    """Each normalisation changes some recording's outcome: one that no longer does must go.

    Some of them are needed only for the second laboratory's recordings.
    """
    outcomes = [
        pair
        for one in (*PLAYED, *(Situation(second_lab()[name], on) for name, on in NEEDS))
        for scene in [scene_of(one.recording, engine_of(one.recording, one.engine))]
        for pair in zip(
            recorded_outcomes(one.recording, scene.engine),
            played_outcomes(scene, list(played(one.recording, scene))),
            strict=True,
        )
    ]
    idle = [name for name, (_why, change) in NORMALISED.items()
            if all(change(*pair) == pair for pair in outcomes)]  # fmt: skip
    assert idle == []


def test_a_world_that_makes_no_sense_is_named() -> None:
    """A world is not guessed: the place is reported, in one sentence."""
    recording = PLAYED[0].recording
    assert recording.world
    fault = LabFault(host="registry.example.com", action={"respond": {"status": "odd"}})
    world = recording.world.model_copy(update={"faults": (fault,)})
    told = compare(Situation(recording.model_copy(update={"world": world}), "29"))
    assert not told.agreed
    assert "front.0.reply.status" in told.differences[0].recorded
    assert "\n" not in told.differences[0].recorded


def test_a_recording_without_a_world_has_that_of_ours() -> None:
    """The older files describe it for people; the same name and setup are the same world."""
    ours = PLAYED[0].recording
    bare = ours.model_copy(update={"world": None})
    assert scene_of(bare, "29").world == scene_of(ours, "29").world
    other = bare.model_copy(update={"setup": ("the moon is full",)})
    with pytest.raises(InvalidRecording, match="world is missing"):
        scene_of(other, "29")


def test_every_situation_of_the_second_laboratory_is_compared_or_says_why_not() -> None:
    """None is skipped; Docker's own runs that are played do not break the machine."""
    known = second_lab().values()
    compared = [compare(Situation(one, engine)) for one in known for engine in one.engines]
    assert len(compared) == sum(len(one.engines) for one in known) == 458
    assert all(one.agreed or one.reason for one in compared)
    broken = [one for one in compared if not one.unreached
              for x in one.differences if x.field == "situation"]  # fmt: skip
    assert broken == []
    assert sum(one.agreed for one in compared) >= AGREEING


AGREEING = 352
"""Runs of the second laboratory in which all fields agree. It only grows."""


def test_commands_go_on_from_each_other() -> None:
    """What a login stores, the next command finds; the registry is the same one."""
    known = second_lab()["login_other_user"]
    assert len(known.typed) == 2
    runs = list(played(known, scene_of(known, "29")))
    assert [run[-1].after.failure for run in runs] == [None, None]
    assert compare(Situation(known, "29")).differences == ()


def test_what_other_clients_said_is_read_and_not_played() -> None:
    """podman, skopeo, buildah and ctr have no machine here."""
    known = second_lab()["client_podman_no_login"]
    assert "authentication required" in known.engines["podman-5.4.2"].stderr
    told = compare(Situation(known, "podman-5.4.2"))
    assert told.reason == "recorded with podman-5.4.2: shown, not played"
    with pytest.raises(InvalidRecording, match="not with Docker's engine"):
        engine_of(known, "29")


def test_a_directory_of_recordings_may_be_named_by_its_parent(tmp_path: Path) -> None:
    """Both `DIR/*.json` and `DIR/recordings/*.json` are read."""
    with pytest.raises(InvalidRecording, match="no recordings"):
        situations(tmp_path)
    (tmp_path / "recordings").symlink_to(DATA)
    assert len(situations(tmp_path)) == len(SITUATIONS)


@each("text", ["", "[]", "{}", '{"name": 1}'])
def test_a_file_that_is_no_recording_is_one_sentence(tmp_path: Path, text: str) -> None:
    """The sentence names the file."""
    path = tmp_path / "odd.json"
    path.write_text(text)
    with pytest.raises(InvalidRecording, match=r"odd\.json") as refused:
        read(path)
    assert "\n" not in str(refused.value)


def test_a_run_that_breaks_off_is_a_difference(monkeypatch: pytest.MonkeyPatch) -> None:
    """A defect of ours is reported for its situation; the others are still compared."""

    def endless(*_: object) -> None:
        raise EndlessRun("no end after 500 steps")

    monkeypatch.setattr(fidelity, "played_outcomes", endless)
    told = compare(PLAYED[0])
    assert (told.verdict, told.differences[0].ours) == ("differs", "no end after 500 steps")
