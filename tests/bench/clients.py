"""Record what real clients ask of the live registry: `python -m tests.bench.clients [NAME ...]`.

Writes `tests/live/data/*.json` anew. It needs root, and every client that it runs.
"""

import json
import os
import shlex
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from simulator.live.asgi import Live
from simulator.live.seen import presented
from simulator.protocol.authorization import Scheme
from simulator.protocol.message import Request
from simulator.registry.asgi import Client, Delivery
from simulator.registry.fixtures import repositories
from simulator.registry.model import Signer
from simulator.registry.serving import address, bound, in_thread, server
from tests.dockerd import dockerd
from tests.live.sequences import DATA, NAME, RIGHT

Typed = tuple[str, ...]
LOGIN = "{client} login{plain} -u {name} -p {password} {host}"
WRONG = "{client} login{plain} -u {name} -p wrong {host}"
PLAIN = {"podman": " --tls-verify=false", "skopeo": " --tls-verify=false",
         "buildah": " --tls-verify=false"}  # fmt: skip
PULL = {
    "docker": "docker pull {host}/{name}/%s", "podman": "podman pull{plain} {host}/{name}/%s",
    "buildah": "buildah pull{plain} {host}/{name}/%s",
    "skopeo": "skopeo copy --src-tls-verify=false docker://{host}/{name}/%s dir:{folder}/out",
    "ctr": "ctr images pull --plain-http --user {name}:{password} {host}/{name}/%s",
}  # fmt: skip


def ordinary(client: str) -> dict[str, Typed]:
    """The same for every client: `sleep N`, `break NAME` and `put right` are ours, `&` lets two
    commands run together."""
    login = () if client == "ctr" else (LOGIN,)
    one, other, none = (PULL[client] % f"app:{tag}" for tag in ("1.0", "1.1", "nope"))
    multi = PULL[client] % "multi:latest"
    return {
        "pull": (*login, "sleep 1", one),
        "corrected": (*login, "sleep 1", none, "sleep 1", one),
        "corrected-late": (*login, "sleep 1", none, "sleep 6", one),
        "two": (*login, "sleep 1", one, "sleep 5", other),
        "twice": (*login, "sleep 1", one, "sleep 1", one),
        "multi": (*login, "sleep 1", multi),
        "parallel-repositories": (*login, "sleep 1", f"{one} & {multi}"),
        "parallel-tags": (*login, "sleep 1", f"{one} & {other}"),
        "corrupt": (*login, "break corrupt", "sleep 1", one),
        "withheld": (*login, "break withheld", "sleep 1", one),
        "limited": (*login, "break limited", "sleep 1", one),
        "denied": (*login, "break denied", "sleep 1", one),
        "expired": (*login, "break expired", "sleep 1", one),
        "unavailable": (*login, "unavailable 3", "sleep 1", one),
    }


def no_login(client: str) -> dict[str, Typed]:
    return {
        "no-login": (PULL[client] % "app:1.0",),
        "wrong-then-right": (WRONG, "sleep 1", LOGIN),
        "wrong-three": (WRONG, "sleep 0.5", WRONG, "sleep 0.5", WRONG),
    }


OWN: dict[str, dict[str, Typed]] = {
    "docker": {
        "all-tags": (LOGIN, "sleep 1", "docker pull -a {host}/{name}/app"),
        "push": (LOGIN, PULL["docker"] % "app:1.0", "docker push {host}/{name}/app:1.0"),
        "search": (LOGIN, "docker search {host}/app"),
        "by-digest": (LOGIN, PULL["docker"] % "app:1.0", "sleep 1",
                      PULL["docker"].replace("/%s", "/app@{digest}")),
    },
    "podman": {
        "all-tags": (LOGIN, "podman pull -a --tls-verify=false {host}/{name}/app"),
        "tags": (LOGIN, "podman search --tls-verify=false --list-tags {host}/{name}/app"),
        "search": (LOGIN, "podman search --tls-verify=false {host}/"),
    },
    "skopeo": {
        "tags": (LOGIN, "skopeo list-tags --tls-verify=false docker://{host}/{name}/app"),
        "inspect": (LOGIN, "skopeo inspect --tls-verify=false docker://{host}/{name}/app:1.0"),
    },
    "ctr": {
        "wrong-three": tuple([PULL["ctr"].replace("{password}", "wrong") % "app:1.0"] * 3),
        "no-login": ((PULL["ctr"] % "app:1.0").replace(" --user {name}:{password}", ""),),
    },
    "curl": {
        "basic": tuple(["curl -s -u {name}:{password} http://{host}/v2/"] * 3),
        "greeting": ("curl -s http://{host}/v2/",),
        "token": ("curl -s -u {name}:{password} "
                  "http://{host}/token?scope=repository:{name}/app:pull",),
        "no-agent": ("curl -s -A '' http://{host}/v2/{name}/app/manifests/1.0",),
    },
}  # fmt: skip


