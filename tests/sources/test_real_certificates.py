"""Certificates of real servers: their faults are reported in Go's words."""

import shutil
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from simulator.protocol.message import Request
from simulator.protocol.network_failure import NetworkFailure, Obstacle
from simulator.sources import certificates
from tests.cases import each
from tests.sources.servers import known_as, sent, tls_server

DAY = timedelta(days=1)


def made(folder: Path, names: tuple[str, ...], common: str, starts: int, ends: int) -> Path:
    """A certificate that signs itself, with its key; the days are counted from now."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, common)])
    builder = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name)
        .public_key(key.public_key()).serial_number(x509.random_serial_number())
        .not_valid_before(now + starts * DAY).not_valid_after(now + ends * DAY)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    )  # fmt: skip
    if names:
        known = x509.SubjectAlternativeName(list(map(known_as, names)))
        builder = builder.add_extension(known, critical=False)
    path = folder / f"{common}.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )  # fmt: skip
    signed = builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
    path.write_bytes(private + signed)
    return path


CASES = (
    (("127.0.0.1",), "expired", -9, -2, Obstacle.EXPIRED, " is after "),
    (("127.0.0.1",), "future", 2, 9, Obstacle.EXPIRED, " is before "),
    (("other.example.org",), "other", -1, 9, Obstacle.WRONG_NAME,
     "cannot validate certificate for 127.0.0.1 because it doesn't contain any IP SANs"),
    (("192.0.2.7",), "address", -1, 9, Obstacle.WRONG_NAME,
     "certificate is valid for 192.0.2.7, not 127.0.0.1"),
    ((), "nothing", -1, 9, Obstacle.WRONG_NAME,
     "cannot validate certificate for 127.0.0.1 because it doesn't contain any IP SANs"),
)  # fmt: skip


@each(("names", "common", "starts", "ends", "obstacle", "words"), CASES)
def test_what_is_wrong_with_a_certificate_is_told_as_go_tells_it(
    names: tuple[str, ...], common: str, starts: int, ends: int, obstacle: Obstacle, words: str,
    tmp_path: Path,
) -> None:  # fmt: skip
    """The server's authority is trusted: only the certificate itself is at fault."""
    pem = made(tmp_path, names, common, starts, ends)
    with tls_server(pem) as host:
        trusting = ssl.create_default_context(cafile=str(pem))
        answer = sent(Request("GET", f"https://{host}/v2/"), context=trusting).answer
    assert isinstance(answer, NetworkFailure) and answer.obstacle is obstacle, answer
    assert words in answer.detail


def test_the_name_alone_in_the_subject_does_not_count(tmp_path: Path) -> None:
    pem = made(tmp_path, (), "localhost", -1, 9)
    with tls_server(pem) as host:
        url = f"https://{host.replace('127.0.0.1', 'localhost')}/v2/"
        trusting = ssl.create_default_context(cafile=str(pem))
        answer = sent(Request("GET", url), context=trusting).answer
    legacy = "certificate relies on legacy Common Name field, use SANs instead"
    assert answer == NetworkFailure(Obstacle.WRONG_NAME, legacy)


def test_an_authority_of_the_registry_s_own_is_trusted(tmp_path: Path) -> None:
    """`HOST:PORT/*.crt` below the directory where Docker's engine looks."""
    pem = made(tmp_path, ("127.0.0.1",), "registry", -1, 9)
    with tls_server(pem) as host:
        request = Request("GET", f"https://{host}/v2/")
        unknown = certificates.trusted(host, tmp_path / "certs.d")
        assert sent(request, context=unknown).answer == NetworkFailure(Obstacle.UNTRUSTED)
        (tmp_path / "certs.d" / host).mkdir(parents=True)
        shutil.copy(pem, tmp_path / "certs.d" / host / "ca.crt")
        known = certificates.trusted(host, tmp_path / "certs.d")
        reached = NetworkFailure(Obstacle.CLOSED)  # this server has nothing at /v2/
        assert sent(request, context=known).answer == reached
