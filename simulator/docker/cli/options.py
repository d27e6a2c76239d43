"""Docker's command line as a table: commands, their arguments, and their options.

The CLI's complaints and the parser read the same table. Only commands about images and registries
have their options here; of the others we know the names.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

TRUE = ("1", "t", "T", "true", "TRUE", "True")
FALSE = ("0", "f", "F", "false", "FALSE", "False")
"""What a switch may be set to, as in `--quiet=false` (Go, `strconv.ParseBool`)."""


def no_truth(value: str) -> str:
    """Go's complaint about the value of a switch; empty for one that it takes."""
    said = f"strconv.ParseBool: parsing {json.dumps(value)}: invalid syntax"
    return "" if value in (*TRUE, *FALSE) else said


def no_filter(value: str) -> str:
    """The CLI's complaint about a filter without an equals sign (docker/cli, `FilterOpt`)."""
    return "" if "=" in value or not value else "bad format of filter (expected name=value)"


def any_text(value: str) -> str:
    return ""


@dataclass(frozen=True)
class Option:
    """One option under all its names. `key` is empty where Docker has it and we do not play it."""

    names: tuple[str, ...]
    key: str = ""
    valued: bool = False
    wrong: Callable[[str], str] = any_text
    """What Go says of a value; empty for one that it takes."""
    changed: bool = False
    """A switch that counts as given even where it is set to false."""

    def label(self, name: str) -> str:
        """A name with its other spelling, short before long, as in Go's complaints."""
        place = self.names.index(name)
        first = place if len(name) == 2 else max(place - 1, 0)
        pair = self.names[first : first + 2]
        joined = [len(one) == 2 for one in pair] == [True, False]
        return ", ".join(pair) if joined else name


@dataclass(frozen=True)
class Found:
    """One thing on a command line: an option with its value (None where it lacks one), or with
    an empty `name` another word."""

    word: str
    name: str = ""
    option: Option | None = None
    value: str | None = None

    @property
    def given(self) -> bool:
        """Whether the option counts as given: a switch may be set to false."""
        option = self.option
        return option is not None and (option.valued or option.changed or self.value in TRUE)


@dataclass(frozen=True)
class Usage:
    """One command. `line` is its usage after `docker`, `least` and `most` count its arguments."""

    line: str
    least: int
    most: int | None
    options: tuple[Option, ...] = ()
    mixed: bool = True
    """Options may follow an argument; without it they are what comes before the first."""

    def find(self, name: str) -> Option | None:
        """The option of this name. Every command has `--help`, and `-h` if it has no other."""
        known = (one for one in (*self.options, HELP) if name in one.names)
        return next(known, None)

    @property
    def names(self) -> frozenset[str]:
        return frozenset(name for one in self.options for name in one.names)

    def split(self, word: str) -> Iterator[tuple[str, str | None]]:
        """The options in a word, each with its value where the word has it: `-aq` has two,
        `-palice` and `--password=alice` one. A name may be unknown (pflag, `parseShortArg`)."""
        if word.startswith("--"):
            name, equals, value = word.partition("=")
            yield name, value if equals else None
            return
        rest = word[1:]
        while rest:
            name, rest = f"-{rest[0]}", rest[1:]
            option = self.find(name)
            whole = option is not None and option.valued and bool(rest)
            if whole or (rest[:1] == "=" and len(rest) > 1):
                yield name, rest.removeprefix("=")
                return
            yield name, None
            rest = rest if option else ""

    def read(self, words: Sequence[str]) -> Iterator[Found]:
        """Options and other words in their order. After `--` there are no options."""
        pending = iter(words)
        for word in pending:
            if word == "--":
                break
            if not word.startswith("-") or word == "-":
                yield Found(word)
                if self.mixed:
                    continue
                break
            for name, value in self.split(word):
                option = self.find(name)
                if option and value is None:
                    value = next(pending, None) if option.valued else "true"
                yield Found(word, name, option, value)
        yield from map(Found, pending)


def valued(*names: str, key: str = "", wrong: Callable[[str], str] = any_text) -> Option:
    return Option(names, key, valued=True, wrong=wrong)


def switch(*names: str, key: str = "", changed: bool = False) -> Option:
    return Option(names, key, wrong=no_truth, changed=changed)


