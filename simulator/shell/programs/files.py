"""Programs that read and write files: cat, ls, rm, cp, mv, mkdir, touch, tee, cd, pwd, test."""

from dataclasses import replace
from pathlib import PurePosixPath

from simulator.shell.files import absolute, fits, folders, home_of, paths, read, removed, write
from simulator.shell.values import Ran, Shell


def arguments(words: list[str]) -> list[str]:
    return [word for word in words if not word.startswith("-") or word == "-"]


def flags(words: list[str]) -> str:
    """The letters of all short options."""
    return "".join(word[1:] for word in words if word.startswith("-") and word[:2] != "--")


def failed(shell: Shell, said: list[str], out: str = "") -> Ran:
    return Ran(shell, out, "\n".join(said), 1 if said else 0)


def missing(program: str, word: str) -> str:
    return f"{program}: {word}: No such file or directory"


def cat(shell: Shell, words: list[str], given: str | None) -> Ran:
    names = arguments(words)
    if not names:
        return Ran(shell, given or "")
    texts = [given or "" if one == "-" else read(shell, absolute(shell, one)) for one in names]
    lacking = [missing("cat", one) for one, text in zip(names, texts, strict=True) if text is None]
    return failed(shell, lacking, "".join(text for text in texts if text is not None))


def ls(shell: Shell, words: list[str], given: str | None) -> Ran:
    """Names, or with `-l` a line each with rights, owner, size and name."""
    options, names = flags(words), arguments(words) or ["."]
    out: list[str] = []
    said: list[str] = []
    for name in names:
        path = absolute(shell, name)
        if path == "/":
            said.append(ROOT_IS_KEPT)
        elif path in paths(shell) or (path in folders(shell) and "d" in options):
            out.append(long_line(shell, path, name) if "l" in options else name)
        elif path in folders(shell):
            out += listing(shell, path, options)
        else:
            said.append(f"ls: cannot access '{name}': No such file or directory")
    text = "\n".join(out) if "l" in options else "  ".join(out)
    return Ran(shell, text, "\n".join(said), 2 if said else 0)


def listing(shell: Shell, folder: str, options: str) -> list[str]:
    every = paths(shell) | folders(shell)
    inside = {one for one in every if one != "/" and str(PurePosixPath(one).parent) == folder}
    names = sorted(PurePosixPath(one).name for one in inside)
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
        mode, size = ("-rw-------" if private else "-rw-r--r--"), len(read(shell, path) or "")
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
        said += [missing("tee", name)] * ran.status
    return failed(shell, said, given or "")


def cd(shell: Shell, words: list[str], given: str | None) -> Ran:
    name = words[0] if words else home_of(shell)
    path = absolute(shell, name)
    if path not in folders(shell):
        return Ran(shell, error=f"bash: cd: {name}: No such file or directory", status=1)
    return Ran(replace(shell, folder=path))


def pwd(shell: Shell, words: list[str], given: str | None) -> Ran:
    return Ran(shell, f"{shell.folder}\n")


def test(shell: Shell, words: list[str], given: str | None) -> Ran:
    """`test` and `[`: files, texts, and whether standard input is a terminal."""
    words = words[:-1] if words[-1:] == ["]"] else words
    negated = words[:1] == ["!"]
    true = holds(shell, words[negated:], given)
    return Ran(shell, status=int(true is negated))


def holds(shell: Shell, words: list[str], given: str | None) -> bool:
    match words:
        case ["-t", "0"]:
            return given is None
        case ["-f", name]:
            return absolute(shell, name) in paths(shell)
        case ["-d", name]:
            return absolute(shell, name) in folders(shell)
        case ["-e" | "-r" | "-w", name]:
            return absolute(shell, name) in paths(shell) | folders(shell)
        case ["-s", name]:
            return bool(read(shell, absolute(shell, name)))
        case ["-z", text]:
            return not text
        case ["-n", text] | [text]:
            return bool(text)
        case [left, "=" | "==", right]:
            return left == right
        case [left, "!=", right]:
            return left != right
        case _:
            return False


