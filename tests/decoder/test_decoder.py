"""The decoder: every message leads to all its causes, and no secret gets through."""

import re
import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from playwright.sync_api import Browser, expect
from streamlit.testing.v1 import AppTest

from simulator.decoder import index as decoder
from simulator.decoder.checks import checks
from simulator.decoder.index import Cause, cards, decode, known_messages, partings, printed
from simulator.decoder.redaction import mask
from simulator.docker.cli.commands import Pull
from simulator.docker.cli.parse import parse
from simulator.docker.engines import engines
from simulator.lesson.library import HOME
from simulator.lesson.load import load
from simulator.protocol.reference import HUB, InvalidReference, Reference
from simulator.protocol.secrets import MASK
from simulator.recordings import fidelity
from simulator.recordings.fidelity import Situation, unreached
from simulator.registry.fixtures import repositories
from simulator.registry.model import Auth, Registry, User
from simulator.registry.serving import running
from simulator.scenarios.model import scenarios
from simulator.scenarios.play import trace as run
from tests.cases import each
from tests.dockerd import Docker
from tests.pages import PATIENCE

LESSON = load(HOME / "pulling-from-private-registries")
RECORDED = [one for one in fidelity.situations(decoder.RECORDINGS)
            if one.recording.engines[one.engine].exit_code]  # fmt: skip
ERRORS = [one for one in RECORDED if one.recording.name not in unreached()]


def error_of(situation: Situation) -> str:
    """What real Docker printed; on a terminal both streams are one."""
    told = situation.recording.engines[situation.engine]
    return told.stdout if told.tty_raw is not None else told.stderr


def leads_to(text: str, name: str, engine: str) -> bool:
    """Whether this situation, on this engine, is among the causes."""
    fits = [fit for cause in decode(text).causes for fit in cause.fits]
    return any(
        (fit.printed.situation.name, fit.printed.situation.engine) == (name, engine) and fit.prints
        for fit in fits
    )


def named(situation: Situation) -> str:
    return f"{situation.recording.name}-{situation.engine}"


# -- every message, all its causes --------------------------------------------------------------


@each("situation", ERRORS)
def test_every_recorded_error_finds_its_own_situation(situation: Situation) -> None:
    """What real Docker printed leads to what was the matter, as recorded."""
    assert leads_to(error_of(situation), situation.recording.name, situation.engine)


def test_what_is_not_played_is_said_to_be_so() -> None:
    """The only recorded errors that are left out are those that the machine does not play."""
    assert {one.recording.name for one in RECORDED} - {one.recording.name for one in ERRORS} == set(
        unreached()
    )


LABEL = st.text("abcdefghijklmnopqrstuvwxyz0123456789", min_size=2, max_size=8)
HOSTS = st.builds("{}.{}.{}".format, LABEL, LABEL, st.sampled_from(["io", "dev", "example"]))
REPOSITORIES = st.builds("{}/{}".format, LABEL, LABEL)
TAGS = st.from_regex(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,8}[A-Za-z0-9]", fullmatch=True)
DIGESTS = st.from_regex(r"sha256:[0-9a-f]{64}", fullmatch=True)
ADDRESSES = st.builds("{}.{}.{}.{}:{}".format, *[st.integers(1, 254)] * 4, st.integers(1, 65535))


@given(st.sampled_from(ERRORS), HOSTS, REPOSITORIES, TAGS, DIGESTS, ADDRESSES)
@settings(max_examples=300, deadline=None)
def test_other_names_lead_to_the_same_situation(
    situation: Situation, host: str, repository: str, tag: str, digest: str, address: str
) -> None:
    """Hosts, repositories, tags, digests and addresses are the learner's own, whatever they are."""
    text = renamed(situation, host, repository, tag)
    text = re.sub(r"sha256:[0-9a-f]{64}", digest, text)
    text = re.sub(r"\d+\.\d+\.\d+\.\d+:\d+", address, text)
    assert leads_to(text, situation.recording.name, situation.engine)


def renamed(situation: Situation, host: str, repository: str, tag: str) -> str:
    """The recorded error as another registry's user would see it."""
    text = error_of(situation)
    (line, typed), *_ = situation.recording.typed
    command = parse(line, typed)
    text = text.replace("auth.example.com", f"auth.{host}")
    if not isinstance(command, Pull):
        typed = getattr(command, "server", "").split("/")[0]
        return text if typed == HUB else text.replace(typed, host)
    try:
        old = Reference.parse(command.image)
    except InvalidReference:
        return text
    text = re.sub(rf"(?<=[/:]){re.escape(old.identifier)}(?![\w.])", tag, text)
    text = text.replace(old.repository, repository)
    return text if old.domain == HUB else text.replace(old.domain, host)