HELP = switch("-h", "--help", key="help")
OWN = Usage("[OPTIONS] COMMAND [ARG...]", 0, None, (
    valued("--config", key="config"),
    valued("-c", "--context", key="context"),
    switch("-D", "--debug", key="debug"),
    valued("-H", "--host", key="host"),
    valued("-l", "--log-level", key="log-level"),
    switch("--tls", key="tls"),
    valued("--tlscacert", key="tlscacert"),
    valued("--tlscert", key="tlscert"),
    valued("--tlskey", key="tlskey"),
    switch("--tlsverify", key="tls", changed=True),
    switch("-v", "--version", key="version"),
), mixed=False)  # fmt: skip
"""Docker's own options, before the command (docker/cli, `cli/flags/options.go`)."""
PULL = Usage("pull [OPTIONS] NAME[:TAG|@DIGEST]", 1, 1, (
    valued("--platform", key="platform"),
    switch("-a", "--all-tags", key="all"),
    switch("-q", "--quiet", key="quiet"),
    switch("--disable-content-trust", key="untrusted", changed=True),
))  # fmt: skip
IMAGES = Usage("images [OPTIONS] [REPOSITORY[:TAG]]", 0, 1, (
    valued("-f", "--filter", key="filter", wrong=no_filter),
    valued("--format", key="format"),
    switch("-a", "--all", key="every"),
    switch("--digests", key="digests"),
    switch("--no-trunc", key="whole"),
    switch("-q", "--quiet", key="quiet"),
    switch("--tree", key="tree"),
))  # fmt: skip
RMI = Usage("rmi [OPTIONS] IMAGE [IMAGE...]", 1, None, (
    valued("--platform"),
    switch("-f", "--force", key="force"),
    switch("--no-prune"),
))  # fmt: skip
LOGIN = Usage("login [OPTIONS] [SERVER]", 0, 1, (
    valued("-u", "--username", key="username"),
    valued("-p", "--password", key="password"),
    switch("--password-stdin", key="stdin"),
))  # fmt: skip
INSPECT = Usage("inspect [OPTIONS] NAME|ID [NAME|ID...]", 1, None, (
    valued("-f", "--format", key="format"),
    valued("--type", key="type"),
    switch("-s", "--size"),
))  # fmt: skip
IMAGE_INSPECT = Usage("image inspect [OPTIONS] IMAGE [IMAGE...]", 1, None, (
    valued("-f", "--format", key="format"),
    valued("--platform"),
))  # fmt: skip
PUSH = Usage("push [OPTIONS] NAME[:TAG]", 1, 1, (
    valued("--platform", key="platform"),
    switch("-a", "--all-tags", key="all"),
    switch("-q", "--quiet", key="quiet"),
    switch("--disable-content-trust", key="untrusted", changed=True),
))  # fmt: skip
PRUNE = Usage("image prune [OPTIONS]", 0, 0, (
    switch("-a", "--all", key="every"),
    valued("--filter", wrong=no_filter),
    switch("-f", "--force", key="force"),
))  # fmt: skip
DISK_USAGE = Usage("system df [OPTIONS]", 0, 0, (
    valued("--format", key="format"),
    switch("-v", "--verbose", key="verbose"),
))  # fmt: skip
MANIFEST_INSPECT = Usage("manifest inspect [OPTIONS] [MANIFEST_LIST] MANIFEST", 1, 2, (
    switch("--insecure", key="insecure"),
    switch("-v", "--verbose", key="verbose"),
))  # fmt: skip
WITH_VALUE = (
    "-a", "--attach", "--add-host", "--blkio-weight", "--cap-add", "--cap-drop",
    "--cgroup-parent", "--cgroupns", "--cidfile", "--cpu-period", "--cpu-quota", "--cpu-shares",
    "-c", "--cpus", "--cpuset-cpus", "--cpuset-mems", "--detach-keys", "--device", "--dns",
    "--dns-option", "--dns-search", "--domainname", "--entrypoint", "-e", "--env", "--env-file",
    "--expose", "--gpus", "--group-add", "--health-cmd", "--health-interval",
    "--health-retries", "--health-timeout", "-h", "--hostname", "--ip", "--ip6", "--ipc",
    "--isolation", "-l", "--label", "--label-file", "--link", "--log-driver", "--log-opt",
    "--mac-address", "-m", "--memory", "--memory-reservation", "--memory-swap", "--mount",
    "--name", "--network", "--network-alias", "--pid", "--pids-limit", "-p", "--publish",
    "--restart", "--runtime", "--security-opt", "--shm-size", "--stop-signal", "--stop-timeout",
    "--storage-opt", "--sysctl", "--tmpfs", "--ulimit", "-u", "--user", "--userns", "--uts",
    "-v", "--volume", "--volume-driver", "--volumes-from", "-w", "--workdir",
)  # fmt: skip
WITHOUT = (
    "-d", "--detach", "--disable-content-trust", "--init", "-i", "--interactive",
    "--no-healthcheck", "--oom-kill-disable", "--privileged", "-P", "--publish-all",
    "--read-only", "--rm", "--sig-proxy", "-t", "--tty",
)  # fmt: skip
CONTAINER = (
    valued("--platform", key="platform"), valued("--pull", key="policy"),
    switch("-q", "--quiet", key="quiet"), valued(*WITH_VALUE, key="of the container"),
    switch(*WITHOUT, key="of the container"),
)  # fmt: skip
"""Only some options are about the image; the others are about the container."""
RUN = Usage("run [OPTIONS] IMAGE [COMMAND] [ARG...]", 1, None, CONTAINER, mixed=False)
CREATE = Usage("create [OPTIONS] IMAGE [COMMAND] [ARG...]", 1, None, CONTAINER, mixed=False)
SEARCH = Usage("search [OPTIONS] TERM", 1, 1, (
    valued("-f", "--filter", wrong=no_filter), valued("--format"), valued("--limit", key="limit"),
    switch("--no-trunc", key="whole"),
))  # fmt: skip
COMPOSE_PULL = Usage("compose pull [OPTIONS] [SERVICE...]", 0, None, (
    switch("-q", "--quiet", key="quiet"), switch("--ignore-pull-failures"),
    switch("--include-deps", key="all"),
))  # fmt: skip
IMAGETOOLS = Usage("buildx imagetools inspect [OPTIONS] NAME", 1, 1, (
    valued("--builder"), valued("--format"), switch("--raw"),
))  # fmt: skip
TAG = Usage("tag SOURCE_IMAGE[:TAG] TARGET_IMAGE[:TAG]", 2, 2)
INFO = Usage("info [OPTIONS]", 0, 0, (valued("-f", "--format", key="format"),))
RM = Usage("rm [OPTIONS] CONTAINER [CONTAINER...]", 1, None, (
    switch("-f", "--force", key="force"),
    switch("-l", "--link", key="link"),
    switch("-v", "--volumes", key="volumes"),
))  # fmt: skip
HELP_COMMAND = Usage("help [command]", 0, None)
USAGES: Mapping[str, Usage] = {
    "login": LOGIN,
    "logout": Usage("logout [SERVER]", 0, 1),
    "pull": PULL,
    "push": PUSH,
    "tag": TAG,
    "images": IMAGES,
    "rmi": RMI,
    "inspect": INSPECT,
    "image pull": PULL,
    "image push": PUSH,
    "image tag": TAG,
    "image ls": IMAGES,
    "image rm": RMI,
    "image inspect": IMAGE_INSPECT,
    "image prune": PRUNE,
    "system df": DISK_USAGE,
    "manifest inspect": MANIFEST_INSPECT,
    "run": RUN,
    "create": CREATE,
    "container run": RUN,
    "container create": CREATE,
    "search": SEARCH,
    "compose pull": COMPOSE_PULL,
    "buildx imagetools inspect": IMAGETOOLS,
}
ANSWERED: Mapping[str, Usage] = {
    "info": INFO, "system info": INFO, "rm": RM, "container rm": RM, "help": HELP_COMMAND,
}  # fmt: skip
"""Commands that are answered without a run of the machine: no registry is asked for them, and
they leave the image store alone."""
GROUPS: Mapping[str, Usage] = {
    "image": Usage("image", 0, None, mixed=False),
    "container": Usage("container", 0, None, mixed=False),
    "system": Usage("system", 0, None, mixed=False),
    "manifest": Usage("manifest COMMAND", 0, None, mixed=False),
}
"""Commands that have others behind them."""
ALIASES = {
    "image list": "image ls", "image remove": "image rm", "image rmi": "image rm",
    "container remove": "container rm",
}  # fmt: skip
OTHERS = frozenset([
    "attach", "build", "builder", "buildx", "checkpoint", "commit", "compose", "config",
    "container", "context", "cp", "diff", "events", "exec", "export", "history",
    "import", "kill", "load", "logs", "manifest", "network", "node", "pause", "plugin",
    "port", "ps", "rename", "restart", "save", "secret", "service",
    "stack", "start", "stats", "stop", "swarm", "system", "top", "trust", "unpause",
    "update", "version", "volume", "wait",
])  # fmt: skip
"""Commands that Docker has and that are not played here."""
IMAGE_OTHERS = frozenset(["build", "history", "import", "load", "save"])
AFTER_IMAGE = frozenset(
    name.removeprefix("image ") for name in (*USAGES, *ALIASES) if name.startswith("image ")
)
"""The words after `docker image` that are played."""


def usage_of(name: str) -> Usage | None:
    """The usage of a command; None for one that is not played."""
    return USAGES.get(name) or ANSWERED.get(name)


def command_name(words: Sequence[str]) -> str | None:
    """`pull`, `image ls`, or the name of a command that is not played; None if there is none."""
    first, both = "".join(words[:1]), " ".join(words[:2])
    tried = (" ".join(words[:3]), ALIASES.get(both, both))
    longer = next((name for name in tried if usage_of(name)), None)
    if longer:
        return longer
    if first != "image":
        return first if usage_of(first) or first in OTHERS else None
    return both if "".join(words[1:2]) in IMAGE_OTHERS else None
