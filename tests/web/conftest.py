"""One Chromium for all the tests of pages that a process runs."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.conftest import listening
from tests.need import need
from tests.pages import UNHURRIED, chromium
from tests.tabs import Tabs
from tests.web.own_docker import Join, pullscope_app, visit


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Chromium, for all modules here: none of their tests runs an event loop."""
    need("chromium")
    with chromium(UNHURRIED) as launched:
        yield launched


@pytest.fixture(scope="package")
def own_app() -> Iterator[str]:
    """The address of `pullscope app`: one server for the modules whose tests drive clients."""
    need("chromium")
    with pullscope_app() as url:
        yield url


@pytest.fixture
def join(tabs: Tabs, own_app: str, complaints: list[str]) -> Iterator[Join]:
    """Opens the page for one more learner; afterwards no page may have complained."""
    with listening(complaints) as listen:
        yield lambda at=own_app: visit(listen(tabs.new(at, motion=True)), at)
