"""Claims about right answers: none that a right program could break."""

from __future__ import annotations

from dataclasses import replace

import pytest

from assay.inputs import inverse_inputs, properties
from assay.inputs.said_orders import said_direction, says_permutation
from assay.types import (
    Call,
    Case,
    Checker,
    IOMode,
    Observation,
    Problem,
    Status,
    Stdin,
    Value,
)
from inputs.judging_inputs import in_judge, without_judge


def problem(
    statement: str = "Do it.", signature: str = "def f(xs)", *cases: Case
) -> Problem:
    return Problem(
        id="p",
        statement=statement,
        io_mode=IOMode.FUNCTION,
        entry_point="f",
        starter_code=f"{signature}:\n    pass\n",
        cases=cases,
    )


def holds(given: Problem, name: str, value: Value, *args: Value) -> bool | None:
    (claim,) = [p for p in properties(given) if p.name == name]
    seen = Observation(status=Status.FINISHED, value=value)
    return claim.holds(Call(args=args), seen)


def names(given: Problem) -> list[str]:
    return [claim.name for claim in properties(given)]


@pytest.mark.parametrize(
    ("annotation", "right", "wrong"),
    [
        ("bool", True, 1),
        ("int", 3.0, "3"),
        ("int", 3, None),
        ("float", 3, "3"),
        ("str", "a", 1),
        ("List[int]", (1, 2), [1, "a"]),
        ("list", [], {}),
        ("list[list[str]]", [["a"]], ["a"]),
        ("Tuple[int, str]", [1, "a"], (1,)),
        ("tuple[int, ...]", (1, 2, 3), (1, "a")),
        ("Optional[int]", None, "a"),
        ("int | None", None, "a"),
        ("Union[int, str]", "a", [1]),
        ("Dict[str, int]", {"a": 1}, {"a": "b"}),
        ("typing.Set[int]", {1}, [1]),
        ("'int'", 1, "a"),
    ],
)
def test_a_value_is_of_the_type_that_is_annotated(
    annotation: str, right: Value, wrong: Value
) -> None:
    given = problem("Do it.", f"def f(xs) -> {annotation}")
    assert holds(given, "type", right) is True
    none_is_said = "None" in annotation and wrong is None
    assert holds(given, "type", wrong) is (None if none_is_said else False)


@pytest.mark.parametrize(
    "annotation", ["Any", "Node", "np.ndarray", "list[T]", "'x y'"]
)
def test_an_annotation_that_is_not_understood_forbids_nothing(annotation: str) -> None:
    given = problem("Do it.", f"def f(xs) -> {annotation}")
    assert holds(given, "type", [1, "a"]) is True


def test_nothing_is_said_of_a_run_that_failed_or_of_a_value_that_is_not_plain() -> None:
    given = problem("Do it.", "def f(xs) -> int")
    (claim,) = properties(given)
    failed = Observation(status=Status.RUNTIME_ERROR)
    assert claim.holds(Call(args=(1,)), failed) is None
    assert holds(given, "type", object()) is None
    assert holds(
        problem("Return None if empty.", "def f(xs) -> int"), "type", None
    ) is (None)


def test_a_claim_that_a_given_answer_breaks_is_dropped() -> None:
    case = Case(input=Call(args=([1],)), expected="none")
    given = problem("Do it.", "def f(xs) -> int", case)
    assert names(given) == []
    either = replace(
        given, checker=Checker(any_of=True), cases=(replace(case, expected=(1, 2)),)
    )
    assert names(either) == ["type"]


@pytest.mark.parametrize(
    ("statement", "direction"),
    [
        ("Return the list of divisors in ascending order.", 1),
        ("It returns a sorted list in descending order.", -1),
        ("Return all numbers sorted in non-decreasing order, as a list.", 1),
        ("Write a function to sort a list of numbers in increasing order.", 1),
        ("Sort the list in ascending order if its sum is odd.", 0),
        ("Given an array sorted in ascending order, return the target's index.", 0),
        ("Sort a list of elements in ascending order by their digits.", 0),
        ("Sort the matrix in ascending order according to the sum of its rows.", 0),
        ("Return the list in ascending order, or in descending order if odd.", 0),
        ("Return the list with the even indices in increasing order.", 0),
        ("Return the number of pairs in ascending order.", 0),
        ("Return the primes. The returned list is sorted in increasing order.", 1),
        ("Return a list.", 0),
    ],
)
def test_an_order_is_read_only_where_it_is_said_without_a_condition(
    statement: str, direction: int
) -> None:
    assert said_direction(statement) == direction
    assert ("sorted" in names(problem(statement))) is (direction != 0)


