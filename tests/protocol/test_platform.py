"""Which platforms run where (containerd's package `platforms`)."""

from simulator.docker.machine.requests import entry_for
from simulator.protocol.manifest import Descriptor, Index
from simulator.protocol.media_types import OCI_INDEX, OCI_MANIFEST
from simulator.protocol.platform import Platform
from tests.cases import each

CHOSEN = {
    ("linux/amd64", "linux/386,linux/amd64"): "linux/amd64",
    ("linux/amd64", "linux/386,linux/arm64"): "linux/386",
    ("linux/amd64/v3", "linux/amd64,linux/amd64/v2"): "linux/amd64/v2",
    ("linux/amd64", "linux/amd64/v2"): None,
    ("linux/arm", "linux/arm/v6,linux/arm/v7"): "linux/arm/v7",
    ("linux/arm/v6", "linux/arm/v7,linux/arm/v5"): "linux/arm/v5",
    ("linux/arm/v7", "linux/arm64"): None,
    ("linux/arm64", "linux/arm/v7,linux/arm64/v8"): "linux/arm64/v8",
    ("linux/arm64/v9", "linux/arm64/v8"): "linux/arm64/v8",
    ("linux/arm64/v7", "linux/arm64/v8"): None,
    ("linux/arm64", "linux/arm/v7"): "linux/arm/v7",
    ("LINUX/AMD64", "windows/amd64,linux/amd64"): "linux/amd64",
    ("aarch64", "linux/arm64"): "linux/arm64",
    ("linux/s390x", "linux/amd64"): None,
}
"""The platform that is asked for, and those of an index: the entry that Docker takes."""


def descriptor(name: str) -> Descriptor:
    return Descriptor(OCI_MANIFEST, f"sha256:{name}", 1, Platform.parse(name))


@each("wanted, offered", CHOSEN)
def test_the_best_platform_that_runs_is_taken(wanted: str, offered: str) -> None:
    """An older variant runs too, and a processor's own is better; the order counts for nothing."""
    expected = CHOSEN[wanted, offered]
    for names in (offered.split(","), offered.split(",")[::-1]):
        index = Index(OCI_INDEX, "sha256:index", 1, tuple(map(descriptor, names)))
        found = entry_for(index, Platform.parse(wanted))
        assert (found and str(found.platform)) == expected
