"""The terminal's world: files, users and the engine, as Docker and its CLI use them.

Each entry is a line that people type and what must be printed at last; lines before it prepare.
"""

import pytest

from simulator.shell import enter
from simulator.shell.masking import masked
from tests.shell.test_shell import HOST, IMAGE, LOGIN, opened, printed, typed

CONFIG = "~/.docker/config.json"
PULL = f"docker pull {IMAGE}"
DENIED = "pull access denied for"

SAID = {
    "the folder is gone, and the login with it": (
        "works", (*LOGIN, "rm -rf ~/.docker", f"cat {CONFIG}", PULL), DENIED),
    "443 is the port of https": (
        "works", (f"curl -sI https://{HOST}:443/v2/ | head -1",), "HTTP/1.1 401 Unauthorized"),
    "with the port the login has another key": (
        "works", (*LOGIN, f"docker pull {HOST}:443/team/app:1.0"), DENIED),
    "an insecure registry's certificate is not verified": (
        "untrusted-certificate",
        (f"""echo '{{"insecure-registries": ["{HOST}"]}}' > /etc/docker/daemon.json""",
         "systemctl restart docker", f"docker login -u alice --password-stdin {HOST} <<< s3cret",
         PULL), IMAGE),
    "a debug switch and a folder of its own": (
        "works", (*LOGIN, f"docker -D --config /tmp/x pull {IMAGE}"), DENIED),
    "after logout the file stays": (
        "works", (*LOGIN, f"docker logout {HOST}", f"cat {CONFIG}"), "}"),
    "auth that is no base64": (
        "works", (f"""echo '{{"auths":{{"{HOST}":{{"auth":"%%%"}}}}}}' > {CONFIG}""",
                  f"{PULL} 2>&1 | head -1"),
        "WARNING: Error parsing config file (/home/alice/.docker/config.json): illegal base64 "
        "data at input byte 0"),
    "a login writes a broken file anew": (
        "works", (f"echo '{{' > {CONFIG}", *LOGIN, f"jq -r '.auths | keys' {CONFIG} | grep my"),
        HOST),
    "printf into a login": (
        "works", (f"printf s3cret | docker login -u alice --password-stdin {HOST}",),
        "Login Succeeded"),
    "an error at the beginning of a pipe is seen": (
        "works", ("nosuch | docker images | head -0",), "bash: nosuch: command not found"),
    "errors are thrown away": (
        "works", (f"docker pull {HOST}/nosuch:1 2>/dev/null", "echo $?"), "1"),
    "a comment": ("works", ("echo before", "# a comment"), "# a comment"),
    "jq reads a file": (
        "works", (*LOGIN, f"jq -r '.auths | keys | .[0]' {CONFIG}"), HOST),
    "a line about a file": (
        "works", (*LOGIN, f"ls -l {CONFIG} | cut -c1-10"), "-rw-------"),
    "a line about a folder": (
        "works", (*LOGIN, "ls -ld ~/.docker | cut -c1-10"), "drwx------"),
    "a variable for one command": (
        "works", (*LOGIN, f"DOCKER_CONFIG=/tmp {PULL}"), DENIED),
    "a scheme before an insecure registry is dropped": (
        "plain-http",
        (f"""echo '{{"insecure-registries": ["http://{HOST}"]}}' > /etc/docker/daemon.json""",
         "systemctl restart docker", PULL), IMAGE),
    "a mirror of Docker Hub is asked first": (
        "works", ("""echo '{"registry-mirrors": ["https://nosuch.lan"]}' >"""
                  "/etc/docker/daemon.json", "systemctl restart docker",
                  "docker info | grep -A 1 'Registry Mirrors'"),
        "  https://nosuch.lan/"),
    "hosts.toml names another host": (
        "works", (f"mkdir -p /etc/docker/certs.d/{HOST}",
                  """echo 'server = "https://nosuch.lan"' """
                  f"> /etc/docker/certs.d/{HOST}/hosts.toml",
                  PULL), "lookup nosuch.lan on 127.0.0.53:53: no such host"),
    "a port that is closed": (
        "down", (f"nc -vz {HOST} 443",), "port 443 (tcp) failed: Connection refused"),
    "who signed a certificate": (
        "untrusted-certificate",
        (f"openssl s_client -connect {HOST}:443 </dev/null 2>&1 | openssl x509 -noout -ext "
         "subjectAltName",), f"    DNS:{HOST}"),
    "bytes of a password": ("works", ("printf 's3\\n' | od -c",), "0000003"),
    "lines around a match": ("works", ("printf 'a\\nb\\nc\\n' | grep -A 1 b",), "c"),
    "a broken daemon.json leaves no engine": (
        "works", ("echo '{' > /etc/docker/daemon.json", "sudo systemctl restart docker", PULL),
        "failed to connect to the docker API at unix:///var/run/docker.sock; "),
    "and a mended one brings it back": (
        "logged-in", ("echo '{' > /etc/docker/daemon.json", "systemctl restart docker",
                      "rm /etc/docker/daemon.json", "systemctl restart docker", PULL), IMAGE),
    "root has a config.json of its own": (
        "works", (*LOGIN, f"sudo docker pull {IMAGE}"), DENIED),
    "and a login of its own": (
        "works", (f"sudo docker login -u alice --password-stdin {HOST} <<< s3cret",
                  f"sudo docker pull {IMAGE}"), IMAGE),
    "a password from a file": (
        "works", ("echo s3cret > p.txt", f"docker login -u alice --password-stdin {HOST} < p.txt"),
        "Login Succeeded"),
    "both clocks move": ("works", ("sleep 60", "date +%s"), "1767225660"),
}  # fmt: skip


