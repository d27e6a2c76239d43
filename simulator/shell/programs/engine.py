"""What only Docker's engine answers: `docker info`, and that it has no containers to remove."""

from collections.abc import Callable, Mapping
from urllib.parse import quote, urlencode

from simulator.docker.cli.options import INFO, RM
from simulator.docker.cli.parse import address, engine_address, split_options, uninitialised
from simulator.docker.engines import engine as known_engine
from simulator.docker.go_faults import TemplateError
from simulator.docker.go_template import filled
from simulator.docker.held_images import held
from simulator.docker.machine.engine_socket import obstacle
from simulator.docker.output.engine_socket import API, not_reached
from simulator.docker.output.shared import DAEMON
from simulator.protocol.reference import HUB
from simulator.shell.values import Ran, Shell

Options = Mapping[str, str]
DATA = "/var/lib/docker"
LOCAL = ("::1/128", "127.0.0.0/8")
"""Networks that Docker counts as insecure registries by itself."""
CLIENT = ("Client:", " Context:    default", " Debug Mode: false", "", "Server:")


def info(shell: Shell, words: list[str], own: Options, environment: Options) -> Ran:
    """`docker info [--format TEXT]`, of which the format may name what this world can fill."""
    lost = uninitialised(own, environment)
    if lost:
        return Ran(shell, error=lost, status=1)
    template = split_options(words, "docker info", INFO)[0].get("format", "")
    wrong = unreached(shell, own, environment, ("Get", f"{API}/info"))
    if wrong:
        return Ran(shell, "\n" if template else "\n".join((*CLIENT, "")), wrong, 1)
    if template:
        return in_format(shell, "{{json .}}" if template == "json" else template)
    return Ran(shell, "\n".join(summary(shell)) + "\n")


def in_format(shell: Shell, template: str) -> Ran:
    """The template filled. Docker knows more fields than this world; a template that is wrong in
    itself ends with a status of its own."""
    known = fields(shell)
    try:
        return Ran(shell, filled(template, known) + "\n")
    except TemplateError as error:
        said = f"pullscope: of docker info these fields are played: {', '.join(known)}"
        return Ran(shell, error=said if error.lacks else str(error), status=error.status)


def fields(shell: Shell) -> dict[str, object]:
    client, profile = shell.client, known_engine(shell.client.engine)
    return {
        "Containers": 0, "Images": len(held(client.images, profile.image_is_config)),
        "Driver": "overlay2" if profile.pings else "overlayfs",
        "OSType": "linux",
        "RegistryConfig": {
            "IndexConfigs": {name: index(shell, name) for name in (*client.insecure, HUB)},
            "InsecureRegistryCIDRs": list(LOCAL),
            "Mirrors": mirrors(shell),
        },
        "DockerRootDir": DATA,
        "HTTPProxy": client.proxies.http, "HTTPSProxy": client.proxies.https,
        "NoProxy": client.proxies.no,
    }  # fmt: skip


def index(shell: Shell, name: str) -> dict[str, object]:
    """What the engine knows about a registry by its configuration."""
    official = name == HUB
    return {"Mirrors": mirrors(shell) if official else [], "Name": name, "Official": official,
            "Secure": name not in shell.client.insecure}  # fmt: skip


def mirrors(shell: Shell) -> list[str]:
    return [f"{one}/" for one in shell.client.mirrors]


def summary(shell: Shell) -> list[str]:
    """The lines of `docker info` that this world can fill."""
    known = fields(shell)
    lines = [*CLIENT, f" Storage Driver: {known['Driver']}", f" Docker Root Dir: {DATA}"]
    titles = {"HTTPProxy": "HTTP Proxy", "HTTPSProxy": "HTTPS Proxy", "NoProxy": "No Proxy"}
    lines += [f" {title}: {known[name]}" for name, title in titles.items() if known[name]]
    lines += [" Insecure Registries:"]
    lines += [f"  {one}" for one in (*shell.client.insecure, *LOCAL)]
    if shell.client.mirrors:
        lines += [" Registry Mirrors:", *(f"  {one}" for one in mirrors(shell))]
    return [*lines, " Live Restore Enabled: false"]


def removed(shell: Shell, words: list[str], own: Options, environment: Options) -> Ran:
    """`docker rm`: there is no container of any name. `--force` forgives that."""
    lost = uninitialised(own, environment)
    if lost:
        return Ran(shell, error=lost, status=1)
    given, names = split_options(words, "docker rm", RM)
    query = urlencode({key: 1 for key in QUERY if QUERY[key] in given})
    said = [missing(one.strip("/"), query, shell, own, environment) for one in names]
    forgiven = "force" in given and all(one.startswith(NO_CONTAINER) for one in said)
    return Ran(shell, error="\n".join(said), status=int(not forgiven))


QUERY = {"force": "force", "link": "link", "v": "volumes"}
"""Parameters of the request for a container's removal, by the alphabet, and their options."""
NO_CONTAINER = f"{DAEMON}No such container: "


def missing(name: str, query: str, shell: Shell, own: Options, environment: Options) -> str:
    """The CLI's complaint about one name."""
    if not name:
        return "container name cannot be empty"
    path = f"{API}/containers/{quote(name)}{f'?{query}' if query else ''}"
    wrong = unreached(shell, own, environment, ("Delete", path))
    return wrong or f"{NO_CONTAINER}{name}"


def unreached(shell: Shell, own: Options, environment: Options, request: tuple[str, str]) -> str:
    """What the CLI says where this request does not reach the engine; empty where it does."""
    elsewhere = engine_address(address(own, environment))
    why = obstacle(elsewhere, shell.client.socket)
    return not_reached(shell.client.engine, why, elsewhere, request) if why else ""


ENGINE: Mapping[str, Callable[[Shell, list[str], Options, Options], Ran]] = {
    "info": info, "system info": info, "rm": removed, "container rm": removed,
}  # fmt: skip
"""Commands by their names: each takes its own words, Docker's options, and the environment."""
