"""The oldest versions that pyproject.toml allows, as constraints for pip."""

import re
import sys
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

FILE = Path(__file__).parent.parent / "pyproject.toml"


def oldest(project: Mapping[str, Any]) -> Iterator[str]:
    """`name==version` for each dependency and each part that is optional for users."""
    optional = project["optional-dependencies"]["postgresql"]
    for requirement in (*project["dependencies"], *optional):
        found = re.fullmatch(r"([\w-]+)(?:\[\w+\])?>=([\d.]+)(,<[\d.]+)?", requirement)
        if found is None:
            raise ValueError(f"{requirement} has no lower bound")
        yield f"{found[1]}=={found[2]}"


if __name__ == "__main__":
    project = tomllib.loads(FILE.read_text("utf-8"))["project"]
    sys.stdout.write("".join(f"{line}\n" for line in oldest(project)))
