"""Command lines that Docker's CLI refuses: in its own words."""

import pytest

from simulator.docker.cli.options import OTHERS, USAGES
from simulator.docker.output.usage import complaint

PULL = "Usage:  docker pull [OPTIONS] NAME[:TAG|@DIGEST]"
LOGIN = "Usage:  docker login [OPTIONS] [SERVER]"
HELP = "for more information"

# Printed by Docker's CLI 28.2.2, with its exit status.
REFUSED = {
    "manifest inspect": (
        "docker: 'docker manifest inspect' requires at least 1 and at most 2 arguments\n\n"
        "Usage:  docker manifest inspect [OPTIONS] [MANIFEST_LIST] MANIFEST\n\n"
        "Run 'docker manifest inspect --help' " + HELP, 1),
    "system df x": ("docker: 'docker system df' accepts no arguments\n\n"
                    "Usage:  docker system df [OPTIONS]\n\n"
                    "Run 'docker system df --help' " + HELP, 1),
    "image prune --foo": ("unknown flag: --foo\n\nUsage:  docker image prune [OPTIONS]\n\n"
                          "Run 'docker image prune --help' " + HELP, 125),
    "info --foo": ("unknown flag: --foo\n\nUsage:  docker info [OPTIONS]\n\n"
                   "Run 'docker info --help' " + HELP, 125),
    "info x": ("docker: 'docker info' accepts no arguments\n\nUsage:  docker info [OPTIONS]\n\n"
               "Run 'docker info --help' " + HELP, 1),
    "rm": ("docker: 'docker rm' requires at least 1 argument\n\n"
           "Usage:  docker rm [OPTIONS] CONTAINER [CONTAINER...]\n\n"
           "See 'docker rm --help' " + HELP, 1),
    "container remove": (
        "docker: 'docker container rm' requires at least 1 argument\n\n"
        "Usage:  docker container rm [OPTIONS] CONTAINER [CONTAINER...]\n\n"
        "See 'docker container rm --help' " + HELP, 1),
    "pull -q=foo x": (
        'invalid argument "foo" for "-q, --quiet" flag: strconv.ParseBool: parsing "foo": '
        f"invalid syntax\n\n{PULL}\n\nRun 'docker pull --help' " + HELP, 125),
    "create --rm=foo x": (
        'invalid argument "foo" for "--rm" flag: strconv.ParseBool: parsing "foo": invalid syntax'
        "\n\nUsage:  docker create [OPTIONS] IMAGE [COMMAND] [ARG...]\n\n"
        "Run 'docker create --help' " + HELP, 125),
    "images --filter dangling": (
        'invalid argument "dangling" for "-f, --filter" flag: bad format of filter (expected '
        "name=value)\n\nUsage:  docker images [OPTIONS] [REPOSITORY[:TAG]]\n\n"
        "Run 'docker images --help' " + HELP, 125),
    "image --foo": ("unknown flag: --foo\n\nUsage:  docker image\n\n"
                    "Run 'docker image --help' " + HELP, 125),
    "-H": ("flag needs an argument: 'H' in -H\n\nUsage:  docker [OPTIONS] COMMAND [ARG...]\n\n"
           "Run 'docker --help' " + HELP, 125),
    "--host": ("flag needs an argument: --host\n\nUsage:  docker [OPTIONS] COMMAND [ARG...]\n\n"
               "Run 'docker --help' " + HELP, 125),
    "pul x": ("docker: unknown command: docker pul\n\nRun 'docker --help' " + HELP, 1),
    "image foo": ("docker: unknown command: docker image foo\n\nUsage:  docker image\n\n"
                  "Run 'docker image --help' " + HELP, 1),
    "--foo": ("unknown flag: --foo\n\nUsage:  docker [OPTIONS] COMMAND [ARG...]\n\n"
              "Run 'docker --help' " + HELP, 125),
    "pull": (f"docker: 'docker pull' requires 1 argument\n\n{PULL}\n\n"
             "Run 'docker pull --help' " + HELP, 1),
    "pull a b": (f"docker: 'docker pull' requires 1 argument\n\n{PULL}\n\n"
                 "Run 'docker pull --help' " + HELP, 1),
    "pull --foo x": (f"unknown flag: --foo\n\n{PULL}\n\nRun 'docker pull --help' " + HELP, 125),
    "pull -z x": (f"unknown shorthand flag: 'z' in -z\n\n{PULL}\n\n"
                  "Run 'docker pull --help' " + HELP, 125),
    "images -qz": ("unknown shorthand flag: 'z' in -z\n\n"
                   "Usage:  docker images [OPTIONS] [REPOSITORY[:TAG]]\n\n"
                   "Run 'docker images --help' " + HELP, 125),
    "pull --platform": (f"flag needs an argument: --platform\n\n{PULL}\n\n"
                        "Run 'docker pull --help' " + HELP, 125),
    "login -u": (f"flag needs an argument: 'u' in -u\n\n{LOGIN}\n\n"
                 "Run 'docker login --help' " + HELP, 125),
    "login a b": (f"docker: 'docker login' requires at most 1 argument\n\n{LOGIN}\n\n"
                  "SRun 'docker login --help' " + HELP, 1),
    "rmi": ("docker: 'docker rmi' requires at least 1 argument\n\n"
            "Usage:  docker rmi [OPTIONS] IMAGE [IMAGE...]\n\nSee 'docker rmi --help' " + HELP, 1),
    "image ls a b": ("docker: 'docker image ls' requires at most 1 argument\n\n"
                     "Usage:  docker image ls [OPTIONS] [REPOSITORY[:TAG]]\n\n"
                     "SRun 'docker image ls --help' " + HELP, 1),
}  # fmt: skip


@pytest.mark.parametrize("line", REFUSED)
def test_a_refusal_is_dockers_own(line: str) -> None:
    """Text and exit status are those of the real CLI."""
    refused = complaint(line.split(), "26")
    assert refused is not None
    assert (refused.text, refused.status) == REFUSED[line]


def test_the_newer_cli_mended_its_typo() -> None:
    """CLI 28 has a letter too many in one sentence, CLI 29 has not."""
    old, new = (complaint(["login", "a", "b"], engine) for engine in ("26", "29"))
    assert old and new
    assert old.text.replace("SRun", "Run") == new.text != old.text


TAKEN = [
    "login", "login host", "login -u alice host", "login -ualice -p x host", "logout", "logout h",
    "login --username=alice --password-stdin host", "pull x", "pull -aq x", "pull -- x",
    "pull -q=false x", "rm -fv x", "info -fjson", "images", "images -q",
    "images --digests x", "rmi -f a b", "inspect a", "image pull x", "image rm x", "run hello",
]  # fmt: skip


@pytest.mark.parametrize("line", TAKEN)
def test_what_docker_takes_is_taken(line: str) -> None:
    """No complaint about a line that is right, or about a command that is not ours to judge."""
    assert complaint(line.split(), "29") is None


def test_no_command_is_both_known_and_not() -> None:
    """A command has its options here, or only its name."""
    assert not OTHERS & set(USAGES)
