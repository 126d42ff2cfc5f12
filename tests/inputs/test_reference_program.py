"""A brute force that predicts outputs, run in the real sandbox."""

from __future__ import annotations

from dataclasses import replace

import pytest

from assay.inputs import reference_program
from assay.models.scripted import Scripted
from assay.sampling.prompting import sample_request
from assay.types import Call, Case, Input, IOMode, Limits, Prediction, Problem, Stdin
from inputs.judging_inputs import in_judge, without_judge

DOUBLE = Problem(
    id="double",
    statement="Write a function `double(n)` that returns twice n.",
    io_mode=IOMode.FUNCTION,
    entry_point="double",
    cases=(Case(input=Call(args=(2,)), expected=4),),
)
ECHO = Problem(id="echo", statement="Print the line.", io_mode=IOMode.STDIN)
RIGHT = "def double(n):\n    return n + n"


def predicted(problem: Problem, code: str, *inputs: Input) -> tuple[Prediction, ...]:
    model = Scripted([f"```python\n{code}\n```"])
    return in_judge(lambda j: reference_program(problem, model, j, inputs))


def test_a_program_that_passes_predicts_what_it_answers() -> None:
    large, small = Call(args=("a" * 300,)), Call(args=(7,))
    (one,) = predicted(DOUBLE, RIGHT, large, small)
    assert (one.index, one.input, one.expected) == (1, small, 14)
    assert one.made_by == "reference_program"


def test_a_program_that_fails_a_given_test_predicts_nothing() -> None:
    assert (
        predicted(DOUBLE, "def double(n):\n    return n * n + 1", Call(args=(7,))) == ()
    )


def test_without_given_tests_any_program_predicts() -> None:
    problem = replace(DOUBLE, cases=())
    assert len(predicted(problem, RIGHT, Call(args=(7,)))) == 1


@pytest.mark.parametrize(
    "code",
    [
        "def double(n):\n    while n == 7: pass\n    return 2 * n",
        "def double(n):\n    return 2 * n if n == 2 else 1 / 0",
        "def double(n):\n    return 2 * n if n == 2 else object()",
        "def double(n):\n    return 2 * n if n == 2 else '\\ud800'",
    ],
)
def test_a_run_without_a_plain_answer_predicts_nothing(code: str) -> None:
    quick = replace(DOUBLE, limits=Limits(cpu_s=0.3))
    assert predicted(quick, code, Call(args=(7,))) == ()


def test_a_program_that_prints_predicts_its_output() -> None:
    (one,) = predicted(
        replace(ECHO, language="cpp"), "print(input())", Stdin(text="a b\n")
    )
    assert (one.index, one.expected) == (0, "a b\n")


def test_a_function_that_changes_its_argument_predicts_it_changed() -> None:
    problem = replace(
        DOUBLE,
        entry_point="sort",
        starter_code="def sort(xs: list) -> None:\n    pass\n",
        cases=(),
    )
    code = "def sort(xs: list) -> None:\n    xs.sort()"
    assert predicted(problem, code, Call(args=([2, 1],)))[0].expected == [1, 2]


def test_the_prompt_begins_as_every_samples_does() -> None:
    model = Scripted(["no program"])
    inputs = (Call(args=(7,)),)
    assert without_judge(lambda j: reference_program(DOUBLE, model, j, inputs)) == ()
    (request,) = model.requests
    shared = sample_request(DOUBLE, 0).messages[0].content
    assert request.messages[0].content.startswith(shared)
    assert (request.prompt, request.temperature) == ("reference", 0.0)


def test_without_small_inputs_nothing_is_asked() -> None:
    model = Scripted([])
    assert without_judge(lambda j: reference_program(DOUBLE, model, j, ())) == ()
    large = (Call(args=("a" * 300,)),)
    assert without_judge(lambda j: reference_program(DOUBLE, model, j, large)) == ()
