"""`docker-credential-NAME`: a credential helper, as Docker's CLI starts it.

The protocol is that of docker-credential-helpers (`credentials/credentials.go`): the command is a
word, the server comes on standard input, and the answer goes to standard output.
"""

import json
from dataclasses import replace

from simulator.docker.config_file import Credential
from simulator.shell.values import Ran, Shell

BEGINS = "docker-credential-"
USAGE = "Usage: {} <store|get|erase|list|version>"
ABSENT = "credentials not found in native keychain"


def installed(shell: Shell, program: str) -> bool:
    """Whether a helper of this name is on the PATH."""
    name = program.removeprefix(BEGINS)
    return program.startswith(BEGINS) and name in (shell.client.store.installed or ())


def credential_helper(shell: Shell, program: str, words: list[str], given: str | None) -> Ran:
    """What the helper prints, and what it keeps afterwards."""
    name = program.removeprefix(BEGINS)
    answer = dict(shell.client.store.broken).get(name)
    if answer:
        return Ran(shell, f"{answer.output}\n", status=answer.status)
    kept = {key: one for key, one in shell.client.store.entries
            if shell.client.store.helper_of(key) == name}  # fmt: skip
    server = (given or "").strip()
    match words:
        case ["list"]:
            return Ran(shell, line({key: one.username for key, one in kept.items()}))
        case ["get"]:
            return got(shell, server, kept.get(server))
        case ["erase"] if server in kept:
            store = shell.client.store.without(server)
            return Ran(replace(shell, client=replace(shell.client, store=store)))
        case ["erase"]:
            return Ran(shell, f"{ABSENT}\n", status=1)
        case _:
            return Ran(shell, f"{USAGE.format(program)}\n", status=1)


def got(shell: Shell, server: str, kept: Credential | None) -> Ran:
    if kept is None:
        return Ran(shell, f"{ABSENT}\n", status=1)
    name = "<token>" if kept.identity_token else kept.username
    secret = kept.identity_token or kept.password
    return Ran(shell, line({"ServerURL": server, "Username": name, "Secret": secret}))


def line(document: dict[str, str]) -> str:
    """JSON as Go writes it, without spaces."""
    return json.dumps(document, separators=(",", ":")) + "\n"
