"""What `docker images` prints: a table with a row a name, or Docker 29's view of its images."""

from collections.abc import Sequence
from datetime import datetime

from simulator.docker.cli.commands import Images
from simulator.docker.held_images import HeldImage

UNITS = ("B", "kB", "MB", "GB", "TB", "PB")
PRECISION = 3


def human_size(size: float) -> str:
    """Decimal units with three significant digits, as Docker's CLI has them."""
    for unit in UNITS[:-1]:
        if size < 1000:
            return f"{size:.{PRECISION}g}{unit}"
        size /= 1000
    return f"{size:.{PRECISION}g}{UNITS[-1]}"


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


def rows(images: Sequence[HeldImage], command: Images, now: int) -> tuple[str, ...]:
    """A row for each tag; with `--quiet` the ids alone."""
    shown = [(image, row) for image in images for row in image.rows()]
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


# -- Docker 29's view -------------------------------------------------------------------------

Column = tuple[str, int, str]
COLUMNS: Sequence[Column] = (
    ("ID", 12, "<"), ("DISK USAGE", 10, ">"), ("CONTENT SIZE", 12, ">"), ("EXTRA", 5, "<"),
)  # fmt: skip
"""Title, width and alignment of the columns behind the name."""
LEGEND = "i Info →   U  In Use"
SHORTEST_NAME = 12
NARROWEST_TERMINAL = 20


def tree(images: Sequence[HeldImage], command: Images, now: int) -> tuple[str, ...]:
    """Names by the alphabet; what asks for ids or digests still gets a table."""
    if command.quiet or command.digests or command.whole:
        return rows(images, command, now)
    named = sorted((name, image) for image in images for name in image.tags)
    named += [("<untagged>", image) for image in images if not image.tags]
    cells = [
        (name, (image.short, human_size(image.size), human_size(image.content), ""))
        for name, image in named
    ]
    width = max(command.width, NARROWEST_TERMINAL) if command.width else 0
    legend = (LEGEND.rjust(width),) if width else ()
    return (*legend, *view(cells, width))


def view(cells: Sequence[tuple[str, tuple[str, ...]]], width: int) -> tuple[str, ...]:
    """Columns for which a terminal is too narrow are left out; a name that is too long stands
    on a line of its own."""
    kept, room = fitting(width)
    widest = max(len(name) for name in ("IMAGE", *(name for name, _ in cells)))
    first = min(room, widest) if width else widest
    found = ["IMAGE".ljust(first) + details(kept, tuple(title for title, _, _ in kept))]
    for name, values in cells:
        head = [name, " " * first] if len(name) > first else [name.ljust(first)]
        found += [*head[:-1], head[-1] + details(kept, values)]
    return tuple(found)


def fitting(width: int) -> tuple[Sequence[Column], int]:
    """The columns for which there is room, and the room that is left for the name."""
    room = width
    for place, (_, size, _) in enumerate(COLUMNS if width else ()):
        if room - size - GAP < SHORTEST_NAME:
            return COLUMNS[:place], room
        room -= size + GAP
    return COLUMNS, room


def details(columns: Sequence[Column], values: Sequence[str]) -> str:
    cells = zip(columns, values, strict=False)
    return "".join(" " * GAP + f"{value:{side}{size}}" for (_, size, side), value in cells)
