"""How often Docker's classic engine asks for a blob, and what it says in the end.

Both tables were seen at a real engine.
"""

import re

from simulator.docker.trace import Trace
from simulator.docker.trace import run as run_trace
from simulator.protocol.errors import standard_message
from simulator.protocol.manifest import Manifest
from simulator.registry.model import Fault, Part
from simulator.scenarios.model import scenario
from simulator.sources.mock import mock
from tests.cases import each
from tests.docker.test_engines import fetching, printed


def manifest() -> Manifest:
    found = fetching("26").run.image.manifest
    assert found is not None
    return found


CONFIG = manifest().config.digest
LAYERS = tuple(layer.digest for layer in manifest().layers)


def pulled(*faults: Fault) -> Trace:
    broken = scenario("works").model_copy(update={"faults": faults})
    return run_trace(broken.state("26"), mock(broken.world()))


def refused(status: int, code: str, message: str) -> Fault:
    return Fault(Part.BLOB, status, code, message, digest=CONFIG)


def bare(status: int, code: str) -> Fault:
    return refused(status, code, standard_message(code))


@each(
    "fault, tries",
    [
        (refused(401, "UNAUTHORIZED", "x"), 1),
        (refused(403, "DENIED", "no"), 1),
        (refused(429, "TOOMANYREQUESTS", "wait"), 1),
        (refused(400, "UNSUPPORTED", "x"), 1),
        (refused(404, "NAME_UNKNOWN", "x"), 1),
        (Fault(Part.BLOB, 410, body="{}", media_type="application/json", digest=CONFIG), 1),
        (Fault(Part.BLOB, 403, body='{"details":"go away"}', media_type="application/json",
               digest=CONFIG), 1),
        (bare(401, "UNAUTHORIZED"), 5),
        (bare(403, "DENIED"), 5),
        (bare(429, "TOOMANYREQUESTS"), 5),
        (bare(405, "UNSUPPORTED"), 5),
        (refused(403, "FOO", "x"), 5),
        (refused(500, "UNKNOWN", "x"), 5),
    ],
)  # fmt: skip
def test_an_error_that_says_no_more_than_its_code_is_none_of_the_final_ones(
    fault: Fault, tries: int
) -> None:
    trace = pulled(fault)
    asked = [step for step in trace.steps
             if step.exchange and step.exchange.request.url.endswith(CONFIG)]  # fmt: skip
    counted = re.search(r"attempts=(\d)", "\n".join(printed(trace)))
    assert len(asked) == tries
    assert counted is not None
    assert int(counted[1]) == (1 if tries == 1 else tries + 1)


def waits(trace: Trace) -> list[int]:
    """The seconds at which each count-down begins."""
    found = [(line.split(":")[0], int(number[1])) for line in printed(trace)
             if (number := re.search(r"Retrying in (\d+) second", line))]  # fmt: skip
    return [seconds for place, (name, seconds) in enumerate(found)
            if not place or found[place - 1] != (name, seconds + 1)]  # fmt: skip


def cut(digest: str, times: int | None = None) -> Fault:
    return Fault(Part.BLOB, cut_after=40, digest=digest, times=times)


@each(
    "faults, expected, end",
    [
        ((cut(LAYERS[0]),), [5, 10, 15, 20, 25], "unexpected EOF"),
        (tuple(cut(layer, 1) for layer in LAYERS), [5] * len(LAYERS), ""),
        ((cut(LAYERS[0], 2),), [5, 10], ""),
        ((cut(CONFIG, 1),), [], ""),
        (
            (cut(CONFIG),), [],
            "error pulling image configuration: download failed after attempts=6: unexpected EOF",
        ),
    ],
)  # fmt: skip
def test_each_layer_counts_its_own_tries(
    faults: tuple[Fault, ...], expected: list[int], end: str
) -> None:
    trace = pulled(*faults)
    assert sorted(waits(trace)) == expected
    assert trace.failed is bool(end)
    assert not end or printed(trace)[-1] == end
