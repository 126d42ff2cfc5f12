"""EvalPlus's test code read as tables, and what must not be taken for one."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from anyio.from_thread import start_blocking_portal

from assay.bench.answers import with_answers
from assay.bench.datasets import open_dataset
from assay.bench.datasets.evalplus_tables import table_of
from assay.judging.judge import open_judge
from assay.types import Candidate, CheckerKind

FRAME = """
import numpy as np
from math import inf

def is_floats(x) -> bool:
    # check if it is float; List[float]; Tuple[float]
    if isinstance(x, float):
        return True
    if isinstance(x, (list, tuple)):
        return all(isinstance(i, float) for i in x)
    if isinstance(x, np.ndarray):
        return x.dtype == np.float64 or x.dtype == np.float32
    return False


def assertion(out, exp, atol):
    exact_match = out == exp

    if atol == 0 and is_floats(exp):
        atol = 1e-6
    if not exact_match and atol != 0:
        assert np.allclose(out, exp, rtol=1e-07, atol=atol)
    else:
        assert exact_match

"""
TABLE = """
def check(candidate):
    inputs = [[1], [2.5], [(1, 'a')], [inf]]
    results = [2, 5.0, (1, 'a', 1, 'a'), inf]
    for i, (inp, exp) in enumerate(zip(inputs, results)):
        assertion(candidate(*inp), exp, 0)

check(twice)
"""
BY_PROGRAM = """
import math

def helper(n):
    return 2 * n

def ref_func(n):
    return math.floor(helper(n))

def check(candidate):
    inputs = [[1], [2], [3]]
    for i, inp in enumerate(inputs):
        assertion(candidate(*inp), ref_func(*inp), 1e-06)

check(twice)
"""


def row(test: str) -> dict[str, str]:
    """A row of HumanEval+ as it is published."""
    return {
        "task_id": "HumanEval/900",
        "prompt": 'def twice(n):\n    """Twice n."""\n',
        "entry_point": "twice",
        "canonical_solution": "    return 2 * n\n",
        "test": test,
    }


def test_a_table_has_its_values_with_their_types() -> None:
    table = table_of(FRAME + TABLE)
    assert table is not None
    assert table.inputs == ((1,), (2.5,), ((1, "a"),), (float("inf"),))
    assert table.results == (2, 5.0, (1, "a", 1, "a"), float("inf"))
    assert table.atol == 0


def test_a_table_may_name_a_program_for_its_results() -> None:
    table = table_of(FRAME + BY_PROGRAM)
    assert table is not None
    assert (table.results, table.atol) == (None, 1e-6)
    names: dict[str, object] = {}
    exec(table.program, names)
    assert names["ref_func"](2.6) == 5  # type: ignore[operator]
    assert "numpy" not in table.program


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("exact_match = out == exp", "exact_match = set(out) == set(exp)"),
        ("atol = 1e-6", "atol = 1e-3"),
        ("rtol=1e-07", "rtol=1e-02"),
        ("exp, 0)", "exp, -1)"),
        ("candidate(*inp)", "candidate(inp)"),
        ("check(twice)", "check(twice)\nassert twice(9) == 18"),
        ("check(twice)", ""),
        ("results = [2, ", "results = [f(), "),
        ("results = [2, ", "results = ["),
        ("inputs = [[1], ", "inputs = [1, "),
        ("    return False", "    return True"),
        ("    results = ", "    results = [0]\n    results = "),
    ],
)
def test_what_does_anything_else_is_no_table(old: str, new: str) -> None:
    source = FRAME + TABLE
    assert old in source
    assert table_of(source.replace(old, new)) is None


@pytest.mark.parametrize("test", [TABLE, BY_PROGRAM])
def test_a_table_is_graded_as_cases(test: str, tmp_path: Path) -> None:
    path = tmp_path / "set.jsonl"
    path.write_text(json.dumps(row(FRAME + test)) + "\n")
    (task,) = open_dataset(path).tasks
    programs = {
        "def twice(n):\n    return 2 * n": True,
        "def twice(n):\n    return n + n if n == 1 else 0": False,
        "def twice(n):\n    return 2": False,
    }
    with (
        start_blocking_portal() as portal,
        portal.wrap_async_context_manager(open_judge(slots=1)) as judge,
    ):
        found, _ = portal.call(with_answers, task, judge)
        assert found.hidden.checker.kind is CheckerKind.ALLCLOSE
        assert found.hidden.test_code == ()
        for code, wanted in programs.items():
            verdict = portal.call(judge.judge, Candidate(code=code), found.hidden)
            assert verdict.passed is wanted, code
            assert len(verdict.results) == len(found.hidden.cases)
