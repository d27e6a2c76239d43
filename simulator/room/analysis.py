"""What a room's votes say about its questions, and about what the class believes. No I/O.

The first vote is the attempt that counts. A seat's *score* is its share of right first votes, the
*rest score* that of all items but one: with a vote for each item, correlations with it are those
with the usual sum. Figures of a group are hidden where fewer than `LEAST` seats voted.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import floor, sqrt
from statistics import fmean, pvariance

from simulator.room.step import Asked, Ballots, Room
from simulator.room.view import counts, moved

LEAST = 10
"""Votes from which on figures are shown."""
EXTREME = 0.27
"""The share of seats in the upper and in the lower group (Kelley 1939)."""

Scores = Mapping[int, Mapping[int, bool]]
"""By seat and item key: whether the first vote was right. A seat may lack items."""


@dataclass(frozen=True)
class Choice:
    """An option in the first vote: votes, their share, the mean rest score of those who chose it
    (None: no one has other items), and how many of them were sure."""

    votes: int
    share: float
    rest: float | None
    sure: int


@dataclass(frozen=True)
class ItemFigures:
    """Difficulty is the share of right first votes; `after` that of the second. `gain` is
    normalised: the share of what could be gained, by seats that voted twice. None: not defined.

    `turned` counts seats by right or wrong in the first and the second vote.
    """

    key: int
    votes: int
    difficulty: float
    discrimination: float | None
    d27: float | None
    choices: tuple[Choice, ...]
    after: float | None
    gain: float | None
    turned: Mapping[tuple[bool, bool], int]
    flow: Mapping[tuple[int, int], int]


@dataclass(frozen=True)
class Belief:
    """A misconception over all items that offer it, variants of a question included: how many
    chose it in each vote, of how many."""

    name: str
    chosen: tuple[int, int]
    offered: tuple[int, int]


@dataclass(frozen=True)
class Figures:
    """Of a set of items. `complete` seats voted on every item, and KR-20 is theirs."""

    items: tuple[ItemFigures, ...]
    beliefs: tuple[Belief, ...]
    complete: int
    kr20: float | None


def figures(room: Room, least: int = LEAST) -> Figures:
    """The figures of all items with enough votes."""
    voted = [asked for asked in room.asked if len(asked.votes[0]) >= least]
    known = scores(voted)
    whole = [row for row in known.values() if len(row) == len(voted)]
    return Figures(
        tuple(item_figures(asked, known) for asked in voted), tuple(beliefs(voted)), len(whole),
        kr20(whole) if len(whole) >= least else None,
    )  # fmt: skip


def scores(items: Iterable[Asked]) -> dict[int, dict[int, bool]]:
    found: dict[int, dict[int, bool]] = {}
    for asked in items:
        for seat, vote in asked.votes[0].items():
            found.setdefault(seat, {})[asked.key] = vote.option == asked.item.right
    return found


def item_figures(asked: Asked, known: Scores) -> ItemFigures:
    first, second = asked.votes
    right = {seat: vote.option == asked.item.right for seat, vote in first.items()}
    rest = rests(known, asked.key)
    both = {seat: (right[seat], second[seat].option == asked.item.right) for seat in second
            if seat in right}  # fmt: skip
    return ItemFigures(
        asked.key, len(first), fmean(right.values()), correlation(right, rest),
        d27(known, asked.key), choices(asked, rest),
        counts(asked.item, second).share(asked.item.right) if second else None,
        gain(list(both.values())), tally(both.values()), moved(first, second),
    )  # fmt: skip


def rests(known: Scores, key: int) -> dict[int, float]:
    """The rest score of each seat that has other items than this one."""
    others = {seat: [right for one, right in row.items() if one != key]
              for seat, row in known.items() if key in row}  # fmt: skip
    return {seat: fmean(row) for seat, row in others.items() if row}


def choices(asked: Asked, rest: Mapping[int, float]) -> tuple[Choice, ...]:
    votes: Ballots = asked.votes[0]
    made = []
    for place in asked.item.places:
        seats = [seat for seat, vote in votes.items() if vote.option == place]
        known = [rest[seat] for seat in seats if seat in rest]
        sure = sum(votes[seat].sure for seat in seats)
        mean = fmean(known) if known else None
        made.append(Choice(len(seats), len(seats) / len(votes), mean, sure))
    return tuple(made)


def correlation(right: Mapping[int, bool], rest: Mapping[int, float]) -> float | None:
    """Pearson's, of right or wrong with the rest score: the corrected point-biserial. None where
    one of the two is the same for all."""
    pairs = [(float(right[seat]), rest[seat]) for seat in right if seat in rest]
    if len(pairs) < 2:
        return None
    xs, ys = zip(*pairs, strict=True)
    x, y = fmean(xs), fmean(ys)
    square = sum((a - x) ** 2 for a in xs) * sum((b - y) ** 2 for b in ys)
    return sum((a - x) * (b - y) for a, b in pairs) / sqrt(square) if square > 1e-18 else None


def d27(known: Scores, key: int) -> float | None:
    """The share of right votes in the upper group less that in the lower, by the score over all
    items. Of seats with the same score at the border of a group each counts in part, so that the
    order of seats does not matter."""
    rows = [(round(fmean(row.values()), 12), row[key]) for row in known.values() if key in row]
    size = floor(EXTREME * len(rows) + 0.5)
    if not size:
        return None
    return share_right(rows, size, upper=True) - share_right(rows, size, upper=False)


def share_right(rows: Sequence[tuple[float, bool]], size: int, upper: bool) -> float:
    """In the group of this size with the highest or the lowest scores."""
    left, total = float(size), 0.0
    for score in sorted({score for score, _right in rows}, reverse=upper):
        same = [right for one, right in rows if one == score]
        taken = min(left, len(same))
        total += taken * fmean(same)
        left -= taken
        if not left:
            break
    return total / size


def kr20(rows: Sequence[Mapping[int, bool]]) -> float | None:
    """The reliability of the set (Kuder and Richardson 1937, formula 20), of rows without gaps."""
    count = len(rows[0]) if rows else 0
    spread = pvariance([sum(row.values()) for row in rows]) if rows else 0.0
    if count < 2 or not spread:
        return None
    shares = [fmean(row[key] for row in rows) for key in rows[0]]
    return count / (count - 1) * (1 - sum(p * (1 - p) for p in shares) / spread)


def gain(both: Sequence[tuple[bool, bool]]) -> float | None:
    """Normalised (Hake 1998): (after - before) / (1 - before)."""
    before = fmean(first for first, _second in both) if both else 1.0
    after = fmean(second for _first, second in both) if both else 1.0
    return (after - before) / (1 - before) if before < 1 else None


def tally(both: Iterable[tuple[bool, bool]]) -> dict[tuple[bool, bool], int]:
    found = dict.fromkeys([(False, False), (False, True), (True, False), (True, True)], 0)
    for one in both:
        found[one] += 1
    return found


def beliefs(items: Sequence[Asked]) -> list[Belief]:
    """Each misconception that some option comes from, those chosen most first."""
    names = sorted({name for asked in items for name in asked.item.beliefs if name})
    found = [Belief(name, both(items, name, True), both(items, name, False)) for name in names]
    return sorted(found, key=lambda one: -one.chosen[0])


def both(items: Sequence[Asked], name: str, chosen: bool) -> tuple[int, int]:
    """The votes, in each round, for an option of this belief; or all where there is one."""
    offering = [asked for asked in items if name in asked.item.beliefs]
    first, second = (
        sum(not chosen or asked.item.beliefs[vote.option] == name
            for asked in offering for vote in asked.votes[place].values())
        for place in (0, 1)
    )  # fmt: skip
    return first, second
