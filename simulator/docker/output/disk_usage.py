"""What `docker system df` prints (docker/cli, `cli/command/formatter/disk_usage.go`).

Nothing but images takes space here: there are no containers, no volumes and no build cache.
"""

from collections.abc import Iterator
from itertools import chain

from simulator.docker import events as e
from simulator.docker.cli.commands import DiskUsage
from simulator.docker.go_functions import as_json
from simulator.docker.go_template import filled
from simulator.docker.held_images import HeldImage
from simulator.docker.image_store import NAMELESS
from simulator.docker.output.tables import aligned, human_size, made
from simulator.protocol.reference import split_tag

DIGITS = 4
HEADINGS = {"Type": "TYPE", "TotalCount": "TOTAL", "Active": "ACTIVE", "Size": "SIZE",
            "Reclaimable": "RECLAIMABLE"}  # fmt: skip
ROW = "*formatter.diskUsageImagesContext"
"""What Go calls the row for images."""
OTHERS = ("Containers", "Local Volumes", "Build Cache")
IMAGE_HEADINGS = (
    "REPOSITORY", "TAG", "IMAGE ID", "CREATED", "SIZE", "SHARED SIZE", "UNIQUE SIZE", "CONTAINERS",
)  # fmt: skip
EMPTY_TABLES = (
    ("Containers space usage:",
     ("CONTAINER ID", "IMAGE", "COMMAND", "LOCAL VOLUMES", "SIZE", "CREATED", "STATUS", "NAMES")),
    ("Local Volumes space usage:", ("VOLUME NAME", "LINKS", "SIZE")),
    ("Build cache usage: 0B",
     ("CACHE ID", "CACHE TYPE", "SIZE", "CREATED", "LAST USED", "USAGE", "SHARED")),
)  # fmt: skip


def lines(event: e.DiskUsageListed, command: DiskUsage, now: int) -> tuple[str, ...]:
    """A row for each kind of object, or with `--verbose` a table for each."""
    if command.verbose:
        return tuple(verbose(event, now))
    rows: list[dict[str, object]] = [images(event), *(nothing(kind) for kind in OTHERS)]
    kind, _, template = command.format.partition(" ")
    if kind == "json":
        return tuple(as_json(dict(sorted(row.items()))) for row in rows)
    if kind not in ("", "table"):
        return tuple(filled(command.format, row, ROW) for row in rows)
    if template:
        written = template.replace(r"\t", "\t")
        lines = [filled(written, row, ROW) for row in rows]
        heading = filled(written, HEADINGS, headings=True)
        return aligned([tuple(line.split("\t")) for line in (heading, *lines)])
    cells = [tuple(str(row[name]) for name in HEADINGS) for row in rows]
    return aligned([tuple(HEADINGS.values()), *cells])


def images(event: e.DiskUsageListed) -> dict[str, object]:
    share = f" ({event.reclaimable * 100 // event.total}%)" if event.total else ""
    return {
        "Type": "Images",
        "TotalCount": str(len(event.images)),
        "Active": "0",
        "Size": human_size(event.total, DIGITS),
        "Reclaimable": human_size(event.reclaimable, DIGITS) + share,
    }


def nothing(kind: str) -> dict[str, object]:
    return {"Type": kind, "TotalCount": "0", "Active": "0", "Size": "0B", "Reclaimable": "0B"}


def verbose(event: e.DiskUsageListed, now: int) -> Iterator[str]:
    rows = [
        row(image, shared, now) for image, shared in zip(event.images, event.shared, strict=True)
    ]
    first = ("Images space usage:", "", *aligned([IMAGE_HEADINGS, *rows]))
    rest = (("", title, "", *aligned([headings])) for title, headings in EMPTY_TABLES)
    return chain(first, *rest)


def row(image: HeldImage, shared: int, now: int) -> tuple[str, ...]:
    """Of its names the first alone."""
    tags = [split_tag(tag) for tag in image.tags if "@" not in tag]
    name, tag = tags[0] if tags else (NAMELESS, None)
    sizes = (human_size(shared, DIGITS), human_size(image.size - shared, DIGITS))
    size = human_size(image.size)
    return (name, tag or NAMELESS, image.short, made(image, now), size, *sizes, "0")
