"""Credentials in `config.json`: what is read, found, removed and written."""

import json
from dataclasses import replace

import pytest

from simulator.docker import events as e
from simulator.docker.cli.parse import parse
from simulator.docker.config_file import Credential, CredentialStore, InvalidConfig
from simulator.docker.machine import Client, State
from simulator.docker.trace import run
from simulator.sources.mock import mock
from simulator.sources.world import World

HOST = "registry.example"
ALICE, BOB = Credential("alice", "s3cret"), Credential("bob", "hunter2")


def test_a_helper_for_one_registry_goes_before_the_helper_for_all() -> None:
    """`credHelpers` names a registry, `credsStore` all others."""
    text = json.dumps({"auths": {}, "credsStore": "desktop", "credHelpers": {HOST: "ecr-login"}})
    store = CredentialStore.from_json(text)
    assert store.helper_of(HOST) == "ecr-login"
    assert store.helper_of("other.example") == "desktop"
    assert json.loads(store.to_json()) == json.loads(text)


def test_a_helper_that_is_missing_is_missed_where_it_is_needed() -> None:
    """Only the registry that has a helper lacks one."""
    store = CredentialStore(helpers=((HOST, "ecr-login"),), installed=())
    assert store.lacks(HOST) == "ecr-login"
    assert store.lacks("other.example") is None


SPELLINGS = (HOST, f"http://{HOST}", f"https://{HOST}")


@pytest.mark.parametrize("engine", ["29", "26"])
def test_logout_forgets_every_spelling_and_no_other_registry(engine: str) -> None:
    """Older files have the scheme in the name; `docker logout` removes all of them."""
    entries = (*((key, ALICE) for key in SPELLINGS), ("other.example", BOB))
    client = Client(engine, store=CredentialStore(entries))
    trace = run(State(client, (parse(f"docker logout {HOST}"),)), mock(World({})))
    kept = trace.steps[-1].after.client.store.entries
    assert [key for key, _ in kept] == ["other.example"]
    assert trace.steps[1].event == e.CredentialsRemoved(HOST)


def test_an_older_spelling_is_found() -> None:
    """`https://HOST/v1/` is the same registry as `HOST`; the exact name goes first."""
    older = CredentialStore(((f"https://{HOST}/v1/", ALICE),))
    assert older.find(HOST) == ALICE
    assert older.with_entry(HOST, BOB).find(HOST) == BOB
    assert older.find("other.example") is None


def test_an_identity_token_stands_in_for_the_password() -> None:
    """The file then has the name alone in `auth`, and the token beside it."""
    store = CredentialStore(((HOST, replace(ALICE, identity_token="t0ken")),))
    entry = json.loads(store.to_json())["auths"][HOST]
    assert entry == {"auth": "YWxpY2U6", "identitytoken": "t0ken"}
    assert CredentialStore.from_json(store.to_json()).find(HOST) == Credential(
        "alice", "", "t0ken"
    )


@pytest.mark.parametrize("text", ["{", "[]", '{"auths": []}'])
def test_a_file_that_cannot_be_read_is_refused(text: str) -> None:
    """The sentence says that the file is not valid."""
    with pytest.raises(InvalidConfig, match=r"config\.json is not valid"):
        CredentialStore.from_json(text)
