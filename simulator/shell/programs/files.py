"""Programs that read and write files: cat, ls, rm, cp, mv, mkdir, touch, tee, cd, pwd, test."""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from operator import eq, ge, gt, le, lt, ne
from pathlib import PurePosixPath

from simulator.docker.output.line import Line
from simulator.shell.files import absolute, fits, folders, home_of, paths, read, removed, write
from simulator.shell.globbing import names_in
from simulator.shell.octets import bytes_of
from simulator.shell.programs.inputs import unread, whole_input
from simulator.shell.programs.options import Refused, read_options, refusing
from simulator.shell.values import Ran, Shell, with_end


def arguments(words: list[str]) -> list[str]:
    return [word for word in words if not word.startswith("-") or word == "-"]


def flags(words: list[str]) -> str:
    """The letters of all short options."""
    return "".join(word[1:] for word in words if word.startswith("-") and word[:2] != "--")


def failed(shell: Shell, said: list[str], out: str = "") -> Ran:
    return Ran(shell, out, "\n".join(said), 1 if said else 0)


@refusing
def cat(shell: Shell, words: list[str], given: str | None) -> Ran:
    """The files one after the other. `-n` numbers their lines."""
    options = read_options("cat", words, "-n --number\n-u")
    text, error = whole_input(shell, "cat", options.names, given)
    if "n" in options:
        lines = text.splitlines(keepends=True)
        text = "".join(f"{place:6}\t{line}" for place, line in enumerate(lines, 1))
    return Ran(shell, text, error, int(bool(error)))


LS = """
-l
-a --all
-A --almost-all
-d --directory
-1
-h --human-readable
"""


@refusing
def ls(shell: Shell, words: list[str], given: str | None) -> Ran:
    """Names, side by side on the screen and a line each elsewhere; with `-l` also rights, owner
    and size."""
    read_options("ls", words, LS)
    options, names = flags(words), arguments(words) or ["."]
    out: list[str] = []
    said: list[str] = []
    for name in names:
        path = absolute(shell, name)
        if path in paths(shell) or (path in folders(shell) and "d" in options):
            out.append(long_line(shell, path, name) if "l" in options else name)
        elif path in folders(shell):
            out += listing(shell, path, options)
        else:
            said.append(f"ls: cannot access '{name}': No such file or directory")
    text, error = with_end("\n".join(out)), "\n".join(said)
    beside = () if {"l", "1"} & set(options) or not out else (Line("output", "  ".join(out)),)
    printed = (*(Line("error", one) for one in said), *beside) if beside else ()
    return Ran(shell, text, error, 2 if said else 0, printed)


def listing(shell: Shell, folder: str, options: str) -> list[str]:
    names = names_in(shell, folder)
    shown = [name for name in names if not name.startswith(".") or {"a", "A"} & set(options)]
    if "l" not in options:
        return shown
    return [long_line(shell, f"{folder.rstrip('/')}/{name}", name) for name in shown]


def long_line(shell: Shell, path: str, name: str) -> str:
    """As `ls -l`; Docker writes config.json for its owner alone (mode 600)."""
    private = path.endswith("/.docker/config.json")
    owner = "alice" if path.startswith("/home/alice") else "root"
    if path in folders(shell):
        mode, size = ("drwx------" if path.endswith("/.docker") else "drwxr-xr-x"), 4096
    else:
        mode = "-rw-------" if private else "-rw-r--r--"
        size = len(bytes_of(read(shell, path) or ""))
    return f"{mode} 1 {owner} {owner} {size:5} Jan  1 00:00 {name}"


ROOT_IS_KEPT = (
    "rm: it is dangerous to operate recursively on '/'\n"
    "rm: use --no-preserve-root to override this failsafe"
)


def rm(shell: Shell, words: list[str], given: str | None) -> Ran:
    options, said = flags(words), []
    for name in arguments(words):
        path = absolute(shell, name)
        if path == "/":
            said.append(ROOT_IS_KEPT)
        elif path in paths(shell) or (path in folders(shell) and {"r", "R"} & set(options)):
            shell = removed(shell, path)
        elif path in folders(shell):
            said.append(f"rm: cannot remove '{name}': Is a directory")
        elif "f" not in options:
            said.append(f"rm: cannot remove '{name}': No such file or directory")
    return failed(shell, said)


def cp(shell: Shell, words: list[str], given: str | None) -> Ran:
    return copied(shell, "cp", arguments(words))


def mv(shell: Shell, words: list[str], given: str | None) -> Ran:
    names = arguments(words)
    ran = copied(shell, "mv", names)
    return ran if ran.status else replace(ran, shell=removed(ran.shell, absolute(shell, names[0])))


def copied(shell: Shell, program: str, names: list[str]) -> Ran:
    if len(names) != 2:
        return Ran(shell, error=f"{program}: give one file and its new place", status=1)
    path, target = (absolute(shell, name) for name in names)
    text = read(shell, path)
    if text is None:
        said = f"{program}: cannot stat '{names[0]}': No such file or directory"
        return Ran(shell, error=said, status=1)
    if target in folders(shell):
        target = f"{target}/{PurePosixPath(path).name}"
    return write(shell, target, text)


