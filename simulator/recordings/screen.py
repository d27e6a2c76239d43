"""What a terminal shows in the end, of what was written to it with cursor movements."""

import re

PIECE = re.compile(
    r"\x1b\[(?P<count>\d*)(?P<move>[ABK])|\x1b\[[\d;?]*[a-zA-Z]|(?P<text>[^\x1b]+)|.", re.DOTALL
)
"""Up, down, erase the line; other sequences (colours) change no text."""


def is_redrawn(raw: str) -> bool:
    """Whether the cursor goes up, to write a line again."""
    return re.search(r"\x1b\[\d*A", raw) is not None


def last_screen(raw: str) -> tuple[str, ...]:
    """The lines, with only what was written last in each."""
    rows, at = [""], 0
    for piece in PIECE.finditer(raw):
        count = int(piece["count"] or 1)
        if piece["move"] == "A":
            at = max(0, at - count)
        elif piece["move"] == "B":
            at += count
        elif piece["move"] == "K":
            rows[at] = ""
        elif piece["text"]:
            at = written(rows, at, piece["text"])
        rows += [""] * (at + 1 - len(rows))
    return tuple(row.rstrip() for row in rows)


def written(rows: list[str], at: int, text: str) -> int:
    """The row of the cursor after this text; a line is written from its beginning."""
    for part in re.split(r"(\r\n|\n|\r)", text):
        if part in ("\n", "\r\n"):
            at += 1
            rows += [""] * (at + 1 - len(rows))
        elif part not in ("", "\r"):
            rows[at] = part
    return at
