"""What each kind of checker accepts, and what it does not."""

from __future__ import annotations

import math
from typing import Any

import pytest

from assay.errors import ProblemError
from assay.judging.checkers import compare_text, compare_value
from assay.types import Checker, CheckerKind

EXACT = Checker()
TOKENS = Checker(kind=CheckerKind.TOKENS)
FLOAT = Checker(kind=CheckerKind.FLOAT)
UNORDERED = Checker(kind=CheckerKind.UNORDERED)
ANY_CASE = Checker(kind=CheckerKind.TOKENS, ignore_case=True)


@pytest.mark.parametrize(
    ("checker", "expected", "got", "passed"),
    [
        (EXACT, "1 2\n3\n", "1 2  \r\n3\n\n\n", True),
        (EXACT, "1 2", "1  2", False),
        (EXACT, "1\n2", "\n1\n2", False),
        (EXACT, "1\n\n2", "1\n2", False),
        (EXACT, "", "\n", True),
        (EXACT, "", "0", False),
        (EXACT, "a b", "a\u2028b", False),
        (EXACT, "Yes", "YES", False),
        (Checker(ignore_case=True), "Yes", "YES", True),
        (TOKENS, "1 2\n3", "1\n2 3\n", True),
        (TOKENS, "1 2", "12", False),
        (TOKENS, "Yes", "yes", False),
        (ANY_CASE, "Yes", "yes", True),
        (FLOAT, "0.333333 x", "0.3333333333 x", True),
        (FLOAT, "0.333333", "0.3334", False),
        (FLOAT, "1000000000.0", "1000000100", True),
        (FLOAT, "1e3", "1000", True),
        (FLOAT, "1 2", "1 2 3", False),
        (FLOAT, "word", "worse", False),
        (FLOAT, "1000", "1_000", False),
        (FLOAT, "nan", "NaN", True),
        (FLOAT, "5", "nan", False),
        (FLOAT, "inf", "-inf", False),
        (FLOAT, "inf", "1e999", False),
        (FLOAT, "-Infinity", "-inf", True),
        (FLOAT, "9" * 350, "1" + "0" * 349, False),
        (FLOAT, "0x10", "16", False),
        (FLOAT, "1", "\u0661", False),
        (FLOAT, "5", "5\x00", False),
        (FLOAT, "100", "100.00005", True),
        (FLOAT, "1e308", "-1e308", False),
        (FLOAT, "5", "inf", False),
        (UNORDERED, "a\nb\nb\n", "b\na \nb", True),
        (UNORDERED, "a\nb\nb\n", "a\na\nb", False),
        (UNORDERED, "a b", "b a", False),
    ],
)
def test_texts_pass_by_the_rule_of_their_checker(
    checker: Checker, expected: str, got: str, passed: bool
) -> None:
    result = compare_text(checker, expected, got)
    assert result.passed is passed
    assert (result.distance == 0) is passed, (
        "distance is 0 where passed, and only there"
    )


@pytest.mark.parametrize(
    ("expected", "got", "passed"),
    [
        (2, 2.0, True),
        (2.0, 2, True),
        (2, 2 + 0j, True),
        (1, True, False),
        (True, True, True),
        ([False, True], [False, True], True),
        (True, 1, False),
        (False, 0, False),
        ([True], [1], False),
        (None, None, True),
        (None, 0, False),
        ("5", 5, False),
        ("a", b"a", False),
        (b"\x00a", b"\x00a", True),
        (0.0, -0.0, True),
        (0.3, 0.1 + 0.2, False),
        (math.nan, math.nan, True),
        (math.inf, math.inf, True),
        (math.inf, -math.inf, False),
        (10**30, 1e30, False),
        (2**100, float(2**100), True),
        ([1, 2], [2, 1], False),
        ([1, 2], [1, 2, 3], False),
        ([], {}, False),
        ("", [], False),
        (["a,s1:b"], ["a", "b"], False),
        ({1, 2}, {2.0, 1}, True),
        ({1, 2}, frozenset({1, 2}), True),
        ({1}, {True}, False),
        ({(1, 2)}, {(1, 2.0)}, True),
        ({"a": 1, "b": [2]}, {"b": [2], "a": 1.0}, True),
        ({"a": 1}, {"a": 1, "b": 2}, False),
        ({1: "x"}, {1.0: "x"}, True),
        ({"1": "x"}, {1: "x"}, False),
    ],
)
def test_exact_values_are_equal_as_python_says_and_bools_are_no_numbers(
    expected: Any, got: Any, passed: bool
) -> None:
    result = compare_value(EXACT, expected, got)
    assert result.passed is passed
    assert (result.distance == 0) is passed


