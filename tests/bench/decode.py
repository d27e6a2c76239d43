"""The decoder: a message, and a log of 2,000 lines. At most 5 and 50 milliseconds.

python -m tests.bench.decode
"""

import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

from simulator.decoder.decode import decode
from simulator.decoder.scoring import cases

CASES = Path(__file__).parents[1] / "decoder" / "cases.yaml"


def milliseconds(work: Callable[[], object], times: int) -> float:
    taken = []
    for _ in range(times):
        began = time.perf_counter()
        work()
        taken.append((time.perf_counter() - began) * 1000)
    return median(taken)


def log(messages: list[str], lines: int) -> str:
    """A build log that ends in these messages."""
    noise = (
        "2026-11-25T10:00:{0:02d}.123Z step {1}: compiling module app.views.page{1} in 0.{0}s",
        "2026-11-25T10:00:{0:02d}.123Z  Downloading package {1} 12/40",
        "2026-11-25T10:00:{0:02d}.123Z #12 {1}.345 + npm run build:{0} -- --mode=production",
    )
    made = [noise[at % len(noise)].format(at % 60, at) for at in range(lines - len(messages))]
    return "\n".join((*made, *messages))


def judged(text: str) -> None:
    _ = decode(text).verdict


def main() -> None:
    messages = [case.message for case in cases(CASES)]
    first = milliseconds(lambda: judged(messages[0]), 1)
    each = [milliseconds(lambda text=text: judged(text), 5) for text in messages]
    long = log([one for one in messages[:10] if "\n" not in one], 2_000)
    print(f"the first message, with the grammar read  {first:8.1f} ms, once")
    print(f"a message, median of {len(messages)}                  {median(each):8.2f} ms")
    print(f"a message, slowest                        {max(each):8.2f} ms")
    whole = milliseconds(lambda: judged(long), 5)
    print(f"a log of 2,000 lines                      {whole:8.1f} ms")


if __name__ == "__main__":
    main()
