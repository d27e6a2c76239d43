"""The terminal: real programs' ways in the lesson's world, and every state a value."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.docker.cli.parse import parse
from simulator.docker.engines import engines
from simulator.docker.trace import run
from simulator.scenarios.model import scenario
from simulator.shell import INTERRUPT, enter
from simulator.shell.completion import completions
from simulator.shell.programs import PROGRAMS
from simulator.shell.values import KEPT_LINES, LARGEST, SCREEN, UNDONE, Shell
from simulator.sources.mock import mock

HOST = "myprivateregistry.com"
IMAGE = f"{HOST}/myimage:latest"
LOGIN = (f"docker login {HOST}", "alice", "s3cret")
TOKEN = (
    f'TOKEN=$(curl -s -u alice:s3cret "https://auth.{HOST}/token?service={HOST}'
    '&scope=repository:myimage:pull" | jq -r .token)'
)
MANIFEST = f'curl -si -H "Authorization: Bearer $TOKEN" https://{HOST}/v2/myimage/manifests/latest'


def opened(name: str = "works", engine: str = "29") -> Shell:
    known = scenario(name)
    return Shell(known.world(), known.state(engine).client)


def typed(shell: Shell, *lines: str) -> Shell:
    for line in lines:
        shell = enter(shell, line)
    return shell


def printed(shell: Shell, *lines: str) -> str:
    """What these lines add to the screen."""
    after = typed(shell, *lines)
    return "\n".join(line.text for line in after.lines[len(shell.lines) :])


@pytest.mark.parametrize("engine", list(engines()))
def test_docker_prints_what_the_machine_prints(engine: str) -> None:
    """A login with its prompts and a pull: the lines of the scenario, in their order."""
    known = scenario("works")
    expected = run(known.state(engine), mock(known.world()))
    lines = [line for step in expected.steps for line in step.terminal]
    shell = typed(opened(engine=engine), *LOGIN, f"docker pull {IMAGE}")
    assert [line.text for line in shell.lines] == [line.text for line in lines]
    assert shell.trace and not shell.trace.failed and shell.status == 0


def test_a_prompt_waits_and_hides_the_password() -> None:
    """The name is asked for, then the password, which never shows."""
    shell = enter(opened(), LOGIN[0])
    assert shell.prompt and (shell.prompt.text, shell.prompt.secret) == ("Username: ", False)
    shell = enter(shell, "alice")
    assert shell.prompt and (shell.prompt.text, shell.prompt.secret) == ("Password: ", True)
    shell = enter(shell, "s3cret")
    assert shell.prompt is None and shell.lines[-1].text == "Login Succeeded"
    assert "s3cret" not in repr(shell.lines) + repr(shell.history) + repr(shell.trace)


def test_stored_credentials_that_fail_lead_to_the_prompt() -> None:
    """Stored credentials are tried first; the earlier output is not printed again."""
    told = printed(opened("stale-credentials"), LOGIN[0], "alice", "s3cret")
    assert told.count("Authenticating with existing credentials") == 1
    assert "Username (alice): alice" in told
    assert told.endswith("Login Succeeded")


def test_an_empty_answer_is_an_answer() -> None:
    """Docker's CLI does not ask twice."""
    shell = typed(opened(), LOGIN[0], "alice", "")
    assert shell.prompt is None and shell.status == 1
    assert shell.lines[-1].text == "error: password is required"


def test_a_pipe_is_no_terminal() -> None:
    """The password comes on standard input, or there is no one to ask."""
    ok = typed(opened(), f"echo s3cret | docker login -u alice --password-stdin {HOST}")
    assert ok.lines[-1].text == "Login Succeeded"
    assert "s3cret" not in repr(ok.lines) + repr(ok.history)
    told = printed(opened(), f"echo s3cret | docker login -u alice {HOST}")
    assert "cannot perform an interactive login from a non-TTY device" in told


def test_what_is_stored_is_what_docker_writes() -> None:
    """`cat` shows config.json as it is on disk; there is none before the first login."""
    assert "No such file" in printed(opened(), "cat ~/.docker/config.json")
    shell = typed(opened(), *LOGIN)
    assert printed(shell, "cat ~/.docker/config.json").endswith(shell.client.store.to_json())


