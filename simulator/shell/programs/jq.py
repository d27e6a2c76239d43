"""`jq`: values of a JSON document."""

import json
from collections.abc import Iterable, Iterator
from typing import Any

from simulator.protocol.json_text import check_depth, json_of
from simulator.shell.octets import lines_of
from simulator.shell.programs.inputs import whole_input
from simulator.shell.programs.jq_language import compiled
from simulator.shell.programs.jq_values import Filter, JqError, NotPlayed, Work, doubles, truthy
from simulator.shell.programs.options import Options, Refused, not_played, read_options, refusing
from simulator.shell.values import Ran, Shell

OPTIONS = """
-r --raw-output
-j --join-output
-c --compact-output
-e --exit-status
-n --null-input
-s --slurp
-S --sort-keys
-M --monochrome-output
--tab
--indent=
"""


@refusing
def jq(shell: Shell, words: list[str], given: str | None) -> Ran:
    """`jq [OPTIONS] FILTER [FILE...]`, with the part of the language that `compiled` knows."""
    options = read_options("jq", words, OPTIONS)
    program, *names = options.names or ["."]
    work = Work()
    try:
        wanted = compiled(program, work)
    except (NotPlayed, ValueError, RecursionError) as error:
        raise Refused(not_played(f"the filter {program}"), 3) from error
    text, unread = whole_input(shell, "jq", names, given)
    place = names[-1] if names else "<stdin>"
    answer = Answer(options, work, f"{place}:{len(lines_of(text))}")
    answer.add(wanted, documents(text, options))
    said = [line for line in (unread, *answer.errors) if line]
    return Ran(shell, answer.out, "\n".join(said), answer.status or (2 if unread else 0))


def documents(text: str, options: Options) -> Iterator[Any]:
    """The values of the input, one after the other. Raises ValueError where one is no JSON."""
    if "n" in options:
        yield None
    elif "s" in options:
        yield list(parsed(text))
    else:
        yield from parsed(text)


def parsed(text: str) -> Iterator[Any]:
    check_depth(text)
    decoder, at = json.JSONDecoder(), 0
    while left := text[at:].lstrip():
        at = len(text) - len(left)
        _, end = decoder.raw_decode(text, at)
        yield doubles(json_of(text[at:end]))
        at = end


class Answer:
    """What jq prints: values and errors, and its status."""

    def __init__(self, options: Options, work: Work, place: str) -> None:
        self.options, self.work, self.place = options, work, place
        self.indent = "\t" if "tab" in options else indent_of(options.value("indent", "2"))
        self.out, self.errors, self.status = "", list[str](), 4 if "e" in options else 0

    def add(self, wanted: Filter, values: Iterable[Any]) -> None:
        """The filter's values for each of these."""
        try:
            for value in values:
                self.add_of(wanted, value)
        except NotPlayed as error:
            self.fail(not_played(f"jq with {error}"), 3)
        except RecursionError:
            self.fail(not_played("jq with a value that is nested so deeply"), 3)
        except ValueError:
            self.fail("jq: parse error: not JSON", 2)

    def add_of(self, wanted: Filter, value: Any) -> None:
        """The filter's values for this one; an error ends them, but not those of the next."""
        try:
            for one in wanted(value):
                self.out += self.printed(one)
                self.status = int(not truthy(one)) if "e" in self.options else 0
        except JqError as error:
            self.fail(f"jq: error (at {self.place}): {error}", 5)

    def fail(self, sentence: str, status: int) -> None:
        self.errors.append(sentence)
        self.status = status

    def printed(self, value: Any) -> str:
        """The value as the options want it, with the end of its line."""
        raw = {"r", "j"} & self.options.values.keys() and isinstance(value, str)
        text = value if raw else self.written(value)
        return text if "j" in self.options else f"{text}\n"

    def written(self, value: Any) -> str:
        compact = {"c", "j"} & self.options.values.keys()
        encoder = json.JSONEncoder(
            ensure_ascii=False,
            indent=None if compact else self.indent,
            separators=(",", ":") if compact or not self.indent else (",", ": "),
            sort_keys="S" in self.options,
        )
        parts = []
        for part in encoder.iterencode(value):
            self.work.spend(1)
            parts.append(part)
        return "".join(parts)


def indent_of(text: str) -> int | None:
    """Blanks of a level; none at all is a line without blanks. Raises Refused."""
    if not text.isdecimal() or int(text) > 7:
        raise Refused("jq: --indent takes a number between -1 and 7")
    return int(text) or None
