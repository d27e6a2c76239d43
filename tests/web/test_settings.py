"""Streamlit's settings: the same in a checkout and where Pullscope is installed."""

import tomllib
from pathlib import Path

import pytest
from streamlit import config
from streamlit.web import bootstrap

from simulator.web.serve import options
from simulator.web.settings import FILE, settings
from simulator.web.site import Site
from tests.pages import ROOT


def read(path: Path) -> dict[str, object]:
    return tomllib.loads(path.read_text("utf-8"))


def test_the_checkout_has_the_settings_of_the_package() -> None:
    assert read(ROOT / ".streamlit" / "config.toml") == read(FILE)


def test_streamlit_knows_each_setting() -> None:
    """A misspelled one would be ignored with a warning in the log."""
    assert set(settings()) <= set(config.get_config_options())


def test_an_installed_app_has_the_theme(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Outside the checkout there is no `.streamlit` folder to read."""
    monkeypatch.chdir(tmp_path)
    bootstrap.load_config_options(options(Site("127.0.0.1:8501")))
    found = {name: config.get_option(name) for name in settings()}
    monkeypatch.undo()
    bootstrap.load_config_options({})
    assert found == {**settings(), "server.address": "127.0.0.1"}
