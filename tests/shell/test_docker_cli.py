"""Docker's command line in the terminal, as the real one answers (28.2.2; 29 by its source).

Each entry: the engine, lines that prepare, the line, what it prints, and its exit status.
"""

import pytest

from simulator.shell import enter
from tests.shell.test_shell import HOST, IMAGE, LOGIN, opened, printed, typed

PULL = f"docker pull -q {IMAGE}"
HERE = (*LOGIN, PULL)
LOST = (
    'Failed to initialize: unable to resolve docker endpoint: context "foo": context not found: '
    "open /home/alice/.docker/contexts/meta/"
    "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae/meta.json: no such file or "
    "directory"
)
REFUSED = "Cannot connect to the Docker daemon at tcp://localhost:1. Is the docker daemon running?"
NO_KEY = (
    "Failed to initialize: unable to resolve docker endpoint: open /home/alice/.docker/ca.pem: "
    "no such file or directory"
)
HELP = "Flag shorthand -h has been deprecated, use --help\nUsage:  docker pull [OPTIONS] NAME"
WARNING = "WARNING! This will remove all {}"
EVERY = WARNING.format("images without at least one container associated to them.")
Case = tuple[str, tuple[str, ...], str, str, int]

OWN_OPTIONS: dict[str, Case] = {
    "a host": ("26", (), "docker -H tcp://localhost:1 images", REFUSED, 1),
    "a host, 29": ("29", (), "docker -H localhost:1 images", REFUSED, 1),
    "a pull": ("26", (), "docker --host=localhost:1 pull -q x", REFUSED, 1),
    "a socket, 29": ("29", (), "docker -H unix:///x.sock images",
                     "failed to connect to the docker API at unix:///x.sock; check if the path is "
                     "correct and if the daemon is running: dial unix /x.sock: connect: no such "
                     "file or directory", 1),
    "a name": ("26", (), "docker -Hdocker pull -q alpine",
               'error during connect: Post "http://docker:2375/v1.50/images/create?fromImage='
               'docker.io%2Flibrary%2Falpine&tag=latest": dial tcp: lookup docker on '
               "127.0.0.53:53: no such host", 1),
    "a name, 29": ("29", (), "docker -H docker images",
                   "failed to connect to the docker API at tcp://docker:2375: lookup docker on "
                   "127.0.0.53:53: no such host", 1),
    "DOCKER_HOST": ("26", (), "DOCKER_HOST=tcp://localhost:1 docker images", REFUSED, 1),
    "DOCKER_HOST, exported": (
        "29", ("export DOCKER_HOST=tcp://localhost:1",), "docker images", REFUSED, 1),
    "it is in the environment alone": ("26", ("DOCKER_HOST=tcp://localhost:1",),
                                       "docker images -q", "", 0),
    "info": ("26", (), "docker -H tcp://localhost:1 info --format '{{.OSType}}'",
             f"\n{REFUSED}", 1),
    "an address that is none": (
        "26", (), "docker -H foo://x images", "Failed to initialize: unable to resolve docker "
        "endpoint: invalid bind address format: foo://x", 1),
    "a context": ("26", (), "docker -c foo images", LOST, 1),
    "a context, after a colon": ("26", (), "docker -c foo run x", LOST, 1),
    "a context, and a template": ("29", (), "docker --context foo inspect x", LOST, 1),
    "a context, and its folder": (
        "26", (), "docker --config /tmp/cfg -c foo images", LOST.replace(
            "/home/alice/.docker/contexts", "/tmp/cfg/contexts"), 1),
    "DOCKER_CONTEXT": ("26", (), "DOCKER_CONTEXT=foo docker images", LOST, 1),
    "DOCKER_HOST before DOCKER_CONTEXT": (
        "26", (), "DOCKER_CONTEXT=foo DOCKER_HOST=localhost:1 docker images", REFUSED, 1),
    "the usual context": ("26", HERE, "docker -c default images -q", "db533d64ef85", 0),
    "a context for info": ("26", (), "docker -c foo info", LOST, 1),
    "a context for rm": ("26", (), "docker -c foo rm x y", LOST, 1),
    "a logout asks no engine": ("26", (), "docker -c foo logout", "Removing login credentials "
                                "for https://index.docker.io/v1/", 0),
    "a login does": ("26", (), f"docker -c foo login -u alice --password-stdin {HOST} <<< s3cret",
                     LOST, 1),
    "a login with what is stored": ("29", LOGIN, f"docker -c foo login {HOST}",
                                   "Authenticating with existing credentials...", 1),
    "both": ("26", (), "docker -c foo -H x nosuch",
             "conflicting options: cannot specify both --host and --context", 1),
    "a level": ("26", (), "docker -l foo images", "Unable to parse logging level: foo", 1),
    "a level before help": ("29", (), "docker -lfoo pull --help",
                            "Unable to parse logging level: foo", 1),
    "a level that is one": ("26", HERE, "docker --log-level WARN images -q", "db533d64ef85", 0),
    "TLS": ("26", (), "docker --tls images", NO_KEY, 1),
    "TLS by the environment": ("29", (), "DOCKER_TLS_VERIFY=1 docker images", NO_KEY, 1),
    "ssh": ("26", (), "docker -H ssh://x images", "pullscope: docker with an engine behind ssh "
            "exists, but is not played here", 1),
    "no value": ("29", (), "docker --host", "flag needs an argument: --host", 125),
}  # fmt: skip
LINES: dict[str, Case] = {
    "rm": ("26", (), "docker rm x", "Error response from daemon: No such container: x", 1),
    "rm -f": ("29", (), "docker rm -f x y", "Error response from daemon: No such container: x\n"
              "Error response from daemon: No such container: y", 0),
    "rm without an engine": ("26", (), "docker -H localhost:1 rm -f x", REFUSED, 1),
    "rm without a name": ("26", (), "docker rm -f ''", "container name cannot be empty", 1),
    "container rm": ("29", (), "docker container rm -fv /x",
                     "Error response from daemon: No such container: x", 0),
    "rm's help": ("29", (), "docker rm --help", "Usage:  docker rm [OPTIONS] CONTAINER", 0),
    "prune, piped": ("26", (), "echo n | docker image prune -a",
                     f"{EVERY}\nAre you sure you want to continue? [y/N] ", 0),
    "prune, piped yes": ("26", (), "echo ' Y ' | docker image prune",
                         f"{WARNING.format('dangling images.')}\nAre you sure you want to "
                         "continue? [y/N] Total reclaimed space: 0B", 0),
    "-h": ("26", (), "docker pull -h x", HELP, 0),
    "-h among others": ("29", (), "docker pull -qh", HELP, 0),
    "--help=false": ("26", HERE, f"docker pull -q --help=false {IMAGE}", IMAGE, 0),
    "the container's own": ("26", HERE, f"docker create {IMAGE} --help",
                            "db533d64ef858e29fd060dedd4a49ed442dcf1be02ebe45b0458d29af65df1e5", 0),
    "a wrong option before help": (
        "26", (), "docker pull --foo --help", "unknown flag: --foo", 125),
    "help": ("26", (), "docker help nosuch", "unknown help topic: nosuch", 1),
    "help, a word too many": ("29", (), "docker help pull x", "unknown help topic: x", 1),
    "two dashes": ("26", LOGIN, f"docker pull -q -- {IMAGE}", IMAGE, 0),
    "quiet is false": ("29", HERE, f"docker pull --quiet=false {IMAGE}", "latest: Pulling from", 0),
    "force is false": ("26", (), "docker rmi --force=false nosuch",
                       "Error response from daemon: No such image: nosuch:latest", 1),
    "letters with a value": ("26", HERE, "docker images -aqf=dangling=false", "db533d64ef85", 0),
    "a filter": ("26", (), "docker images --filter dangling=foo",
                 "Error response from daemon: invalid filter 'dangling=[foo]'", 1),
    "an unknown filter": ("29", (), "docker images -f foo=bar",
                          "Error response from daemon: invalid filter 'foo'", 1),
    "several filters": ("26", (), "docker images -f dangling=true -f reference=x",
                        "pullscope: several filters at once are not played", 1),
    "another platform of an image that is here": (
        "26", HERE, f"DOCKER_DEFAULT_PLATFORM=linux/arm64 docker pull {IMAGE} 2>&1 | tail -1",
        f"image with reference {IMAGE} was found but does not match the specified platform: "
        "wanted linux/arm64, actual: linux/amd64", 0),
    "a tag of another repository": ("26", (*HERE, f"docker tag {IMAGE} myapp"), "docker rmi myapp",
                                    "Untagged: myapp:latest", 0),
}  # fmt: skip
FORMATS: dict[str, Case] = {
    "no such field": (
        "26", HERE, f"docker inspect -f '{{{{.Nosuch}}}}' {IMAGE}",
        '\ntemplate parsing error: template: :1:2: executing "" at <.Nosuch>: map has no entry '
        'for key "Nosuch"', 1),
    "a wrong template": ("29", HERE, f"docker inspect -f '{{{{.Id' {IMAGE}",
                         "template parsing error: template: :1: unclosed action", 64),
    "an unknown function": ("26", (), "docker image inspect -f '{{foo .Id}}' nosuch",
                            'template parsing error: template: :1: function "foo" not defined', 64),
    "no such image": ("26", (), "docker inspect -f '{{.Id}}' nosuch",
                      "\nError: No such object: nosuch", 1),
    "ours": ("29", HERE, f"docker inspect -f '{{{{html .Id}}}}' {IMAGE}",
             "pullscope: of Go's templates, `html` is not played here", 1),
    "a row": ("26", HERE, "docker images --format '{{.Foo}}'",
              'template parsing error: template: :1:2: executing "" at <.Foo>: can\'t evaluate '
              "field Foo in type *formatter.imageContext", 1),
    "a row's text": ("29", HERE, "docker images --format '{{.ID.Foo}}'",
                     'template parsing error: template: :1:5: executing "" at <.ID.Foo>: can\'t '
                     "evaluate field Foo in type string", 1),
    "a table": ("26", HERE, "docker images --format 'table {{upper .Tag}}'", "TAG\nLATEST", 0),
    "no rows": ("29", (), "docker images --format '{{.Foo}}'", "", 0),
    "no rows, a wrong template": (
        "29", (), "docker images --format '{{foo}}'",
        'template parsing error: template: :1: function "foo" not defined', 1),
    "disk usage": ("26", (), "docker system df --format '{{.Type}} {{.Foo}}'",
                   'template parsing error: template: :1:12: executing "" at <.Foo>: can\'t '
                   "evaluate field Foo in type *formatter.diskUsageImagesContext", 1),
    "info as JSON": ("26", (), "docker info -f json | jq -r .OSType", "linux", 0),
    "info, a function": ("29", (), "docker info -f '{{upper .Driver}}'", "OVERLAYFS", 0),
    "info, an unknown function": (
        "29", (), "docker info -f '{{foo}}'",
        'template parsing error: template: :1: function "foo" not defined', 64),
    "info, registries": ("26", (), "docker info -f '{{json .RegistryConfig.Mirrors}}'", "[]", 0),
}  # fmt: skip
CASES = {**OWN_OPTIONS, **LINES, **FORMATS}


