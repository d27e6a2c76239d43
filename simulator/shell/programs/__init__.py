"""The programs of the terminal, by name. Each takes the shell, its words and its input."""

from collections.abc import Callable, Mapping

from simulator.shell.programs import columns, encoded, files, network, system, text
from simulator.shell.programs.credential_helper import BEGINS
from simulator.shell.programs.curl import curl
from simulator.shell.programs.grep import grep
from simulator.shell.programs.jq import jq
from simulator.shell.values import Ran, Shell

Program = Callable[[Shell, list[str], str | None], Ran]


def found(shell: Shell, words: list[str], given: str | None) -> Ran:
    """`which NAME` and `command -v NAME`: where a program is; status 1 where there is none."""
    names = [word for word in words if not word.startswith("-")]
    known = {*PROGRAMS, "docker", *(f"{BEGINS}{one}" for one in shell.client.store.installed or ())}
    places = [f"/usr/bin/{name}" for name in names if name in known]
    out = "".join(f"{place}\n" for place in places)
    return Ran(shell, out, status=int(len(places) < len(names)))


def command(shell: Shell, words: list[str], given: str | None) -> Ran:
    if words[:1] in (["-v"], ["-V"]):
        return found(shell, words, given)
    if not words:
        return Ran(shell)
    known = PROGRAMS.get(words[0])
    return known(shell, words[1:], given) if known else unknown(shell, words[0])


ELSEWHERE = frozenset({
    ".", "alias", "apt", "apt-get", "awk", "basename", "bash", "break", "chmod", "chown", "cmp",
    "comm", "continue", "crane", "ctr", "declare", "df", "diff", "dig", "dirname", "du", "eval",
    "exec", "file", "find", "gcloud", "git", "gpg", "gunzip", "gzip", "helm", "host", "hostname",
    "htop", "journalctl", "kill", "kubectl", "less", "let", "ln", "local", "make", "man",
    "md5sum", "more", "mount", "nano", "nerdctl", "netstat", "node", "npm", "nproc", "oras",
    "paste", "perl", "pip", "podman", "ps", "python", "python3", "readlink", "realpath", "regctl",
    "rev", "sed", "seq", "service", "set", "sh", "sha1sum", "sha512sum", "shift", "skopeo",
    "source", "ss", "ssh", "stat", "su", "sudoedit", "tar", "telnet", "time", "timeout", "top",
    "traceroute", "trap", "tree", "uname", "uniq", "uptime", "vi", "vim", "wait", "watch", "wget",
    "who", "xargs", "xxd", "yes", "yq", "zcat", "zsh", "zstd",
})  # fmt: skip
"""Programs of many machines, and commands of bash, that this terminal does not play."""
NOT_PLAYED = (
    "pullscope: {} exists, but is not played here; type help to see what this terminal knows"
)


def unknown(shell: Shell, name: str) -> Ran:
    """The answer to a name that is no program here: bash's own is only for one that is nowhere."""
    said = NOT_PLAYED if name in ELSEWHERE else "bash: {}: command not found"
    return Ran(shell, error=said.format(name), status=127)


PROGRAMS: Mapping[str, Program] = {
    "[": files.bracket, "base64": encoded.base64_, "cat": files.cat, "cd": files.cd,
    "command": command, "cp": files.cp, "curl": curl, "cut": columns.cut, "date": system.date,
    "echo": text.echo, "env": system.env, "exit": system.exit_,
    "export": system.export, "false": system.false, "getent": network.getent,
    "grep": grep, "head": text.head, "id": system.id_, "ip": network.ip,
    "jq": jq, "jwt": text.jwt, "ls": files.ls, "mkdir": files.mkdir, "mv": files.mv,
    "nc": network.nc, "nslookup": network.nslookup, "od": encoded.od, "openssl": network.openssl,
    "ping": network.ping,
    "printf": text.printf, "pwd": files.pwd, "read": system.read_line, "rm": files.rm,
    "sha256sum": encoded.sha256sum, "sleep": system.sleep, "sort": text.sort,
    "systemctl": system.systemctl, "tail": text.tail, "tee": files.tee, "test": files.test,
    "touch": files.touch, "tr": columns.tr, "true": system.true, "type": found,
    "unset": system.unset, "wc": text.wc, "which": found, "whoami": system.whoami,
}  # fmt: skip
