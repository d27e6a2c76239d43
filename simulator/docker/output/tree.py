"""Docker 29's view of its images: a line a name, and below it the platforms if asked for."""

from collections.abc import Sequence

from simulator.docker.cli.commands import Images
from simulator.docker.held_images import HeldImage
from simulator.docker.output.tables import GAP, human_size, rows
from simulator.protocol.digest import short_digest

Column = tuple[str, int, str]
COLUMNS: Sequence[Column] = (
    ("ID", 12, "<"), ("DISK USAGE", 10, ">"), ("CONTENT SIZE", 12, ">"), ("EXTRA", 5, "<"),
)  # fmt: skip
"""Title, width and alignment of the columns behind the name."""
LEGEND = "i Info →   U  In Use"
SHORTEST_NAME = 12
NARROWEST_TERMINAL = 20


def tree(images: Sequence[HeldImage], command: Images, now: int) -> tuple[str, ...]:
    """Names by the alphabet; what asks for ids, digests or a format still gets a table."""
    if command.quiet or command.digests or command.whole or command.format:
        return rows(images, command, now, counts=True)
    width = max(command.width, NARROWEST_TERMINAL) if command.width else 0
    legend = (LEGEND.rjust(width),) if width else ()
    if command.tree:
        return (*legend, *platforms(images, width))
    named = sorted((name, image) for image in images for name in image.tags)
    named += [("<untagged>", image) for image in images if not image.tags]
    cells = [
        (name, (image.short, human_size(image.size), human_size(image.content), ""))
        for name, image in named
    ]
    return (*legend, *view(cells, width))


def platforms(images: Sequence[HeldImage], width: int) -> tuple[str, ...]:
    """Each image with its names, and below it its platforms, be they here or not."""
    named = sorted(images, key=lambda image: (not image.tags, sorted(image.tags)))
    lines: list[str] = []
    cells = [("IMAGE", tuple(title for title, _, _ in COLUMNS))]
    for image in named:
        *above, last = sorted(image.tags) or ["<untagged>"]
        cells += [(name, ()) for name in above]
        cells.append((last, measures(image.id, image.size, image.content)))
        cells += [*children(image), ("", ())]
    spaced = any(one.kind == "image" for image in images for one in image.manifests)
    kept, room = fitting(width)
    widest = max(len(name) for name, _ in cells)
    first = min(room, widest) if width else widest
    for name, values in cells:
        blank = not name and not spaced
        lines += [] if blank else [name.ljust(first if name else 0) + details(kept, values)]
    return tuple(line if line.strip() else "" for line in lines)


def children(image: HeldImage) -> list[tuple[str, tuple[str, ...]]]:
    found = [one for one in image.manifests if one.kind == "image"]
    branches = ["├─ "] * (len(found) - 1) + ["└─ "]
    return [
        (f"{branch}{one.platform}", measures(one.descriptor.digest, one.size, one.content))
        for branch, one in zip(branches, found, strict=False)
    ]


def measures(digest: str, size: int, content: int) -> tuple[str, ...]:
    return (short_digest(digest), human_size(size), human_size(content), "")


def view(cells: Sequence[tuple[str, tuple[str, ...]]], width: int) -> tuple[str, ...]:
    """Columns for which a terminal is too narrow are left out; a name that is too long has a line
    of its own."""
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
