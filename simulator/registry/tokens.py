"""The token service's tokens: signed JWTs (distribution docs, "Token authentication").

Key and certificate are derived from the registry's `Signer`. A real registry can be told to trust
the certificate.
"""

import base64
import datetime
from collections.abc import Mapping
from functools import cache, lru_cache
from hashlib import sha256
from typing import Any, NamedTuple

import jwt
from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from jwt.types import Options

from simulator.registry.model import Registry, Signer

ISSUER = "pullscope"
Access = tuple[tuple[str, str, tuple[str, ...]], ...]
"""Types and names (`repository`, `team/app`), each with the actions that are allowed."""
LONGEST = 8192
"""Characters of a token that are looked at: ours have a thousand."""
REMEMBERED = 500
"""Tokens whose signature is not checked again."""
VALID = (datetime.datetime(2020, 1, 1), datetime.datetime(2120, 1, 1))
"""From when until when the certificate holds. Fixed, so that it is the same in each process."""


def issue(registry: Registry, subject: str, access: Access, now: int) -> str:
    """A token for this registry's service, good for its `token_lifetime`."""
    service = Service(registry.signer, registry.service, registry.token_lifetime)
    return signed(service, subject, access, now, registry.drawn)


class Service(NamedTuple):
    """What a token says of the registry that it is for: its signer, its name, and the seconds for
    which tokens are good."""

    signer: Signer
    name: str
    lifetime: int


@lru_cache(maxsize=REMEMBERED)
def signed(service: Service, subject: str, access: Access, now: int, drawn: str) -> str:
    """The token with these claims. In a played world the same one is asked for again and again:
    it is signed once, and its signature is checked once."""
    entries = [
        {"type": kind, "name": name, "actions": list(actions)} for kind, name, actions in access
    ]
    claims = {
        "iss": ISSUER, "sub": subject, "aud": service.name, "access": entries,
        "iat": now, "nbf": now - 10, "exp": now + service.lifetime,
        "jti": f"{subject}-{now}{drawn}",
    }  # fmt: skip
    headers = {"x5c": [x5c(service.signer)]}
    return jwt.encode(claims, key(service.signer), algorithm="ES256", headers=headers)


def verify(token: str, registry: Registry, now: int) -> Mapping[str, Any] | None:
    """The claims of a token for this registry's service that holds at `now`; None for another."""
    claims = signed_claims(token, registry.service, registry.signer)
    return claims if claims and claims["nbf"] <= now < claims["exp"] else None


@lru_cache(maxsize=REMEMBERED)
def signed_claims(token: str, service: str, signer: Signer) -> Mapping[str, Any] | None:
    """The claims of a token that we signed for this service, even past its time; else None.

    Remembered, since a client sends the same token with each request of a pull.
    """
    # Times are compared with the world's clock, not with this machine's.
    checks: Options = {
        "verify_exp": False, "verify_nbf": False, "verify_iat": False, "require": ["exp", "nbf"]
    }  # fmt: skip
    if len(token) > LONGEST:
        return None
    try:
        return jwt.decode(
            token, key(signer).public_key(), ["ES256"], audience=service, issuer=ISSUER,
            options=checks,
        )  # fmt: skip
    except (jwt.InvalidTokenError, RecursionError):  # deep JSON is an attempt, too
        return None


@cache
def key(signer: Signer) -> ec.EllipticCurvePrivateKey:
    """A private key on P-256: the secret's hash, as a number below the curve's order."""
    number = int.from_bytes(sha256(b"pullscope token key" + signer.secret).digest(), "big")
    return ec.derive_private_key(number % (ORDER - 1) + 1, ec.SECP256R1())


ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
"""Of P-256 (FIPS 186-4, appendix D.1.2.3)."""


@cache
def certificate(signer: Signer) -> x509.Certificate:
    """Self-signed, for the key that signs tokens."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, ISSUER)])
    private = key(signer)
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(private.public_key())
        .serial_number(int.from_bytes(sha256(signer.secret).digest()[:8], "big") + 1)
        .not_valid_before(VALID[0])
        .not_valid_after(VALID[1])
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    )
    try:
        return builder.sign(private, hashes.SHA256(), ecdsa_deterministic=True)
    except UnsupportedAlgorithm:  # an OpenSSL before 3.2: the certificate's signature varies
        return builder.sign(private, hashes.SHA256())


def certificate_pem(signer: Signer) -> bytes:
    """What a registry's `rootcertbundle` wants."""
    return certificate(signer).public_bytes(serialization.Encoding.PEM)


@cache
def x5c(signer: Signer) -> str:
    der = certificate(signer).public_bytes(serialization.Encoding.DER)
    return base64.b64encode(der).decode()
