"""Names of files for a pattern with `*`, `?` or `[...]`, as bash finds them."""

import re
from fnmatch import fnmatchcase
from pathlib import PurePosixPath

from simulator.shell.files import absolute, folders, paths
from simulator.shell.values import Shell

QUOTED = "\0"
"""Comes before a character that was quoted: it means itself. Bash drops NUL from words, too."""
WILD = re.compile(rf"(?<!{QUOTED})[*?\[]")
SPECIAL = re.compile(rf"[*?\[\]{QUOTED}]")


def quoted(text: str) -> str:
    """The text with its special characters marked as quoted."""
    return SPECIAL.sub(lambda one: f"{QUOTED}{one[0]}", text.replace(QUOTED, ""))


def plain(pattern: str) -> str:
    """The text of a pattern, without the marks."""
    return pattern.replace(QUOTED, "")


def names_in(shell: Shell, folder: str) -> list[str]:
    """The names of the files and folders in this folder, sorted."""
    every = paths(shell) | folders(shell)
    inside = {one for one in every if one != "/" and str(PurePosixPath(one).parent) == folder}
    return sorted(PurePosixPath(one).name for one in inside)


def matching(shell: Shell, pattern: str) -> list[str]:
    """The paths that fit the pattern; where none does, the pattern itself."""
    if not WILD.search(pattern):
        return [plain(pattern)]
    *above, last = pattern.split("/")
    known = [""]
    for step in above:
        known = [f"{one}{name}/" for one in known for name in fitting(shell, one, step)]
    found = [f"{one}{name}" for one in known for name in fitting(shell, one, last)]
    return found or [plain(pattern)]


def fitting(shell: Shell, above: str, step: str) -> list[str]:
    """The names in a folder that fit one step of the path. One with a dot in front is hidden."""
    if not WILD.search(step):
        return [plain(step)] if not step or exists(shell, above + plain(step)) else []
    form = step.replace("[^", "[!")
    form = re.sub(f"{QUOTED}(.)", lambda one: f"[{one[1]}]" if one[1] in "*?[" else one[1], form)
    names = names_in(shell, absolute(shell, above or "."))
    return [name for name in names
            if fnmatchcase(name, form) and (name[0] != "." or form[0] == ".")]  # fmt: skip


def exists(shell: Shell, path: str) -> bool:
    return absolute(shell, path) in paths(shell) | folders(shell)
