"""The token service's tokens: signed JWTs (distribution docs, "Token authentication").

The key and its certificate are made once a process; a real registry can be told to trust it.
"""

import base64
import datetime
from functools import cache
from typing import Any

import jwt
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from jwt.types import Options

from simulator.registry.model import Registry

ISSUER = "pullscope"
Access = tuple[tuple[str, str, tuple[str, ...]], ...]
"""Types and names (`repository`, `team/app`), each with the actions that are allowed."""
LONGEST = 8192
"""Characters of a token that are looked at: ours have a thousand."""


def issue(registry: Registry, subject: str, access: Access, now: int) -> str:
    """A token for this registry's service, good for its `token_lifetime`."""
    entries = [
        {"type": kind, "name": name, "actions": list(actions)} for kind, name, actions in access
    ]
    claims = {
        "iss": ISSUER, "sub": subject, "aud": registry.service, "access": entries,
        "iat": now, "nbf": now - 10, "exp": now + registry.token_lifetime,
        "jti": f"{subject}-{now}",
    }  # fmt: skip
    return jwt.encode(claims, key(), algorithm="ES256", headers={"x5c": [x5c()]})


def verify(token: str, registry: Registry, now: int) -> dict[str, Any] | None:
    """The claims of a valid token for this registry's service; None for any other."""
    # The times are compared with the world's clock below, not with this machine's.
    checks: Options = {
        "verify_exp": False, "verify_nbf": False, "verify_iat": False, "require": ["exp", "nbf"]
    }  # fmt: skip
    if len(token) > LONGEST:
        return None
    try:
        claims: dict[str, Any] = jwt.decode(
            token, key().public_key(), ["ES256"], audience=registry.service, issuer=ISSUER,
            options=checks,
        )  # fmt: skip
    except (jwt.InvalidTokenError, RecursionError):  # deep JSON is an attempt, too
        return None
    return claims if claims["nbf"] <= now < claims["exp"] else None


@cache
def key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


@cache
def certificate() -> x509.Certificate:
    """Self-signed, for the key that signs tokens."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, ISSUER)])
    now = datetime.datetime.now(datetime.UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key().public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=365))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key(), hashes.SHA256())
    )


def certificate_pem() -> bytes:
    """What a registry's `rootcertbundle` wants."""
    return certificate().public_bytes(serialization.Encoding.PEM)


def x5c() -> str:
    return base64.b64encode(certificate().public_bytes(serialization.Encoding.DER)).decode()
