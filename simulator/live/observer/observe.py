"""What the clients did, told from all exchanges that the registry saw."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from simulator.docker.cli.commands import Command, Login, Pull
from simulator.docker.machine import Phase, State
from simulator.live.attempts import Attempt, Doing, attempts
from simulator.live.observer.login import tell_login
from simulator.live.observer.pull import tell_pull
from simulator.live.observer.run import Run
from simulator.live.observer.story import OTHERS, Known, Story, unexpected
from simulator.live.observer.typed import command_of
from simulator.live.seen import Kind, Seen

Memo = dict[object, "Story"]
"""Earlier stories, by all that they depend on."""


def observe(
    seen: Sequence[Seen], now: float, known: Known, memo: Memo | None = None
) -> tuple[Run, ...]:
    """What the clients did, in the order in which they began the last of it. A `memo` that is
    handed in again saves telling again what has not changed."""
    held: dict[tuple[str, str], State] = {}  # by address and client: what each keeps
    runs: list[Run] = []
    old, fresh = memo or {}, {}
    for group in grouped(attempts(seen, now)):
        client = group[-1].address, group[-1].client.id
        before = held.get(client, State())
        key = depends_on(group, before)
        story = old.get(key) or told(group, before, known)
        fresh[key] = story
        held[client] = story.state
        if story.steps:  # else its first answer is still on its way
            runs.append(story.run(group))
    if memo is not None:
        memo.clear()
        memo.update(fresh)
    return tuple(sorted(runs, key=lambda run: run.seen[-1][0].number))


def depends_on(group: list[Attempt], before: State) -> object:
    about = tuple((a.over, tuple((s.number, s.pending, s.at) for s in a.seen)) for a in group)
    client = before.client
    names = tuple(a.client for a in group)
    return about, names, client.store, client.images.images, frozenset(client.images.blobs)


def grouped(found: list[Attempt]) -> Iterator[list[Attempt]]:
    """A login that worked and the pull after it are one run; any other command is a run of its
    own."""
    taken: set[int] = set()
    for place, attempt in enumerate(found):
        if place in taken:
            continue
        group = [attempt]
        following = [
            (n, a) for n, a in enumerate(found[place + 1 :], place + 1) if alike(a, attempt)
        ]
        if attempt.doing is Doing.LOGIN and accepted(attempt) and following:
            number, after = following[0]
            if after.doing in (Doing.PULL, Doing.UNKNOWN):
                group.append(after)
                taken.add(number)
        yield group


def alike(one: Attempt, other: Attempt) -> bool:
    return (one.address, one.client.id) == (other.address, other.client.id)


def accepted(attempt: Attempt) -> bool:
    last = attempt.asks[-1]
    return last.kind is Kind.PING and attempt.seen[-1].status == 200


def told(group: list[Attempt], before: State, known: Known) -> Story:
    """One run. The client's stores are those that its earlier runs left."""
    commands = [command_of(attempt, before) for attempt in group]
    client = replace(before.client, engine="26" if group[-1].greeted else "29")
    story = Story(State(client, tuple(command for command in commands if command)), known)
    story.talks = group[-1].client.kind.prints
    for attempt, command in zip(group, commands, strict=True):
        tell_attempt(story, attempt, command)
    return story


def tell_attempt(story: Story, attempt: Attempt, command: Command | None) -> None:
    story.state = replace(story.state, phase=Phase.READY, failure=None)
    if isinstance(command, Login):
        tell_login(story, attempt, command)
    elif isinstance(command, Pull):
        tell_pull(story, attempt, command)
    else:
        for one in (one for one in attempt.seen if not one.pending):
            unexpected(story, one, OTHERS.get(attempt.doing))
