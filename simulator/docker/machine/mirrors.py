"""Mirrors of Docker Hub (`registry-mirrors`) with the classic engine: it pulls all from one, and
begins again with the next."""

from dataclasses import replace

from simulator.docker import events as e
from simulator.docker.events import Event, Failure
from simulator.docker.machine.part import Part
from simulator.docker.machine.state import Access, Download, Image, Run, State
from simulator.docker.machine.table import TRANSITIONS
from simulator.protocol.hosts import split_url
from simulator.protocol.reference import HUB_HOST, Reference


def begun(run: Run, state: State, reference: Reference) -> Run:
    """The run at the host from which the classic engine pulls first."""
    classic = state.profile.pings and reference.host == HUB_HOST and state.client.mirrors
    return at(run, state.client.mirrors[0] if classic else f"https://{reference.host}")


def first_host(state: State) -> str:
    """The host that is asked first for the image of this command: a mirror, or the registry
    itself; empty where the command has no image."""
    reference, client = state.run.reference, state.client
    if reference is None:
        return ""
    if state.profile.pings:
        return begun(Run(), state, reference).host
    able = (x for x in client.endpoints(reference.domain) if {"pull", "resolve"} <= x.capabilities)
    return next((one.host for one in able), "") or reference.host


def at(run: Run, address: str) -> Run:
    """The run at this host, of which nothing is known but its scheme."""
    parts = split_url(address if "://" in address else f"https://{address}")
    return replace(run, host=parts.netloc, access=Access(plain_http=parts.scheme == "http"))


def given_up(state: State, event: Event) -> Event:
    """A failure at a mirror is none of the pull."""
    reference = state.run.reference
    at_a_mirror = reference is not None and state.run.host != reference.host
    able = e.MirrorGivenUp in TRANSITIONS[state.phase]
    return e.MirrorGivenUp(event) if able and at_a_mirror and isinstance(event, Failure) else event


def begin_again(state: State, event: e.MirrorGivenUp) -> Run:
    """The next mirror, or Docker Hub at last, from the beginning."""
    run, known = state.run, list(state.client.mirrors)
    assert run.reference is not None
    here = next((x for x in known if split_url(x).netloc == run.host), "")
    later = known[known.index(here) + 1 :] if here else []
    address = next(iter((*later, f"https://{run.reference.host}")))
    return at(replace(run, image=Image(), download=Download(), attempts=()), address)


PART = Part(keeps={e.MirrorGivenUp: begin_again})