class Recorded:
    """A live registry that writes down what it is asked."""

    def __init__(self, live: Live) -> None:
        self.live, self.lines, self.tokens = live, list[dict[str, Any]](), list[str]()
        self.connections: dict[str, int] = {}
        self.begun, self.lock = 0.0, threading.Lock()
        self.session, self.password = live.sessions.open("127.0.0.1")
        self.session.watchers.add(lambda: None)
        self.answer = live.sessions.answer
        live.sessions.answer = self.noted  # type: ignore[method-assign]

    def noted(self, request: Request, client: Client) -> Delivery:
        at = time.time()
        delivery = self.answer(request, client)
        with self.lock:
            self.begun = self.begun or at
            number = self.connections.setdefault(client.connection, len(self.connections) + 1)
            line: dict[str, Any] = {"at": round(at - self.begun, 3), "connection": number}
            line |= {"agent": request.header("User-Agent") or "", "method": request.method}
            line["path"] = request.url.partition(self.live.host)[2].replace(self.session.name, NAME)
            line["status"] = delivery.response.status
            self.lines.append(line | self.proof(request))
            document = delivery.response.json() if request.target.kind == "token" else None
            if isinstance(document, dict) and isinstance(document.get("token"), str):
                self.tokens.append(document["token"])
        return delivery

    def proof(self, request: Request) -> dict[str, Any]:
        given, pair = request.authorization, presented(request)
        if given and given.scheme is Scheme.BEARER:
            known = given.secret in self.tokens
            return {"token": self.tokens.index(given.secret)} if known else {}
        if request.form:
            form = [[k, self.masked(v)] for k, v in request.form]
            return {"form": form}
        return {"basic": [self.masked(one) for one in pair]} if pair else {}

    def masked(self, text: str) -> str:
        return RIGHT if text == self.password else text.replace(self.session.name, NAME)

    def changed(self, **switches: Any) -> None:
        self.live.sessions.change(self.session, **switches)
        at = round(time.time() - self.begun, 3) if self.begun else 0.0
        with self.lock:
            self.lines.append({"at": at, "change": switches})


@contextmanager
def recorded() -> Iterator[Recorded]:
    with bound("127.0.0.1", 0) as listening:
        live = Live(address(listening), Signer(b"recorder"))
        with in_thread(server(live, live.sessions.hello, proxy_headers=False), listening):
            yield Recorded(live)


def play(one: Recorded, typed: Typed, words: dict[str, str], environment: dict[str, str]) -> None:
    for line in typed:
        match line.split():
            case ["sleep", seconds]:
                time.sleep(float(seconds))
            case ["break", name]:
                one.changed(**{name: True})
            case ["unavailable", count]:
                one.changed(unavailable=int(count))
            case _:
                together(line, words, environment)


