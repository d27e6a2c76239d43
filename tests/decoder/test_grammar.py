"""Messages written from the grammar itself are read without a rest, and so is each recorded."""

import random
import re
from collections.abc import Iterator, Mapping
from typing import Any

from simulator.decoder.coverage import coverage, recorded_errors, table
from simulator.decoder.grammar import Frame, expanded, grammar, segments
from tests.cases import each

parser: Any = re._parser  # type: ignore[attr-defined]
"""Python's own reader of patterns; its names are those of `re`'s opcodes."""

HOSTS = (
    "r.io",
    "registry.example.com:5000",
    "10.0.0.7",
    "a-very-long.name.of.a.registry.test:8443",
)
PATHS = ("app", "team/app", "library/nginx", "a/b/c_d.e-f")
SAMPLES = {
    "host": HOSTS, "host_port": ("r.io:443", "10.0.0.7:5000"),
    "url": ("https://r.io/v2/", "http://10.0.0.7:5000/v2/a/manifests/1", "https://a.b/token?x=1"),
    "reference": ("r.io/team/app:1.0", "team/app", "10.0.0.7:5000/a/b:latest"),
    "digest": ("sha256:" + "0a" * 32,), "expected": ("sha256:" + "0b" * 32,),
    "got": ("sha256:" + "0c" * 32,), "status": ("404 Not Found", "503 Service Unavailable", "521"),
    "address": ("192.0.2.7:443", "[2001:db8::7]:443"), "dns_name": ("r.io", "registry.internal"),
    "dns_server": ("192.168.65.7:53", "[::1]:53"), "file": ("/home/alice/.docker/config.json",),
    "registry_words": ("no words that are known", "the moon is full"), "proxy": ("http://p:3128",),
    "body": ("<html>no</html>",), "body_plain": ("no",), "server_bytes": (r"\x15\x03\x01",),
    "names": ("a.io, b.io",), "wanted": ("r.io",), "name": PATHS, "tag": ("1.0", "latest"),
    "helper": ("docker-credential-desktop",), "cert": ("a.cert",), "key": ("a.key",),
    "not_after": ("2023-02-12T23:59:59Z",), "not_before": ("2026-07-08T01:10:17Z",),
    "now": ("2023-02-15T12:56:35Z",), "media_type": ("application/vnd.oci.image.index.v1+json",),
    "typed": ("Team/App:1",), "service": ("web", "my-app_1"), "platform": ("linux/arm64",),
    "actual": ("linux/amd64",),
}  # fmt: skip
"""A sample for a name of the grammar."""


def written(pattern: str, seed: str) -> tuple[str, str]:
    """A text that this pattern takes whole, and what it must be followed by."""
    chance, parsed = random.Random(seed), parser.parse(pattern)
    ahead = [argument[1] for name, argument in parsed if str(name) == "ASSERT" and argument[0] > 0]
    for attempt in range(60):
        samples = SAMPLES if attempt < 20 else {}
        text = "".join(pieces(parsed, chance, samples))
        after = "".join("".join(pieces(one, chance, samples)) for one in ahead)
        found = re.match(pattern, text + after, re.IGNORECASE)
        if found and found.end() == len(text):
            return text, after
    raise AssertionError(f"no text for {pattern}")


Samples = Mapping[str, tuple[str, ...]]


def pieces(parsed: Any, chance: random.Random, samples: Samples) -> Iterator[str]:
    named = {number: samples.get(name) for name, number in parsed.state.groupdict.items()}
    for operation, argument in parsed:
        if str(operation) == "SUBPATTERN" and (known := named.get(argument[0])):
            yield chance.choice(known)
        else:
            yield piece(str(operation), argument, chance, samples)


def piece(operation: str, argument: Any, chance: random.Random, samples: Samples) -> str:
    if operation == "LITERAL":
        return chr(argument)
    if operation == "IN":
        return one_of(argument, chance)
    if operation in ("MAX_REPEAT", "MIN_REPEAT"):
        least, most, inner = argument
        times = least + (chance.random() < 0.5 if least == 0 else 2 * (most > 2))
        return "".join("".join(pieces(inner, chance, samples)) for _ in range(min(times, most)))
    if operation == "BRANCH":
        return "".join(pieces(chance.choice(argument[1]), chance, samples))
    if operation == "SUBPATTERN":
        return "".join(pieces(argument[3], chance, samples))
    return {"ANY": "x", "NOT_LITERAL": "x"}.get(operation, "")


def one_of(items: Any, chance: random.Random) -> str:
    """A character of a set: a letter where it may be one."""
    if str(items[0][0]) == "NEGATE":
        return "x"
    kinds = {"CATEGORY_DIGIT": "4", "CATEGORY_WORD": "w", "CATEGORY_NOT_SPACE": "s"}
    operation, argument = chance.choice([one for one in items if str(one[0]) != "NEGATE"])
    if str(operation) == "CATEGORY":
        return kinds.get(str(argument), " ")
    return chr(argument if str(operation) == "LITERAL" else argument[0])


FRAMES = tuple(grammar().frames.values())
ENDING = "x509: certificate signed by unknown authority"


@each("frame", FRAMES)
def test_what_a_frame_may_print_is_read_without_a_rest(frame: Frame) -> None:
    """Each way to begin, with other hosts, paths and words, alone and between two speakers."""
    for begin in frame.begins:
        for seed in range(4):
            text, after = written(expanded(begin), f"{begin}{seed}")
            for before in ("", "Error response from daemon: "):
                message = before + text + after + (ENDING if after == ": " else "")
                end = len(before + text.rstrip(": "))
                rest = [one.text for one in segments(message)
                        if one.frame is None and one.start < end]  # fmt: skip
                assert not rest, (begin, message)


def test_every_recorded_error_is_taken_apart_without_a_rest() -> None:
    read = coverage(text for _name, text in recorded_errors())
    assert read.errors > 390
    assert read.rests == ()


def test_the_opaque_words_are_few_and_told() -> None:
    read = coverage(text for _name, text in recorded_errors())
    assert len(read.opaque) < 10
    assert set(read.opaque) <= {line.strip() for line in table(read)}
