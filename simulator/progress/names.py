"""Names of learners. Whoever knows such a name is that learner, so no database has it."""

import hashlib
import re
import secrets


def new_learner() -> str:
    """A name that cannot be guessed: whoever knows it is that learner."""
    return secrets.token_urlsafe(24)


def is_learner(name: str) -> bool:
    """Whether this may be such a name: a cookie can hold anything."""
    return re.fullmatch(r"[\w-]{32}", name) is not None


def account(issuer: str, subject: str) -> str:
    """The learner behind a signed-in user."""
    return f"{issuer}\n{subject}"


def stored(learner: str) -> str:
    """What the database has in place of a learner's name: a copy of it gives no access to a
    learner's progress."""
    return hashlib.sha256(learner.encode()).hexdigest()
