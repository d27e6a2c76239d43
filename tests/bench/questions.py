"""How many questions a second: cold, when runs and mutants are still to be played, and warm.

    python -m tests.bench.questions [SEEDS]

Then the answer key: how many options a second are put to the machine, and how even the places of
the right options are.
"""

import sys
import time
from collections import Counter

from simulator.lesson.library import find_lesson
from simulator.questions import Question, draw, problems, right

COUNT = 1000


def places(questions: list[Question], options: int) -> list[int]:
    parts = [(q, part) for q in questions for part in q.parts if len(part.options) == options]
    return [right(question, part) for question, part in parts]


def deviation(found: list[int], options: int) -> float:
    expected = len(found) / options
    return sum((found.count(place) - expected) ** 2 / expected for place in range(options))


def main() -> None:
    seeds = int(sys.argv[1]) if len(sys.argv) > 1 else 10
    lesson = find_lesson()
    rates, questions = [], []
    began = time.perf_counter()
    draw(lesson, 0, 10)
    first = time.perf_counter() - began
    for seed in range(seeds):
        began = time.perf_counter()
        questions += draw(lesson, seed, COUNT)
        rates.append(COUNT / (time.perf_counter() - began))
    began = time.perf_counter()
    bad = [said for question in questions for said in problems(lesson, question)]
    taken = time.perf_counter() - began
    options = sum(len(part.options) for question in questions for part in question.parts)
    print(f"{'a first set of ten':34}{first:10.2f} s")
    print(f"{'the first thousand':34}{rates[0]:10.0f} questions a second")
    print(f"{'a later thousand':34}{sorted(rates)[len(rates) // 2]:10.0f} questions a second")
    print(f"{'options put to the machine':34}{options / taken:10.0f} a second; {len(bad)} problems")
    for count in (3, 4):
        found = places(questions, count)
        told = " ".join(f"{number}" for _, number in sorted(Counter(found).items()))
        print(
            f"{f'right place of {count} options':34}{told:>24}   chi² {deviation(found, count):.2f}"
        )
    wrong = [o for q in questions for p in q.parts for o in p.options]
    led = sum(1 for option in wrong if option.mutant)
    print(f"{'options from a misconception':34}{led / len(wrong):10.0%}")
    long = [max(p.options, key=lambda o: len(o.text)) is p.options[right(q, p)]
            for q in questions for p in q.parts]  # fmt: skip
    print(f"{'the right one is the longest':34}{sum(long) / len(long):10.0%}")


if __name__ == "__main__":
    main()
