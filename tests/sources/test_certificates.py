"""What Go's TLS client finds wrong with a host, and how a client gets past it."""

import pytest

from simulator.protocol.certificate import Certificate, fault
from simulator.protocol.message import Request, Response, Trust
from simulator.protocol.network_failure import NetworkFailure
from simulator.registry.model import Auth, Registry
from simulator.scenarios.world import WorldDocument
from simulator.sources.mock import mock
from simulator.sources.world import Site, Tls, World
from tests.cases import each

NOW = 1_000_000
HOST = "reg.example.com"


@each(
    ("shown", "name", "says"),
    [
        (Certificate(), HOST, ""),
        (Certificate(ends=NOW - 1), HOST, "is after 1970-01-12T13:46:39Z"),
        (Certificate(starts=NOW + 1), HOST, "is before 1970-01-12T13:46:41Z"),
        (Certificate(("a.org", "b.org")), HOST, "is valid for a.org, b.org, not reg.example.com"),
        (Certificate(("*.example.com",)), HOST, ""),
        (Certificate(("*.example.com",)), f"a.{HOST}", "not a.reg.example.com"),
        (Certificate((), HOST), HOST, "relies on legacy Common Name field"),
        (Certificate((), "b.org"), HOST, "not valid for any names, but wanted to match reg"),
        (Certificate((HOST,)), "192.0.2.1", "192.0.2.1 because it doesn't contain any IP SANs"),
        (Certificate(("192.0.2.2",)), "192.0.2.1", "is valid for 192.0.2.2, not 192.0.2.1"),
        (Certificate(("192.0.2.1",)), "192.0.2.1", ""),
        (Certificate(("a.org",), ends=NOW - 1, known=False), HOST, "current time"),
        (Certificate(("a.org",), known=False), HOST, "is valid for a.org"),
    ],
)
def test_the_first_fault_is_told_in_the_words_of_go(
    shown: Certificate, name: str, says: str
) -> None:
    found = fault(shown, name, NOW)
    assert (says in found.detail) if found and says else (found is None) == (not says)


@each(
    ("site", "trust", "comes"),
    [
        ({"tls": Tls.UNTRUSTED}, Trust(), False),
        ({"tls": Tls.UNTRUSTED}, Trust(authority=True), True),
        ({"tls": Tls.UNTRUSTED}, Trust(verifies=False), True),
        ({"certificate": Certificate(("a.org",))}, Trust(authority=True), False),
        ({"certificate": Certificate(("a.org",))}, Trust(verifies=False), True),
        ({"wants_certificate": True}, Trust(verifies=False), False),
        ({"wants_certificate": True}, Trust(identity=True), True),
        ({"alert": "handshake failure"}, Trust(verifies=False, identity=True), False),
    ],
)
def test_who_trusts_a_host_gets_its_answer(
    site: dict[str, object], trust: Trust, comes: bool
) -> None:
    listens = Site(Registry(Auth.NONE), **site)  # type: ignore[arg-type]
    asked = Request("GET", f"https://{HOST}/v2/", trust=trust)
    (exchange,) = mock(World({HOST: listens}))([asked])
    assert isinstance(exchange.answer, Response if comes else NetworkFailure)


@pytest.mark.parametrize("entry", [f"{HOST}:5000", f"http://{HOST}:5000", "192.0.2.0/24"])
def test_an_insecure_registry_is_named_or_lies_in_a_network(entry: str) -> None:
    sites = {f"{HOST}:5000": {"auth": "none"}, "other.example.com": {"address": "198.51.100.1",
                                                                     "auth": "none"}}  # fmt: skip
    world = WorldDocument.model_validate({"sites": sites, "client": {"insecure": [entry]}})
    client = world.engine_client("29")
    assert not client.trust(f"{HOST}:5000").verifies
    assert client.trust("other.example.com").verifies