FAILING = [
    (name, engine) for name in scenarios() for engine in engines() if run(name, engine).failed
]


@each(("name", "engine"), FAILING)
def test_every_scenario_that_fails_is_found_by_what_it_prints(name: str, engine: str) -> None:
    """By its own last error, and its address names the step that printed it."""
    trace = run(name, engine)
    step = trace.steps[-1]
    text = "\n".join(line.text for line in step.terminal if line.kind == "error")
    assert leads_to(text, name, engine)
    own = next(one for one in printed() if one.situation.name == name
               and one.situation.engine == engine and one.failure)  # fmt: skip
    query = f"?source=mock&engine={engine}&scenario={name}&step={step.number}"
    assert decoder.address(own) == query


PULL_DENIED = (
    "pull access denied for acme/x, repository does not exist or may require 'docker login'"
)
SEVERAL = {
    PULL_DENIED: {"no-login", "logout", "no-right", "hidden-repository"},
    f"{PULL_DENIED}: denied: requested access to the resource is denied": {
        "no-login", "logout", "no-right", "no-right-basic", "hidden-repository",
        "helper-missing",
    },
    "manifest for acme/x:1 not found: manifest unknown: manifest unknown": {
        "unknown-tag", "unknown-repository",
    },
    "unauthorized: incorrect username or password": {"stale-credentials", "wrong-password"},
    "Error response from daemon: Get \"https://ghcr.io/v2/\": dial tcp 1.2.3.4:443: "
    "connect: connection refused": {"down", "login-down"},
}  # fmt: skip


@each("message", SEVERAL)
def test_a_message_with_several_causes_leads_to_all(message: str) -> None:
    """One message, several causes: the scenarios that print it are all there, and apart."""
    found = decode(message)
    assert found.prints
    told = {one.name for cause in found.causes for one in cause.situations}
    assert told & set(scenarios()) >= SEVERAL[message]


def test_what_fits_best_comes_first() -> None:
    """The registry's own words decide between messages of one shape."""
    message = "Error response from daemon: toomanyrequests: {}"
    own, hub = (
        decode(message.format(said)).causes[0].shown.situation.name
        for said in ("You have reached your pull rate limit.",
                     "You have reached your unauthenticated pull rate limit. "
                     "https://www.docker.com/increase-rate-limit")
    )  # fmt: skip
    assert own == "rate-limited"
    assert hub == "hub_pull_rate_limited_429"


def test_situations_with_one_cause_are_one_card() -> None:
    """A cause that several situations and both engines show is told once."""
    causes = decode(PULL_DENIED).causes
    sentences = [(cause.sentence, cause.shown.step.name) for cause in causes]
    assert len(sentences) == len(set(sentences))
    assert "no-login" in {one.name for one in causes[0].situations}
    assert len(causes[0].situations) > 2


# -- as it is pasted ----------------------------------------------------------------------------

HEAD = 'Error response from daemon: Head "https://ghcr.io/v2/acme/x/manifests/1": {}'
BASIC = HEAD.format("no basic auth credentials")
PASTED = {
    "as printed": BASIC,
    "in colours": f"\x1b[31m{BASIC}\x1b[0m",
    "with the prompt": f"alice@home:~$ docker pull ghcr.io/acme/x:1\n{BASIC}\nalice@home:~$ ",
    "without its beginning": BASIC.removeprefix("Error response from daemon: "),
    "a part of it": "no basic auth credentials",
    "a log line": 'time="2026-01-01T00:00:00Z" level=error msg="Handler for POST '
    '/images/create returned error: {}"'.format(BASIC.partition(": ")[2].replace('"', '\\"')),
    "from the kubelet": f"Failed to pull image: rpc error: code = Unknown desc = {BASIC}",
    "from a build log": f"2026-01-01T00:00:00.000Z {BASIC}",
    "over two lines": BASIC.replace(" credentials", "\ncredentials"),
    "from a word processor": BASIC.replace('"', "“", 1).replace('"', "”", 1),
    "at the end of a long log": "\n".join([f"layer {n}: done" for n in range(5000)] + [BASIC]),
    "in capitals": BASIC.replace("no basic", "No Basic"),
}


@each("how", PASTED)
def test_a_message_is_found_however_it_is_pasted(how: str) -> None:
    """Colours, prompts, logs and quotes around it do not hide it."""
    assert leads_to(PASTED[how], "no-login-basic", "26")