@pytest.mark.parametrize(
    ("expected", "got", "passed"),
    [
        ([1, 2], (1, 2), True),
        ([[1, 2], [3]], [(1, 2), (3,)], True),
        ({"a": [1]}, {"a": (1,)}, True),
        ((1, 2), [1, 2], False),
        ([(1, 2)], [[1, 2]], False),
        ([(1, 2), [3]], [(1, 2), (3,)], False),
        ([{1}, [2]], [{1}, (2,)], False),
        ({1: [2]}, {1: (2,)}, False),
    ],
)
def test_a_tuple_passes_for_a_list_only_where_json_could_not_say_tuple(
    expected: Any, got: Any, passed: bool
) -> None:
    assert compare_value(EXACT, expected, got).passed is passed


@pytest.mark.parametrize(
    ("checker", "expected", "got", "passed"),
    [
        (FLOAT, 0.3, 0.1 + 0.2, True),
        (FLOAT, 1, 1.0000001, True),
        (FLOAT, 1, 1.001, False),
        (FLOAT, 1.0, True, False),
        (FLOAT, [0.1, {"x": (1.0,)}], [0.1 + 1e-9, {"x": (1,)}], True),
        (FLOAT, [1.0, 2.0], [2.0, 1.0], False),
        (FLOAT, (1.0,), [1.0], False),
        (FLOAT, [1.0], (1.0,), True),
        (FLOAT, {0.1, 5.0}, {5.0, 0.1 + 1e-9}, True),
        (FLOAT, {1.0, 2.0}, {1.0}, False),
        (FLOAT, {"a": 1.0}, {"b": 1.0}, False),
        (FLOAT, 1 + 1j, 1 + 1.0000001j, True),
        (FLOAT, 10**400, 1.5, False),
        (FLOAT, 10**400, 10**400, True),
        (FLOAT, 1.5, 10**400, False),
        (FLOAT, math.nan, 1.0, False),
        (FLOAT, math.inf, 10**400, False),
        (FLOAT, {1.0, 2}, {2 + 0j, 1.0}, True),
        (FLOAT, {(1.0, 5), (1.0, 3)}, {(1 + 1e-9, 3), (1 - 1e-9, 5)}, True),
        (FLOAT, {(1.0, 5), (1.0, 3)}, {(1 + 1e-9, 3), (1 - 1e-9, 3)}, False),
        (FLOAT, {(0.5, "a"), (16, "b")}, {(16 + 1e-7, "b"), (0.5 - 1e-9, "a")}, True),
        (FLOAT, {("a", 1.0), ("b", 2.0)}, {("b", 2.0), ("a", 3.0)}, False),
        (FLOAT, {0.1}, {(0.1,)}, False),
        (FLOAT, {frozenset({0.5})}, {frozenset({0.5})}, True),
        (FLOAT, {frozenset({0.5})}, {frozenset({0.5 + 1e-9})}, False),
        (FLOAT, {frozenset({1})}, {"{0x1;"}, False),
        (FLOAT, {frozenset({1}), 0.5}, {frozenset({1.0}), 0.5 + 1e-9}, True),
        (FLOAT, True, True, True),
        (FLOAT, [b"a"], [b"b"], False),
        (FLOAT, {0.5: 1.0}, {0.5: 1.0 + 1e-9}, True),
        (FLOAT, 1.0, math.nan, False),
        (FLOAT, "area 0.30", "area 0.3", True),
        (FLOAT, None, None, True),
        (FLOAT, None, 0.0, False),
        (TOKENS, "a  b", "a b\n", True),
        (TOKENS, ["A"], ["a"], False),
        (ANY_CASE, ["A b"], ["a  B"], True),
        (UNORDERED, [1, 2, 2], [2, 1, 2.0], True),
        (UNORDERED, [1, 2, 2], [1, 1, 2], False),
        (UNORDERED, [[1, 2], [3]], [[3], [1, 2]], True),
        (UNORDERED, [[1, 2], [3]], [[3], [2, 1]], False),
        (UNORDERED, (1, 2), (2, 1), True),
        (UNORDERED, (1, 2), [2, 1], False),
        (UNORDERED, {"a": [1, 2]}, {"a": [2, 1]}, False),
        (UNORDERED, 5, 5, True),
        (UNORDERED, "ab", "ba", False),
    ],
)
def test_values_pass_by_the_rule_of_their_checker(
    checker: Checker, expected: Any, got: Any, passed: bool
) -> None:
    result = compare_value(checker, expected, got)
    assert result.passed is passed
    assert (result.distance == 0) is passed


