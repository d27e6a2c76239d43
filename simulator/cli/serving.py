"""`registry` serves the mock registry."""

import sys
from dataclasses import replace
from typing import Any

import click

from simulator.cli.common import HOST, told_plainly
from simulator.protocol.hosts import is_site
from simulator.registry import serving as server
from simulator.registry.fixtures import repositories
from simulator.registry.model import Auth, Fault, Part, Registry, User

LONGEST_KIND, SHOWN = 20, 60
"""Characters of a fault's kind, and of a wrong fault that the sentence about it repeats."""


def checked_url(context: click.Context, parameter: click.Parameter, value: str) -> str:
    """Without the slash at its end. Only https: plain HTTP needs no proxy."""
    if value and not is_site(value):
        raise click.BadParameter(f"{value!r} is not an address like https://registry.example.com")
    return value.rstrip("/")


@click.command()
@HOST
@click.option("--port", type=click.IntRange(0, 65535), default=5000, show_default=True)
@click.option("--auth", type=click.Choice([auth.value for auth in Auth]), default="bearer",
              show_default=True)  # fmt: skip
@click.option("--user", "users", multiple=True, metavar="NAME:PATTERN[,PATTERN]",
              help="Who may pull what; the password is asked for.")  # fmt: skip
@click.option("--password-stdin", is_flag=True, help="Read one password a line, a user each.")
@click.option("--image", "images", multiple=True, metavar="REPOSITORY",
              help="Serve only these repositories (default: all).")  # fmt: skip
@click.option("--fault", "faults", multiple=True, metavar="PART:KIND",
              help="Break it: manifest:500, token:503, blob:corrupt, blob:cut=100.")  # fmt: skip
@click.option("--writable", is_flag=True, help="Take pushes from users to what they may pull.")
@click.option("--public-url", metavar="URL", default="", callback=checked_url,
              help="How clients reach it, where a proxy with TLS is before it.")  # fmt: skip
@told_plainly
def registry(
    host: str, port: int, auth: str, users: tuple[str, ...], password_stdin: bool,
    images: tuple[str, ...], faults: tuple[str, ...], writable: bool, public_url: str,
) -> None:  # fmt: skip
    """Serve the mock registry: `docker`, `podman` and `skopeo` can pull from it, and push to it if
    it is writable. Pushed images are kept in memory until the registry stops.

    Images: myimage, team/app, team/multi, team/oci, public/hello, other/secret. Without --user
    there is alice, password s3cret, who may pull myimage and team/*.
    """
    known = read_users(users, password_stdin) or {"alice": User("s3cret", ("myimage", "team/*"))}
    if writable:
        known = {name: replace(user, may_push=user.may_pull) for name, user in known.items()}
    served = Registry(
        auth=Auth(auth), realm="Pullscope", users=known,
        repositories=chosen_images(images), faults=tuple(map(parse_fault, faults)),
        writable=writable, referrers=True,
    )  # fmt: skip
    server.serve(served, host, port, log=click.echo, public=public_url)


def read_users(specifications: tuple[str, ...], from_stdin: bool) -> dict[str, User]:
    passwords = iter(sys.stdin.read().splitlines()) if from_stdin else iter(())
    found = {}
    for specification in specifications:
        name, colon, patterns = specification.partition(":")
        if not (name and colon and patterns):
            raise click.BadParameter(
                f"{specification!r} is not NAME:PATTERN, for example alice:team/*",
                param_hint="'--user'",
            )
        password = next(passwords, "") if from_stdin else ask_password(name)
        if not password:
            raise click.UsageError(f"no password for {name}: give one line of standard input each")
        found[name] = User(password, tuple(patterns.split(",")))
    return found


def ask_password(name: str) -> str:
    if not sys.stdin.isatty():
        raise click.UsageError(f"no password for {name}: pipe it in and add --password-stdin")
    return str(click.prompt(f"Password of {name}", hide_input=True))


def chosen_images(names: tuple[str, ...]) -> dict[str, Any]:
    known = repositories()
    for name in names:
        if name not in known:
            raise click.BadParameter(
                f"there is no image {name!r}: choose from {', '.join(known)}",
                param_hint="'--image'",
            )
    return {name: known[name] for name in names or known}


def parse_fault(specification: str) -> Fault:
    """`part:status`, `blob:corrupt` or `blob:cut=BYTES`."""
    part, _, kind = specification.partition(":")
    if part in list(Part) and len(kind) <= LONGEST_KIND:
        if kind.isdecimal() and 400 <= int(kind) <= 599:
            return Fault(Part(part), status=int(kind))
        if kind == "corrupt" and part == Part.BLOB:
            return Fault(Part.BLOB, corrupt=True)
        if kind.startswith("cut=") and kind[4:].isdecimal() and part == Part.BLOB:
            return Fault(Part.BLOB, cut_after=int(kind[4:]))
    known = ", ".join(part.value for part in Part)
    raise click.BadParameter(
        f"{specification[:SHOWN]!r} is not PART:STATUS (parts: {known}), blob:corrupt or "
        "blob:cut=BYTES",
        param_hint="'--fault'",
    )
