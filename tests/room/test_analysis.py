"""Figures of an item analysis: tables made by hand, and a reference in matrices to 1e-9."""

import csv
import io
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from simulator.room.analysis import LEAST, Figures, figures
from simulator.room.export import items_csv, printed, votes_csv
from simulator.room.item import Item
from simulator.room.step import Asked, Room, Vote
from tests.room import reference
from tests.room.made import ITEM, ROOM
from tests.room.reference import Matrix

TOLERANCE = 1e-9


def asked(key: int, first: Sequence[int | None], second: Sequence[int | None] = ()) -> Asked:
    """Options by seat; the third is right."""
    votes = [{seat: Vote(option, option == 1) for seat, option in enumerate(options, 1)
              if option is not None} for options in (first, second)]  # fmt: skip
    return Asked(replace(ITEM, id=f"item-{key}"), key, (votes[0], votes[1]))


def room_of(*items: Asked) -> Room:
    seats = {seat: True for one in items for votes in one.votes for seat in votes}
    return replace(ROOM, asked=items, seats=seats)


def of_matrix(scores: Matrix) -> Figures:
    items = [asked(key + 1, [2 if one else 0 for one in scores[:, key]])
             for key in range(scores.shape[1])]  # fmt: skip
    return figures(room_of(*items))


def test_a_table_made_by_hand() -> None:
    """Ten seats and three items; worked on paper.

    Scores 3 3 3 2 2 1 1 1 0 0: p = .6 .5 .5, variance of the sums 1.24, sum of pq .74, so
    KR-20 = 3/2 (1 - .74/1.24). A group of 27 % has three seats: 3 3 3 above, 0 0 and a third of
    each of 1 1 1 below.
    """
    rows = [(1, 1, 1), (1, 1, 1), (1, 1, 1), (1, 0, 1), (1, 1, 0), (1, 0, 0), (0, 1, 0), (0, 0, 1),
            (0, 0, 0), (0, 0, 0)]  # fmt: skip
    known = of_matrix(np.array(rows, dtype=float))
    assert [one.difficulty for one in known.items] == [0.6, 0.5, 0.5]
    assert known.kr20 == pytest.approx(1.5 * (1 - 0.74 / 1.24), abs=TOLERANCE)
    assert [one.d27 for one in known.items] == pytest.approx([1 - 1 / 9] * 3, abs=TOLERANCE)
    first = known.items[0]
    assert first.choices[2].rest == pytest.approx((1 + 1 + 1 + 0.5 + 0.5 + 0) / 6)
    assert first.choices[0].rest == pytest.approx((0.5 + 0.5 + 0 + 0) / 4)


def test_it_equals_the_reference_on_twenty_data_sets() -> None:
    """Discrimination, D27 and KR-20 of classes of 10 to 200 seats and 3 to 20 items."""
    rng = np.random.default_rng(19)
    for _ in range(20):
        seats, count = int(rng.integers(10, 200)), int(rng.integers(3, 20))
        ability, hard = rng.normal(size=(seats, 1)), rng.normal(size=(1, count))
        scores = (rng.random((seats, count)) < 1 / (1 + np.exp(hard - ability))).astype(float)
        scores[0], scores[1] = 1, 0  # each item has both
        known = of_matrix(scores)
        assert known.kr20 == pytest.approx(reference.alpha(scores), abs=TOLERANCE)
        for place, one in enumerate(known.items):
            assert one.difficulty == pytest.approx(scores[:, place].mean(), abs=TOLERANCE)
            rest = reference.point_biserial(scores, place)
            assert one.discrimination == pytest.approx(rest, abs=TOLERANCE)
            assert one.d27 == pytest.approx(reference.exact_d27(scores, place), abs=TOLERANCE)


def test_groups_do_not_depend_on_the_order_of_seats() -> None:
    """The reference in weights is what many orders give on the average."""
    rng = np.random.default_rng(7)
    scores = (rng.random((30, 4)) < 0.5).astype(float)
    many = reference.d27(scores, 0, 4000, rng)
    assert reference.exact_d27(scores, 0) == pytest.approx(many, abs=0.02)


def test_gain_and_moves() -> None:
    """Of twelve seats four are right, then nine of the ten that vote twice; two come late."""
    first = [2, 2, 2, 2, 0, 0, 0, 1, 1, 1, None, None]
    second = [2, 2, 2, 0, 2, 2, 2, 2, 2, 2, 2, 1]
    (one,) = figures(room_of(asked(1, first, second))).items
    assert one.difficulty == 0.4 and one.after == pytest.approx(10 / 12)
    assert one.gain == pytest.approx((0.9 - 0.4) / 0.6)
    turned = {(True, True): 3, (True, False): 1, (False, True): 6, (False, False): 0}
    assert one.turned == turned
    assert one.flow == {(2, 2): 3, (2, 0): 1, (0, 2): 3, (1, 2): 3}
    assert one.choices[1].sure == 3 and one.discrimination is None


def test_figures_of_few_are_hidden() -> None:
    """Nine votes give none, neither here nor in what is taken along."""
    room = room_of(asked(1, [2] * (LEAST - 1)))
    known = figures(room)
    assert (known.items, known.beliefs, known.kr20) == ((), (), None)
    assert len(items_csv(room).splitlines()) == 1 and "%" not in printed(room).split("<main>")[1]


def test_what_does_not_vary_has_no_figure() -> None:
    """All right: no discrimination, no gain, no reliability, and no failure."""
    known = figures(room_of(asked(1, [2] * 12, [2] * 12), asked(2, [2] * 12)))
    assert known.kr20 is None
    assert [(one.discrimination, one.gain) for one in known.items] == [(None, None)] * 2


def test_misconceptions_add_up_over_items() -> None:
    """Two variants of a question offer the same one, at different places."""
    other = asked(2, [0] * 5 + [1] * 5, [2] * 10)
    moved_item: Item = replace(ITEM, beliefs=("login-keeps-a-token", "", "", ""))
    room = room_of(asked(1, [1] * 4 + [2] * 8, [2] * 12), replace(other, item=moved_item))
    (belief,) = figures(room).beliefs
    assert belief.name == "login-keeps-a-token"
    assert (belief.chosen, belief.offered) == ((9, 0), (22, 22))
    assert "the token of the login is forgotten" in printed(room)


def test_a_row_of_the_export_is_no_seat() -> None:
    """All votes are there, under numbers of chance."""
    room = room_of(asked(1, [seat % 4 for seat in range(40)]))
    exports = {votes_csv(room) for _ in range(3)}
    assert len(exports) == 3
    for text in exports:
        rows = list(csv.DictReader(io.StringIO(text)))
        assert sorted(row["option"] for row in rows) == sorted("ABCD" * 10)
        assert {row["right"] for row in rows if row["option"] == "C"} == {"1"}


def test_no_cell_is_a_formula() -> None:
    words = replace(ITEM.words["en"], prompt='=HYPERLINK("http://evil.example")')
    one = asked(1, [2] * 12)
    one = replace(one, item=replace(one.item, words={"en": words}))
    assert "'=HYPERLINK" in items_csv(room_of(one))
