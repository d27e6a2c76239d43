"""Docker's command line as a table: commands, their arguments, and their options.

The CLI's complaints and the parser read the same table. Only commands about images and registries
have their options here; of the others we know the names.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Option:
    """One option under all its names. `key` is empty where Docker has it and we do not play it."""

    names: tuple[str, ...]
    key: str = ""
    valued: bool = False


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
        """The option of this name."""
        return next((one for one in self.options if name in one.names), None)

    @property
    def names(self) -> frozenset[str]:
        return frozenset(name for one in self.options for name in one.names)

    def letters(self) -> str:
        """The switches of one letter, which may be typed together (`-aq`)."""
        switches = (one for one in self.options if not one.valued)
        return "".join(name[1] for one in switches for name in one.names if len(name) == 2)

    def split(self, word: str) -> Sequence[tuple[str, str | None]]:
        """The options in a word, each with its value where the word has it: `-aq` has two,
        `-palice` and `--password=alice` one. A name may be unknown."""
        name, equals, value = word.partition("=")
        if word.startswith("--") or self.find(name):
            return [(name, value if equals else None)]
        first = self.find(word[:2])
        if first and first.valued:
            return [(word[:2], word[2:])]
        known = word[1:].lstrip(self.letters())
        letters = word[1 : len(word) - len(known)]
        return [(f"-{one}", None) for one in (*letters, *known[:1])]


def valued(*names: str, key: str = "") -> Option:
    return Option(names, key, valued=True)


def switch(*names: str, key: str = "") -> Option:
    return Option(names, key)


PULL = Usage("pull [OPTIONS] NAME[:TAG|@DIGEST]", 1, 1, (
    valued("--platform", key="platform"),
    switch("-a", "--all-tags", key="all"),
    switch("-q", "--quiet", key="quiet"),
    switch("--disable-content-trust", key="untrusted"),
))  # fmt: skip
IMAGES = Usage("images [OPTIONS] [REPOSITORY[:TAG]]", 0, 1, (
    valued("-f", "--filter", key="filter"),
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
    switch("--disable-content-trust", key="untrusted"),
))  # fmt: skip
PRUNE = Usage("image prune [OPTIONS]", 0, 0, (
    switch("-a", "--all", key="every"),
    valued("--filter"),
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
    valued("-f", "--filter"), valued("--format"), valued("--limit", key="limit"),
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
ALIASES = {"image list": "image ls", "image remove": "image rm", "image rmi": "image rm"}
OTHERS = frozenset([
    "attach", "build", "builder", "buildx", "checkpoint", "commit", "compose", "config",
    "container", "context", "cp", "diff", "events", "exec", "export", "history",
    "import", "info", "kill", "load", "logs", "manifest", "network", "node", "pause", "plugin",
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


def command_name(words: Sequence[str]) -> str | None:
    """`pull`, `image ls`, or the name of a command that is not played; None if there is none."""
    first, both = "".join(words[:1]), " ".join(words[:2])
    longer = next((name for name in (" ".join(words[:3]), both) if name in USAGES), None)
    if longer:
        return longer
    if first != "image":
        return first if first in USAGES or first in OTHERS else None
    name = ALIASES.get(both, both)
    return name if name in USAGES or "".join(words[1:2]) in IMAGE_OTHERS else None
