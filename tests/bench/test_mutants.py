"""Wrong programs: each differs from the reference, compiles, is the same each time."""

from __future__ import annotations

import ast
from dataclasses import replace

import pytest

from assay.bench.mutants import mutants, wrong_programs
from assay.bench.tasks import Reference, Task
from assay.types import IOMode, Problem

SOURCE = '''\
"""A docstring with 7 in it."""
from typing import List

def count(values: List[int], least: int = 3) -> int:
    """How many are at least `least`."""
    total = 0
    for value in values:
        if value >= least and value % 2 == 0:
            total += 1
    return total
'''


def task(code: str | None = SOURCE, **changes: object) -> Task:
    problem = Problem(
        id="p", statement="s", io_mode=IOMode.FUNCTION, entry_point="count"
    )
    problem = replace(problem, **changes)  # type: ignore[arg-type]
    reference = None if code is None else Reference(code=code)
    return Task(problem=problem, hidden=problem, reference=reference)


def test_mutants_compile_differ_and_come_once() -> None:
    made = mutants(SOURCE, 100)
    codes = [code for _, code in made]
    assert len(codes) == len(set(codes)) > 10
    for code in codes:
        compile(code, "mutant", "exec")
        assert ast.dump(ast.parse(code)) != ast.dump(ast.parse(SOURCE))
        assert '"""A docstring with 7 in it."""' in code
        assert "values: List[int]" in code, "annotations are left alone"


@pytest.mark.parametrize(
    "kind",
    [
        ">= swapped on line 8",
        "boundary of >= on line 8",
        "and, or swapped on line 8",
        "condition turned on line 8",
        "0 + 1 on line 6",
        "1 - 1 on line 9",
        "Sub for Add on line 9",
        "FloorDiv for Mod on line 8",
        "line 9 dropped",
    ],
)
def test_each_kind_of_change_is_made(kind: str) -> None:
    assert kind in dict(mutants(SOURCE, 100))


def test_they_are_the_same_each_time_and_at_most_as_many() -> None:
    assert mutants(SOURCE, 8) == mutants(SOURCE, 8)
    assert len(mutants(SOURCE, 8)) == 8
    assert mutants(SOURCE, 0) == ()
    assert mutants("def (", 8) == ()


def test_a_function_has_an_empty_program_and_constants() -> None:
    made = dict(wrong_programs(task(), n_mutants=2))
    assert made["empty program"].code == ""
    assert "return None" in made["constant None"].code
    assert "return []" in made["constant []"].code
    assert sum(kind.startswith("mutant: ") for kind in made) == 2


def test_a_program_of_text_prints_its_constant() -> None:
    made = dict(wrong_programs(task("print(input())", io_mode=IOMode.STDIN)))
    assert made["constant 0"].code == "print(0)\n"
    assert made["constant ''"].code == "print('')\n"


def test_without_a_reference_the_entry_point_is_answered() -> None:
    made = dict(wrong_programs(task(None, entry_point="Solution().f")))
    scope: dict[str, object] = {}
    exec(made["constant True"].code, scope)
    assert eval("Solution().f(1, x=2)", scope) is True
    assert not any(kind.startswith("mutant") for kind in made)


def test_objects_are_still_made_by_a_constant_program() -> None:
    code = "class A:\n    def __init__(self):\n        self.x = 1\n    def f(self):\n"
    made = dict(wrong_programs(task(code + "        return self.x\n")))
    scope: dict[str, object] = {}
    exec(made["constant 0"].code, scope)
    assert eval("A().f()", scope) == 0


def test_a_reference_in_another_language_has_no_mutants() -> None:
    given = task("int main() {}", io_mode=IOMode.STDIN)
    other = replace(given, reference=Reference(code="int main() {}", language="cpp"))
    kinds = [kind for kind, _ in wrong_programs(other)]
    assert kinds[0] == "empty program"
    assert not any(kind.startswith("mutant") for kind in kinds)
