"""Checks: the command that separates the causes best, filled in, and what its answer leaves."""

import re
import shlex
import shutil
import subprocess
import time
from pathlib import Path

import pytest

from simulator.decoder.causes import Change, Standing, causes, changes, rules, verdict
from simulator.decoder.checks import (
    PLAIN,
    SYSTEMS,
    answer_to,
    fields_of,
    fitting,
    known_checks,
    narrowed,
)
from simulator.decoder.cleaning import plain
from simulator.decoder.decode import decode
from simulator.decoder.playing import address
from simulator.docker.engines import engines
from simulator.recordings.situations import recorded_situations, trace
from simulator.scenarios.model import scenarios
from tests.cases import each
from tests.decoder.test_messages import CASES, VARIANTS
from tests.pages import PATIENCE

MESSAGES = [*(case.message for case in CASES), *(message for _, message in VARIANTS)]


def test_commands_are_filled_with_what_the_message_names() -> None:
    """Host, scheme, repository and digest are the reader's own; nothing is left open."""
    for message in MESSAGES:
        decoded = decode(message)
        for one in fitting(decoded, decoded.verdict):
            for command in one.commands.values():
                assert not re.search(r"(?<!\{)\{[a-z_]+\}", command), command
                assert "example" not in command or "example" in message, command


def test_a_plain_http_registry_is_checked_over_plain_http() -> None:
    decoded = decode("Error response from daemon: login attempt to http://192.0.2.1:8081/v2/ "
                     "failed with status: 404 Not Found")  # fmt: skip
    commands = [one.commands["linux"] for one in fitting(decoded, decoded.verdict)]
    assert any("http://192.0.2.1:8081/v2/" in command for command in commands)
    assert not any("https://192.0.2.1" in command for command in commands)


def test_the_first_check_separates_most() -> None:
    """No other check that fits leaves fewer causes in its worst case."""
    for message in MESSAGES:
        decoded = decode(message)
        names = [one.cause.name for one in decoded.verdict.candidates]
        found = fitting(decoded, decoded.verdict)
        if len(found) > 1:
            assert found[0].check.split(names) == min(one.check.split(names) for one in found)


def test_most_messages_with_several_causes_have_a_check_that_separates() -> None:
    several = [one for one in map(decode, MESSAGES) if len(one.verdict.candidates) > 1]
    parted = 0
    for decoded in several:
        names = [one.cause.name for one in decoded.verdict.candidates]
        found = fitting(decoded, decoded.verdict)
        parted += bool(found) and found[0].check.split(names) < len(names)
    assert parted > 0.75 * len(several)


def test_checks_of_the_engine_say_where_to_run() -> None:
    """In a cluster also on the node."""
    decoded = decode('Failed to pull image "r.example/a:1": rpc '
                     "error: code = Unknown desc = failed to do request: Head "
                     '"https://r.example/v2/a/manifests/1": dial tcp: lookup r.example on '
                     "10.96.0.10:53: no such host")  # fmt: skip
    found = [one for one in fitting(decoded, decoded.verdict) if one.check.where == "engine"]
    assert found
    assert all("node" in one.commands and "engine runs" in one.place for one in found)
    assert all(set(one.commands) <= set(SYSTEMS) for one in found)


def test_answers_name_known_causes() -> None:
    for check in known_checks().values():
        for answer in check.answers:
            assert answer.keeps <= set(causes()), check.name