def test_a_result_is_in_the_order_that_is_said() -> None:
    up = problem("Return the list of factors in ascending order.")
    assert holds(up, "sorted", [1, 2, 2, 5]) is True
    assert holds(up, "sorted", [2, 1]) is False
    assert holds(up, "sorted", [float("inf"), float("inf")]) is True
    down = problem("Return the list of factors in descending order.")
    assert holds(down, "sorted", (3, 1)) is True
    for other in (5, ["b", "a"], [[2], [1]], [float("nan"), 1], [True, False], None):
        assert holds(up, "sorted", other) is None


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("Write a function to reverse the given list.", True),
        ("Rotate the array to the right by k steps.", True),
        ("Write a function to sort the list in ascending order.", True),
        ("Reverse the string and remove its vowels.", False),
        ("Rearrange the string; return '' if it cannot be done.", False),
        ("Reverse the words of the string.", False),
        ("Sort the list in ascending order without duplicates.", False),
        ("Check whether a string is the reverse of another.", False),
    ],
)
def test_a_permutation_is_read_only_where_nothing_else_is_done(
    statement: str, said: bool
) -> None:
    assert says_permutation(statement) is said


def test_a_permutation_has_the_members_of_the_one_sequence() -> None:
    given = problem("Reverse the given list.")
    assert holds(given, "permutation", [2, 1, 1], [1, 1, 2]) is True
    assert holds(given, "permutation", [2, 1], [1, 1, 2]) is False
    assert holds(given, "permutation", (2, 1), [1, 2], 7) is True
    for args in (([1], [2]), (5,), ("ab",), ()):
        assert holds(given, "permutation", [1], *args) is None
    text = problem("Reverse the string.")
    assert holds(text, "permutation", "ba", "ab") is True


def test_a_function_that_works_in_place_is_seen_by_its_argument() -> None:
    given = problem("Reverse the given list.", "def f(xs) -> None")
    (claim,) = properties(given)
    call = Call(args=([1, 2],))
    done = Observation(status=Status.FINISHED, args_after=([2, 1],))
    lost = Observation(status=Status.FINISHED, args_after=([2],))
    assert (claim.name, claim.holds(call, done), claim.holds(call, lost)) == (
        "permutation",
        True,
        False,
    )


def test_nothing_is_claimed_of_what_is_printed() -> None:
    printed = Problem(id="p", statement="Reverse the list.", io_mode=IOMode.STDIN)
    assert properties(printed) == ()


CODER = Problem(
    id="p",
    statement="Decode.",
    io_mode=IOMode.FUNCTION,
    entry_point="decode_shift",
    starter_code=(
        "def encode_shift(s: str):\n"
        "    if s == 'loop':\n        while True: pass\n"
        "    if s == 'raise': raise ValueError\n"
        "    if s == 'odd': return object()\n"
        "    if s in 'xy': return 'same'\n"
        "    return ''.join(chr((ord(c) - 92) % 26 + 97) for c in s)\n\n\n"
        "def decode_shift(s: str):\n    '''Decode what encode_shift encodes.'''\n"
    ),
)


def test_the_decoder_of_an_encoder_gives_back_what_was_encoded() -> None:
    assert names(CODER) == ["inverse"]
    (claim,) = properties(CODER)
    assert claim.holds(Call(args=("a",)), Observation(status=Status.FINISHED)) is None
    quick = replace(CODER, limits=replace(CODER.limits, cpu_s=0.5))
    words = ("abc", "raise", "odd", "loop", "x", "y", "fgh", "abc", "A b")
    inputs = tuple(Call(args=(word,)) for word in words)
    found = in_judge(lambda j: inverse_inputs(quick, j, inputs))
    assert [(p.input, p.expected, p.index) for p in found] == [
        (Call(args=("fgh",)), "abc", 6),
        (Call(args=("klm",)), "fgh", -1),
    ]
    assert {p.made_by for p in found} == {"inverse"}


def test_an_encoder_without_a_body_predicts_nothing() -> None:
    code = "def encrypt(s, k):\n    pass\n\ndef decrypt(s, k):\n    pass\n"
    stub = replace(CODER, entry_point="decrypt", starter_code=code)
    inputs = (Call(args=("a", 1)),)
    assert in_judge(lambda j: inverse_inputs(stub, j, inputs)) == ()


@pytest.mark.parametrize("name", ["f", "encode_shift", "decoder", "decode_other"])
def test_without_a_pair_nothing_runs(name: str) -> None:
    other = replace(CODER, entry_point=name)
    inputs = (Call(args=("a",)), Stdin(text="a"))
    assert without_judge(lambda j: inverse_inputs(other, j, inputs)) == ()
    assert "inverse" not in names(other)
