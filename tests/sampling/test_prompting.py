from __future__ import annotations

from collections.abc import Iterable

import pytest

from assay.sampling.hints import perturbation
from assay.sampling.ladder import batches, temperature_for
from assay.sampling.prompting import sample_request, task_prompt
from assay.types import Call, Case, IOMode, Problem, Stdin, TestCode

STARTER = (
    'def add(a: int, b: int) -> int:\n    """Add.\n    >>> add(1, 2)\n    3\n    """\n'
)
FUNCTION = Problem(
    id="f",
    statement=STARTER,
    io_mode=IOMode.FUNCTION,
    entry_point="add",
    starter_code=STARTER,
    cases=(Case(input=Call(args=(1, 2)), expected=3),),
)
STDIN = Problem(
    id="s",
    statement="Read $n and print it.\n\nInput\n5\nOutput\n5",
    io_mode=IOMode.STDIN,
    cases=(
        Case(input=Stdin(text="5\n"), expected="5\n"),
        Case(input=Stdin(text="777\n"), expected="777\n"),
    ),
)


def text(problem: Problem, index: int = 0) -> str:
    (message,) = sample_request(problem, index).messages
    return message.content


def test_sample_i_is_the_same_request_whoever_asks() -> None:
    assert sample_request(FUNCTION, 3) == sample_request(FUNCTION, 3)
    assert sample_request(FUNCTION, 3) != sample_request(FUNCTION, 4)
    assert sample_request(FUNCTION, 3) != sample_request(FUNCTION, 3, seed=1)


def test_the_first_sample_is_greedy_and_unperturbed() -> None:
    first = sample_request(FUNCTION, 0, temperature=0.9)
    assert (first.temperature, first.top_p) == (0.0, 1.0)
    assert perturbation(0) == perturbation(1) == ""


def test_prompts_of_a_problem_differ_only_at_their_end() -> None:
    plain = text(FUNCTION, 0)
    others = [text(FUNCTION, n) for n in range(2, 9)]
    assert all(other.startswith(plain) for other in others)
    assert len(set(others)) == len(others)


def test_a_function_is_shown_once_and_its_examples_are_not_repeated() -> None:
    assert text(FUNCTION).count("def add") == 1
    assert "must pass" not in text(FUNCTION)


def test_tests_that_the_statement_does_not_show_are_shown() -> None:
    problem = Problem(
        id="m",
        statement="Add two numbers.",
        io_mode=IOMode.FUNCTION,
        entry_point="add",
        cases=(Case(input=Call(args=(40, 2)), expected=42),),
        test_code=(TestCode(source="assert set(add(1, 1)) == {2}"),),
    )
    prompt = text(problem)
    assert "named `add`" in prompt
    assert "assert add(40, 2) == 42" in prompt
    assert "assert set(add(1, 1)) == {2}" in prompt


def test_stdin_samples_are_shown_once_and_dollars_survive() -> None:
    prompt = text(STDIN)
    assert "$n" in prompt
    assert "Input:\n777\nOutput:\n777" in prompt
    assert "Input:\n5\n" not in prompt


def test_code_to_complete_stands_beside_its_statement() -> None:
    problem = Problem(
        id="c",
        statement="Find x.",
        io_mode=IOMode.FUNCTION,
        entry_point="Solution().find",
        starter_code="class Solution:\n    def find(self, x: int) -> int:\n        ",
    )
    prompt = task_prompt(problem)
    assert prompt.name == "solve_signature"
    assert prompt.text.index("Find x.") < prompt.text.index("class Solution")


@pytest.mark.parametrize(
    ("n_max", "sizes"),
    [(0, []), (1, [1]), (5, [1, 1, 2, 1]), (50, [1, 1, 2, 4, 8, 16, 16, 2])],
)
def test_batches_grow_and_end_at_the_most(n_max: int, sizes: list[int]) -> None:
    got: Iterable[range] = batches(n_max)
    assert [len(batch) for batch in got] == sizes


def test_the_temperature_rises_only_while_most_samples_are_repeats() -> None:
    assert temperature_for(1, 1) == 0.7
    assert temperature_for(8, 4) == 0.7
    assert temperature_for(8, 3) == 0.8
    assert temperature_for(8, 1, base=1.0) == 1.0