@pytest.mark.parametrize("name", CASES)
def test_docker_answers_as_the_real_one(name: str) -> None:
    """The text, whole or from its beginning, and the exit status."""
    engine, before, line, text, status = CASES[name]
    shell = typed(opened(engine=engine), *before)
    after = enter(shell, line)
    told = "\n".join(one.text for one in after.lines[len(shell.lines) + 1 :])
    assert told.startswith(text) and bool(told) == bool(text)
    assert (after.status, after.prompt) == (status, None)


FOLDERS = {
    "sudo": (f"sudo docker login -u alice --password-stdin {HOST} <<< s3cret", "/root/.docker"),
    "--config": (f"docker --config /tmp/x/ login -u alice --password-stdin {HOST} <<< s3cret",
                 "/tmp/x"),
    "DOCKER_CONFIG": (f"DOCKER_CONFIG=/tmp/y docker login -u alice --password-stdin {HOST} "
                      "<<< s3cret", "/tmp/y"),
    "the user's own": (f"docker login -u alice --password-stdin {HOST} <<< s3cret",
                       "/home/alice/.docker"),
}  # fmt: skip


@pytest.mark.parametrize("way", FOLDERS)
def test_a_login_names_the_file_that_it_wrote(way: str) -> None:
    line, folder = FOLDERS[way]
    told = printed(opened(), line)
    assert f"are stored unencrypted in '{folder}/config.json'." in told


