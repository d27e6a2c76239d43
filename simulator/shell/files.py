"""The few files that matter, and the programs that read and write them."""

from dataclasses import replace

from simulator.docker.config_file import CredentialStore, InvalidConfig
from simulator.shell.values import AUTHORITY, CERTIFICATES, CONFIG, HOME, Ran, Shell
from simulator.sources.world import Tls, World


def absolute(path: str) -> str:
    if path == "~" or path.startswith("~/"):
        return HOME + path[1:]
    return path if path.startswith("/") else f"{HOME}/{path}"


def read(shell: Shell, path: str) -> str | None:
    """The file's text; None where there is none."""
    if path == CONFIG:
        store = shell.client.store
        return store.to_json() if store != CredentialStore() or path in shell.files else None
    return shell.files.get(path)


def write(shell: Shell, path: str, text: str) -> Ran:
    """Docker reads what is written: `config.json`, `daemon.json`, a registry's certificate."""
    if path == CONFIG:
        return configured(shell, text)
    moved = replace(shell, files={**shell.files, path: text})
    found = CERTIFICATES.fullmatch(path)
    return Ran(trusting(moved, found["host"], text) if found else moved)


def configured(shell: Shell, text: str) -> Ran:
    try:
        store = CredentialStore.from_json(text)
    except InvalidConfig as error:
        return Ran(shell, error=f"pullscope: not written: {error}", status=1)
    missing = bool(store.helper or store.helpers)
    client = replace(shell.client, store=replace(store, helper_missing=missing))
    return Ran(replace(shell, client=client, files={**shell.files, CONFIG: ""}))


def trusting(shell: Shell, host: str, text: str) -> Shell:
    """The engine trusts a registry whose authority's certificate lies in its folder."""
    site = shell.world.sites.get(host)
    if site is None or site.tls is not Tls.UNTRUSTED or text != shell.files.get(AUTHORITY):
        return shell
    trusted = {**shell.world.sites, host: replace(site, tls=Tls.TRUSTED)}
    return replace(shell, world=World(trusted))


def cat(shell: Shell, words: list[str], given: str | None) -> Ran:
    if not words:
        return Ran(shell, given or "")
    found = [(word, read(shell, absolute(word))) for word in words]
    missing = [f"cat: {word}: No such file or directory" for word, text in found if text is None]
    out = "".join(text for _, text in found if text is not None)
    return Ran(shell, out, "\n".join(missing), 1 if missing else 0)


def ls(shell: Shell, words: list[str], given: str | None) -> Ran:
    folder = absolute(next((word for word in words if not word.startswith("-")), "~")).rstrip("/")
    paths = {*shell.files, *((CONFIG,) if read(shell, CONFIG) is not None else ())}
    inside = {
        path[len(folder) + 1 :].split("/")[0] for path in paths if path.startswith(f"{folder}/")
    }
    hidden = any(word.startswith("-") and "a" in word for word in words)
    names = sorted(name for name in inside if hidden or not name.startswith("."))
    if not inside and folder != HOME:
        return Ran(
            shell, error=f"ls: cannot access '{folder}': No such file or directory", status=2
        )
    return Ran(shell, "  ".join(names))


def rm(shell: Shell, words: list[str], given: str | None) -> Ran:
    paths = [absolute(word) for word in words if not word.startswith("-")]
    for path in paths:
        if read(shell, path) is None:
            if any(word.startswith("-") and "f" in word for word in words):
                continue
            told = f"rm: cannot remove '{path}': No such file or directory"
            return Ran(shell, error=told, status=1)
        files = {name: text for name, text in shell.files.items() if name != path}
        client = shell.client
        if path == CONFIG:
            client = replace(client, store=CredentialStore())
        shell = replace(shell, files=files, client=client)
    return Ran(shell)


def cp(shell: Shell, words: list[str], given: str | None) -> Ran:
    names = [absolute(word) for word in words if not word.startswith("-")]
    if len(names) != 2:
        return Ran(shell, error="cp: give one file and where to copy it", status=1)
    text = read(shell, names[0])
    if text is None:
        told = f"cp: cannot stat '{names[0]}': No such file or directory"
        return Ran(shell, error=told, status=1)
    target = names[1]
    if words[-1].endswith("/"):
        target = f"{target.rstrip('/')}/{names[0].rpartition('/')[2]}"
    return write(shell, target, text)


def mkdir(shell: Shell, words: list[str], given: str | None) -> Ran:
    """Folders are there as soon as a file is in them."""
    return Ran(shell)
