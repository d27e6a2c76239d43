"""`docker-credential-NAME` in the terminal, and config.json that names it."""

import json

from simulator.lesson.challenges import Goal
from simulator.scenarios.model import Setting, Typed
from simulator.shell.session import terminal, typed
from simulator.shell.values import Shell

HOST = "myprivateregistry.com"
LOGIN = Typed(run=f"docker login {HOST}", typed=("alice", "s3cret"))
PULL = f"docker pull {HOST}/myimage"


def after(client: dict[str, object], *lines: str | Typed) -> Shell:
    commands = [line if isinstance(line, Typed) else Typed(run=line) for line in lines]
    return typed(terminal(Setting.model_validate({"client": client})), commands)


def last(shell: Shell) -> str:
    return shell.lines[-1].text


KEEPS = {"config": {"credsStore": "pass"}, "helpers": {"pass": {HOST: "alice:s3cret"}}}


def test_a_helper_lists_gives_and_erases() -> None:
    """In the words of docker-credential-helpers; what it does not have is status 1."""
    assert last(after(KEEPS, "docker-credential-pass list")) == f'{{"{HOST}":"alice"}}'
    got = after(KEEPS, f"echo {HOST} | docker-credential-pass get")
    assert last(got) == f'{{"ServerURL":"{HOST}","Username":"alice","Secret":"s3cret"}}'
    other = after(KEEPS, "echo example.com | docker-credential-pass get")
    assert (last(other), other.status) == ("credentials not found in native keychain", 1)
    erased = after(KEEPS, f"echo {HOST} | docker-credential-pass erase")
    assert erased.status == 0 and after(KEEPS, PULL).status == 0
    assert typed(erased, [Typed(run=PULL)]).status == 1


def test_only_helpers_that_are_installed_can_be_started() -> None:
    assert after(KEEPS, "docker-credential-desktop list").status == 127
    assert last(after(KEEPS, "which docker-credential-pass")).endswith("docker-credential-pass")
    assert after(KEEPS, "which docker-credential-desktop").status == 1
    locked = {"broken_helpers": {"pass": {"output": "locked", "status": 2}}}
    broken = after({"config": {"credsStore": "pass"}, **locked}, "docker-credential-pass list")
    assert (last(broken), broken.status) == ("locked", 2)


def naming(helper: str) -> str:
    """The command that writes a config.json with an entry and this helper."""
    document = {"auths": {HOST: {"auth": "YWxpY2U6czNjcmV0"}}, "credsStore": helper}
    return f"echo '{json.dumps(document)}' > ~/.docker/config.json"


def test_config_json_may_name_an_installed_helper_later() -> None:
    """The next login stores there; what was in the file counts for nothing from then on."""
    file = {"config": {"auths": {HOST: {"auth": "YWxpY2U6czNjcmV0"}}}, "helpers": {"pass": {}}}
    named = naming("pass")
    assert after(file, PULL).status == 0
    assert after(file, named, PULL).status == 1
    kept = after(file, named, LOGIN, PULL)
    assert kept.status == 0
    assert Goal(stored=HOST, kept_by="pass").met(kept)
    assert not Goal(stored=HOST, kept_by="pass").met(after(file, PULL))
    assert "executable file not found" in last(after(file, naming("desktop"), PULL))


def test_one_missing_helper_does_not_stop_the_other_registries() -> None:
    """credHelpers names a helper that is missing, credsStore one that is there."""
    two = {
        "config": {"credHelpers": {HOST: "ecr-login"}, "credsStore": "pass"},
        "helpers": {"pass": {"localhost:5000": "alice:s3cret"}},
    }
    assert after(two, PULL).status == 1
    assert after(two, "docker pull localhost:5000/team/app:1.0").status == 0
