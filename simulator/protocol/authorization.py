"""The `Authorization` header (RFC 9110 section 11.6.2): Basic credentials or a Bearer token."""

import base64
from dataclasses import dataclass, field
from enum import StrEnum


class Scheme(StrEnum):
    """The schemes of a challenge and of the answer to it (RFC 9110 section 11.1)."""

    BASIC = "Basic"
    BEARER = "Bearer"


@dataclass(frozen=True)
class Authorization:
    """The `Authorization` header of a request; the secret never prints."""

    scheme: Scheme
    secret: str = field(repr=False)

    @classmethod
    def basic(cls, username: str, password: str) -> "Authorization":
        """Credentials as RFC 7617 wants them: base64 of `user:password`."""
        pair = f"{username}:{password}".encode()
        return cls(Scheme.BASIC, base64.b64encode(pair).decode())

    @classmethod
    def bearer(cls, token: str) -> "Authorization":
        """A token as RFC 6750 wants it."""
        return cls(Scheme.BEARER, token)

    @classmethod
    def parse(cls, header: str | None) -> "Authorization | None":
        """The header's value, or None where it is absent or of an unknown scheme."""
        scheme, _, secret = (header or "").partition(" ")
        known = {s.value.lower(): s for s in Scheme}.get(scheme.lower())
        return cls(known, secret.strip()) if known else None

    @property
    def header(self) -> str:
        return f"{self.scheme} {self.secret}"

    def pair(self) -> tuple[str, str] | None:
        """User name and password of a Basic header; None if it is not one."""
        if self.scheme is not Scheme.BASIC:
            return None
        try:
            text = base64.b64decode(self.secret, validate=True).decode()
        except ValueError:
            return None
        username, colon, password = text.partition(":")
        return (username, password) if colon else None
