"""The proxies of `docs/hosting.md` as it has them, but for names, ports and certificate."""

import os
import re
import subprocess
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from tests.need import need
from tests.pages import PATIENCE, ROOT, wait_for
from tests.sources.servers import certificate

HOST = "pullscope.example.com"
FIRST = 8501
LOG = "access.log"
"""In the folder of a proxy: the addresses that it noted."""


def shown(language: str, behind: str) -> str:
    """The configuration in the document, for one process or for several at ports that follow each
    other from the one of `behind`."""
    text = (ROOT / "docs/hosting.md").read_text("utf-8")
    one, several = re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL)
    addresses = behind.split()
    found = several if len(addresses) > 1 else one
    for place, address in enumerate(addresses):
        found = found.replace(f"127.0.0.1:{FIRST + place}", address.removeprefix("http://"))
    return str(found)


@contextmanager
def running(*command: str) -> Iterator[None]:
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    try:
        yield
    finally:
        process.terminate()
        process.wait(PATIENCE)


@contextmanager
def nginx(folder: Path, port: int, behind: str) -> Iterator[None]:
    """At this port of localhost, in front of the app at `behind`: an address, or those of several
    processes with spaces between them."""
    need("nginx")
    pem = certificate(folder, "localhost")
    server = (
        shown("nginx", behind).replace("listen 443", f"listen 127.0.0.1:{port}")
        .replace(f"/etc/ssl/{HOST}.pem", str(pem)).replace(f"/etc/ssl/{HOST}.key", str(pem))
        .replace(f"server_name {HOST}", "server_name localhost")
    )  # fmt: skip
    paths = "".join(
        f"{kind}_temp_path {folder}/{kind};"
        for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    config = folder / "nginx.conf"
    user = "user root;" if os.geteuid() == 0 else ""  # the folder is ours alone
    config.write_text(
        f"{user} daemon off; pid {folder}/pid; error_log {folder}/error.log; events {{}}\n"
        f"http {{ access_log {folder}/{LOG}; {paths}\n{server} }}"
    )
    with running("nginx", "-c", str(config), "-e", f"{folder}/error.log"):
        wait_for(f"https://localhost:{port}/_stcore/health", trusted=pem)
        yield


@contextmanager
def caddy(folder: Path, port: int, behind: str) -> Iterator[None]:
    """The same by Caddy. Debian's is older than `log_skip`, which was `skip_log` there."""
    need("caddy")
    pem = certificate(folder, "localhost")
    site = (
        shown("caddy", behind)
        .replace(f"{HOST} {{", f"https://localhost:{port} {{\n tls {pem} {pem}\n"
        f" log {{\n output file {folder / LOG}\n}}\n", 1)
    )  # fmt: skip
    if "2.6" in subprocess.run(["caddy", "version"], capture_output=True, text=True).stdout:
        site = site.replace("log_skip", "skip_log")
    config = folder / "Caddyfile"
    kept = f"storage file_system {folder}/caddy"
    config.write_text(f"{{\nadmin off\nauto_https off\n{kept}\n}}\n{site}")
    with running("caddy", "run", "--config", str(config), "--adapter", "caddyfile"):
        wait_for(f"https://localhost:{port}/_stcore/health", trusted=pem)
        yield


Proxy = Callable[[Path, int, str], AbstractContextManager[None]]
PROXIES: dict[str, Proxy] = {"nginx": nginx, "caddy": caddy}