def test_a_token_can_be_fetched_read_and_outlived() -> None:
    """curl, jq and jwt show what docker does; `sleep` moves the clock past the token's end."""
    shell = typed(opened(), TOKEN)
    claims = printed(shell, "echo $TOKEN | jwt")
    assert '"sub": "alice"' in claims and '"myimage"' in claims
    assert "HTTP/1.1 200 OK" in printed(shell, MANIFEST)
    late = printed(shell, "sleep 301", MANIFEST)
    assert "HTTP/1.1 401 Unauthorized" in late and 'error="invalid_token"' in late
    assert "s3cret" not in repr(shell.lines) + repr(shell.history)


CURL = {
    "curl -i https://myprivateregistry.com/v2/": "HTTP/1.1 401 Unauthorized",
    "curl -I https://myprivateregistry.com/v2/": "Www-Authenticate: Bearer realm=",
    "curl https://nosuch.example/v2/": "curl: (6) Could not resolve host: nosuch.example",
    "curl http://localhost:1/": "curl: (7) Failed to connect to localhost port 1",
    "curl https://localhost:5000/v2/": "curl: (35) ",
    "curl --what x": "pullscope: curl --what is not played here",
    "curl": "curl: (2) no URL specified",
    f"curl -s https://auth.{HOST}/token -d grant_type=password": "UNSUPPORTED",
}


@pytest.mark.parametrize("line", CURL)
def test_curl_answers_as_curl_does(line: str) -> None:
    """The registry's answer, or curl's own words and status."""
    assert CURL[line] in printed(opened(), line)


ODD = {
    "dokcer pull x": "bash: dokcer: command not found",
    "docker pul x": "docker: unknown command: docker pul",
    "docker ps": "pullscope: docker ps exists, but is not played here",
    "docker --version": "type help to see what it knows",
    "exit": "pullscope: this terminal stays open",
    "sudo rm -rf /": "rm: it is dangerous to operate recursively on '/'",
    "systemctl stop docker": "systemctl: only `systemctl restart docker` is played",
    "docker pull x)": "bash: syntax error near unexpected token `)'",
    "echo a >": "bash: syntax error near unexpected token `newline'",
    "echo a &": "bash: &: this terminal runs one command at a time",
    "while a; do echo; done": "bash: while: this terminal has no other loops",
    "cat < nothing": "bash: nothing: No such file or directory",
    "echo ${A:-b}": "bash: ${A:-b}: this expansion is not played here",
    "cat nothing": "cat: nothing: No such file or directory",
    "rm nothing": "rm: cannot remove",
    "echo x | jwt": "jwt: not a JSON Web Token",
    "echo x | jq .a": "jq: parse error",
    "echo '!' | base64 -d": "base64: invalid input",
    "sleep": "sleep: give a number of seconds",
}


@pytest.mark.parametrize("line", ODD)
def test_what_cannot_be_done_is_said(line: str) -> None:
    """In the words of the program that says it; the terminal goes on."""
    shell = enter(opened(), line)
    assert ODD[line] in "\n".join(said.text for said in shell.lines)
    assert shell.status != 0
    assert enter(shell, "echo on").lines[-1].text == "on"


LINES = {
    "echo a b": "a b",
    'echo "a | b"': "a | b",
    "echo '$HOME'": "$HOME",
    "echo $HOME ~ $USER `whoami` $(pwd)": "/home/alice /home/alice alice alice /home/alice",
    "false; echo $?": "1",
    "true && echo yes || echo no": "yes",
    "! true || echo no": "no",
    "A=1 B=2; echo $A$B": "12",
    "A='x  y'; echo $A \"$A\"": "x y x  y",
    "A=in env | grep ^A=": "A=in",
    "A=in true; echo out$A": "out",
    "export A=1; env | grep A=": "A=1",
    "cat <<< word": "word",
    "echo one; # two": "one",
    "nosuch 2>/dev/null; echo $?": "127",
    "nosuch 2>&1 | cut -d: -f3": " command not found",
    "nosuch > all 2>&1; cat all": "bash: nosuch: command not found",
    "cd /etc && pwd && cd - 2>/dev/null || pwd": "/etc",
    "printf '%s-%s\\n' a b c d | tail -1": "c-d",
    "echo a:b:c | cut -d: -f2": "b",
    "printf 'b\\na\\n' | sort | head -n 1": "a",
    "echo HELLO | tr A-Z a-z": "hello",
    "printf s3cret | sha256sum | cut -c1-8": "1ec1c26b",
    "test -t 0 && echo terminal": "terminal",
    "echo | test -t 0 || echo pipe": "pipe",
    "[ -f nothing ] || echo none": "none",
    "command -v docker": "/usr/bin/docker",
    "which nosuch || echo none": "none",
    "getent hosts myprivateregistry.com | cut -d' ' -f1": "192.0.2.10",
    "getent hosts nosuch.example; echo $?": "2",
    "read -r A <<< line; echo $A": "line",
    "echo s3cret | base64": "czNjcmV0Cg==",
    "echo czNjcmV0Cg== | base64 -d": "s3cret",
    'echo \'{"a": {"b": [1, 2]}}\' | jq .a.b[1]': "2",
    "sudo whoami": "root",
    "echo hi | tee f | wc -c": "3",
    "touch a; mv a b; ls": "b",
    "mkdir -p d/e; cd d; ls": "e",
}


