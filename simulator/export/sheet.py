"""CSV: a row for each choice to make, for spreadsheets and for your own programs."""

import csv
import io
from collections.abc import Iterator, Sequence
from string import ascii_uppercase

from simulator.export.item import Asked, Item, count_of, named
from simulator.questions import Table
from simulator.words.i18n import _

CHOICES = ascii_uppercase[:4]
COLUMNS = (
    "id", "kind", "objective", "situation", "code", "prompt", "table", "blank", "right",
    *(f"option_{letter}" for letter in CHOICES), *(f"feedback_{letter}" for letter in CHOICES),
    "hint_1", "hint_2", "hint_3", "address",
)  # fmt: skip


def write(items: Sequence[Item], title: str) -> bytes:
    """With a byte order mark: without it, Excel takes UTF-8 for something else."""
    whole = io.StringIO(newline="")
    writer = csv.DictWriter(whole, COLUMNS, restval="")
    writer.writeheader()
    writer.writerows(row(item, part) for item in items for part in item.parts)
    return whole.getvalue().encode("utf-8-sig")


def row(item: Item, part: Asked) -> dict[str, str]:
    known = {
        "id": named(item, part), "kind": item.kind, "objective": item.objective,
        "situation": item.situation, "code": item.code, "prompt": item.prompt,
        "table": lines(item.table), "blank": part.label, "address": item.address,
    }  # fmt: skip
    for letter, choice in zip(CHOICES, part.choices, strict=False):
        known |= {f"option_{letter}": choice.text, f"feedback_{letter}": choice.feedback}
        if choice.right:
            known["right"] = letter
    return {
        name: inert(value)
        for name, value in (known | {f"hint_{n}": h for n, h in enumerate(item.hints, 1)}).items()
    }


def lines(table: Table | None) -> str:
    rows = (table.columns, *table.rows) if table else ()
    return "\n".join(" | ".join(cells) for cells in rows)


def inert(value: str) -> str:
    """Text that a spreadsheet takes for no formula."""
    return f"'{value}" if value[:1] in ("=", "+", "-", "@", "\t", "\r") else value


def lacks(items: Sequence[Item]) -> Iterator[tuple[int, str]]:
    """What a table cannot carry: how often, and what is done instead."""
    yield count_of(items, "order"), _("ordering: written as a choice between whole orders")
    yield count_of(items, "blank"), _("several blanks: each has a row of its own")
    yield (
        sum(1 for item in items if item.table),
        _("tables: written as lines of text, cells between bars"),
    )
