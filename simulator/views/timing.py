"""What a run costs in time, over a link that one chooses. Pure: no clock is read.

Sizes, order and number of requests come from the trace; the link says how long they take. Requests
go one after the other, blobs several at once, and layers are unpacked in their order, one at a
time. Recordings of real pulls over a throttled link begin their downloads when this says.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

from simulator.docker.engines import engine
from simulator.docker.machine import Phase
from simulator.docker.machine.table import PUSHING
from simulator.docker.trace import Step, Trace
from simulator.protocol.digest import short_digest
from simulator.protocol.message import Exchange, Response
from simulator.protocol.target import Kind
from simulator.words.i18n import _

MB = 1_000_000


@dataclass(frozen=True)
class Link:
    """`rate` and `each` in bytes a second: of all connections together, and of each one.

    `latency` in seconds from a request to the first byte of its answer; `parallel` layers at
    once (3 is Docker's default); `unpack` in compressed bytes a second.
    """

    rate: float = 10 * MB
    each: float = 10 * MB
    latency: float = 0.03
    parallel: int = 3
    unpack: float = 60 * MB


@dataclass(frozen=True)
class Bar:
    """From `start` to `end` (seconds) this was going on; `size` bytes of body were sent."""

    what: str
    kind: str
    start: float
    end: float
    size: int = 0


KINDS = ("login", "token", "manifest", "config", "download", "unpack", "ask", "upload")


def timeline(trace: Trace, link: Link) -> tuple[Bar, ...]:
    """Every request and every layer that is unpacked, in the order in which they end. A command
    begins when the one before it has ended."""
    bars: tuple[Bar, ...] = ()
    first = engine(trace.engine).config_first
    for steps in per_command(trace):
        bars += of_command(steps, first, link, total(bars))
    return bars


def per_command(trace: Trace) -> Iterator[tuple[Step, ...]]:
    """The steps of each command that is typed."""
    begun = {at for at, step in enumerate(trace.steps) if step.name.endswith("Typed")}
    yield from (trace.steps[a:b] for a, b in pairwise((*sorted(begun | {0}), len(trace.steps))))


def of_command(
    steps: tuple[Step, ...], config_first: bool, link: Link, clock: float
) -> tuple[Bar, ...]:
    """The bars of one command that begins at this time."""
    bars = list[Bar]()
    sent = [step for step in steps if step.exchange]
    blobs = [step for step in sent if step.before.phase is Phase.FETCHING_BLOBS]
    others = (step for step in sent if step.before.phase is not Phase.FETCHING_BLOBS)
    for _round, together in groupby(others, key=round_of):
        bars += in_parallel(list(together), link, clock)
        clock = total(bars)
    configs = [step for step in blobs if is_config(step)]
    layers = [step for step in blobs if not is_config(step)]
    downloads = tuple(in_parallel(configs, link, clock))
    if config_first:
        clock = total(downloads) or clock
    downloads += tuple(in_parallel(layers, link, clock))
    return tuple(sorted((*bars, *downloads, *unpacking(steps[-1], downloads, link)), key=ended))


def round_of(step: Step) -> object:
    """What requests have in common that go out together: those of a push for its blobs, by their
    method. All others are alone."""
    assert step.exchange
    request = step.exchange.request
    return request.method if step.before.phase in PUSHING else step.number


def measured(trace: Trace) -> tuple[Bar, ...]:
    """The times of a real run's requests, in the order in which they ended; empty without
    measurements. Layers are verified there, but not unpacked."""
    known = {step.number: step for step in trace.steps}
    bars = [bar_of(known[one.step], one.start, one.end) for one in trace.took]
    return tuple(sorted(bars, key=ended))


def bar_of(step: Step, start: float, end: float) -> Bar:
    exchange = step.exchange
    assert exchange
    kind = kind_of(step)
    if step.before.phase is Phase.FETCHING_BLOBS:
        kind = "config" if is_config(step) else "download"
    return Bar(name_of(exchange), kind, start, end, body_size(exchange))


def ended(bar: Bar) -> float:
    return bar.end


def total(bars: Sequence[Bar]) -> float:
    """Seconds until the last thing is done."""
    return max((bar.end for bar in bars), default=0.0)


def body_size(exchange: Exchange) -> int:
    """Bytes of both bodies: what is sent of a push, and what the answer brings."""
    request, answer = exchange.request, exchange.answer
    sent = request.content.size if request.content else len(request.payload)
    if not isinstance(answer, Response) or request.method == "HEAD":
        return sent
    return sent + (answer.content.size if answer.content else len(answer.body))


def name_of(exchange: Exchange) -> str:
    """`HEAD manifests/latest`, and a digest's first digits."""
    content = exchange.request.content
    if content:
        return f"{exchange.request.method} {short_digest(content.digest)}"
    head, _, last = exchange.request.path.rpartition("/")
    kind = head.rpartition("/")[2]
    short = short_digest(last) if last.startswith("sha256:") else last
    return f"{exchange.request.method} {f'{kind}/{short}' if kind else short or '/'}"


def kind_of(step: Step) -> str:
    assert step.exchange
    if step.before.phase in PUSHING:
        return "upload" if step.exchange.request.content else "ask"
    if step.exchange.request.target.kind in (Kind.MANIFEST, Kind.TAGS):
        return "manifest"
    return "token" if "AUTHORIZING" in step.before.phase.name else "login"


# -- several at once --------------------------------------------------------------------------


@dataclass
class Transfer:
    """A blob on its way: bytes still to come, and seconds until the first of them."""

    step: Step
    start: float
    left: float
    wait: float


def in_parallel(blobs: Sequence[Step], link: Link, began: float) -> Iterator[Bar]:
    """Transfers share the link evenly; as one ends, the next begins."""
    queue, clock = list(blobs), began
    active: list[Transfer] = []
    while queue or active:
        while queue and len(active) < link.parallel:
            step = queue.pop(0)
            assert step.exchange
            active.append(Transfer(step, clock, body_size(step.exchange), link.latency))
        moment = next_change(active, link)
        clock += moment
        advance(active, moment, link)
        for transfer in [one for one in active if one.wait <= 0 and one.left <= 0]:
            active.remove(transfer)
            yield downloaded(transfer, clock)


def flowing(active: Sequence[Transfer], link: Link) -> float:
    """Bytes a second of each transfer whose answer has begun."""
    count = sum(one.wait <= 0 for one in active)
    return min(link.each, link.rate / count) if count else 0.0


EPSILON = 1e-9


def next_change(active: Sequence[Transfer], link: Link) -> float:
    """Seconds until an answer begins or a transfer ends."""
    speed = flowing(active, link)
    waits = [one.wait for one in active if one.wait > 0]
    ends = [one.left / speed for one in active if one.wait <= 0 and speed]
    return max(min([*waits, *ends]), EPSILON)


def advance(active: Sequence[Transfer], moment: float, link: Link) -> None:
    speed = flowing(active, link)
    for one in active:
        if one.wait > 0:
            one.wait = one.wait - moment if one.wait - moment > EPSILON else 0.0
        else:
            one.left = one.left - speed * moment if one.left - speed * moment > 1e-3 else 0.0


def is_config(step: Step) -> bool:
    """The config is none of the layers that the engine counts."""
    manifest = step.before.run.image.manifest
    return bool(manifest and step.exchange and manifest.config.digest in step.exchange.request.path)


def downloaded(transfer: Transfer, clock: float) -> Bar:
    return bar_of(transfer.step, transfer.start, clock)


def unpacking(last: Step, downloads: Sequence[Bar], link: Link) -> Iterator[Bar]:
    """Layers in the manifest's order: each after its download and after the one before. `last` is
    the command's last step."""
    manifest = last.after.run.image.manifest
    if manifest is None or last.after.phase is Phase.FAILED:
        return
    arrived: Mapping[str, Bar] = {bar.what.rpartition("/")[2]: bar for bar in downloads}
    clock = 0.0
    for layer in dict.fromkeys(manifest.layers):
        bar = arrived.get(layer.short)
        if bar is None:
            continue
        start = max(clock, bar.end)
        clock = start + layer.size / link.unpack
        yield Bar(_("unpack {layer}").format(layer=layer.short), "unpack", start, clock, layer.size)