@pytest.mark.parametrize("line", LINES)
def test_a_line_is_read_as_bash_reads_it(line: str) -> None:
    """Quotes, variables, substitutions, pipes, redirections and what joins commands."""
    assert enter(opened(), line).lines[-1].text == LINES[line]


UNFINISHED = {
    ("echo 'a", "b'"): ["a", "b"],
    ("echo a \\", "b"): ["a b"],
    ("echo a |", "cat"): ["a"],
    ("false ||", "echo b"): ["b"],
    ("cat <<END", "one $USER", "END"): ["one alice"],
    ("cat <<'END' | head -1", "$USER", "END"): ["$USER"],
    ("echo $(", "whoami)"): ["alice"],
}


@pytest.mark.parametrize("lines", UNFINISHED)
def test_an_unfinished_line_waits_for_the_next(lines: tuple[str, ...]) -> None:
    """Bash shows another prompt, and so does the terminal, also when all is pasted at once."""
    first = enter(opened(), lines[0])
    assert first.asks == ("> ", False)
    one_by_one, pasted = typed(opened(), *lines), enter(opened(), "\n".join(lines))
    for shell in (one_by_one, pasted):
        assert [said.text for said in shell.lines if said.kind == "output"] == UNFINISHED[lines]


def test_lines_pasted_at_once_are_typed_one_by_one() -> None:
    """A prompt in between takes the next line as its answer."""
    shell = enter(opened(), "\n".join(("echo one", *LOGIN, "echo two")))
    told = [line.text for line in shell.lines]
    assert "Login Succeeded" in told and told[-1] == "two"
    assert "s3cret" not in repr(shell.lines) + repr(shell.history)


def test_ctrl_c_gives_up_what_waits() -> None:
    """A prompt, an unfinished line, and what would have come after it."""
    asked = enter(opened(), f"docker login {HOST} && echo on")
    given_up = enter(asked, INTERRUPT)
    assert given_up.prompt is None and given_up.status == 130
    assert given_up.lines[-1].text == "Username: ^C"
    assert enter(enter(opened(), "echo 'a"), INTERRUPT).pending == ""


def test_a_list_goes_on_after_a_prompt() -> None:
    """The work before the prompt is not done twice."""
    shell = typed(opened(), f"echo a >> f; docker login {HOST} && cat f", "alice", "s3cret")
    assert shell.lines[-1].text == "a" and shell.lines[-2].text == "Login Succeeded"


def test_files_are_written_and_read() -> None:
    """`>` and `>>`, `ls`, `cp` and `rm`."""
    shell = typed(opened(), "echo one > a", "echo two >> a", "cp a b", "rm a")
    assert printed(shell, "cat b").endswith("one\ntwo")
    assert printed(shell, "ls").endswith("b")


def test_undo_is_the_value_before() -> None:
    """Whatever a line did is undone, and a reset can be undone too."""
    first = opened()
    login = typed(first, *LOGIN)
    pulled = enter(login, f"docker pull {IMAGE}")
    assert enter(pulled, "undo") == login
    again = enter(pulled, "reset")
    assert (again.client, again.world, again.files) == (first.client, first.world, first.files)
    assert enter(again, "undo") == pulled


def test_so_many_lines_can_be_undone() -> None:
    """And no earlier state holds the ones before it."""
    shell = typed(opened(), *(f"echo {number}" for number in range(2 * UNDONE)))
    assert len(shell.before) == UNDONE and not any(one.before for one in shell.before)
    for _ in range(UNDONE):
        shell = enter(shell, "undo")
    assert shell.history[-1] == f"echo {UNDONE - 1}" and enter(shell, "undo") is shell


