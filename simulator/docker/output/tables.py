"""What `docker images` prints: a table with a row a name."""

from collections.abc import Sequence
from datetime import datetime

from simulator.docker.cli.commands import Images
from simulator.docker.go_functions import as_json
from simulator.docker.go_template import filled, parsed
from simulator.docker.held_images import HeldImage
from simulator.docker.image_store import NAMELESS

UNITS = ("B", "kB", "MB", "GB", "TB", "PB")
PRECISION = 3


def human_size(size: float, digits: int = PRECISION) -> str:
    """Decimal units with three significant digits, as Docker's CLI has them."""
    for unit in UNITS[:-1]:
        if size < 1000:
            return f"{size:.{digits}g}{unit}"
        size /= 1000
    return f"{size:.{digits}g}{UNITS[-1]}"


def ago(created: str, now: int) -> str:
    """How long ago, roughly, in the CLI's words; where the clock or the date is not known,
    its `N/A`."""
    if not (created and now):
        return "N/A"
    seconds = int(now - datetime.fromisoformat(created).timestamp())
    hours = int(seconds / 3600 + 0.5)
    limits = (
        (seconds < 1, "Less than a second"),
        (seconds == 1, "1 second"),
        (seconds < 60, f"{seconds} seconds"),
        (seconds < 120, "About a minute"),
        (seconds < 3600, f"{seconds // 60} minutes"),
        (hours == 1, "About an hour"),
        (hours < 48, f"{hours} hours"),
        (hours < 24 * 7 * 2, f"{hours // 24} days"),
        (hours < 24 * 30 * 2, f"{hours // 24 // 7} weeks"),
        (hours < 24 * 365 * 2, f"{hours // 24 // 30} months"),
    )
    said = next((words for true, words in limits if true), f"{seconds // 3600 // 24 // 365} years")
    return f"{said} ago"


# -- a row a name -----------------------------------------------------------------------------

NARROWEST, GAP = 10, 3


def rows(
    images: Sequence[HeldImage], command: Images, now: int, counts: bool = False
) -> tuple[str, ...]:
    """A row for each tag; with `--quiet` the ids alone, with `--format` what it says. `counts`:
    the engine counts containers."""
    shown = [(image, row) for image in images for row in image.rows()]
    if command.format not in ("", "table"):
        return formatted(shown, command, now, counts)
    if command.quiet:
        return tuple(ident(image, command) for image, _ in shown)
    heads = ("REPOSITORY", "TAG", "DIGEST", "IMAGE ID", "CREATED", "SIZE")
    table = [heads] + [
        (repository, tag, digest, ident(image, command), made(image, now), human_size(image.size))
        for image, (repository, tag, digest) in shown
    ]
    kept = [tuple(c for n, c in enumerate(row) if n != 2 or command.digests) for row in table]
    return aligned(kept)


def ident(image: HeldImage, command: Images) -> str:
    return image.id if command.whole else image.short


def made(image: HeldImage, now: int) -> str:
    return ago(image.config.created if image.config else "", now)


def aligned(table: Sequence[tuple[str, ...]]) -> tuple[str, ...]:
    """Columns as wide as their widest cell, and a gap; the last one as it is."""
    columns = zip(*table, strict=True)
    widths = [max(NARROWEST, *(len(cell) + GAP for cell in column)) for column in columns][:-1]
    return tuple(
        "".join(cell.ljust(width) for cell, width in zip(row[:-1], widths, strict=True)) + row[-1]
        for row in table
    )


# -- rows by `--format` ------------------------------------------------------------------------

Row = tuple[str, str, str]
ROW = "*formatter.imageContext"
"""What Go calls a row."""
HEADINGS = {
    "Containers": "CONTAINERS", "CreatedAt": "CREATED AT", "CreatedSince": "CREATED",
    "Digest": "DIGEST", "ID": "IMAGE ID", "Repository": "REPOSITORY", "SharedSize": "SHARED SIZE",
    "Size": "SIZE", "Tag": "TAG", "UniqueSize": "UNIQUE SIZE",
}  # fmt: skip
"""The fields of a row, and how a table calls them."""


def formatted(
    shown: Sequence[tuple[HeldImage, Row]], command: Images, now: int, counts: bool
) -> tuple[str, ...]:
    """Each row by the template; of a table with its headings. Raises TemplateError."""
    table, rest = command.format.startswith("table"), command.format.removeprefix("table")
    asks = command.digests or "{{.Digest}}" in command.format
    rows = [{**fields(image, row, command, now, asks), **beside(image, counts)}
            for image, row in shown]  # fmt: skip
    if command.format == "json":
        return tuple(as_json(row) for row in rows)
    template = rest.strip(" ").replace(r"\t", "\t").replace(r"\n", "\n")
    parsed(template)  # a template that is wrong in itself fails without rows too
    lines = [filled(template, row, ROW) for row in rows]
    if not table:
        return tuple(lines)
    heading = filled(template, HEADINGS, headings=True)
    return aligned([tuple(line.split("\t")) for line in (heading, *lines)])


def beside(image: HeldImage, counts: bool) -> dict[str, object]:
    """Today's engine counts containers; the CLI of 28 had a second name for the size."""
    return {"Containers": "0"} if counts else {"VirtualSize": human_size(image.size)}


def fields(
    image: HeldImage, row: Row, command: Images, now: int, digests: bool
) -> dict[str, object]:
    repository, tag, digest = row
    created = image.config.created if image.config else ""
    return {
        "Containers": "N/A",
        "CreatedAt": moment(created),
        "CreatedSince": ago(created, now),
        "Digest": digest if digests else NAMELESS,
        "ID": ident(image, command),
        "Repository": repository,
        "SharedSize": "N/A",
        "Size": human_size(image.size),
        "Tag": tag,
        "UniqueSize": "N/A",
    }


def moment(created: str) -> str:
    """A date as Go prints it."""
    if not created:
        return "N/A"
    return datetime.fromisoformat(created).strftime("%Y-%m-%d %H:%M:%S +0000 UTC")
