"""YAML in UTF-8, as its data."""

from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError


def loaded(path: Path) -> Any:
    """The document in this file.

    Raises OSError, UnicodeDecodeError, RecursionError or YAMLError. The parser in C is several
    times as fast; that in Python says better what is wrong, so it reads what is not YAML again.
    """
    text = path.read_text("utf-8")
    try:
        return YAML(typ="safe").load(text)
    except YAMLError:
        return YAML(typ="safe", pure=True).load(text)