def test_a_daemon_learns_of_an_insecure_registry() -> None:
    """Plain HTTP elsewhere than on this machine is allowed by name, after a restart."""
    shell = opened("plain-http")
    pull = f"docker pull {IMAGE}"
    assert "server gave HTTP response to HTTPS client" in printed(shell, pull)
    line = f"""echo '{{"insecure-registries": ["{HOST}"]}}' > /etc/docker/daemon.json"""
    configured = enter(shell, line)
    assert "server gave HTTP response" in printed(configured, pull)
    restarted = typed(configured, "sudo systemctl restart docker", pull)
    assert restarted.status == 0, restarted.lines


def test_completion_knows_what_there_is() -> None:
    """Programs, commands, options and what the registry has."""
    assert completions(opened(), "dock") == ["docker"]
    assert "docker login" in completions(opened(), "docker log")
    assert f"docker pull {IMAGE}" in completions(opened(), f"docker pull {HOST}/my")
    assert "docker pull --quiet" in completions(opened(), "docker pull --q")
    assert completions(opened(), "nothing like it") == []


def test_the_screen_does_not_grow_without_end() -> None:
    """Old lines go."""
    shell = opened()
    shell = replace(shell, lines=(enter(shell, "echo x").lines[0],) * (2 * KEPT_LINES))
    assert len(enter(shell, "echo on").lines) == KEPT_LINES
    wide = replace(shell.lines[0], text="x" * LARGEST)
    shell = enter(replace(shell, lines=(wide,) * KEPT_LINES), "echo on")
    assert sum(len(line.text) for line in shell.lines) <= SCREEN
    assert shell.lines[-1].text == "on"


@given(st.text(max_size=60))
def test_no_line_breaks_the_terminal(line: str) -> None:
    """Whatever is typed, at the prompt or into it, is answered."""
    for shell in (opened(), enter(opened(), LOGIN[0])):
        assert isinstance(enter(shell, line), Shell)


def test_a_command_that_never_ends_is_given_up() -> None:
    """It is read again with each of its lines."""
    shell = enter(opened(), "echo '")
    lengths = {len((shell := enter(shell, "a" * 3_990)).pending) for _ in range(20)}
    assert 0 in lengths and 16 * 3_990 < max(lengths) <= LARGEST


WORDS = ["docker", "login", "pull", "logout", "-u", "-p", "|", ">", "-i", "$(", ")", "'",
         HOST, IMAGE, f"https://{HOST}/v2/", "alice", "~/.docker/config.json", *PROGRAMS,
         "http://[::1", "h:99999", "-1", "9" * 20, "/etc/docker/daemon.json", "'{\"auths\":5}'",
         "'{{json .}}'", "'(a+)+$'", "-n", "-c", "-d", "x509", "s_client", ";", "&&", "<<<",
         "restart docker", "'[[5]]'", "-connect", "é"]  # fmt: skip


@given(st.lists(st.sampled_from(WORDS), max_size=12))
def test_no_command_breaks_the_terminal(words: list[str]) -> None:
    """Neither do words that mean something."""
    assert isinstance(enter(opened(), " ".join(words)), Shell)


def test_the_machine_takes_what_the_terminal_takes() -> None:
    """The command that is played is the one that was typed."""
    shell = typed(opened("logged-in"), f"docker image pull {IMAGE}")
    assert shell.trace
    assert shell.trace.steps[0].before.commands == (parse(f"docker image pull {IMAGE}"),)


def test_the_client_has_the_clock_of_the_registries() -> None:
    """After ten days of sleep an image is ten days older, and so is a token."""
    shell = opened()
    later = enter(shell, "sleep 864000")
    assert later.client.now - shell.client.now == 864_000
    assert {s.registry.now for s in later.world.sites.values() if s.registry} == {later.client.now}


def test_words_are_expanded_as_bash_does() -> None:
    """A blank at the end of a variable ends the word; `~` is the home only alone or before `/`."""
    shell = typed(opened(), 'A="x "', "HOME=/other")
    assert printed(shell, 'printf "<%s>" $A"y"').endswith("<x><y>")
    assert printed(shell, "echo ~bob").endswith("~bob")
    assert printed(shell, "echo $HOME").endswith("/other")
