"""Large inputs that keep what the examples share."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assay.inputs import stress_inputs
from assay.inputs.plain import n_bytes
from assay.inputs.stress_inputs import MOST_BYTES
from assay.types import (
    Call,
    Case,
    Constraint,
    Input,
    IOMode,
    Measure,
    Problem,
    Stdin,
    Value,
)

QUIET = settings(max_examples=25, suppress_health_check=list(HealthCheck))


def called(
    *rows: tuple[Value, ...],
    names: str = "a, b, c",
    constraints: tuple[Constraint, ...] = (),
) -> Problem:
    return Problem(
        id="p",
        statement="s",
        io_mode=IOMode.FUNCTION,
        entry_point="f",
        starter_code=f"def f({names}): ...",
        cases=tuple(Case(input=Call(args=row), expected=None) for row in rows),
        constraints=constraints,
    )


def texts(*examples: str, constraints: tuple[Constraint, ...] = ()) -> Problem:
    return Problem(
        id="p",
        statement="s",
        io_mode=IOMode.STDIN,
        cases=tuple(Case(input=Stdin(text=t), expected="") for t in examples),
        constraints=constraints,
    )


def arguments(problem: Problem, n: int = 3) -> list[tuple[Value, ...]]:
    made = stress_inputs(problem, n=n)
    assert made
    assert all(n_bytes(each) <= MOST_BYTES for each in made)
    return [each.args for each in made if isinstance(each, Call)]


def tokens(problem: Problem) -> list[list[list[str]]]:
    made = stress_inputs(problem)
    assert made
    assert all(n_bytes(each) <= MOST_BYTES for each in made)
    return [
        [line.split() for line in each.text.splitlines()]
        for each in made
        if isinstance(each, Stdin)
    ]


def test_lists_and_texts_grow_to_two_thousand_and_numbers_stay() -> None:
    rows = arguments(called(([3, 1, 1], "abcd", 5), ([4], "hello worl", 7)))
    assert len(rows) == 3
    for xs, text, k in rows:
        assert len(xs) == 2000
        assert all(1 <= x <= 4 for x in xs)
        assert 1990 <= len(text) <= 2000
        assert k in (5, 7)
    assert len(set(rows[1][0])) == 1
    assert rows[2][0] == sorted(rows[2][0])


def test_stated_bounds_are_reached() -> None:
    constraints = (
        Constraint(variable="a", low=1, high=5000, measure=Measure.LENGTH),
        Constraint(variable="a", low=-10, high=900),
        Constraint(variable="c", low=1, high=10**18),
        Constraint(variable="b", low=1, high=30, measure=Measure.LENGTH),
    )
    for xs, text, k in arguments(called(([3, 1], "abc", 5), constraints=constraints)):
        assert len(xs) == 5000
        assert -10 <= min(xs) <= max(xs) <= 900
        assert 28 <= len(text) <= 30
        assert k == 10**18


def test_a_bound_beyond_what_fits_is_halved_until_it_does() -> None:
    bound = Constraint(variable="a", low=1, high=10**6, measure=Measure.LENGTH)
    wide = Constraint(variable="a", low=1, high=10**9)
    for (xs,) in arguments(called(([3, 1],), names="a", constraints=(bound, wide))):
        assert 2000 < len(xs) < 16_000


def test_an_unnamed_count_bounds_what_is_not_stated() -> None:
    bound = Constraint(variable="n", low=1, high=50)
    for (xs,) in arguments(called(([3, 1],), names="a", constraints=(bound,))):
        assert len(xs) == 50


def test_what_ties_arguments_still_holds() -> None:
    for n, xs, ys in arguments(called((2, [3, 1], [7, 8]), (1, [4], [9]))):
        assert n == len(xs) == len(ys) == 2000
    graph = called((3, [[0, 1], [1, 2]]), (4, [[0, 3], [2, 3]]), names="n, edges")
    for n, edges in arguments(graph):
        assert all(len(edge) == 2 and max(edge) < n for edge in edges)


def test_order_permutations_and_grids_stay() -> None:
    for (xs,) in arguments(called(([1, 4, 9],), ([2, 5, 8],), names="a")):
        assert xs == sorted(set(xs))
        assert len(xs) > 1000
    for (xs,) in arguments(called(([2, 1, 3],), ([1, 3, 2],), names="a")):
        assert sorted(xs) == list(range(1, 2001))
    for (grid,) in arguments(
        called(([[1, 0, 1], [0, 1, 1], [1, 1, 0]],), ([[1]],), names="a")
    ):
        assert len({len(row) for row in grid}) == 1
        assert len(grid) > 30


def test_brackets_stay_balanced_and_long_digits_readable() -> None:
    for (text,) in arguments(called(("(())",), ("()",), names="a")):
        assert text.count("(") == text.count(")")
        assert len(text) > 1000
    bound = Constraint(variable="a", low=1, high=10**5, measure=Measure.LENGTH)
    for (text,) in arguments(called(("12",), names="a", constraints=(bound,))):
        assert int(text)


def test_what_cannot_grow_makes_nothing() -> None:
    rows: list[tuple[Value, ...]]
    rows = [(5,), (1.5,), ((1, 2),), (None,), ({"a": 1},), ("",), ([],), (set(),)]
    for row in rows:
        assert stress_inputs(called(row, names="a")) == ()
    assert stress_inputs(texts()) == ()
    assert stress_inputs(texts("hello\nworld x\n\n3\n")) == ()
    assert stress_inputs(called(([1, 2],), names="a"), n=0) == ()


def test_a_text_has_as_many_tokens_as_its_count_says() -> None:
    problem = texts("3\n1 2 3\n", "5\n9 9 8 1 4\n")
    for lines in tokens(problem):
        assert int(lines[0][0]) == len(lines[1]) == 2000
    bound = (Constraint(variable="n", low=1, high=10**5),)
    for lines in tokens(replace(problem, constraints=bound)):
        assert int(lines[0][0]) == len(lines[1]) > 10_000


def test_test_cases_become_one_and_indices_stay_inside() -> None:
    for lines in tokens(texts("2\n3\n1 2 3\n2\n1 2\n", "2\n2\n2 2\n1\n1\n")):
        assert lines[0] == ["1"]
        assert int(lines[1][0]) == len(lines[2]) == 2000
    graph = texts("3 2\n1 2\n2 3\n", "4 3\n1 2\n1 4\n3 4\n")
    for first, *rows in tokens(graph):
        assert len(rows) == int(first[1])
        assert all(1 <= int(node) <= int(first[0]) for row in rows for node in row)


def test_a_tree_stays_a_tree_and_a_grid_a_grid() -> None:
    for (count,), *rows in tokens(texts("4\n1 2\n1 3\n3 4\n", "3\n1 2\n2 3\n")):
        seen = {"1"}
        for a, b in rows:
            assert a in seen
            seen.add(b)
        assert len(seen) == int(count)
    for (height, width), *rows in tokens(
        texts("2 3\n#..\n..#\n", "3 4\n....\n#.#.\n##..\n")
    ):
        assert len(rows) == int(height) > 100
        assert all(len(row[0]) == int(width) for row in rows)


PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.tuples(inner, inner)
        | st.dictionaries(st.text(max_size=3), inner, max_size=3)
        | st.frozensets(st.integers(), max_size=3)
    ),
    max_leaves=8,
)


@QUIET
@given(st.lists(st.tuples(PLAIN, PLAIN), min_size=1, max_size=3), st.integers(0, 9))
def test_any_example_can_be_grown_the_same_way_again(
    rows: list[tuple[Value, ...]], seed: int
) -> None:
    problem = called(*rows, names="a, b")
    before = repr(problem.cases)
    made = stress_inputs(problem, seed=seed)
    assert repr(made) == repr(stress_inputs(problem, seed=seed))
    assert repr(problem.cases) == before
    assert all(n_bytes(each) <= MOST_BYTES for each in made)


@QUIET
@given(st.lists(st.text("0123456789 \nabc-.#", min_size=1, max_size=40), min_size=1))
def test_any_text_can_be_grown(examples: list[str]) -> None:
    for each in stress_inputs(texts(*examples)):
        assert n_bytes(each) <= MOST_BYTES


@pytest.mark.parametrize(
    "row", [([1, 4, 9],), ([["a", 1], ["b", 2]],), (["a", "bc", "d"],), ([2, 1, 3],)]
)
def test_growing_takes_no_second(row: tuple[Value, ...]) -> None:
    bound = Constraint(variable="a", low=1, high=10**6, measure=Measure.LENGTH)
    before = time.process_time()
    made: tuple[Input, ...] = stress_inputs(
        called(row, row, names="a", constraints=(bound,))
    )
    assert len(made) >= 1
    assert time.process_time() - before < 3
