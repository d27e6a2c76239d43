"""Hosting for others is asked for, and behind TLS."""


from pathlib import Path

import pytest
from click.testing import CliRunner

from simulator import cli
from simulator.web.serve import options
from simulator.web.site import THIS_MACHINE, Site


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--host", "0.0.0.0"], "lets others in: add --class and --public-url"),
        (["--host", "0.0.0.0", "--class"], "--class needs --public-url https://NAME"),
        (["--class", "--public-url", "http://a.example.com"], "--class needs --public-url https"),
        (["--public-url", "https://a.example.com"], "--public-url is for --class"),
        (["--workers", "2"], "--workers is for --class"),
    ],
)  # fmt: skip
def test_nobody_is_let_in_by_accident(words: list[str], said: str) -> None:
    """A port is open to others only on request, and behind TLS."""
    result = CliRunner().invoke(cli.main, ["app", *words])
    assert result.exit_code == 2 and said in result.output


def test_streamlit_is_told_where_it_is() -> None:
    """The page's own origin check knows the proxy's name."""
    found = options(Site("127.0.0.1:8501", "https://pullscope.example.com/"))
    assert (found["server.address"], found["server.port"]) == ("127.0.0.1", 8501)
    assert found["browser.serverAddress"] == "pullscope.example.com"


@pytest.mark.parametrize(
    ("where", "public_url", "more"),
    [
        ("127.0.0.1:8501", "", []),
        ("[::1]:8501", "", []),
        ("192.0.2.7:8501", "", ["192.0.2.7"]),
        ("127.0.0.1:8501", "https://pullscope.example.com:8443", ["pullscope.example.com"]),
    ],
)
def test_pages_answer_to_known_hosts_only(where: str, public_url: str, more: list[str]) -> None:
    """Another name that is made to lead here opens no page (DNS rebinding)."""
    assert options(Site(where, public_url))["server.allowedHosts"] == [*THIS_MACHINE, *more]


def test_the_app_serves_lessons_of_other_folders(tmp_path: Path) -> None:
    """`--lessons` names them, as for the other commands; a folder without any is one sentence."""
    result = CliRunner().invoke(cli.main, ["app", "--lessons", str(tmp_path)])
    assert result.exit_code == 2
    assert f"{tmp_path}: there is no lesson.yaml in it" in " ".join(result.output.split())


@pytest.mark.parametrize("address", ["/srv/progress.db", "mysql://a/b"])
def test_a_database_address_that_is_none_is_told_before_anything_listens(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PULLSCOPE_DATABASE", address)
    result = CliRunner().invoke(cli.main, ["app"])
    assert result.exit_code == 2 and "PULLSCOPE_DATABASE" in result.output
