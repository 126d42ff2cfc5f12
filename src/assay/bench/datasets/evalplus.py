"""HumanEval+ and MBPP+ as EvalPlus releases them, and MBPP+ in MBPP's own form.

In the native form expected outputs are not stored: they are what the canonical solution
returns. The hidden tests compute them where they compare, in the tester's sandbox.

Source: evalplus/evalplus v0.3.1, `evalplus/eval/__init__.py` (comparison, oracles) and
`tools/mbpp/to_original_fmt.py`.
Differs: the tolerance of one float answer does not stay for the task's later inputs;
numpy is not needed.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import Any

from assay.bench.datasets import mbpp
from assay.bench.datasets.dataset import Format
from assay.bench.datasets.evalplus_tests import has_oracle, tests_from_inputs
from assay.bench.datasets.fields import text
from assay.bench.datasets.humaneval import PUBLISHED, completion_row
from assay.bench.datasets.making import (
    hidden_by_code,
    hidden_by_tests,
    none_hidden,
    shown,
)
from assay.bench.datasets.parsing import parsed
from assay.bench.datasets.sources import asserts_file
from assay.bench.tasks import AnsweredBy, Reference, Task
from assay.errors import ProblemError
from assay.types import Call, Checker, CheckerKind


def _read_native(row: Mapping[str, Any], where: str) -> Task:
    task_id, prompt = text(row, "task_id", where), text(row, "prompt", where)
    name = text(row, "entry_point", where)
    is_mbpp = task_id.lower().startswith("mbpp")
    solution = prompt + text(row, "canonical_solution", where)
    given = (mbpp.visible_row if is_mbpp else completion_row)(task_id, prompt, name)
    problem = shown(given)
    inputs, atol = _inputs(row, task_id, where, is_mbpp=is_mbpp), _tolerance(row, where)
    source = tests_from_inputs(name, solution, inputs, atol=atol, is_mbpp=is_mbpp)
    by = AnsweredBy(
        code=solution,
        entry_point=name,
        inputs=tuple(Call(args=tuple(given)) for given in inputs),
        checker=Checker(
            kind=CheckerKind.ALLCLOSE, abs_tol=atol, rel_tol=1e-7, strict_types=True
        ),
    )
    return Task(
        problem=problem,
        hidden=hidden_by_code(problem, source, where),
        answered_by=None if has_oracle(name, is_mbpp=is_mbpp) else by,
        reference=Reference(code=solution),
        date=mbpp.PUBLISHED if is_mbpp else PUBLISHED,
    )


def _inputs(
    row: Mapping[str, Any], task_id: str, where: str, *, is_mbpp: bool
) -> list[Any]:
    base, plus = row["base_input"], row["plus_input"]
    number = task_id if is_mbpp else ""
    found = mbpp.inputs_of(number, base, where) + mbpp.inputs_of(number, plus, where)
    if not found:
        raise none_hidden(where)
    return found


def _tolerance(row: Mapping[str, Any], where: str) -> float:
    value = row["atol"]
    if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
        raise ProblemError(f"{where} has {value!r} under 'atol'; it must be a number")
    return float(value)


EVALPLUS = Format(
    name="evalplus",
    sign=frozenset({"base_input", "plus_input"}),
    required=(
        "task_id", "prompt", "entry_point", "canonical_solution", "base_input",
        "plus_input", "atol",
    ),
    read=_read_native,
)  # fmt: skip


def _read_origin(row: Mapping[str, Any], where: str) -> Task:
    tests, code = row["test_list"], text(row, "code", where)
    if not isinstance(tests, list) or not tests or not isinstance(tests[0], str):
        raise ProblemError(
            f"{where} has no assert under 'test_list'; it must hold some"
        )
    name = _asked_for(tests[0], code, where)
    problem = shown(
        {
            "id": f"Mbpp/{str(row['task_id']).rpartition('/')[2]}",
            "title": name,
            "statement": text(row, "prompt", where),
            "entry_point": name,
            "io_mode": "function",
            "public_tests": [{"input": tests[0], "output": None}],
        }
    )
    imports = "\n".join(map(str, row.get("test_imports") or ()))
    source = asserts_file(text(row, "test", where), name, imports)
    hidden, answered_by = hidden_by_tests(problem, source, where)
    return Task(
        problem=problem,
        hidden=hidden,
        answered_by=answered_by,
        reference=Reference(code=code),
        date=mbpp.PUBLISHED,
    )


def _asked_for(shown_assert: str, code: str, where: str) -> str:
    """The function that the visible assert calls and the solution defines."""
    try:
        defined = {
            node.name
            for node in parsed(code).body
            if isinstance(node, ast.FunctionDef | ast.ClassDef)
        }
        calls = [n for n in ast.walk(parsed(shown_assert)) if isinstance(n, ast.Call)]
    except SyntaxError as error:
        raise ProblemError(
            f"{where}: its code or its first assert is no Python ({error.msg})"
        ) from error
    for call in calls:
        if isinstance(call.func, ast.Name) and call.func.id in defined:
            return call.func.id
    raise ProblemError(
        f"{where}: its first assert calls nothing that its code defines; "
        "fetch the file again"
    )


MBPPPLUS = Format(
    name="mbppplus",
    sign=frozenset({"test_list", "test", "code"}),
    required=("task_id", "prompt", "code", "test_list", "test"),
    read=_read_origin,
)
