"""Learners' accounts: a name to remember, a generated password, and of that only a hash.

The password is returned once, when it is made; it is not kept.
"""

import hashlib
import hmac
import secrets
from dataclasses import dataclass, field

WORDS = (
    "heron", "otter", "maple", "cedar", "comet", "amber", "raven", "linen", "tulip", "ember",
    "finch", "larch", "ocean", "pearl", "robin", "sable", "thyme", "violet", "willow", "zephyr",
    "badger", "clover", "dahlia", "falcon", "garnet", "hazel", "indigo", "juniper", "kestrel",
    "lupin", "marten", "nettle", "orchid", "poppy", "quartz", "rowan", "saffron", "teal",
)  # fmt: skip
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
"""Without letters that look like digits."""
SCRYPT = {"n": 4096, "r": 8, "p": 1}
"""About 10 ms and 4 MB a check: the password is random, so a slower hash would add nothing."""


@dataclass(frozen=True)
class Account:
    """A learner at the registry. Of the password, only its salted hash is kept."""

    name: str
    salt: bytes = field(repr=False)
    hashed: bytes = field(repr=False)

    def knows(self, password: str) -> bool:
        """Whether this is the password."""
        return hmac.compare_digest(hashed(password, self.salt), self.hashed)


def hashed(password: str, salt: bytes) -> bytes:
    return hashlib.scrypt(password.encode(), salt=salt, **SCRYPT)


def opened(name: str) -> tuple[Account, str]:
    """A new account, and its password, which is nowhere else."""
    password, salt = new_password(), secrets.token_bytes(16)
    return Account(name, salt, hashed(password, salt)), password


def new_name() -> str:
    """A word and a number: it is also the first part of the learner's repositories."""
    return f"{secrets.choice(WORDS)}-{secrets.randbelow(9000) + 1000}"


def new_password() -> str:
    """Twelve characters in three groups (60 bits), easy to type and to read aloud."""
    return "-".join("".join(secrets.choice(ALPHABET) for _ in range(4)) for _ in range(3))
