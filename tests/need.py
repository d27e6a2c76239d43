"""The programs that a test needs: skip at home, fail in CI."""

import os
import shutil

import pytest


def need(*programs: str) -> None:
    """Skip the test where a program is missing; in CI a missing one is a failure."""
    missing = [name for name in programs if shutil.which(name) is None]
    if not missing:
        return
    reason = f"needs {', '.join(missing)} (Debian: see .ci/run)"
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)
