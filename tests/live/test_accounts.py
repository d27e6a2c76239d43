"""Accounts: names, passwords, and of these only a hash."""

import re

from simulator.live.accounts import WORDS, Account, new_name, new_password, opened
from tests.live.learner import Learner


def test_an_account_knows_its_password_by_hash_only() -> None:
    """The right one passes, another does not, and the account holds neither."""
    account, password = opened("heron-1234")
    assert account.knows(password) and not account.knows(new_password())
    assert password.encode() not in account.hashed + account.salt and password not in repr(account)


def test_no_two_accounts_share_a_hash() -> None:
    """The salt is another each time, even for one and the same password."""
    account, _ = opened("a")
    again = Account("a", b"other", account.hashed)
    assert again.salt != account.salt and opened("a")[0].salt != account.salt


def test_names_are_repository_names() -> None:
    """A name is part of image names; a password is easy to type."""
    for _ in range(50):
        assert re.fullmatch(r"[a-z]+-\d{4}", new_name())
        assert re.fullmatch(r"([a-km-np-z2-9]{4}-){2}[a-km-np-z2-9]{4}", new_password())
    assert len(set(WORDS)) == len(WORDS)


def test_a_new_password_replaces_the_old(ada: Learner) -> None:
    """The old one is worth nothing."""
    old = ada.password
    ada.password = ada.sessions.renew(ada.session)
    assert (ada.login(old), ada.login()) == (401, 200)