CLOSE = {
    "an older Docker": ('Get "https://r.io/v2/": x509: certificate signed by unknown authority',
                        "untrusted-certificate"),
    "another status": ("received unexpected HTTP status: 502 Bad Gateway", "server-error"),
    "a slip": ("pul acess denied for acme/x, repository does not exist or may need 'docker login'",
               "no-login"),
    "an older sentence": ("invalid reference format: repository name must be lowercase",
                          "invalid-reference"),
}  # fmt: skip


@each("what", CLOSE)
def test_what_is_close_is_found_first(what: str) -> None:
    """A message of another version still leads to what it means."""
    message, name = CLOSE[what]
    found = decode(message)
    assert name in {one.name for one in found.causes[0].situations}


def test_names_are_taken_from_a_message_that_is_only_close() -> None:
    """An address in it says what to ask."""
    found = decode(HEAD.format("tls: bad"))
    assert "ghcr.io" in repr([card.checks for card in cards(found, LESSON)])
    assert found.names["repository"] == "acme/x"


@pytest.mark.parametrize("message", ["", "  \n ", "\x1b[0m"])
def test_nothing_is_nothing(message: str) -> None:
    """Where nothing was pasted there is nothing to say."""
    assert decode(message) == decoder.Decoded("", 0)


STRANGE = (
    "hello world",
    "denied by the doorman: access to the garden",
    "permission denied while trying to connect to the Docker daemon socket at unix:///run/d.sock",
    "unknown flag: --foo",
    "•••••• ｕｎｉｃｏｄｅ ☃ [[[(((",
    "a" * 20_000,
)


@each("message", STRANGE)
def test_what_nothing_prints_has_no_cause(message: str) -> None:
    """One sentence says so; shapes are named only where they are near."""
    found = decode(message)
    assert not found.prints and not found.causes
    assert decoder.unknown(found).startswith("No situation prints this.")


@given(st.text(max_size=300))
@settings(max_examples=100, deadline=None)
def test_any_text_is_answered(text: str) -> None:
    """Whatever is pasted, there is an answer and no traceback."""
    assert decode(text).masked >= 0


# -- what tells causes apart --------------------------------------------------------------------


def groups() -> list[tuple[Cause, ...]]:
    return [decode(known.text).causes for known in known_messages() if known.causes > 1]


def test_causes_of_a_message_are_told_apart() -> None:
    """From each other cause: by the step at which the runs part, or else by what is the case."""
    assert len(groups()) > 5
    for causes in groups():
        for cause in causes:
            apart = partings(cause, causes)
            assert sum(len(one.others) for one in apart) == len(causes) - 1
            for one in apart:
                other = one.others[0].shown
                assert one.ours or other.circumstances != cause.shown.circumstances


def test_a_parting_is_the_step_where_the_runs_part() -> None:
    """No login and no right part where the credential store is looked up."""
    causes = decode(PULL_DENIED).causes
    told = {one.shown.situation.name: one for one in causes}
    without, denied = told["no-login"], told["no-right"]
    apart = next(one for one in partings(without, causes) if denied in one.others)
    assert apart.ours and apart.theirs
    assert (apart.ours.name, apart.theirs.name) == ("CredentialMissing", "CredentialFound")


def test_every_message_has_something_to_try() -> None:
    """Each cause of each failure comes with a command, its meaning and a step in words."""
    failures = {one.shape for one in printed() if one.failure}
    for known in known_messages():
        for card in cards(decode(known.text), LESSON):
            assert card.title and card.meaning and re.match(r"Step \d+: .", card.step)
            if known.shape in failures:
                assert card.checks
                assert all(check.command and check.tells for check in card.checks)


def test_commands_name_what_the_message_names() -> None:
    """The learner's host, repository and tag; where the message names none, words in capitals."""
    for message in (
        PULL_DENIED.replace("acme/x", "ghcr.io/acme/x"),
        BASIC,
        "unknown blob",
        HEAD.format("received unexpected HTTP status: 503 Service Unavailable"),
    ):
        shown = [check.command for card in cards(decode(message), LESSON) for check in card.checks]
        text = "\n".join(shown)
        assert ("ghcr.io" in text) == ("ghcr.io" in message)
        assert ("acme/x" in text) <= ("acme/x" in message)
        for foreign in ("example.com", "myprivateregistry", "myimage", "team/app", "alice"):
            assert foreign not in text


PROGRAMS = ("cat", "curl", "docker", "openssl", "getent", "command", "ls", "touch", "sha256sum")


