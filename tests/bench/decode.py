"""The decoder: how long the index takes, and a message; beside one plain search in all texts.

python -m tests.bench.decode
"""

import time
from collections.abc import Callable
from statistics import median

from simulator.decoder.index import decode, known_messages, printed


def milliseconds(work: Callable[[], object], times: int) -> float:
    taken = []
    for _ in range(times):
        began = time.perf_counter()
        work()
        taken.append((time.perf_counter() - began) * 1000)
    return median(taken)


def main() -> None:
    index = milliseconds(printed, 1)
    counted = milliseconds(known_messages, 1)
    texts = [one.text for one in printed()]
    message = next(text for text in texts if "'docker login'" in text)
    ours = milliseconds(lambda: decode(message), 50)
    close = milliseconds(lambda: decode(message.replace("denied", "refused")), 50)
    plain = milliseconds(lambda: [text for text in texts if message in text], 50)
    print(f"index of {len(texts)} messages of both engines {index:10.0f} ms, once")
    print(f"causes of {len(known_messages())} shapes counted        {counted:10.0f} ms, once")
    print(f"a message of a known shape             {ours:10.2f} ms")
    print(f"a message that is only close           {close:10.2f} ms")
    print(f"a plain search in the texts            {plain:10.4f} ms")
    print(f"decoder / plain search                 {ours / plain:10.0f}")


if __name__ == "__main__":
    main()
