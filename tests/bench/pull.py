"""A large pull beside `skopeo copy`: seconds and peak memory of both, in one run.

    python -m tests.bench.pull [MEGABYTES [ROUNDS]]

An image of five layers that do not compress is put into a real `docker-registry`; then both
pull it to an OCI layout, in turn, each in a process of its own. Seconds are of the whole
process, start and all; for Pullscope also of the pull alone, without the interpreter's start.
"""

import gzip
import json
import random
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

import httpx

from simulator.protocol.digest import digest_of
from simulator.protocol.media_types import OCI_CONFIG, OCI_LAYER, OCI_MANIFEST
from tests.registries import served

LAYERS = 5
PULL = """
import sys, time
from pathlib import Path
from simulator.scenarios.real_run import run_real
began = time.monotonic()
trace = run_real(sys.argv[1], "", "", "big:1", output=Path(sys.argv[2]))
assert not trace.failed, trace.steps[-1].event
print(time.monotonic() - began)
"""


def put(client: httpx.Client, data: bytes) -> dict[str, object]:
    """Push a blob; its digest and size."""
    digest = digest_of(data)
    started = client.post("/v2/big/blobs/uploads/")
    where = httpx.URL(started.headers["Location"]).copy_merge_params({"digest": digest})
    client.put(where, content=data).raise_for_status()
    return {"digest": digest, "size": len(data)}


def push(host: str, size: int) -> None:
    """An image whose layers are random bytes in a gzip wrapper: `size` bytes in all."""
    seeded = random.Random(1)
    with httpx.Client(base_url=f"http://{host}", timeout=None) as client:
        layers = []
        for _ in range(LAYERS):
            data = gzip.compress(seeded.randbytes(size // LAYERS), compresslevel=0, mtime=0)
            layers.append(put(client, data) | {"mediaType": OCI_LAYER})
        rootfs = {"type": "layers", "diff_ids": [layer["digest"] for layer in layers]}
        config = json.dumps({"architecture": "amd64", "os": "linux", "rootfs": rootfs}).encode()
        manifest = {
            "schemaVersion": 2, "mediaType": OCI_MANIFEST, "layers": layers,
            "config": put(client, config) | {"mediaType": OCI_CONFIG},
        }  # fmt: skip
        kind = {"Content-Type": OCI_MANIFEST}
        client.put("/v2/big/manifests/1", json=manifest, headers=kind).raise_for_status()


def timed(command: list[str]) -> tuple[float, float, str]:
    """Seconds, peak memory in MB, and what was printed."""
    began, peak = time.monotonic(), 0.0
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        while process.poll() is None:
            peak = max(peak, high_water(process.pid))
            time.sleep(0.005)
        taken = time.monotonic() - began
        printed = process.stdout.read() if process.stdout else ""
    if process.returncode:
        raise SystemExit(f"{command[0]} failed with {process.returncode}")
    return taken, peak, printed


def high_water(pid: int) -> float:
    """MB of memory held at most so far. (A child's `ru_maxrss` starts with its parent's.)"""
    try:
        status = Path(f"/proc/{pid}/status").read_text("utf-8")
    except OSError:
        return 0.0
    found = [line.split()[1] for line in status.splitlines() if line.startswith("VmHWM")]
    return int(found[0]) / 1024 if found else 0.0


def rounds(host: str, folder: Path, count: int) -> dict[str, list[tuple[float, float]]]:
    """Both, in turn; the first round is for the disk's cache and is not counted."""
    figures: dict[str, list[tuple[float, float]]] = {"whole": [], "pull": [], "skopeo": []}
    for number in range(count + 1):
        ours, theirs = folder / "ours", folder / "theirs"
        whole, memory, printed = timed([sys.executable, "-c", PULL, host, str(ours)])
        copy = ["skopeo", "copy", "--quiet", "--src-tls-verify=false"]
        other = timed([*copy, f"docker://{host}/big:1", f"oci:{theirs}:1"])
        if number:
            figures["whole"].append((whole, memory))
            figures["pull"].append((float(printed), memory))
            figures["skopeo"].append(other[:2])
        shutil.rmtree(ours)
        shutil.rmtree(theirs)
    return figures


def main() -> None:
    size = int(sys.argv[1]) if len(sys.argv) > 1 else 500
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 3
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with served(folder) as registry:
            push(registry.host, size * 1_000_000)
            figures = rounds(registry.host, folder, count)
    show(figures, size, count)


def show(figures: dict[str, list[tuple[float, float]]], size: int, count: int) -> None:
    print(
        f"{size} MB in {LAYERS} layers, median of {count}{'seconds':>14}{'peak MB':>10}{'ratio':>8}"
    )
    names = {"whole": "pullscope, whole process", "pull": "pullscope, the pull alone",
             "skopeo": "skopeo copy"}  # fmt: skip
    reference = median(seconds for seconds, _ in figures["skopeo"])
    for key, title in names.items():
        seconds, memory = (median(column) for column in zip(*figures[key], strict=True))
        print(f"{title:34}{seconds:14.2f}{memory:10.0f}{reference / seconds:8.1f}")


if __name__ == "__main__":
    main()
