"""The first page after a cold start, beside a warm one: until the stage can be stepped.

    python -m tests.bench.first_page
"""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from statistics import median

from playwright.sync_api import Browser

from tests.pages import PATIENCE, ROOT, STAGE, chromium, free_port, opened, wait_for

ROUNDS = 3
WARM = 3
"""Pages after the first one, in each round."""
AIM = 1.5
"""The first page may take so many times as long as a warm one."""
WAYS = {
    "pullscope app": ("simulator", "app", "--port={port}"),
    "streamlit run": ("streamlit", "run", "app.py", "--server.headless=true",
                      "--server.port={port}"),
}  # fmt: skip
"""The modules that serve the pages, with their arguments."""


@contextmanager
def served(way: str) -> Iterator[str]:
    """The address of a server that has just started in this way."""
    port = free_port()
    command = [sys.executable, "-m", *(word.format(port=port) for word in WAYS[way])]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL) as server:
        try:
            wait_for(f"http://localhost:{port}/_stcore/health")
            yield f"http://localhost:{port}"
        finally:
            server.terminate()
            server.wait(PATIENCE)


def seconds(browser: Browser, url: str) -> float:
    """Until the stage is ready, for a new visitor."""
    context = browser.new_context()
    try:
        start = time.perf_counter()
        opened(context.new_page(), url)
        return time.perf_counter() - start
    finally:
        context.close()


def main() -> None:
    with chromium() as browser:
        for way in WAYS:
            first, warm = [], []
            for _round in range(ROUNDS):
                with served(way) as url:
                    first.append(seconds(browser, f"{url}/{STAGE}"))
                    warm += [seconds(browser, f"{url}/{STAGE}") for _page in range(WARM)]
            ratio = median(first) / median(warm)
            print(f"{way}: first page {median(first):5.2f} s, warm {median(warm):5.2f} s, "
                  f"ratio {ratio:5.2f}, aim {AIM}")  # fmt: skip


if __name__ == "__main__":
    main()
