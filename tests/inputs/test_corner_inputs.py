"""Inputs at the edges of what the examples show."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assay.inputs import corner_inputs, make_inputs, near_inputs
from assay.inputs.corners import corner_cases
from assay.inputs.plain import MAX_BYTES, n_bytes
from assay.inputs.shapes import shape_of
from assay.types import Call, Case, Constraint, IOMode, Measure, Problem, Stdin, Value

GIVEN = Case(input=Call(args=(3, ["x", "yy"])), expected=1)
PROBLEM = Problem(id="p", statement="s", io_mode=IOMode.FUNCTION, cases=(GIVEN,))


def edges(*examples: Value) -> list[Value]:
    return corner_cases(examples[0], shape_of(examples))


def calls(*examples: tuple[Value, ...], **more: Any) -> list[tuple[Value, ...]]:
    made = corner_inputs([Call(args=args) for args in examples], **more)
    return [each.args for each in made if isinstance(each, Call)]


@pytest.mark.parametrize(
    ("examples", "among"),
    [
        ((7, 12), [0, 1, 2]),
        ((7, 0), [-1, -7]),
        ((2.5,), [0.0, 1.0]),
        ((True,), [False]),
        (("level", "abc"), ["", "l", "levellevel", "lll", "LEVEL", "A b, a.", " "]),
        (("0110", "1"), ["", "0", "01100110"]),
        (([5, 3, 3], [1]), [[], [5], [5, 5], [5, 5, 5], [3, 3, 5], [0, 0, 0]]),
        (([[1], [1, 2]], [[3]]), [[], [[]], [[], []]]),
        ((((1, 2), (3, 4)),), [((1,), (3,)), ((), ()), ((1, 2),)]),
        (({"a": 1, "b": 2},), [{}, {"a": 1}, {"a": 0, "b": 2}]),
        (({1, 2},), [set(), {1}]),
        ((("a", 3),), [("", 3), ("a", 0)]),
    ],
)
def test_a_type_has_its_corner_cases(
    examples: tuple[Value, ...], among: list[Value]
) -> None:
    found = edges(*examples)
    assert [each for each in among if each not in found] == []
    assert repr(examples[0]) not in map(repr, found)
    assert len({repr(each) for each in found}) == len(found)


def test_a_sign_that_no_example_shows_stays() -> None:
    assert all(number >= 0 for number in edges(7, 12))
    assert all(number <= 48 for number in edges(7, 12)), "nor does one explode"


def test_letters_are_not_put_where_none_were_seen() -> None:
    assert all(set(text) <= {"0", "1"} for text in edges("0110", "1"))


def test_what_all_examples_share_holds() -> None:
    for row in edges([1, 2, 3], [4, 7, 9]):
        assert row == sorted(set(row)), "in order, and distinct"
    for row in edges([2, 1, 3], [1, 2, 3, 4]):
        assert sorted(row) == [1, 2, 3], "a permutation"
    assert edges(float("inf")) == []
    assert all(text.count("apples") == 1 for text in edges("5 apples", "6 apples"))


def test_what_is_stated_holds() -> None:
    bounds = (
        Constraint(variable="a", low=2, high=9),
        Constraint(variable="words", low=1, measure=Measure.LENGTH),
    )
    made = calls(
        (3, ["x", "yy"]), (5, ["z"]), constraints=bounds, parameters=("a", "words")
    )
    assert {args[0] for args in made} <= set(range(2, 10))
    assert all(args[1] for args in made)


def test_what_is_stated_holds_where_a_tie_moves_another_argument() -> None:
    bound = Constraint(variable="n", low=1, high=4)
    made = calls(
        (3, [1, 2, 3]), (2, [5, 6]), constraints=(bound,), parameters=("n", "a")
    )
    assert made
    assert all(1 <= n <= 4 and len(a) == n for n, a in made)


@pytest.mark.parametrize(
    ("value", "variable", "low", "high"),
    [
        ({"a": 1}, "d", 1, None),
        ({1, 2}, "d", 1, None),
        ((1, 2, 3), "d", 3, 3),
        ([[2, 3], [4, 5]], "d[]", 2, None),
    ],
)
def test_a_stated_length_holds_for_all_that_has_one(
    value: Value, variable: str, low: int, high: int | None
) -> None:
    bound = Constraint(variable=variable, low=low, high=high, measure=Measure.LENGTH)
    for (made,) in calls((value,), constraints=(bound,), parameters=("d",)):
        sizes = [len(made)] if variable == "d" else [len(row) for row in made]
        assert all(low <= size and (high is None or size <= high) for size in sizes)


def test_a_range_below_zero_has_corners_too() -> None:
    bound = Constraint(variable="x", low=-100, high=-1)
    made = calls((-5,), (-7,), constraints=(bound,), parameters=("x",))
    assert (-1,) in made
    assert all(-100 <= x <= -1 for (x,) in made)
    assert "-0.0" not in map(repr, edges(0.0))


def test_arguments_take_turns_and_what_ties_them_holds() -> None:
    made = calls(([1, 5, 2], 3), ([4, 4], 2), ([9], 1), parameters=("xs", "n"))
    assert made[0] == ([], 0)
    assert all(len(xs) == n for xs, n in made)
    assert len(made) >= 5
    first, second, both, *_ = calls((4, "ab"), (9, "b"))
    assert (first, second, both) == ((0, "ab"), (4, ""), (0, ""))


def test_keywords_and_forms_are_kept() -> None:
    example = Call(args=(1,), kwargs=(("words", ["a"]),))
    other = Call(args=("x", "y"))
    made = corner_inputs([example, other], n=90)
    names = {(len(c.args), tuple(k for k, _ in c.kwargs)) for c in made}  # type: ignore[union-attr]
    assert names == {(1, ("words",)), (2, ())}
    assert example not in made
    assert example.kwargs == (("words", ["a"]),), "an example is not changed"


def test_nothing_is_made_of_nothing() -> None:
    assert corner_inputs([]) == ()
    assert corner_inputs([Stdin(text="1 2\n")]) == ()
    assert corner_inputs([Call()]) == ()
    assert corner_inputs([Call(args=(object(),))]) == ()
    assert corner_inputs([Call(args=(3,))], n=0) == ()
    assert corner_inputs([Call(args=(3,))], n=-1) == ()


def test_two_in_five_inputs_are_corner_cases() -> None:
    near, made = near_inputs(PROBLEM, n=18), make_inputs(PROBLEM, n=30)
    assert made[: len(near)] == near
    assert len(near) == 18
    assert len(made) == 30
    assert len({repr(each) for each in made}) == len(made)
    assert make_inputs(PROBLEM, n=0) == ()
    assert len(make_inputs(PROBLEM, n=1)) == 1


def test_texts_have_no_corner_cases_and_lose_no_input_for_them() -> None:
    sample = Case(input=Stdin(text="3\n1 2 3\n"), expected="6\n")
    problem = replace(PROBLEM, io_mode=IOMode.STDIN, cases=(sample,))
    assert make_inputs(problem, n=30) == near_inputs(problem, n=30)


PLAIN = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text(max_size=6),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.lists(inner, max_size=4).map(tuple)
        | st.dictionaries(st.text(max_size=2), inner, max_size=3)
    ),
    max_leaves=8,
)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(PLAIN, PLAIN), min_size=1, max_size=3))
def test_any_examples_make_small_calls_of_their_form(
    examples: list[tuple[Value, Value]],
) -> None:
    given_ = [Call(args=args) for args in examples]
    kept = repr(given_)
    made = corner_inputs(given_, n=40)
    assert made == corner_inputs(given_, n=40)
    assert len(made) <= 40
    assert len({repr(each) for each in made}) == len(made)
    for each in made:
        assert isinstance(each, Call)
        assert len(each.args) == 2
        assert n_bytes(each) <= MAX_BYTES
        assert repr(each) not in map(repr, given_)
    assert repr(given_) == kept


def test_long_and_deep_examples_come_to_an_end() -> None:
    deep: Value = 1
    for _ in range(40):
        deep = [deep, deep] if len(repr(deep)) < 400 else [deep]
    long = Call(args=(deep, list(range(100_000)), "x" * 100_000))
    assert corner_inputs([long]) == ()
    (emptied, *_) = corner_inputs([Call(args=([0] * 2700,))])
    assert emptied == Call(args=([],))
    assert corner_inputs([Call(args=((0,) * 2700,))]) == ()
