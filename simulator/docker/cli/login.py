"""`docker login` from its command line: where name and password come from."""

import re
import shlex
from collections.abc import Callable, Iterator, Mapping

from simulator.docker.cli.commands import Login
from simulator.docker.cli.words import Words
from simulator.protocol.reference import HUB
from simulator.protocol.secrets import MASK


def login(words: Words) -> Login:
    server = words.rest[0] if words.rest else HUB
    source = next((key for key in ("stdin", "password") if key in words.options), "prompt")
    return MAKERS_OF_LOGIN[source](words, server)


def login_with_password(words: Words, server: str) -> Login:
    """The password is an option; a name that is missing is still asked for."""
    username = words.options.get("username", "")
    asks = bool(words.typed) and not username
    return Login(
        text=" ".join(without_password(shlex.split(words.text))),
        server=server,
        username=words.typed[0] if asks else username,
        password=words.options["password"],
        source="flag",
        named=bool(username),
        terminal=asks,
        wrong=wrong_options(words.options),
    )


def login_from_input(words: Words, server: str) -> Login:
    """The password is on standard input, without the line's end."""
    given = "".join(words.typed[:1]).removesuffix("\n").removesuffix("\r")
    username = words.options.get("username", "")
    return Login(
        text=" ".join(without_password(shlex.split(words.text))),
        server=server,
        username=username,
        password=given,
        source="stdin",
        named=bool(username),
        wrong=wrong_options(words.options),
    )


def login_at_prompt(words: Words, server: str) -> Login:
    """The name, where it is not an option, and the password are asked for."""
    named, answers = words.options.get("username", ""), list(words.typed)
    username = named or (answers.pop(0) if answers else "")
    return Login(
        text=words.text,
        server=server,
        username=username,
        password=answers[0] if answers else "",
        named=bool(named),
        terminal=bool(words.typed),
        wrong=wrong_options(words.options),
    )


MAKERS_OF_LOGIN: Mapping[str, Callable[[Words, str], Login]] = {
    "stdin": login_from_input,
    "password": login_with_password,
    "prompt": login_at_prompt,
}


def wrong_options(options: Mapping[str, str]) -> str:
    """What Docker's CLI finds wrong before it asks anybody; empty if nothing."""
    if "stdin" in options and "password" in options:
        return "both passwords"
    if "stdin" in options and "username" not in options:
        return "username"
    if options.get("username") == "":
        return "empty username"
    return "password flag" if options.get("password") == "" else ""


GIVEN = re.compile(r"(-p|--password=).+", re.DOTALL)


def without_password(words: list[str]) -> Iterator[str]:
    """The words of a command line as kept: a password among them is masked."""
    for before, word in zip(["", *words], words, strict=False):
        found = GIVEN.fullmatch(word)
        if before in ("-p", "--password"):
            yield MASK
        else:
            yield f"{found[1]}{MASK}" if found else word
