"""The bytes of a layer, which are no text: through pipes, into files, and onto the screen."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.registry.fixtures import known_blobs
from simulator.shell import enter
from simulator.shell.octets import bytes_of, is_binary, lines_of, readable, text_of
from simulator.shell.programs import PROGRAMS
from simulator.shell.values import CONFIG, Shell
from tests.shell.test_shell import HOST, TOKEN, opened, printed, typed

LAYER = "sha256:5a6cbfa233b39e5098755195e65177c2df3b0eeede2095a25568e773c6102362"
SMALL = "sha256:44c9af00fe3ed0bac93c148414c485b9f02079b435c4b11bee77316a4c5df4b8"


def blob(digest: str, options: str = "-s") -> str:
    return (
        f'curl {options} -H "Authorization: Bearer $TOKEN" https://{HOST}/v2/myimage/blobs/{digest}'
    )


def with_layer(digest: str = LAYER) -> Shell:
    return typed(opened(), TOKEN, f"{blob(digest)} > layer.tgz")


@given(st.binary(max_size=200))
def test_any_bytes_are_carried(data: bytes) -> None:
    """And what a screen shows of them can be sent as UTF-8."""
    assert bytes_of(text_of(data)) == data
    assert readable(text_of(data)).encode() == data or is_binary(text_of(data))


def test_lines_end_at_newlines_alone() -> None:
    assert lines_of("a\x0bb\u2028c\nd\n") == ["a\x0bb\u2028c", "d"]
    assert lines_of("") == [] and lines_of("\n") == [""]
    assert is_binary("a\0") and is_binary(text_of(b"\xff")) and not is_binary("é")


@pytest.mark.parametrize("digest", [LAYER, SMALL])
def test_a_layer_has_its_digest(digest: str) -> None:
    """Through a pipe, in a file, in a copy, and in base64; its size is that of the manifest."""
    size = len(known_blobs()[digest])
    hexed = digest.removeprefix("sha256:")
    shell = with_layer(digest)
    assert printed(shell, f"{blob(digest)} | sha256sum").endswith(f"{hexed}  -")
    assert printed(shell, "sha256sum layer.tgz").endswith(f"{hexed}  layer.tgz")
    assert printed(shell, "cp layer.tgz b; cat b | sha256sum").endswith(f"{hexed}  -")
    assert printed(shell, "base64 < layer.tgz | base64 -d | sha256sum").endswith(f"{hexed}  -")
    assert printed(shell, f"{blob(digest)} | wc -c").endswith(str(size))
    assert f" {size} " in printed(shell, "ls -l layer.tgz")
    assert printed(shell, f"{blob(digest, '-so l')} && sha256sum l").endswith(f"{hexed}  l")
    assert printed(shell, f"echo '{hexed}  layer.tgz' | sha256sum -c").endswith("layer.tgz: OK")


def test_a_terminal_is_kept_from_a_layer() -> None:
    """curl warns there, and only there; with -s it would show nothing at all."""
    shell = typed(opened(), TOKEN)
    assert "Warning: Binary output can mess up your terminal." in printed(shell, blob(SMALL, ""))
    assert "pullscope: curl -s shows no binary output" in printed(shell, blob(SMALL))
    assert "Warning" not in printed(shell, f"{blob(SMALL)} | wc -c")
    assert "\ufffd" in printed(shell, "printf '\\xff'")


@pytest.mark.parametrize("name", [*PROGRAMS, "docker", "docker login -u a --password-stdin"])
def test_no_program_ends_the_terminal_with_bytes(name: str) -> None:
    """As its input, as its file and as its words; the screen can be sent as UTF-8."""
    shell = with_layer(SMALL)
    for line in (f"{name} layer.tgz", f"{name} < layer.tgz", f'{name} "$(cat layer.tgz)"',
                 f"cat layer.tgz | {name} x", f"{name} layer.tgz > {CONFIG}",
                 f"cat layer.tgz | {name} {CONFIG}"):  # fmt: skip
        after = enter(shell, line)
        assert all(one.text.encode() for one in after.lines if one.text)


@pytest.mark.parametrize("path", [CONFIG, "/etc/docker/daemon.json", "~/.netrc",
                                  f"/etc/docker/certs.d/{HOST}/hosts.toml"])  # fmt: skip
def test_docker_reads_a_file_of_bytes(path: str) -> None:
    """A layer in the place of a configuration is refused, or does nothing."""
    shell = typed(with_layer(SMALL), f"mkdir -p /etc/docker/certs.d/{HOST}",
                  f"cat layer.tgz > {path}", "systemctl restart docker",
                  f"docker pull {HOST}/myimage", f"curl -n https://{HOST}/v2/",
                  f"docker login -u alice -p s3cret {HOST}")  # fmt: skip
    assert all(one.text.encode() for one in shell.lines if one.text)
