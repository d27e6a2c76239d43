"""The source `real` of `run`: a registry on the network."""

from pathlib import Path
from typing import Any

from simulator.cli.common import read_password
from simulator.docker.trace import Trace
from simulator.scenarios.real_run import run_real


def run_on_real(
    engine: str, registry: str, image: str, username: str, password_stdin: bool,
    output: Path | None, **_others: Any,
) -> Trace:  # fmt: skip
    password = read_password(username, password_stdin)
    return run_real(registry, username, password, image, output=output, engine=engine)