@each("name", known_checks())
def test_answers_are_read_in_linear_time(name: str) -> None:
    decoded = decode(MESSAGES[5])
    for piece in ("1.1.", "aaaa", "ab:", " ", "x\n", "0d "):
        took = []
        for size in (10_000, 20_000):
            began = time.process_time()
            answer_to(known_checks()[name], piece * (size // len(piece)), decoded)
            took.append(time.process_time() - began)
        assert took[1] < 5 * max(took[0], 0.01), piece


@each("piece", ("[a](http://", "[a](https://x/", "[", "msg=\"", "output=", "\x1b["))
def test_a_pasted_text_is_cleaned_in_linear_time(piece: str) -> None:
    """Of what is pasted all is cleaned, before it is cut."""
    took = []
    for size in (50_000, 200_000):
        began = time.process_time()
        plain(piece * (size // len(piece)))
        took.append(time.process_time() - began)
    assert took[1] < 8 * max(took[0], 0.02)


ANSWERED = [
    ("name-here", "192.0.2.10   registry.example.com", {"dns-engine-differs", "dns-server-fails"}),
    ("name-here", "", {"dns-no-such-host"}),
    ("port", "nc: connect to r port 443 (tcp) failed: Connection refused", {"port-closed"}),
    ("port", "nc: connect to r port 443 (tcp) timed out", {"firewall-blocks"}),
    ("realm", 'www-authenticate: Bearer realm="http://core:8080/token"', {"realm-wrong"}),
    ("certificate", "issuer=CN = Zscaler Root", {"tls-interception"}),
    ("certificate", "issuer=CN = TRAEFIK DEFAULT CERT", {"not-a-registry"}),
    ("proxy", "http://proxy.office.example:3128", {"proxy-unreachable"}),
    ("proxy", "http.docker.internal:3128 http.docker.internal:3128", set()),
    ("blob", "HTTP/2 401\nlocation: /login", set()),
    ("digest-twice", "status 401\n5a6cbfa233b3", set()),
    ("digest-twice", "status 200\n5a6cbfa233b3", {"blob-corrupted"}),
    ("tags", '{"errors":[{"code":"NAME_UNKNOWN"}]}', {"repository-unknown"}),
    ("tags", '{"name":"a","tags":["1"]}', {"tag-unknown"}),
    ("pull-secret", "", {"kubelet-no-pull-secret"}),
    ("stored", "null", {"not-logged-in"}),
    ("helper-there", "zsh: command not found", {"helper-missing"}),
    ("who-answers", "curl: (7) Failed to connect: Connection refused", {"port-closed"}),
    ("who-answers", "HTTP/1.1 502 Bad Gateway\nServer: nginx", {"gateway-error"}),
    ("clock", "System clock synchronized: no", {"clock-skew"}),
]


@each(("name", "printed", "keeps"), ANSWERED)
def test_an_answer_is_understood(name: str, printed: str, keeps: set[str]) -> None:
    decoded = decode(CASES[5].message)
    answer = answer_to(known_checks()[name], printed, decoded)
    assert answer and keeps <= answer.keeps


@each("word", ("zscaler", "proxy", "gateway", "firewall", "inspection", "localhost", "traefik"))
def test_only_the_issuer_of_a_certificate_tells_of_a_filter(word: str) -> None:
    """A word in the subject or in the names is about the server itself."""
    issuer = f"issuer=CN = Corp Internal CA\nsubject=CN = docker-{word}.corp.example\n"
    printed = f"{issuer}X509v3 Subject Alternative Name:\n    DNS:{word}, DNS:{word}.corp.example"
    decoded = decode(CASES[5].message)
    answer = answer_to(known_checks()["certificate"], printed, decoded)
    assert answer and {"tls-unknown-authority", "tls-name-mismatch"} <= answer.keeps


def test_docker_desktop_is_asked_from_the_shell_where_a_container_would_not_know() -> None:
    """A container has neither the files for a host nor openssl."""
    decoded = decode('Get "https://r.example:5000/v2/": tls: failed to verify certificate: '
                     "x509: certificate signed by unknown authority")  # fmt: skip
    found = {one.check.name: one for one in fitting(decoded, decoded.verdict)}
    for name in ("certificate", "certs-d"):
        assert "busybox" not in found[name].commands["macos"]
        assert "your own shell" in found[name].place
    assert found["certs-d"].commands["macos"] == "ls -l ~/.docker/certs.d/r.example:5000"


def test_an_answer_that_says_nothing_changes_nothing() -> None:
    decoded = decode(CASES[5].message)
    verdict, means = narrowed(decoded.verdict, known_checks()["port"], "hello", decoded)
    assert (verdict, means) == (decoded.verdict, "")


def test_the_stored_login_is_compared_letter_by_letter() -> None:
    """A login for the host without its port does not count for it."""
    decoded = decode("Error response from daemon: Get https://r.example:443/v2/a/manifests/1: "
                     "unauthorized: authentication required")  # fmt: skip
    check = known_checks()["stored"]
    verdict, _means = narrowed(decoded.verdict, check, "r.example\nnull", decoded)
    assert [one.cause.name for one in verdict.candidates] == ["login-under-other-key"]


PROGRAMS = ("curl", "nc", "openssl", "docker", "getent", "nslookup", "ping", "jq", "kubectl", "ls")


@pytest.mark.skipif(not shutil.which("bash"), reason="needs bash")
def test_a_pasted_name_is_no_command(tmp_path: Path) -> None:
    """Pasted text cannot smuggle a command into a line that is copied into a shell."""
    marker = tmp_path / "made"
    evil = f"x$(mkdir${{IFS}}{marker})`mkdir${{IFS}}{marker}`;mkdir${{IFS}}{marker}"
    message = (f'Failed to pull image "r/{evil}": Get "https://{evil}/v2/{evil}/manifests/{evil}": '
               "no basic auth credentials")  # fmt: skip
    decoded = decode(message)
    values = fields_of(decoded)
    for check in known_checks().values():
        if check.fields <= values.keys():
            command = check.linux.format(**values)
            script = "".join(f"{program}() {{ :; }}; " for program in PROGRAMS) + command
            subprocess.run(["bash", "-c", f"{script}\ntrue"], timeout=PATIENCE, cwd=tmp_path,
                           capture_output=True, check=False)  # fmt: skip
    assert not marker.exists()


@pytest.mark.parametrize("odd", ["-oProxyCommand=x", "--config=/x", "a'b", "a b", "$HOME", "*"])
def test_a_command_is_filled_with_plain_names_alone(odd: str) -> None:
    """No option, no quote, nothing that a shell reads in a way of its own."""
    for message in (f'pull access denied for {odd}, repository does not exist',
                    f'Get "https://{odd}/v2/": dial tcp: lookup {odd} on {odd}:53: no such host',
                    f'Get "https://r.example/v2/{odd}/manifests/{odd}": no basic auth credentials',
                    f'error getting credentials - err: exec: "docker-credential-{odd}"'):
        assert all(PLAIN.fullmatch(shlex.split(value)[0])
                   for value in fields_of(decode(message)).values() if value)  # fmt: skip


# -- situations -----------------------------------------------------------------------------------


def errors_of(name: str, engine: str) -> str:
    run = trace(name, engine)
    lines = (line.text for step in run.steps for line in step.terminal if line.kind == "error")
    return "\n".join(lines) if run.failed else ""


PLAYED = [(cause.name, name) for cause in causes().values() for name in cause.played_by]


@each("name", sorted({name for _, name in PLAYED}))
def test_a_situation_decodes_to_its_own_cause(name: str) -> None:
    """Among the first three and never among the excluded, on each engine on which it fails."""
    own = {cause for cause, known in PLAYED if known == name}
    for engine in engines():
        text = errors_of(name, engine)
        if text:
            verdict = decode(text).verdict
            assert own & {one.cause.name for one in verdict.candidates[:3]}, text
            assert not own <= {one.cause.name for one in verdict.excluded}


def test_every_situation_that_fails_plays_a_cause() -> None:
    """A situation that no cause names cannot be found from its message."""
    known = {name for _, name in PLAYED}
    for name in (*scenarios(), *recorded_situations()):
        if any(decode(errors_of(name, engine)).main for engine in engines()):
            assert name in known, f"add {name} to played_by of its cause in causes.yaml"


def test_a_cause_leads_to_its_situation() -> None:
    """At the step that fails; a cause that nothing plays leads nowhere."""
    for cause in causes().values():
        assert bool(address(cause)) == bool(cause.played_by), cause.name


def test_nothing_is_certain_where_another_cause_is_added() -> None:
    """A change of a rule that only takes causes away leaves the rest as they stood."""
    listed: dict[str, tuple[Standing, str]]
    listed = {"one": ("certain", "rule"), "two": ("likely", "rule")}
    change = Change(when=frozenset(), reason="change", stages=frozenset())
    taken = change.model_copy(update={"without": frozenset({"two"})})
    assert dict(changes(listed, taken)) == {"one": ("certain", "rule")}
    added = change.model_copy(update={"first": ("new",), "second": ("next",), "last": ("two",)})
    assert list(changes(listed, added)) == [
        ("new", ("likely", "change")), ("one", ("likely", "rule")),
        ("next", ("likely", "change")), ("two", ("possible", "change")),
    ]  # fmt: skip


def test_a_stage_that_is_open_to_every_cause_excludes_none() -> None:
    """Every other stage excludes what cannot show itself there."""
    every = {name for name, stage in rules().stages.items() if "*" in stage.open}
    assert every
    for name, rule in rules().rules.items():
        found = verdict(name, rule, rule.when)
        assert bool(found.excluded) is (rule.stage not in every), name
