"""What the terminal once said untruly: each answer that was found is tried here, by its number."""

import pytest

from tests.shell.test_shell import HOST, IMAGE, LOGIN, opened, printed, typed

CONFIG = "~/.docker/config.json"
DAEMON = "/etc/docker/daemon.json"
PULL = f"docker pull {IMAGE}"
INSECURE = f"""echo '{{"insecure-registries": ["{HOST}"]}}' > {DAEMON}"""
RESTART = "systemctl restart docker"
BROKEN = f"""echo '{{"auths":{{"{HOST}":{{"auth":"%%%"}}}}}}' > {CONFIG}"""
SCHEME = f"""echo '{{"insecure-registries": ["http://{HOST}"]}}' > {DAEMON}"""
MIRROR = f"""echo '{{"registry-mirrors": ["https://nosuch.lan"]}}' > {DAEMON}"""

TRUE: dict[str, tuple[str, tuple[str, ...], str]] = {
    "T1": ("works", (*LOGIN, "rm -rf ~/.docker", PULL), "pull access denied for"),
    "T2": ("works", (f"curl -sI https://{HOST}:443/v2/ | head -1",), "401 Unauthorized"),
    "T2, a login": ("works", (f"docker login -u alice --password-stdin {HOST}:443 <<< s3cret",),
                    "Login Succeeded"),
    "T3": ("untrusted-certificate",
           (INSECURE, RESTART, f"docker login -u alice --password-stdin {HOST} <<< s3cret", PULL),
           IMAGE),
    "T4": ("works", ("docker pull --help | head -1",), "Usage:  docker pull [OPTIONS]"),
    "T4, its status": ("works", ("docker login --help", "echo $?"), "0"),
    "T4, of docker itself": ("works", ("docker --help | grep debug | head -1",), "-D, --debug "),
    "T4, with the word": ("works", ("docker help image ls | head -1",), "Usage:  docker image ls "),
    "T4, an alias": ("works", ("docker image list --help | head -1",), "Usage:  docker image ls "),
    "T4, of root": ("works", ("sudo docker --help | grep .docker..$",), '"/root/.docker")'),
    "T4, of no command": ("works", ("docker nosuch --help | head -1",), "Usage:  docker [OPTIONS]"),
    "T4, of a command that is not played": (
        "works", ("docker ps --help",), "docker ps --help (its help) exists, but is not played"),
    "T5": ("works", (*LOGIN, f"docker --config /tmp/x pull {IMAGE}"), "pull access denied for"),
    "T5, debug": ("works", (*LOGIN, f"docker --debug pull {IMAGE}"), IMAGE),
    "T6": ("works", ("docker image list",), "IMAGE"),
    "T6, the group": ("works", ("docker image 2>&1 | head -1",), "Usage:  docker image COMMAND"),
    "T6, on the error's stream": ("works", ("docker image 2>/dev/null | wc -l",), "0"),
    "T6, nothing": ("works", ("docker 2>&1 | head -1",), "Usage:  docker [OPTIONS] COMMAND"),
    "T6, its status": ("works", ("docker", "echo $?"), "0"),
    "T7": ("works", (*LOGIN, f"docker logout {HOST}", f"cat {CONFIG} | head -1"), "{"),
    "T8": ("works", (BROKEN, f"{PULL} 2>&1 | head -1"), "illegal base64 data at input byte 0"),
    "T9": ("works", (f"printf s3cret | docker login -u alice --password-stdin {HOST}",),
           "Login Succeeded"),
    "T9, the first fails": ("works", ("nosuch | docker images -q",), "nosuch: command not found"),
    "T10": ("works", (f"docker pull {HOST}/nosuch:1 2>/dev/null", "echo $?"), "1"),
    "T10, joined": ("works", (f"docker pull {HOST}/nosuch:1 2>&1 | tail -1",), "nosuch"),
    "T11": ("works", ("# a comment", "echo $?"), "0"),
    "T12": ("works", (*LOGIN, "docker pull \\", IMAGE), IMAGE),
    "T13": ("works", ("echo one\necho two",), "two"),
    "T14": ("works", (f"curl --silent --include https://{HOST}/v2/ \\",
                      '  --user "alice:s3cret" | head -1'), "HTTP/1.1 401"),
    "T16": ("works", (f"mkdir -p /etc/docker/certs.d/{HOST}", "ls /etc/docker/certs.d"), HOST),
    "T17": ("works", (*LOGIN, f"jq -r '.auths | keys | .[0]' {CONFIG}"), HOST),
    "T18": ("works", (*LOGIN, "cat $HOME/.docker/config.json | head -1"), "{"),
    "T18, the user": ("works", ("echo $USER",), "alice"),
    "T18, backquotes": ("works", ("echo `echo inner`",), "inner"),
    "T19": ("works", (*LOGIN, f"ls -l {CONFIG} | cut -c1-10"), "-rw-------"),
    "T19, the folder": ("works", (*LOGIN, "ls -ld ~/.docker | cut -c1-10"), "drwx------"),
    "T20": ("works", (*LOGIN, f"DOCKER_CONFIG=/tmp {PULL}"), "pull access denied for"),
    "T21": ("plain-http", (SCHEME, RESTART, PULL), IMAGE),
    "T22": ("works", (f"echo '{{' > {DAEMON}", RESTART, PULL), "failed to connect to the docker"),
    "T23": ("works", (MIRROR, RESTART, "docker info | grep -A 1 'Registry Mirrors'"),
            "https://nosuch.lan/"),
    "T24": ("works", (*LOGIN, f"sudo docker pull {IMAGE}"), "pull access denied for"),
    "T25": ("works", (*LOGIN, PULL, "docker images --format '{{.Tag}}'"), "latest"),
    "T25, inspect": ("works", (*LOGIN, PULL, f"docker inspect -f '{{{{.Os}}}}' {IMAGE}"), "linux"),
    "T25, a filter": ("works", (*LOGIN, PULL, "docker images -q -f dangling=true | wc -l"), "0"),
}  # fmt: skip
"""Situation, lines, and what the last line of the answer has. T15 is below."""


@pytest.mark.parametrize("number", TRUE)
def test_the_answer_is_true(number: str) -> None:
    """A command has the effect that it has with a real Docker and a real shell."""
    situation, lines, last = TRUE[number]
    shell = typed(opened(situation), *lines)
    assert last in shell.lines[-1].text


def test_t15_a_recalled_line_sends_no_dots() -> None:
    """The password was not kept, so the recalled line says so and is not sent."""
    shell = typed(opened(), f"docker login -u alice -p s3cret {HOST}")
    assert "was not kept" in printed(shell, shell.history[-1])
