"""The few files that matter, by path. Docker reads what is written into some of them."""

from dataclasses import replace
from pathlib import PurePosixPath

from simulator.docker.config_file import CredentialStore, InvalidConfig
from simulator.docker.go_json import not_config
from simulator.shell.values import AUTHORITY, CERTIFICATES, CONFIG, DISK, HOME, Ran, Shell
from simulator.sources.world import Tls

CERTS = "/etc/docker/certs.d"
ALWAYS = frozenset({"/", "/home", HOME, "/etc", "/etc/docker", "/root", "/tmp"})
"""Folders that every machine of ours has."""


def home_of(shell: Shell) -> str:
    return "/root" if shell.user == "root" else HOME


def absolute(shell: Shell, path: str) -> str:
    """The path from the root, without `.` and `..`."""
    if path == "~" or path.startswith("~/"):
        path = home_of(shell) + path[1:]
    parts: list[str] = []
    for part in PurePosixPath(shell.folder, path).parts[1:]:
        parts = parts[:-1] if part == ".." else [*parts, part]
    return "/" + "/".join(parts)


def paths(shell: Shell) -> set[str]:
    """Every file that is there."""
    stored = {CONFIG} if read(shell, CONFIG) is not None else set()
    return {*shell.files, *stored}


def folders(shell: Shell) -> set[str]:
    """Every folder that is there, empty or not."""
    nearest = {PurePosixPath(place) for path in paths(shell) if (place := path.rpartition("/")[0])}
    inside = {str(folder) for one in nearest for folder in (one, *one.parents)}
    return inside | ALWAYS | shell.folders


def read(shell: Shell, path: str) -> str | None:
    """The file's text; None where there is none."""
    if path == CONFIG and path not in shell.files:
        store = shell.client.store
        return store.to_json() if store != forgotten(store) else None
    return shell.files.get(path)


BLOCK = 1000
"""Characters that a name takes of the disk, beside its own."""


def write(shell: Shell, path: str, text: str) -> Ran:
    """The file with this text. Docker reads `config.json` and a registry's certificate."""
    if path in folders(shell):
        return Ran(shell, error=f"bash: {path}: Is a directory", status=1)
    if str(PurePosixPath(path).parent) not in folders(shell) and path != CONFIG:
        return Ran(shell, error=f"bash: {path}: No such file or directory", status=1)
    if not fits(shell, path, text):
        return Ran(shell, error=f"bash: {path}: No space left on device", status=1)
    if path == CONFIG:
        return Ran(configured(shell, text))
    moved = replace(shell, files={**shell.files, path: text})
    folder, _, name = path.removeprefix(f"{CERTS}/").rpartition("/")
    if path.startswith(CERTS) and name == "hosts.toml":
        known = {**dict(shell.client.hosts_files), folder: text}
        client = replace(shell.client, hosts_files=tuple(sorted(known.items())))
        moved = replace(moved, client=client)
    found = CERTIFICATES.fullmatch(path)
    return Ran(trusting(moved, found["host"], text) if found else moved)


def fits(shell: Shell, path: str, text: str = "") -> bool:
    """Whether the disk has room for one more file or folder."""
    names = (path, *shell.folders, *shell.files)
    return sum(map(len, (*names, *shell.files.values(), text))) + BLOCK * len(names) <= DISK


def removed(shell: Shell, path: str) -> Shell:
    """Without this file, or this folder and all that is in it."""
    gone = {one for one in paths(shell) if one == path or one.startswith(f"{path}/")}
    files = {name: text for name, text in shell.files.items() if name not in gone}
    left = frozenset(one for one in shell.folders if one != path and not one.startswith(f"{path}/"))
    client = shell.client
    certs = tuple(one for one in client.certs if f"{CERTS}/{one}" not in gone)
    kept = tuple(one for one in client.hosts_files if f"{CERTS}/{one[0]}/hosts.toml" not in gone)
    client = replace(client, certs=certs, hosts_files=kept)
    if CONFIG in gone:
        client = replace(client, store=forgotten(client.store), unreadable="")
    return replace(shell, files=files, folders=left, client=client)


def forgotten(store: CredentialStore) -> CredentialStore:
    """The store without the file: a helper's secrets are not in it, but only it names them."""
    return CredentialStore(installed=store.installed, broken=store.broken)


def configured(shell: Shell, text: str) -> Shell:
    """config.json with this text. One that Docker cannot read is kept as it is, and Docker says
    so at each command (docker/cli, `cli/config/config.go`)."""
    store, why = understood(text)
    store = store.on(shell.client.store)
    client = replace(shell.client, store=store, unreadable=complaint(CONFIG, why))
    files = {**shell.files, CONFIG: text}
    return replace(shell, client=client, files=files)


def understood(text: str) -> tuple[CredentialStore, str]:
    """What Docker takes from a config.json, and what it says about it; empty where all is well."""
    why = not_config(text)
    if why or not text.strip():
        return CredentialStore(), why
    try:
        return CredentialStore.from_json(text), ""
    except InvalidConfig as error:
        return CredentialStore(), str(error)


def complaint(path: str, why: str) -> str:
    return f"parsing config file ({path}): {why}" if why else ""


def trusting(shell: Shell, host: str, text: str) -> Shell:
    """The engine trusts a registry whose authority's certificate lies in its folder."""
    site = shell.world.sites.get(host)
    if site is None or site.tls is not Tls.UNTRUSTED or text != shell.files.get(AUTHORITY):
        return shell
    certs = dict.fromkeys((*shell.client.certs, f"{host}/ca.crt"))
    return replace(shell, client=replace(shell.client, certs=tuple(certs)))
