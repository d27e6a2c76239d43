"""The app's first page with all lessons beside one: processor seconds, cold and warm.

    python -m tests.bench.catalogue

Each is a process of its own, for what one has read the other would find.
"""

import subprocess
import sys
import tempfile
import time
from pathlib import Path
from shutil import copytree

from streamlit.testing.v1 import AppTest

from simulator.lesson import library
from tests.pages import ROOT

PATIENCE = 300
"""Seconds for one page."""


def measured(home: Path) -> str:
    """Processor seconds of the first page and of one more, where these are the lessons."""
    library.HOME = home
    taken = []
    for _page in range(2):
        start = time.process_time()
        page = AppTest.from_file(str(ROOT / "app.py"), default_timeout=PATIENCE).run()
        taken.append(time.process_time() - start)
        assert not page.exception
    return f"cold {taken[0]:5.2f} s, warm {taken[1]:5.2f} s"


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        alone = Path(name)
        copytree(library.HOME / library.USUAL, alone / library.USUAL)
        for title, home in (("one lesson", alone), ("all lessons", library.HOME)):
            command = [sys.executable, "-W", "ignore", "-m", "tests.bench.catalogue", str(home)]
            told = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)
            print(f"{title}: {told.stdout.strip().splitlines()[-1]}")


if __name__ == "__main__":
    if sys.argv[1:]:
        print(measured(Path(sys.argv[1])))
    else:
        main()
