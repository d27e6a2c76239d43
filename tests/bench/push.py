"""A large push to Pullscope's registry beside one to `docker-registry`: seconds of `skopeo copy`.

    python -m tests.bench.push [MEGABYTES [ROUNDS]]

Both registries are new in each round, so that each takes all five layers.
"""

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from statistics import median

from tests.bench.pull import LAYERS, high_water, push, timed
from tests.pages import free_port, wait_for
from tests.registries import served

Target = AbstractContextManager[tuple[str, int]]
"""A registry: its host, and the id of its process."""


@contextmanager
def ours(_folder: Path) -> Iterator[tuple[str, int]]:
    """`pullscope registry`, which takes pushes."""
    port = free_port()
    command = [sys.executable, "-m", "simulator", "registry", "--writable", "--auth", "none",
               "--port", str(port)]  # fmt: skip
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        try:
            wait_for(f"http://127.0.0.1:{port}/v2/")
            yield f"127.0.0.1:{port}", process.pid
        finally:
            process.terminate()


@contextmanager
def theirs(folder: Path) -> Iterator[tuple[str, int]]:
    """Debian's `docker-registry`."""
    folder.mkdir()
    with served(folder) as registry:
        yield registry.host, registry.pid
    shutil.rmtree(folder)


TARGETS = {"pullscope registry": ours, "docker-registry": theirs}


def copied(layout: Path, target: Target) -> tuple[float, float]:
    """Seconds of `skopeo copy` to this registry, and the registry's peak memory in MB."""
    copy = ["skopeo", "copy", "--quiet", "--dest-tls-verify=false", f"oci:{layout}:1"]
    with target as (host, process):
        seconds, _memory, _printed = timed([*copy, f"docker://{host}/team/big:1"])
        return seconds, high_water(process)


def main() -> None:
    size = int(sys.argv[1]) if len(sys.argv) > 1 else 500
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 3
    figures: dict[str, list[tuple[float, float]]] = {}
    with tempfile.TemporaryDirectory() as name:
        folder, layout = Path(name), Path(name) / "layout"
        with served(folder) as source:
            push(source.host, size * 1_000_000)
            copy = ["skopeo", "copy", "--quiet", "--src-tls-verify=false"]
            timed([*copy, f"docker://{source.host}/big:1", f"oci:{layout}:1"])
        for number in range(count + 1):  # the first is for the disk's cache
            for title, target in TARGETS.items():
                taken = copied(layout, target(folder / "target"))
                if number:
                    figures.setdefault(title, []).append(taken)
    show(figures, size, count)


def show(figures: dict[str, list[tuple[float, float]]], size: int, count: int) -> None:
    about = f"push of {size} MB in {LAYERS} layers, median of {count}"
    print(f"{about:44}{'seconds':>10}{'peak MB':>10}{'ratio':>8}")
    reference = median(seconds for seconds, _ in figures["docker-registry"])
    for title, taken in figures.items():
        seconds, memory = (median(column) for column in zip(*taken, strict=True))
        print(f"{title:44}{seconds:10.2f}{memory:10.0f}{reference / seconds:8.1f}")


if __name__ == "__main__":
    main()
