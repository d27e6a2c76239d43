"""What the tests of a group share is made once: they run in one process."""

import pytest


def test_pytest_xdist_knows_each_group(request: pytest.FixtureRequest) -> None:
    """It keeps together the tests whose names end alike (`--dist loadgroup`). Where it names none,
    each fixture of a module is made in every process, and the whole run takes far longer."""
    parted = [
        item.nodeid
        for item in request.session.items
        if (group := item.get_closest_marker("xdist_group"))
        and not item.nodeid.endswith(f"@{group.args[0]}")
    ]
    assert not (request.config.getoption("loadgroup", False) and parted)
