"""The files that a program of text is given by name, or its standard input."""

from dataclasses import dataclass

from simulator.shell.files import absolute, folders, read
from simulator.shell.values import DISK, Shell

FOLDER = "Is a directory"
ABSENT = "No such file or directory"
SAID = {
    ("head", ABSENT): "head: cannot open '{name}' for reading: {why}",
    ("tail", ABSENT): "tail: cannot open '{name}' for reading: {why}",
    ("head", FOLDER): "head: error reading '{name}': {why}",
    ("tail", FOLDER): "tail: error reading '{name}': {why}",
    ("sort", ABSENT): "sort: cannot read: {name}: {why}",
    ("sort", FOLDER): "sort: read failed: {name}: {why}",
    ("base64", FOLDER): "base64: read error: {why}",
    ("jq", ABSENT): "jq: error: Could not open file {name}: {why}",
    ("jq", FOLDER): "jq: error: Could not open file {name}: {why}",
}
"""How a program says why it cannot read a file, where it is not `program: name: why`."""


@dataclass(frozen=True)
class Input:
    """A file by the name that was typed, or standard input as `-`."""

    name: str
    text: str


def inputs(
    shell: Shell, program: str, names: list[str], given: str | None
) -> tuple[list[Input], list[str]]:
    """The files that can be read, and a sentence on each of the others. Together they are no
    longer than the disk: a line can name one file a thousand times."""
    found, said, room = [], [], DISK
    for name in names or ["-"]:
        text = (given or "") if name == "-" else read(shell, absolute(shell, name))
        if text is None:
            said.append(unread(shell, program, name))
            continue
        found.append(Input(name, text[:room]))
        room -= len(found[-1].text)
    return found, said


def unread(shell: Shell, program: str, name: str) -> str:
    """Why this program cannot read this file, in its own words."""
    why = FOLDER if absolute(shell, name) in folders(shell) else ABSENT
    return SAID.get((program, why), "{program}: {name}: {why}").format(
        program=program, name=name, why=why
    )


def whole_input(shell: Shell, program: str, names: list[str], given: str | None) -> tuple[str, str]:
    """The text of these files one after the other, and the sentences on those that are missing."""
    found, said = inputs(shell, program, names, given)
    return "".join(one.text for one in found), "\n".join(said)
