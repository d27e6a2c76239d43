"""Which hosts are this machine: plain HTTP may carry a password there and nowhere else."""

import pytest

from simulator.protocol.hosts import is_loopback

HERE = ("localhost", "LOCALHOST:5000", "127.0.0.1", "127.9.8.7:5000", "[::1]", "[::1]:5000", "::1")
ELSEWHERE = (
    "127.evil.example", "127.evil.example:5000", "127.0.0.1.evil.example", "localhost.evil.example",
    "127.1", "2130706433", "0x7f000001", "0", "0.0.0.0", "192.0.2.1", "[2001:db8::1]", "", "a b",
    "[::1", "registry.example:443", "::2",
)  # fmt: skip


@pytest.mark.parametrize("host", HERE)
def test_an_address_of_this_machine_is_loopback(host: str) -> None:
    """By address, or by the one name that is always this machine; with or without a port."""
    assert is_loopback(host)


@pytest.mark.parametrize("host", ELSEWHERE)
def test_a_name_that_only_looks_like_it_is_not(host: str) -> None:
    """A name may begin like a loopback address and belong to anybody."""
    assert not is_loopback(host)