@pytest.mark.parametrize(
    ("kind", "expected", "got", "passed"),
    [
        (CheckerKind.EXACT, 1, 1.0, False),
        (CheckerKind.EXACT, 1.0, 1.0, True),
        (CheckerKind.EXACT, [1, 2], (1, 2), False),
        (CheckerKind.EXACT, [1, 2], [1, 2], True),
        (CheckerKind.EXACT, {1}, frozenset({1}), False),
        (CheckerKind.EXACT, {1}, {1.0}, False),
        (CheckerKind.EXACT, {"a": [1]}, {"a": [1.0]}, False),
        (CheckerKind.EXACT, 2, 2 + 0j, False),
        (CheckerKind.FLOAT, 1.0, 1, False),
        (CheckerKind.FLOAT, [1.0], [1.0 + 1e-9], True),
        (CheckerKind.FLOAT, [1.0], (1.0,), False),
        (CheckerKind.FLOAT, {1.0}, frozenset({1.0}), False),
        (CheckerKind.UNORDERED, [1, 2], [2, 1], True),
        (CheckerKind.UNORDERED, [1, 2], [2.0, 1], False),
        (CheckerKind.UNORDERED, [1, 2], (2, 1), False),
    ],
)
def test_types_are_compared_strictly_where_asked(
    kind: CheckerKind, expected: Any, got: Any, passed: bool
) -> None:
    checker = Checker(kind=kind, strict_types=True)
    assert compare_value(checker, expected, got).passed is passed
    loose = compare_value(Checker(kind=kind), expected, got)
    assert loose.passed, "by its own rule each pair is equal but for its types"


@pytest.mark.parametrize(
    ("kind", "got", "passed"),
    [
        (CheckerKind.EXACT, "1 2", True),
        (CheckerKind.EXACT, "3", True),
        (CheckerKind.EXACT, "1  2", False),
        (CheckerKind.TOKENS, "1  2", True),
        (CheckerKind.FLOAT, "3.0000001", True),
        (CheckerKind.EXACT, "['1 2', '3']", False),
        (CheckerKind.EXACT, "", False),
    ],
)
def test_any_of_several_texts_is_right_by_the_rule(
    kind: CheckerKind, got: str, passed: bool
) -> None:
    checker = Checker(kind=kind, any_of=True)
    assert compare_text(checker, ["1 2", "3"], got).passed is passed
    assert compare_text(checker, ("3", "1 2"), got).passed is passed


def test_any_of_several_values_is_right_and_the_nearest_tells_the_distance() -> None:
    checker = Checker(any_of=True)
    answers = [[1, 2, 3, 4], [9, 9, 9, 9], None]
    assert compare_value(checker, answers, None).passed
    assert compare_value(checker, answers, (9, 9, 9, 9)).passed
    assert not compare_value(checker, answers, answers).passed
    near = compare_value(checker, answers, [1, 2, 3, None])
    assert (
        near.distance == compare_value(Checker(), answers[0], [1, 2, 3, None]).distance
    )


@pytest.mark.parametrize("expected", [[], (), "abc", None, {1: 2}])
def test_any_of_what_is_no_list_is_the_users_error(expected: Any) -> None:
    checker = Checker(any_of=True)
    with pytest.raises(ProblemError, match="list of at least one"):
        compare_value(checker, expected, 1)
    with pytest.raises(ProblemError, match="list of at least one"):
        compare_text(checker, expected, "1")


def test_the_tolerance_is_of_the_expected_number() -> None:
    checker = Checker(kind=CheckerKind.FLOAT, abs_tol=0.0, rel_tol=0.5)
    assert compare_value(checker, 2.0, 1.0).passed
    assert not compare_value(checker, 1.0, 2.0).passed


def test_the_distance_falls_as_the_answer_gets_nearer() -> None:
    answers = ["", "x", "1 2", "1 2 3 9", "1 2 3 5", "1 2 3 4 "]
    expected = "1 2 3 4"
    found = [compare_text(EXACT, expected, a).distance for a in answers]
    assert found == sorted(found, reverse=True)
    assert found[0] == 1
    assert found[-1] == 0
    assert len(set(found[1:])) == len(found) - 1


def test_the_distance_of_values_counts_the_parts_that_differ() -> None:
    def distance(got: Any) -> float:
        return compare_value(EXACT, [[1, 2], [3, "abc"]], got).distance

    assert distance([[1, 2], [3, "abd"]]) < distance([[1, 2], [3, "xyz"]])
    assert distance([[1, 2], [3, "xyz"]]) < distance([[0, 0], [0, "xyz"]])
    assert distance(None) == 1
    assert 0 < distance([[1, 2, 3], ["abc"]]) < 0.1, "only the form is wrong"
