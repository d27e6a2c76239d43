"""The source `real` of `run`: a registry on the network, and how far its blobs are."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from simulator.cli.common import read_password
from simulator.docker.trace import Trace
from simulator.protocol.digest import short_digest
from simulator.scenarios.real_run import run_real
from simulator.sources.downloads import Progress
from simulator.sources.tunnel import of_environment


def run_on_real(
    engine: str, registry: str, image: str, username: str, password_stdin: bool,
    output: Path | None, ca: Path | None, proxy: bool, **_others: Any,
) -> Trace:  # fmt: skip
    password = read_password(username, password_stdin)
    proxies = of_environment() if proxy else None
    with bars(registry) as told:
        return run_real(
            registry, username, password, image, told, output, engine, authority=ca,
            proxies=proxies,
        )  # fmt: skip


Told = Callable[[Progress], object]


@contextmanager
def bars(registry: str) -> Iterator[Told | None]:
    """A bar for each blob on standard error, with its rate and the time that is left; nothing
    where that is no terminal. They are gone at the end."""
    if not sys.stderr.isatty():
        yield None
        return
    # rich's progress takes a while to import, and no other command needs it.
    from rich import progress as rich  # noqa: PLC0415
    from rich.console import Console  # noqa: PLC0415

    columns = (
        rich.TextColumn("{task.description}"), rich.BarColumn(), rich.DownloadColumn(),
        rich.TransferSpeedColumn(), rich.TimeRemainingColumn(),
    )  # fmt: skip
    with rich.Progress(*columns, console=Console(stderr=True), transient=True) as shown:
        asking = shown.add_task(f"Asking {registry}", total=None)
        tasks: dict[str, rich.TaskID] = {}

        def tell(one: Progress) -> None:
            shown.update(asking, visible=False)
            if one.digest not in tasks:
                tasks[one.digest] = shown.add_task(short_digest(one.digest), total=None)
            shown.update(tasks[one.digest], completed=one.done, total=one.total or None)

        yield tell
