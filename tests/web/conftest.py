"""One Chromium for all the tests of pages that a process runs."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.need import need
from tests.pages import chromium


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Chromium, for all modules here: none of their tests runs an event loop."""
    need("chromium")
    with chromium() as launched:
        yield launched
