"""What the tests need from the machine, in one place: skip at home, fail in CI."""

import os
import shutil
import tempfile

import pytest

from simulator.progress.store import VARIABLE

# Learners' progress goes to a database of the tests' own, in servers that they start too.
os.environ.setdefault(VARIABLE, f"sqlite:///{tempfile.mkdtemp(prefix='pullscope-')}/progress.db")


def need(*programs: str) -> None:
    """Skip the test where a program is missing; in CI a missing one is a failure."""
    missing = [name for name in programs if shutil.which(name) is None]
    if not missing:
        return
    reason = f"needs {', '.join(missing)} (Debian: see .ci/run)"
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)
