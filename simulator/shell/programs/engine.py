"""What Docker's CLI tells about its engine: `docker info`."""

import re

from simulator.docker import events as e
from simulator.docker.engines import engine as known_engine
from simulator.docker.machine import State
from simulator.docker.output.engine_socket import told as not_reached
from simulator.shell.values import Ran, Shell

FIELD = re.compile(r"\{\{\s*\.(\w+)\s*\}\}")
DATA = "/var/lib/docker"


def info(shell: Shell, words: list[str]) -> Ran:
    """`docker info [--format TEXT]`, of which the format may name plain fields."""
    if shell.client.socket:
        failure = e.EngineUnreachable(shell.client.socket)
        return Ran(shell, error=not_reached(failure, State(shell.client)), status=1)
    form = next((word.partition("=")[2] or after
                 for word, after in zip(words, [*words[1:], ""], strict=False)
                 if word.partition("=")[0] in ("--format", "-f")), "")  # fmt: skip
    known = fields(shell)
    if form:
        unknown = [name for name in FIELD.findall(form) if name not in known]
        if unknown or "{{" in FIELD.sub("", form):
            said = f"pullscope: of this format only {{{{.NAME}}}} is played: {', '.join(known)}"
            return Ran(shell, error=said, status=1)
        return Ran(shell, FIELD.sub(lambda found: known[found[1]], form) + "\n")
    return Ran(shell, "\n".join(summary(shell, known)) + "\n")


def fields(shell: Shell) -> dict[str, str]:
    proxies = shell.client.proxies
    return {
        "HTTPProxy": proxies.http, "HTTPSProxy": proxies.https, "NoProxy": proxies.no,
        "DockerRootDir": DATA, "OSType": "linux",
        "Driver": "overlay2" if known_engine(shell.client.engine).pings else "overlayfs",
    }  # fmt: skip


def summary(shell: Shell, known: dict[str, str]) -> list[str]:
    """The lines of `docker info` that this world can fill."""
    lines = ["Client:", " Context:    default", " Debug Mode: false", "", "Server:"]
    lines += [f" Storage Driver: {known['Driver']}", f" Docker Root Dir: {DATA}"]
    titles = {"HTTPProxy": "HTTP Proxy", "HTTPSProxy": "HTTPS Proxy", "NoProxy": "No Proxy"}
    lines += [f" {title}: {known[name]}" for name, title in titles.items() if known[name]]
    lines += [" Insecure Registries:"]
    lines += [f"  {one}" for one in (*shell.client.insecure, "::1/128", "127.0.0.0/8")]
    if shell.client.mirrors:
        lines += [" Registry Mirrors:", *(f"  {one}/" for one in shell.client.mirrors)]
    return [*lines, " Live Restore Enabled: false"]