@pytest.mark.parametrize("engine", ["26", "29"])
@pytest.mark.parametrize("line", [
    "DOCKER_DEFAULT_PLATFORM=linux/arm64 docker pull {}",
    "export DOCKER_DEFAULT_PLATFORM=linux/arm64; docker pull {}",
    "DOCKER_DEFAULT_PLATFORM=linux/arm64 docker create {}",
    "DOCKER_DEFAULT_PLATFORM=linux/arm64 docker run {}",
])  # fmt: skip
def test_the_usual_platform_is_what_is_pulled(line: str, engine: str) -> None:
    """`DOCKER_DEFAULT_PLATFORM` is `--platform` for each pull (docker/cli, `image/pull.go`)."""
    image = f"{HOST}/team/multi:latest"
    after = typed(opened(engine=engine), *LOGIN, line.format(image))
    (config,) = after.client.images.configs
    assert config.platform.architecture == "arm64"


def test_an_option_is_before_the_usual_platform() -> None:
    line = "DOCKER_DEFAULT_PLATFORM=linux/arm64 docker pull --platform linux/amd64 {}"
    after = typed(opened(), *LOGIN, line.format(f"{HOST}/team/multi:latest"))
    assert [one.platform.architecture for one in after.client.images.configs] == ["amd64"]