def mkdir(shell: Shell, words: list[str], given: str | None) -> Ran:
    made, said = set(shell.folders), []
    for name in arguments(words):
        path = PurePosixPath(absolute(shell, name))
        above = {str(one) for one in path.parents}
        if "p" not in flags(words) and not above <= folders(shell) | made:
            said.append(f"mkdir: cannot create directory '{name}': No such file or directory")
        else:
            made |= {str(path), *above}
    after = replace(shell, folders=frozenset(made))
    if not fits(after, ""):
        return Ran(shell, error="mkdir: cannot create directory: No space left on device", status=1)
    return failed(after, said)


def touch(shell: Shell, words: list[str], given: str | None) -> Ran:
    said = []
    for name in arguments(words):
        path = absolute(shell, name)
        if path not in paths(shell) and path not in folders(shell):
            ran = write(shell, path, "")
            shell = ran.shell
            why = ran.error.rpartition(": ")[2]
            said += [f"touch: cannot touch '{name}': {why}"] * ran.status
    return failed(shell, said)


def tee(shell: Shell, words: list[str], given: str | None) -> Ran:
    said = []
    for name in arguments(words):
        path = absolute(shell, name)
        before = (read(shell, path) or "") if "a" in flags(words) else ""
        ran = write(shell, path, before + (given or ""))
        shell = ran.shell
        said += [unread(shell, "tee", name)] * ran.status
    return failed(shell, said, given or "")


def cd(shell: Shell, words: list[str], given: str | None) -> Ran:
    name = words[0] if words else home_of(shell)
    path = absolute(shell, name)
    if path not in folders(shell):
        return Ran(shell, error=f"bash: cd: {name}: No such file or directory", status=1)
    return Ran(replace(shell, folder=path))


def pwd(shell: Shell, words: list[str], given: str | None) -> Ran:
    return Ran(shell, f"{shell.folder}\n")


@refusing
def test(shell: Shell, words: list[str], given: str | None) -> Ran:
    """Files, texts, numbers, and whether standard input is a terminal."""
    return Ran(shell, status=int(not holds(shell, words, given)))


def bracket(shell: Shell, words: list[str], given: str | None) -> Ran:
    """`[ ... ]`, which is `test`."""
    if words[-1:] != ["]"]:
        return Ran(shell, error="bash: [: missing `]'", status=2)
    ran = test(shell, words[:-1], given)
    return replace(ran, error=ran.error.replace("bash: test:", "bash: [:", 1))


def holds(shell: Shell, words: list[str], given: str | None) -> bool:
    """Raises Refused where the words are no test."""
    match words:
        case []:
            return False
        case [text]:
            return bool(text)
        case [left, operator, right] if operator in COMPARED:
            return COMPARED[operator](left, right)
        case [left, operator, right] if operator in COUNTED:
            return COUNTED[operator](whole(left), whole(right))
        case [operator, word] if operator in ASKED:
            return ASKED[operator](shell, word, given)
        case ["!", *rest]:
            return not holds(shell, rest, given)
        case _:
            return combined(shell, words, given)


def combined(shell: Shell, words: list[str], given: str | None) -> bool:
    """`A -o B`, which is weaker, and `A -a B`. Raises Refused."""
    for operator, decide in (("-o", any), ("-a", all)):
        if operator in words[1:-1]:
            at = words.index(operator, 1)
            return decide([holds(shell, words[:at], given), holds(shell, words[at + 1 :], given)])
    if len(words) == 2:
        raise Refused(f"bash: test: {words[0]}: unary operator expected")
    if len(words) == 3:
        raise Refused(f"bash: test: {words[1]}: binary operator expected")
    raise Refused("bash: test: too many arguments")


def whole(text: str) -> int:
    """The number. Raises Refused."""
    if not re.fullmatch(r"\s*[-+]?[0-9]{1,18}\s*", text):
        raise Refused(f"bash: test: {text}: integer expression expected")
    return int(text)


COMPARED: Mapping[str, Callable[[str, str], bool]] = {
    "=": eq, "==": eq, "!=": ne, "<": lt, ">": gt,
}  # fmt: skip
COUNTED: Mapping[str, Callable[[int, int], bool]] = {
    "-eq": eq, "-ne": ne, "-lt": lt, "-le": le, "-gt": gt, "-ge": ge,
}  # fmt: skip


def is_there(shell: Shell, name: str, given: str | None) -> bool:
    return absolute(shell, name) in paths(shell) | folders(shell)


ASKED: Mapping[str, Callable[[Shell, str, str | None], bool]] = {
    "-t": lambda shell, number, given: given is None if number == "0" else number in ("1", "2"),
    "-f": lambda shell, name, given: absolute(shell, name) in paths(shell),
    "-d": lambda shell, name, given: absolute(shell, name) in folders(shell),
    "-e": is_there, "-r": is_there, "-w": is_there,
    "-s": lambda shell, name, given: bool(read(shell, absolute(shell, name))),
    "-L": lambda shell, name, given: False, "-h": lambda shell, name, given: False,
    "-z": lambda shell, text, given: not text,
    "-n": lambda shell, text, given: bool(text),
}  # fmt: skip
"""Tests of one word."""