def together(line: str, words: dict[str, str], environment: dict[str, str]) -> None:
    runs = [
        subprocess.Popen(shlex.split(part.format(**words)), env=environment,
                         stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        for part in line.split(" & ")
    ]  # fmt: skip
    for run in runs:
        try:
            said = run.communicate(timeout=25)[1].strip()
        except subprocess.TimeoutExpired:
            run.kill()
            said = "took too long"
        print("     ", run.returncode, line[:60], "|", said[-160:].replace("\n", " "))


def shown(line: str) -> str:
    """The command with the names of all learners, and without its password."""
    return line.replace("{password}", "…").replace("{plain}", "")


def save(client: str, name: str, typed: Typed, one: Recorded) -> None:
    text = [shown(line.replace("{client}", client)) for line in typed]
    head = {"name": f"{client}-{name}", "client": client, "typed": text}
    lines = ",\n".join(json.dumps(line, ensure_ascii=False) for line in one.lines)
    first = json.dumps(head, ensure_ascii=False)[:-1]
    DATA.joinpath(f"{client}-{name}.json").write_text(
        f'{first}, "lines": [\n{lines}\n]}}\n', "utf-8"
    )


@contextmanager
def containerd(folder: Path) -> Iterator[str]:
    config = folder / "containerd.toml"
    config.write_text(
        f'version = 2\nroot = "{folder}/root"\nstate = "{folder}/state"\n'
        f'disabled_plugins = ["io.containerd.grpc.v1.cri"]\n[grpc]\naddress = "{folder}/c.sock"\n',
        "utf-8",
    )
    log = (folder / "log").open("wb")
    process = subprocess.Popen(["containerd", "-c", str(config)], stdout=log, stderr=log)
    try:
        for _ in range(100):
            if (folder / "c.sock").exists():
                break
            time.sleep(0.2)
        yield f"{folder}/c.sock"
    finally:
        process.terminate()
        process.wait()


def main(wanted: list[str]) -> None:
    every = {
        f"{client}-{name}": (client, name, typed)
        for client in (*PULL, "curl")
        for name, typed in {
            **(ordinary(client) if client in PULL else {}),
            **(no_login(client) if client in PULL and client != "ctr" else {}),
            **OWN.get(client, {}),
        }.items()
    }
    chosen = {k: v for k, v in every.items() if not wanted or any(k.startswith(w) for w in wanted)}
    clients = {client for client, _name, _typed in chosen.values()}
    DATA.mkdir(exist_ok=True)
    for client in clients:
        record_client(client, [v for v in chosen.values() if v[0] == client])


def record_client(client: str, chosen: list[tuple[str, str, Typed]]) -> None:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="pullscope-")))
        engine = stack.enter_context(dockerd()) if client == "docker" else None
        for number, (_client, name, typed) in enumerate(chosen):
            own = folder / f"{number}"
            own.mkdir()
            own.joinpath("auth.json").write_text("{}")
            socket = stack.enter_context(containerd(own)) if client == "ctr" else ""
            environment = {**os.environ, "HOME": str(own), "XDG_RUNTIME_DIR": str(own),
                           "LC_ALL": "C", "DOCKER_CONFIG": str(own),
                           "REGISTRY_AUTH_FILE": str(own / "auth.json"),
                           "CONTAINERD_ADDRESS": socket, "CONTAINERD_NAMESPACE": f"n{number}",
                           "STORAGE_DRIVER": "vfs", "STORAGE_OPTS": ""}  # fmt: skip
            (own / "storage.conf").write_text(
                f'[storage]\ndriver = "vfs"\ngraphroot = "{own}/graph"\nrunroot = "{own}/run"\n'
            )
            environment["CONTAINERS_STORAGE_CONF"] = str(own / "storage.conf")
            if engine:
                environment["DOCKER_HOST"] = f"unix://{engine.socket}"
                subprocess.run([engine.program, "image", "prune", "-af"], env=environment,
                               capture_output=True, check=False)  # fmt: skip
            with recorded() as one:
                print(f"{client}-{name}", flush=True)
                words = {"client": client, "host": one.live.host, "name": one.session.name,
                         "password": one.password, "plain": PLAIN.get(client, ""),
                         "folder": str(own), "digest": DIGEST}  # fmt: skip
                play(one, typed, words, environment)
                time.sleep(0.3)
                save(client, name, typed, one)


DIGEST = repositories()["team/app"].tags["1.0"]

if __name__ == "__main__":
    main(sys.argv[1:])
