"""Mutated inputs are new, small, repeatable, and keep what the examples share."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assay.inputs import mutate
from assay.types import Call, Constraint, Measure, Stdin, Value

QUIET = settings(max_examples=40, suppress_health_check=list(HealthCheck))
PLAIN = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-1000, 1000)
    | st.floats(-100, 100, allow_nan=False)
    | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.tuples(inner, inner)
        | st.dictionaries(st.text(max_size=3), inner, max_size=3)
    ),
    max_leaves=8,
)
CALLS = st.lists(
    st.tuples(PLAIN, st.integers(0, 9), st.lists(st.integers(-9, 9), max_size=6)).map(
        lambda args: Call(args=args)
    ),
    min_size=1,
    max_size=3,
).map(tuple)
TEXTS = st.lists(
    st.text("0123456789 \nabc-.#\t²", min_size=1, max_size=60).map(
        lambda text: Stdin(text=text)
    ),
    min_size=1,
    max_size=3,
).map(tuple)


def calls(*rows: tuple[Value, ...]) -> tuple[Call, ...]:
    return tuple(Call(args=row) for row in rows)


def arguments(*rows: tuple[Value, ...], **options: object) -> list[tuple[Value, ...]]:
    made = mutate(calls(*rows), n=60, **options)  # type: ignore[arg-type]
    assert len(made) >= 10
    return [m.args for m in made if isinstance(m, Call)]


def texts(*examples: str, n: int = 60) -> list[str]:
    made = mutate(tuple(Stdin(text=t) for t in examples), n=n)
    assert len(made) >= 10
    return [m.text for m in made if isinstance(m, Stdin)]


@QUIET
@given(CALLS | TEXTS, st.integers(0, 99))
def test_equal_seeds_make_equal_inputs_without_repeats_or_examples(
    examples: tuple[Call, ...] | tuple[Stdin, ...], seed: int
) -> None:
    made = mutate(examples, n=12, seed=seed)
    assert made == mutate(examples, n=12, seed=seed)
    shown = [repr(m) for m in made]
    assert len(set(shown)) == len(shown) <= 12
    assert not set(shown) & {repr(e) for e in examples}


@QUIET
@given(CALLS, st.integers(8, 200))
def test_no_input_is_longer_than_asked(examples: tuple[Call, ...], most: int) -> None:
    for made in mutate(examples, n=12, max_bytes=most):
        assert isinstance(made, Call)
        assert len(repr(made.args).encode()) <= most


@QUIET
@given(CALLS)
def test_each_argument_keeps_a_type_that_was_seen_there(
    examples: tuple[Call, ...],
) -> None:
    kinds = [{type(e.args[i]) for e in examples} for i in range(3)]
    for made in mutate(examples, n=12):
        assert isinstance(made, Call)
        for value, seen in zip(made.args, kinds, strict=True):
            assert type(value) in seen | ({int, float} if type(None) in seen else set())
        assert all(type(number) is int for number in made.args[2])


@QUIET
@given(TEXTS)
def test_examples_are_not_changed_by_mutation(examples: tuple[Stdin, ...]) -> None:
    before = repr(examples)
    mutate(examples, n=5)
    assert repr(examples) == before


def test_no_examples_or_nothing_asked_make_nothing() -> None:
    assert mutate(()) == ()
    assert mutate(calls((1,)), n=0) == ()
    assert mutate(calls(())) == ()


def test_other_seeds_make_other_inputs() -> None:
    examples = calls(([3, 1, 2], "abc"))
    assert mutate(examples, seed=1) != mutate(examples, seed=2)


def test_sorted_lists_stay_sorted() -> None:
    for (row,) in arguments(([1, 4, 9],), ([2, 3, 3, 8],)):
        assert row == sorted(row)


def test_a_number_that_is_a_lists_length_stays_so() -> None:
    for count, row in arguments((3, [5, 1, 2]), (2, [7, 7])):
        assert count == len(row)


def test_lists_of_equal_length_stay_of_equal_length() -> None:
    for left, right in arguments(([1, 2, 3], [4, 5, 6]), ([1, 9], [3, 3])):
        assert len(left) == len(right)


def test_permutations_stay_permutations() -> None:
    for (row,) in arguments(([2, 1, 3],), ([4, 3, 1, 2],)):
        assert sorted(row) == list(range(1, len(row) + 1))


def test_grids_stay_rectangular() -> None:
    for (grid,) in arguments(([[1, 0], [0, 1], [1, 1]],), ([[1, 0, 1], [0, 0, 0]],)):
        assert len({len(row) for row in grid}) <= 1


def test_pairs_stay_pairs_and_point_into_what_they_pointed_into() -> None:
    examples = ((3, [[0, 1], [1, 2]]), (4, [[0, 3], [1, 2], [2, 3]]))
    for n_nodes, edges in arguments(*examples):
        assert all(len(edge) == 2 for edge in edges)
        assert all(node < max(n_nodes, 1) for edge in edges for node in edge)


def test_constraints_hold_for_named_parameters() -> None:
    constraints = (
        Constraint(variable="k", low=1, high=6),
        Constraint(variable="s", low=2, high=4, measure=Measure.LENGTH),
    )
    for k, s in arguments(
        (3, "abc"), (5, "bc"), constraints=constraints, parameters=("k", "s")
    ):
        assert 1 <= k <= 6
        assert 2 <= len(s) <= 4


def test_texts_that_differ_in_their_numbers_alone_keep_their_words() -> None:
    for (text,) in arguments(("5 apples and 6 plums",), ("10 apples and 0 plums",)):
        assert text.split()[1::2] == ["apples", "plums"] or "and" in text.split()
        assert text.count(" ") == 4


def test_negative_numbers_are_rare_where_none_was_seen() -> None:
    rows = arguments(([3, 1, 8],), ([2, 5],))
    negative = sum(any(n < 0 for n in row) for (row,) in rows)
    assert negative * 5 <= len(rows)


def test_keyword_arguments_keep_their_names() -> None:
    example = Call(args=(1,), kwargs=(("times", 3),))
    for made in mutate((example,), n=10):
        assert isinstance(made, Call)
        assert [name for name, _ in made.kwargs] == ["times"]


def test_a_count_before_a_list_agrees_with_it() -> None:
    for text in texts("3\n1 2 3\n", "5\n9 9 8 1 4\n"):
        count, row = text.strip().split("\n")
        assert int(count) == len(row.split())


def test_a_count_before_rows_agrees_with_them_and_indices_stay_inside() -> None:
    for text in texts("3 2\n1 2\n2 3\n", "4 3\n1 2\n1 4\n3 4\n"):
        first, *rows = [list(map(int, line.split())) for line in text.splitlines()]
        assert len(rows) == first[1]
        assert all(len(row) == 2 for row in rows)
        assert all(node <= first[0] for row in rows for node in row)


def test_grids_of_characters_agree_with_their_size() -> None:
    for text in texts("2 3\n#..\n..#\n", "3 4\n....\n#.#.\n##..\n"):
        size, *rows = text.splitlines()
        height, width = map(int, size.split())
        assert len(rows) == height
        assert all(len(row) == width and set(row) <= set("#.") for row in rows)


def test_a_first_line_that_counts_test_cases_agrees_with_them() -> None:
    example = "3\n4\n1 2 3 4\n2\n5 5\n1\n7\n"
    for text in texts(example):
        tokens = text.split()
        position = 1
        for _ in range(int(tokens[0])):
            position += 1 + int(tokens[position])
        assert position == len(tokens)


def test_a_tree_stays_a_tree() -> None:
    for text in texts("4\n1 2\n1 3\n3 4\n", "3\n1 2\n2 3\n"):
        n_nodes, *edges = text.splitlines()
        seen = {1}
        pairs = [tuple(map(int, edge.split())) for edge in edges]
        for _ in pairs:
            seen |= {n for pair in pairs if seen & set(pair) for n in pair}
        assert len(pairs) == int(n_nodes) - 1
        assert len(seen) == int(n_nodes), text


def test_text_without_a_known_layout_changes_in_place() -> None:
    for text in texts("abc 5\nx\n\nhello 3 4 5\n", "yes\n"):
        assert text.count("\n") in (1, 4)


@pytest.mark.parametrize("text", ["", "\n\n", "  "])
def test_blank_text_makes_nothing(text: str) -> None:
    assert mutate((Stdin(text=text),)) == ()


def test_a_long_example_is_left_alone_and_the_others_are_mutated() -> None:
    long = tuple(range(60_000))
    assert mutate(calls((long,))) == ()
    made = mutate(calls((long,), ((3, 1, 2),)), n=20)
    assert len(made) == 20


def test_half_a_surrogate_pair_is_mutated_like_any_text() -> None:
    assert texts("a \ud800 3\n", n=10)


@pytest.mark.parametrize("odd", [float("inf"), float("nan"), 10**400, -1e308])
def test_numbers_beyond_reckoning_stay_and_the_others_move(odd: float) -> None:
    made = arguments((odd, 3), (1.5, 4), (odd, 5))
    assert any(second not in (3, 4, 5) for _, second in made)
    assert arguments(([odd, 1, 2.5],), ([2.5],))


@pytest.mark.parametrize("odd", [None, 2.5, {"a": 1}, frozenset()])
def test_what_is_no_number_bounds_no_members(odd: Value) -> None:
    example = Call(args=(odd, [[1, 2], [0, 3]]))
    assert mutate((example,), n=5)
