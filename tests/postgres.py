"""Debian's PostgreSQL, started for the tests in a folder of its own, reached by a socket there."""

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.need import need

PROGRAMS = "/usr/lib/postgresql/*/bin"


def program(name: str) -> str:
    """Debian keeps them off the path, a folder for each version."""
    found = sorted(Path("/").glob(f"{PROGRAMS[1:]}/{name}"))
    return str(found[-1]) if found else name


def as_postgres(*words: str) -> None:
    """PostgreSQL does not run as root."""
    user = ("runuser", "-u", "postgres", "--") if os.geteuid() == 0 else ()
    done = subprocess.run([*user, *words], capture_output=True, text=True, cwd="/")
    assert done.returncode == 0, done.stderr


class Server:
    """A PostgreSQL that a test may stop, freeze and start again. `url` is its database."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.data = folder, str(folder / "data")
        as_postgres(
            program("initdb"), "-D", self.data, "-A", "trust", "-U", "postgres", "--no-sync"
        )
        self.url = f"postgresql://postgres@/postgres?host={folder}"

    def control(self, *words: str) -> None:
        command = (program("pg_ctl"), "-D", self.data, "-w", "-l", str(self.folder / "log"))
        as_postgres(*command, *words)

    def start(self) -> None:
        """Without fsync: the processes are killed in tests, and the machine is not."""
        self.control("-o", f"-k {self.folder} -c listen_addresses='' -c fsync=off", "start")

    def stop(self) -> None:
        self.control("-m", "immediate", "stop")

    def signal(self, which: signal.Signals) -> None:
        """To the server and all processes that it has for connections."""
        leader = (Path(self.data) / "postmaster.pid").read_text("utf-8").split()[0]
        found = subprocess.run(["pgrep", "-P", leader], capture_output=True, text=True, check=False)
        for process in (leader, *found.stdout.split()):
            with suppress(ProcessLookupError):  # a connection may have ended meanwhile
                os.kill(int(process), which)


@contextmanager
def running() -> Iterator[Server]:
    """A started server with an empty database."""
    need(program("initdb"), program("pg_ctl"), "pgrep")
    with tempfile.TemporaryDirectory(prefix="pullscope-", ignore_cleanup_errors=True) as name:
        if os.geteuid() == 0:
            shutil.chown(name, "postgres")
        made = Server(Path(name))
        made.start()
        try:
            yield made
        finally:
            made.signal(signal.SIGCONT)
            made.stop()


@contextmanager
def postgres() -> Iterator[str]:
    """The URL of an empty database."""
    with running() as server:
        yield server.url
