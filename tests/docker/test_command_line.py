"""The table of commands and options, as the CLI's complaints and the parser read it."""

from collections.abc import Iterator

import pytest

from simulator.docker.cli.commands import Command, Images, Login, Unusable
from simulator.docker.cli.options import ALIASES, USAGES, Option, Usage, no_filter
from simulator.docker.cli.parse import InvalidCommand, parse
from simulator.docker.events.typed import TYPED
from simulator.docker.output.usage import complaint
from simulator.docker.unions import kinds


def lines() -> Iterator[tuple[str, Option]]:
    for name, usage in USAGES.items():
        for option in usage.options:
            for spelling in option.names:
                yield written(name, usage, option, spelling), option


VALUES = {"type": "image"}
"""What an option takes, where that is not any word."""


def written(name: str, usage: Usage, option: Option, spelling: str) -> str:
    usual = "dangling=true" if option.wrong is no_filter else "value"
    value = [VALUES.get(option.key, usual)] if option.valued else []
    return " ".join(["docker", name, spelling, *value, *["image"] * usage.least])


def test_every_option_is_taken_by_docker_and_played_or_refused_by_name() -> None:
    """No option is known to one reader of the table and unknown to the other."""
    for line, option in lines():
        words = line.split()[1:]
        assert complaint(words, "29") is None, line
        if option.key:
            parse(line, ("given",))
        else:
            with pytest.raises(InvalidCommand, match="is not played"):
                parse(line)


@pytest.mark.parametrize("alias", ALIASES)
def test_an_alias_is_the_same_command(alias: str) -> None:
    """`docker image list` is `docker image ls`, and complaints name the latter (CLI 28.2.2)."""
    name = ALIASES[alias]
    if name in USAGES:
        assert type(parse(f"docker {alias} x")) is type(parse(f"docker {name} x"))
    refused = complaint([*alias.split(), "--foo"], "26")
    assert refused and f"docker {name} --help" in refused.text


PASSWORDS = ("-p s3cret", "-ps3cret", "-p=s3cret", "--password s3cret", "--password=s3cret")


@pytest.mark.parametrize("option", PASSWORDS)
def test_a_password_on_the_command_line_is_used_and_not_kept(option: str) -> None:
    """In the text of the command there is a mask, whichever way it was typed."""
    command = parse(f"docker login -u alice {option} registry.example")
    assert isinstance(command, Login)
    assert (command.password, command.source, command.named) == ("s3cret", "flag", True)
    assert "s3cret" not in command.text
    assert "s3cret" not in repr(command.masked())


TOGETHER = ("docker images -aq", "docker images -a -q", "docker image ls -qa")


@pytest.mark.parametrize("line", TOGETHER)
def test_switches_of_one_letter_may_be_typed_together(line: str) -> None:
    command = parse(line)
    assert isinstance(command, Images)
    assert (command.every, command.quiet, command.digests) == (True, True, False)


def test_an_unknown_letter_is_named_with_what_follows_it() -> None:
    """As Docker's CLI does: what it understood is not repeated."""
    refused = complaint(["pull", "-qza", "image"], "29")
    assert refused and refused.text.startswith("unknown shorthand flag: 'z' in -za")


def test_every_command_has_its_event() -> None:
    """A command that is added has an edge of its own; a line that is refused never runs."""
    assert set(TYPED) == set(kinds(Command)) - {Unusable}