@pytest.mark.parametrize("answer", ["n", "", "yes"])
def test_prune_waits_for_its_answer_and_only_y_means_yes(answer: str) -> None:
    shell = typed(opened(engine="26"), *HERE, "docker image prune -a")
    assert shell.prompt and shell.asks == ("Are you sure you want to continue? [y/N] ", False)
    assert shell.lines[-1].text == EVERY
    kept = enter(shell, answer)
    assert kept.prompt is None and kept.status == 0 and kept.client.images.images
    pruned = enter(shell, " Y ")
    assert pruned.lines[-1].text == "Total reclaimed space: 420kB"
    assert pruned.status == 0 and not pruned.client.images.images


def test_a_password_from_the_terminal_is_waited_for() -> None:
    """It needs no pipe: the line that is typed next is the input."""
    for engine in ("26", "29"):
        shell = enter(opened(engine=engine), f"docker login -u alice --password-stdin {HOST}")
        assert shell.prompt and shell.prompt.secret
        after = enter(shell, "s3cret")
        assert after.lines[-1].text == "Login Succeeded" and after.status == 0
        assert not any("s3cret" in line.text for line in after.lines)


def test_what_a_blank_line_means_depends_on_the_command_line() -> None:
    """CLI 28 then asks for the password, CLI 29 fails."""
    line = f"docker login -u alice --password-stdin {HOST}"
    older = typed(opened(engine="26"), line, "")
    assert older.asks == ("Password: ", True)
    assert enter(older, "s3cret").lines[-1].text == "Login Succeeded"
    newer = typed(opened(engine="29"), line, "")
    assert (newer.lines[-1].text, newer.status) == ("password is empty", 1)