def test_a_pasted_name_is_no_command(tmp_path: Path) -> None:
    """What is pasted cannot smuggle a command into what is to be copied into a shell."""
    marker = tmp_path / "made"
    evil = f"x$(mkdir {marker})`mkdir {marker}`;mkdir {marker};'mkdir {marker}'"
    names = dict.fromkeys(("host", "repository", "tag", "reference", "helper", "realm"), evil)
    stubs = "".join(f"{program}() {{ :; }}; " for program in PROGRAMS)
    commands = {
        check.command
        for one in printed()
        for check in checks((), one.step, {**names, "origin": f"https://{evil}"})
    }
    assert len(commands) > 20
    script = "\n".join(stubs + command.replace("< /dev/null", "") for command in commands)
    subprocess.run(["bash", "-c", f"{script}\ntrue"], check=True, timeout=PATIENCE, cwd=tmp_path)
    assert not marker.exists()


# -- secrets ------------------------------------------------------------------------------------

JWT = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhbGljZSJ9.c2lnbmF0dXJl"
SECRETS = {
    "docker login -u alice -p {} ghcr.io": "hunter2",
    "docker login -u alice -p{} ghcr.io": "hunter2",
    "docker login -u alice -p '{}' ghcr.io": "hunter 2",
    "docker login --password {} ghcr.io": "hunter2",
    "docker login --password={} ghcr.io": "hunter2",
    'docker login --password="{}" ghcr.io': "hunter 2",
    "echo {} | docker login -u alice --password-stdin": "hunter2",
    "echo -n '{}' | sudo docker login -u alice --password-stdin": "hunter 2",
    "docker login -u alice --password-stdin <<< {}": "hunter2",
    "Username: alice\nPassword: {}\nError: denied": "hunter2",
    "PASSWORD={} docker login": "hunter2",
    "curl -u alice:{} https://ghcr.io/v2/": "hunter2",
    "curl --user 'alice:{}' https://ghcr.io/v2/": "hunter2",
    "https://alice:{}@ghcr.io/v2/": "hunter2",
    "https://{}@ghcr.io/v2/": "abcdefg",
    "Authorization: Basic {}": "YWxpY2U6czNjcmV0",
    "authorization: bearer {}": "opaque",
    '"Authorization": "Bearer {}"': "abc.def",
    "X-Registry-Auth: {}": "abcdef",
    "sent Bearer {} and": "a1b2c3d4e5",
    "the token {} leaked": JWT,
    '{{"auths":{{"ghcr.io":{{"auth":"{}"}}}}}}': "YWxpY2U6czNjcmV0",
    '{{"identitytoken": "{}"}}': "abc",
    "the entry {} alone": "YWxpY2U6aHVudGVyMg==",
    "https://ghcr.io/token?access_token={}&scope=x": "abcdef",
    "refresh_token={}&service=x": "abcdef",
    "of Docker Hub: {}": "dckr_pat_abcdefghijklmnopqrstuvwxyz1",
    "of GitHub: {}": "ghp_abcdefghijklmnopqrstuvwxyz0123456789",
    "fine-grained: {}": "github_pat_11ABCDEFG0abcdefghijkl_mnopqrstuv",
    "of GitLab: {}": "glpat-abcdefghij0123456789",
    "of AWS: {}": "AKIAIOSFODNN7EXAMPLE",
    "aws_secret_access_key = {}": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    "random: {}": "aB3dE6gH9jK2mN5pQ8sT1vW4yZ7bC0dF",
    "{}": "-----BEGIN PRIVATE KEY-----\nMIIEvQ\n-----END PRIVATE KEY-----",
}


@each("text", SECRETS)
def test_no_secret_survives(text: str) -> None:
    """What looks like a secret is masked, counted, and in nothing that is shown."""
    secret = SECRETS[text]
    kept = mask(text.format(secret))
    assert secret not in kept.text and MASK in kept.text
    assert kept.count == 1
    decoded = decode(f"{BASIC}\n{text.format(secret)}")
    assert decoded.masked == 1
    assert secret not in repr(decoded) + repr(cards(decoded, LESSON))


def test_masking_twice_is_masking_once() -> None:
    """What is masked already is no secret."""
    for text, secret in SECRETS.items():
        assert mask(mask(text.format(secret)).text).count == 0


def test_dockers_own_messages_hold_no_secret() -> None:
    """No message that is printed is taken for a secret, so none is changed."""
    for one in printed():
        assert mask(one.text).count == 0, one.text
    for situation in RECORDED:
        assert mask(error_of(situation)).count == 0


