"""Questions that the tests of exports share."""

import pytest

from simulator.export import Item
from tests.export.samples import ODD, drawn


@pytest.fixture(params=["drawn", "full of marks"])
def items(request: pytest.FixtureRequest) -> tuple[Item, ...]:
    """Of every kind; and such that each text is full of marks that formats use."""
    return drawn() if request.param == "drawn" else ODD
