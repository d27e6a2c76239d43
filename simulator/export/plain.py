"""Questions to read in a terminal, and as JSON for other programs."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from string import ascii_lowercase

from simulator.export.item import Asked, Item
from simulator.export.sheet import lines

SCHEMA = "pullscope-questions/1"


def write_json(items: Sequence[Item], title: str) -> bytes:
    document = {"schema": SCHEMA, "title": title, "questions": [asdict(item) for item in items]}
    return (json.dumps(document, indent=1, ensure_ascii=False) + "\n").encode()


def write_text(items: Sequence[Item], title: str) -> bytes:
    """Questions first, the answers with their reasons at the end."""
    told = [f"{n}. {question(item)}" for n, item in enumerate(items, 1)]
    keys = [f"{n}. {answer(item)}" for n, item in enumerate(items, 1)]
    return ("\n\n".join([title, *told, "—", *keys]) + "\n").encode()


def question(item: Item) -> str:
    known = (item.situation, item.code, item.prompt, lines(item.table))
    return "\n".join([*filter(None, known), *(choices(part) for part in item.parts)])


def choices(part: Asked) -> str:
    both = zip(ascii_lowercase, part.choices, strict=False)
    told = [f"   {letter}) {choice.text}" for letter, choice in both]
    return "\n".join([part.label, *told] if part.label else told)


def answer(item: Item) -> str:
    return "\n   ".join(line for part in item.parts for line in answers(part))


def answers(part: Asked) -> Iterator[str]:
    both = zip(ascii_lowercase, part.choices, strict=False)
    for letter, choice in sorted(both, key=lambda pair: not pair[1].right):
        yield f"{part.label} {letter}) {choice.feedback}".strip()


def lacks(items: Sequence[Item]) -> Iterator[tuple[int, str]]:
    """Nothing is left out."""
    yield from ()
