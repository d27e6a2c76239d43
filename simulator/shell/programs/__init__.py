"""The programs of the terminal, by name. Each takes the shell, its words and its input."""

from collections.abc import Callable, Mapping

from simulator.shell.programs import files, network, system, text
from simulator.shell.programs.credential_helper import BEGINS
from simulator.shell.programs.curl import curl
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
    known = PROGRAMS.get(words[0]) if words else None
    if known is None:
        return Ran(shell, error=f"bash: {' '.join(words[:1])}: command not found", status=127)
    return known(shell, words[1:], given)


PROGRAMS: Mapping[str, Program] = {
    "[": files.test, "base64": text.base64_, "cat": files.cat, "cd": files.cd,
    "command": command, "cp": files.cp, "curl": curl, "cut": text.cut, "date": system.date,
    "echo": text.echo, "env": system.env, "exit": system.exit_,
    "export": system.export, "false": system.false, "getent": network.getent,
    "grep": text.grep, "head": text.head, "id": system.id_, "ip": network.ip,
    "jq": text.jq, "jwt": text.jwt, "ls": files.ls, "mkdir": files.mkdir, "mv": files.mv,
    "nc": network.nc, "nslookup": network.nslookup, "od": text.od, "openssl": network.openssl,
    "ping": network.ping,
    "printf": text.printf, "pwd": files.pwd, "read": system.read_line, "rm": files.rm,
    "sha256sum": text.sha256sum, "sleep": system.sleep, "sort": text.sort,
    "systemctl": system.systemctl, "tail": text.tail, "tee": files.tee, "test": files.test,
    "touch": files.touch, "tr": text.tr, "true": system.true, "type": found,
    "unset": system.unset, "wc": text.wc, "which": found, "whoami": system.whoami,
}  # fmt: skip
