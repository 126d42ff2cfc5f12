"""Programs that make inputs, run in the real sandbox."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest

from assay.inputs import generator_program
from assay.models.scripted import Scripted
from assay.types import Call, Case, Input, IOMode, Limits, Problem, Stdin
from inputs.judging_inputs import in_judge, without_judge

ADD = Problem(
    id="add",
    statement="Add what is in the list to k.",
    io_mode=IOMode.FUNCTION,
    entry_point="add",
    starter_code="def add(k: int, xs: list[int]) -> int:\n    pass\n",
    cases=(Case(input=Call(args=(0, [])), expected=0),),
)
SUM = Problem(id="sum", statement="Print the sum.", io_mode=IOMode.STDIN)
RIGHT = (
    "import random\n\ndef generate(seed: int):\n    r = random.Random(seed)\n"
    "    return (r.randint(0, 99), [r.randint(0, 9) for _ in range(3)])\n"
)


def made(problem: Problem, code: str, n: int = 4, seed: int = 0) -> tuple[Input, ...]:
    model = Scripted([f"```python\n{code}\n```"])
    return in_judge(lambda j: generator_program(problem, model, j, n=n, seed=seed))


def returning(value: str) -> str:
    return f"def generate(seed: int):\n    return {value}\n"


def test_a_generator_makes_an_input_a_seed_and_the_same_again() -> None:
    first = made(ADD, RIGHT)
    assert len(first) == 4
    for each in first:
        assert isinstance(each, Call)
        k, xs = each.args
        assert isinstance(k, int)
        assert len(xs) == 3
    assert made(ADD, RIGHT) == first
    assert made(ADD, RIGHT, seed=50) != first


def test_a_generator_of_texts_makes_texts() -> None:
    code = returning("f'{seed}\\n'")
    assert made(SUM, code, n=2) == (Stdin(text="0\n"), Stdin(text="1\n"))
    assert made(replace(SUM, language="cpp"), code, n=1) == (Stdin(text="0\n"),)


def test_a_function_of_one_argument_may_get_it_bare() -> None:
    unary = replace(ADD, starter_code="def add(xs): pass", cases=())
    assert made(unary, returning("[seed, seed]"), n=1) == (Call(args=([0, 0],)),)
    assert made(unary, returning("([seed],)"), n=1) == (Call(args=([0],)),)


@pytest.mark.parametrize(
    "value",
    [
        "(1,)",
        "(1, 2, 3)",
        "5",
        "None",
        "(1, object())",
        "(1, (x for x in []))",
        "(1, ['\\ud800'])",
        "(1, list(range(5000)))",
        "(10 ** 5000, [])",
        "(0, [])",
        "1 / 0",
    ],
)
def test_a_value_that_is_no_new_input_is_dropped(value: str) -> None:
    assert made(ADD, returning(value), n=2) == ()


def test_values_of_other_seeds_that_do_not_fit_are_dropped() -> None:
    code = returning("(seed, []) if seed != 2 else (seed, [], object())")
    found = made(ADD, code, n=4)
    assert [each.args[0] for each in found if isinstance(each, Call)] == [1, 3]


def test_a_generator_without_an_end_is_run_twice_and_no_more() -> None:
    quick = replace(ADD, limits=Limits(cpu_s=0.5))
    before = time.monotonic()
    assert (
        made(quick, "def generate(seed):\n    while True:\n        pass\n", n=60) == ()
    )
    assert time.monotonic() - before < 15


def test_a_generator_that_ignores_its_seed_is_not_used() -> None:
    code = (
        "import os\ndef generate(seed):\n    return (int.from_bytes(os.urandom(6)), [])"
    )
    assert made(ADD, code) == ()


def test_a_generator_cannot_leave_its_sandbox() -> None:
    code = "import os\ndef generate(seed):\n    os._exit(0)"
    assert made(ADD, code) == ()


def test_without_a_program_nothing_runs() -> None:
    model = Scripted(["I cannot do that."])
    assert without_judge(lambda j: generator_program(ADD, model, j)) == ()
    (request,) = model.requests
    assert request.prompt == "generator"
    assert request.stop_at_fence
    assert "one call of `add(k, xs)`" in request.messages[0].content
