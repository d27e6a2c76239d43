"""For every command: one sentence for bad input, and prompts for secrets."""

import os
import re
import sys
from collections.abc import Callable
from functools import wraps
from typing import Any

import click

Command = Callable[..., Any]

HOST = click.option(
    "--host", default="127.0.0.1", show_default=True, help="The address to listen at."
)


DEBUG = "PULLSCOPE_DEBUG"
"""With this environment variable, an exception that is not about input keeps its traceback."""


def told_plainly(command: Command) -> Command:
    """Bad input, and whatever else goes wrong, ends with one sentence and exit status 2."""

    @wraps(command)
    def wrapped(*args: Any, **options: Any) -> Any:
        try:
            return command(*args, **options)
        except (click.exceptions.Exit, click.ClickException, click.Abort, BrokenPipeError):
            raise
        except Exception as error:
            if os.environ.get(DEBUG) and not isinstance(error, ValueError):
                raise
            refuse(sentence_of(error))

    return wrapped


def sentence_of(error: Exception) -> str:
    """What went wrong, in one line. An error that is not about input says how to learn more."""
    said = printable(" ".join(str(error).split()))
    match error:
        case ValueError() if said:
            return said
        case OSError(strerror=str(why)):
            where = f"{error.filename}: " if error.filename else ""
            return f"{printable(where)}{why}"
        case _:
            what = type(error).__name__ + (f" ({said})" if said else "")
            return f"this ended with an error of Pullscope's own: {what}; {DEBUG}=1 shows where"


CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


def printable(text: str) -> str:
    """Text of others without the characters that command a terminal."""
    return CONTROL.sub("\ufffd", text)


LONG_WORD = re.compile(r"(?<!\S)(\S{60})\S{140,}")


def refuse(sentence: str) -> None:
    """End with this sentence, with long foreign words in it shortened."""
    sentence = LONG_WORD.sub(r"\1…", sentence)
    click.echo(f"pullscope: {sentence}", err=True)
    raise click.exceptions.Exit(2)


def read_password(username: str, from_stdin: bool) -> str:
    """From standard input or a prompt, never from the command line, where others can see it."""
    if not username:
        if from_stdin:
            raise click.UsageError("--password-stdin needs --username: whose password is it?")
        return ""
    if not from_stdin and not sys.stdin.isatty():
        raise click.UsageError("--username needs a password: pipe it in and add --password-stdin")
    typed = piped_password() if from_stdin else str(click.prompt("Password", hide_input=True))
    password = typed.rstrip("\r\n")
    if not password:
        raise click.UsageError("the password on standard input is empty")
    return password


def piped_password() -> str:
    try:
        return piped().decode("utf-8")
    except UnicodeDecodeError:
        raise click.UsageError("the password on standard input is not UTF-8") from None


def piped() -> bytes:
    """Standard input to its end; empty where it is closed."""
    return sys.stdin.buffer.read() if sys.stdin else b""
