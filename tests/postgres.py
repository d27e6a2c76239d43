"""Debian's PostgreSQL, started for the tests in a folder of its own, reached by a socket there."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
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


@contextmanager
def postgres() -> Iterator[str]:
    """The URL of an empty database."""
    need(program("initdb"), program("pg_ctl"))
    with tempfile.TemporaryDirectory(prefix="pullscope-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        if os.geteuid() == 0:
            shutil.chown(folder, "postgres")
        data = str(folder / "data")
        as_postgres(program("initdb"), "-D", data, "-A", "trust", "-U", "postgres", "--no-sync")
        options = f"-k {folder} -c listen_addresses='' -c fsync=off"
        control = (program("pg_ctl"), "-D", data, "-w", "-l", str(folder / "log"))
        as_postgres(*control, "-o", options, "start")
        try:
            yield f"postgresql://postgres@/postgres?host={folder}"
        finally:
            as_postgres(*control, "-m", "immediate", "stop")
