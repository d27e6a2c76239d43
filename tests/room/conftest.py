"""Databases for rooms: those of progress."""

from tests.progress.conftest import server, url

__all__ = ["server", "url"]
