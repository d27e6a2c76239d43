"""`docker logout`: removes what is stored, and asks no registry."""

from dataclasses import replace

from simulator.docker import events as e
from simulator.docker.cli.commands import Logout
from simulator.docker.config_file import hostname
from simulator.docker.events import Event
from simulator.docker.machine.part import Part
from simulator.docker.machine.state import Client, State
from simulator.docker.machine.table import Phase
from simulator.protocol.reference import HUB_KEY


def remove(state: State) -> Event:
    """Docker's CLI removes every spelling of the registry; a helper that fails removes none, which
    Docker reports only where no spelling was said twice."""
    assert isinstance(state.run.command, Logout)
    server = state.run.command.server
    spellings = logout_keys(server)
    held = {key for key, _ in state.client.store.entries}
    found = next((key for key in spellings if key in held), logout_keys(server)[-1])
    lacking = all(state.client.store.complaint(key, "erasing") for key in spellings)
    failed = lacking and len(set(spellings)) == len(spellings)
    return e.CredentialsRemoved(found, found in held, spellings if failed else ())


def logout_keys(server: str) -> tuple[str, ...]:
    """Under which keys a registry may be stored, as `docker logout` looks for it."""
    if not server:
        return (HUB_KEY,)
    host = hostname(server)
    return (server, host, f"http://{host}", f"https://{host}")


def drop_credential(state: State, event: e.CredentialsRemoved) -> Client:
    store = state.client.store
    server = state.run.command.server if isinstance(state.run.command, Logout) else ""
    gone = (key for key in logout_keys(server) if not store.complaint(key, "erasing"))
    return replace(state.client, store=store.without(*gone))


PART = Part(moves={Phase.REMOVING: remove}, stores={e.CredentialsRemoved: drop_credential})
