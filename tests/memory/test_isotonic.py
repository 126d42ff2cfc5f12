"""Pool adjacent violators against all there is to choose from, and its laws."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations, pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assay.memory.isotonic import Block, isotonic, value_at

Point = tuple[float, float, float]

POINTS = st.lists(
    st.tuples(
        st.integers(-4, 4).map(float),
        st.floats(0, 1, allow_subnormal=False),
        st.sampled_from([0.5, 1.0, 3.0]),
    ),
    min_size=1,
    max_size=30,
)


def error(points: Sequence[Point], blocks: Sequence[Block]) -> float:
    return sum(w * (y - value_at(blocks, x)) ** 2 for x, y, w in points)


def every_monotone(points: Sequence[Point]) -> Iterator[tuple[Block, ...]]:
    """Each way to cut the x into runs whose means do not fall."""
    places = sorted({x for x, _, _ in points})
    for n_cuts in range(len(places)):
        for cuts in combinations(range(1, len(places)), n_cuts):
            runs = [
                [p for p in points if p[0] in places[start:end]]
                for start, end in pairwise([0, *cuts, len(places)])
            ]
            blocks = tuple(
                Block(
                    low=min(x for x, _, _ in run),
                    high=max(x for x, _, _ in run),
                    value=sum(y * w for _, y, w in run) / sum(w for _, _, w in run),
                    weight=sum(w for _, _, w in run),
                )
                for run in runs
            )
            if all(a.value <= b.value for a, b in pairwise(blocks)):
                yield blocks


@settings(max_examples=60)
@given(POINTS.map(lambda points: points[:7]))
def test_no_other_rising_steps_lie_nearer(points: list[Point]) -> None:
    best = min(error(points, blocks) for blocks in every_monotone(points))
    assert error(points, isotonic(points)) == pytest.approx(best, abs=1e-9)


@given(POINTS)
def test_values_and_places_rise(points: list[Point]) -> None:
    blocks = isotonic(points)
    for one, after in pairwise(blocks):
        assert one.value < after.value
        assert one.high < after.low
    places = [place / 8 for place in range(-40, 41)]
    values = [value_at(blocks, place) for place in places]
    for one_value, next_value in pairwise(values):
        assert one_value <= next_value + 1e-12


@given(POINTS)
def test_what_is_isotonic_stays_as_it_is(points: list[Point]) -> None:
    blocks = isotonic(points)
    again = isotonic([(b.low, b.value, b.weight) for b in blocks])
    assert [b.value for b in again] == [b.value for b in blocks]


@given(POINTS)
def test_the_mean_and_the_weight_are_kept(points: list[Point]) -> None:
    blocks = isotonic(points)
    weight = sum(w for _, _, w in points)
    assert sum(b.weight for b in blocks) == pytest.approx(weight)
    mean = sum(y * w for _, y, w in points) / weight
    assert sum(b.value * b.weight for b in blocks) / weight == pytest.approx(mean)


@given(POINTS)
def test_the_order_of_the_points_makes_no_difference(points: list[Point]) -> None:
    one, other = isotonic(points), isotonic(points[::-1])
    for place in range(-5, 6):
        assert value_at(one, place) == pytest.approx(value_at(other, place))


def test_points_of_one_place_are_one_point_even_where_they_fall() -> None:
    (block,) = isotonic([(1, 1.0, 1), (1, 0.0, 3)])
    assert (block.low, block.high, block.value, block.weight) == (1, 1, 0.25, 4)


def test_between_two_blocks_stands_the_line_and_beyond_them_the_end() -> None:
    blocks = isotonic([(0, 0.2, 1), (1, 0.2, 1), (3, 0.8, 1)])
    assert value_at(blocks, -9) == value_at(blocks, 0.5) == pytest.approx(0.2)
    assert value_at(blocks, 2) == pytest.approx(0.5)
    assert value_at(blocks, 9) == 0.8


def test_a_weight_of_nothing_and_a_fit_of_nothing_are_refused() -> None:
    with pytest.raises(ValueError, match="a weight is positive"):
        isotonic([(0, 1, 0)])
    with pytest.raises(ValueError, match="no blocks"):
        value_at(isotonic([]), 0)
