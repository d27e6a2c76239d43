"""Certificates of real servers: whom a run trusts, and what is wrong with what a server shows."""

import ssl
import time
from contextlib import closing
from pathlib import Path

from cryptography import x509

from simulator.protocol.certificate import Certificate, fault
from simulator.protocol.hosts import split_url
from simulator.protocol.network_failure import NetworkFailure, Obstacle
from simulator.sources.dialer import Dialer

CERTS = Path("/etc/docker/certs.d")
"""Where Docker's engine looks for a registry's own files, in a directory by its host."""
UNKNOWN = frozenset({18, 19, 20, 21})
"""OpenSSL's errors of a chain that ends at no authority that is trusted."""
WAIT = 10.0
"""Seconds for the second connection, on which the certificate is looked at."""


class InvalidAuthority(ValueError):
    """The file that the user names has no certificate of an authority."""


def trusted(registry: str, folder: Path = CERTS, authority: Path | None = None) -> ssl.SSLContext:
    """The machine's authorities, that of the user's file, and as Docker does it those in the
    registry's directory; with the client's certificate from there, where files that cannot be
    read are passed over. Raises InvalidAuthority."""
    context = ssl.create_default_context()
    try:
        if authority:
            context.load_verify_locations(authority)
    except OSError as error:  # ssl.SSLError is one
        why = error.strerror or "it is no certificate in PEM"
        raise InvalidAuthority(f"{authority}: no certificate of an authority: {why}") from None
    for path in sorted((folder / registry).glob("*")):
        try:
            if path.suffix == ".crt":
                context.load_verify_locations(path)
            elif path.suffix == ".cert":
                context.load_cert_chain(path, path.with_suffix(".key"))
        except OSError:  # ssl.SSLError is one
            continue
    return context


def refused(dialer: Dialer, url: str, error: ssl.SSLCertVerificationError) -> NetworkFailure:
    """What Go finds wrong with the certificate that was not accepted.

    OpenSSL hands out no certificate that it refuses: it is asked for once more, and nothing is
    sent to that server.
    """
    shown = certificate_of(dialer, url)
    if shown is None:
        return NetworkFailure(Obstacle.UNTRUSTED)
    known = Certificate(
        names_of(shown), common_name_of(shown),
        int(shown.not_valid_before_utc.timestamp()), int(shown.not_valid_after_utc.timestamp()),
        known=error.verify_code not in UNKNOWN,
    )  # fmt: skip
    found = fault(known, split_url(url).hostname or "", int(time.time()))
    return found or NetworkFailure(Obstacle.UNTRUSTED)


def certificate_of(dialer: Dialer, url: str) -> x509.Certificate | None:
    parts = split_url(url)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    try:
        stream = dialer.connect_tcp(parts.hostname or "", parts.port or 443, WAIT)
        secure = stream.start_tls(context, parts.hostname, WAIT)
        with closing(secure):
            data = secure.get_extra_info("ssl_object").getpeercert(True)
        return x509.load_der_x509_certificate(data)
    except Exception:  # whatever that server does now: the refusal is reported without the reason
        return None


def names_of(shown: x509.Certificate) -> tuple[str, ...]:
    """The subject alternative names, DNS names and addresses."""
    try:
        found = shown.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (x509.ExtensionNotFound, ValueError):
        return ()
    addresses = map(str, found.get_values_for_type(x509.IPAddress))
    return (*found.get_values_for_type(x509.DNSName), *addresses)


def common_name_of(shown: x509.Certificate) -> str:
    found = shown.subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)
    return str(found[0].value) if found else ""
