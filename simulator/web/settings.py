"""Streamlit's settings: one file, whether Pullscope runs from a checkout or is installed."""

import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

FILE = Path(__file__).parents[1] / "assets" / "streamlit.toml"


@cache
def settings() -> Mapping[str, Any]:
    """The settings by their dotted names: `theme.light.primaryColor`."""
    return dict(flat(tomllib.loads(FILE.read_text("utf-8"))))


def flat(table: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in table.items():
        if isinstance(value, dict):
            yield from flat(value, f"{above}{name}.")
        else:
            yield f"{above}{name}", value
