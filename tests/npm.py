"""Packages from npm, fetched once into `build/npm`; several processes may ask at once."""

import os
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.need import need
from tests.pages import PATIENCE, ROOT

FOLDER = ROOT / "build" / "npm"


def package(wanted: str) -> Path:
    """The folder of a package `NAME@VERSION`. Without a network the test skips (fails in CI)."""
    need("node", "npm")
    name, folder = wanted.partition("@")[0], FOLDER / wanted
    if not folder.exists():
        FOLDER.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(dir=FOLDER) as fetched:
            install(wanted, Path(fetched) / "new")
            try:
                (Path(fetched) / "new").rename(folder)
            except OSError:  # another process was faster
                assert folder.exists()
    return folder / "node_modules" / name


def install(wanted: str, folder: Path) -> None:
    folder.mkdir()
    command = ["npm", "install", "--no-save", "--no-audit", "--no-fund", "--prefix", folder, wanted]
    done = subprocess.run(command, capture_output=True, text=True, timeout=4 * PATIENCE)
    if done.returncode:
        told = f"npm cannot install {wanted}: {done.stderr.strip()[-200:]}"
        (pytest.fail if os.environ.get("CI") else pytest.skip)(told)