# -- real Docker ----------------------------------------------------------------------------------

REAL = {
    Auth.BEARER: {
        ("pull", "{host}/team/app:1.0"): "no-login",
        ("login", "-u", "alice", "-p", "wrong", "{host}"): "wrong-password",
        ("pull", "{host}/team/app:9.9"): "unknown-tag",
        ("pull", "{host}/other/secret:1.0"): "no-right",
        ("pull", "{host}/Team/App:1.0"): "invalid-reference",
    },
    Auth.BASIC: {
        ("pull", "{host}/team/app:1.0"): "no-login-basic",
        ("login", "-u", "alice", "-p", "wrong", "{host}"): "wrong-password-basic",
        ("pull", "{host}/team/nosuch:9.9"): "unknown-repository",
    },
}
"""What is typed -> the scenario that it leads to, among the first two causes. After the login that
fails comes one that does not."""


def test_what_a_real_docker_prints_is_decoded(docker: Docker) -> None:
    """A real engine, whatever its version, on our registry: its errors lead to their causes."""
    for auth, typed in REAL.items():
        users = {"alice": User("s3cret", ("team/*",))}
        served = Registry(auth=auth, realm="R", repositories=repositories(), users=users)
        with running(served) as registry:
            for words, name in typed.items():
                done = docker(*(word.format(host=registry.host) for word in words))
                found = decode(done.stderr)
                first = [one.name for cause in found.causes[:2] for one in cause.situations]
                assert done.returncode and found.prints and name in first, done.stderr
                if words[0] == "login":
                    login = ("login", "-u", "alice", "--password-stdin", registry.host)
                    assert docker(*login, typed="s3cret").returncode == 0


# -- in the app ---------------------------------------------------------------------------------

PAGE = """
from simulator.registry.fixtures import repositories
from simulator.lesson.library import HOME
from simulator.lesson.load import load
from simulator.web.pages.decoder import page
page(load(HOME / "pulling-from-private-registries"))
"""


def opened() -> AppTest:
    return AppTest.from_string(PAGE, default_timeout=PATIENCE).run()


def test_the_page_masks_at_once_and_stores_nothing() -> None:
    """The secret is gone from the field, the session, the address and the page."""
    test = opened()
    test.text_area[0].input(f"{BASIC}\ndocker login -p hunter2").run()
    assert not test.exception
    assert f"-p {MASK}" in test.text_area[0].value
    assert any("Masked 1 secret." in shown.value for shown in test.markdown)
    session = repr(test.session_state)
    assert "hunter2" not in repr(test) + session + repr(test.query_params)
    assert session.count("ghcr.io") == test.text_area[0].value.count("ghcr.io") == 1
    assert not dict(test.query_params)


def test_a_message_is_picked() -> None:
    """A picked message is put into the field, and has as many causes as it says."""
    test = opened()
    known = next(one for one in known_messages() if one.causes > 2)
    test.selectbox[0].select(known).run()
    assert not test.exception
    assert test.text_area[0].value == known.text
    assert len(test.header) == known.causes


def test_the_page_says_what_to_do() -> None:
    """Nothing pasted, and nothing found: one sentence each."""
    test = opened()
    assert "Paste an error" in test.info[0].value
    test.text_area[0].input("hello world").run()
    assert not test.exception
    assert "No situation prints this." in test.warning[0].value


@pytest.mark.parametrize(("width", "height"), [(1366, 768), (390, 844)])
def test_from_a_message_to_the_step(
    browser: Browser, address: str, width: int, height: int, tmp_path: Path
) -> None:
    """Paste, see the causes, follow the link, and stand at the step that printed it."""
    page = browser.new_page(viewport={"width": width, "height": height}, reduced_motion="reduce")
    page.set_default_timeout(PATIENCE * 1000)
    page.goto(f"{address}/decoder")
    page.get_by_role("textbox", name="Paste what Docker printed").fill(PULL_DENIED)
    page.get_by_role("button", name="Decode").click()
    expect(page.get_by_text("4 causes")).to_be_visible(timeout=PATIENCE * 1000)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.url == f"{address}/decoder"
    with page.expect_popup() as opening:
        page.get_by_role("link", name="Open this step in the player").nth(1).click()
    player = opening.value
    player.set_default_timeout(PATIENCE * 1000)
    player.wait_for_selector(".stage[data-step]")
    step = len(run("no-right").steps)
    expect(player.locator(".stage")).to_have_attribute("data-step", str(step))
    expect(player.locator(".account h3")).to_have_text(f"{step} · Pull denied")
    player.close()
    page.close()
