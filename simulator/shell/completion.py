"""The tab key: what a line can become."""

from simulator.docker.cli.options import USAGES
from simulator.shell import BUILT_IN
from simulator.shell.programs import PROGRAMS
from simulator.shell.values import Shell
from simulator.sources.world import Role


def completions(shell: Shell, text: str) -> list[str]:
    """Lines that this one can become, one word on: programs, commands, options, names."""
    head, _, last = text.rpartition(" ")
    words = head.split()
    known = candidates(shell, words)
    found = sorted({word for word in known if word.startswith(last) and word != last})
    return [f"{head} {word}".lstrip() for word in found]


def candidates(shell: Shell, words: list[str]) -> set[str]:
    if not words:
        return {"docker", *PROGRAMS, *BUILT_IN}
    if words == ["docker"]:
        return {name for name in USAGES if " " not in name}
    if words[0] == "docker":
        usage = USAGES.get(words[1])
        return (set(usage.names) if usage else set()) | named(shell, words[1])
    if words[0] == "cat":
        return {"~/.docker/config.json", *shell.files}
    return set()


def named(shell: Shell, command: str) -> set[str]:
    """What this command can be about: hosts, images elsewhere, or images that are here."""
    if command in ("login", "logout"):
        return set(shell.world.hosts(Role.REGISTRY))
    here = {name for name, _digest in shell.client.images.images}
    return here | served(shell) if command == "pull" else here


def served(shell: Shell) -> set[str]:
    """The images that the registries have."""
    found: set[str] = set()
    for host in shell.world.hosts(Role.REGISTRY):
        site = shell.world.sites[host]
        for name, held in (site.registry.repositories if site.registry else {}).items():
            found |= {f"{host}/{name}:{tag}" for tag in held.tags}
    return found