@pytest.mark.parametrize("rule", SAID)
def test_the_last_line_is_what_it_must_be(rule: str) -> None:
    """A command has the effect that it has with a real Docker."""
    situation, lines, last = SAID[rule]
    shell = typed(opened(situation), *lines)
    assert last in shell.lines[-1].text


def test_what_was_masked_is_not_sent() -> None:
    """A recalled line has dots in place of its password: they are no password."""
    shell = typed(opened(), f"docker login -u alice -p s3cret {HOST}")
    assert "was not kept" in printed(shell, shell.history[-1])


MASKED = {
    "docker login -u alice -p s3cret HOST": "docker login -u alice -p •••••• HOST",
    "docker login -u alice -ps3cret HOST": "docker login -u alice -p•••••• HOST",
    "docker login --password=s3cret HOST": "docker login --password=•••••• HOST",
    "docker login --password 's3 cret' HOST": "docker login --password •••••• HOST",
    "docker login -p $(cat p.txt) HOST": "docker login -p $(cat p.txt) HOST",
    "mkdir -p /etc/docker": "mkdir -p /etc/docker",
    "curl -u alice:s3cret https://h/": "curl -u alice:•••••• https://h/",
    'curl -u "alice:s3 cret" https://h/': "curl -u \"alice:•••••• https://h/",
    "curl -ualice:s3cret https://h/": "curl -ualice:•••••• https://h/",
    "T=$(curl -u alice:s3cret https://h/)": "T=$(curl -u alice:•••••• https://h/)",
    "curl -H 'Authorization: Bearer abc' u": "curl -H 'Authorization: Bearer ••••••' u",
    "echo s3cret | docker login --password-stdin": "echo •••••• | docker login --password-stdin",
    "printf '%s' s3cret | docker login --password-stdin":
        "printf '%s' •••••• | docker login --password-stdin",
    "docker login --password-stdin <<< s3cret": "docker login --password-stdin <<< ••••••",
    "PASS=s3cret": "PASS=••••••",
    "export DOCKER_TOKEN=s3cret": "export DOCKER_TOKEN=••••••",
    "docker pull host/team/app:1.0": "docker pull host/team/app:1.0",
}  # fmt: skip


@pytest.mark.parametrize("line", MASKED)
def test_a_secret_in_a_line_is_not_kept(line: str) -> None:
    """In whatever form it is typed; other words stay as they are."""
    assert masked(line) == MASKED[line]
    shell = enter(opened(), line)
    assert "s3cret" not in repr(shell.history) + repr(shell.lines)
