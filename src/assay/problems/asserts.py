"""Assert statements -> cases, where both sides are literals."""

from __future__ import annotations

import ast
import builtins
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from assay.problems.calls import called, literal_call
from assay.problems.literals import NotLiteral, parse, value_of
from assay.types import Call, Case


@dataclass(frozen=True, slots=True, kw_only=True)
class Asserted:
    """A case that an assert states; with a tolerance where it used `math.isclose`."""

    case: Case
    tolerance: tuple[float, float] | None = None  # absolute, relative


def read_assert(
    statement: ast.stmt, entry_point: str, parameters: Sequence[str] = ()
) -> Asserted | None:
    """Return the case that an assert states, or None where it says more.

    Read: `f(1) == 2`, `2 == f(1)`, `f(1) is True`, `math.isclose(f(1), 2.0)`. Left as
    code: everything else, also `assert f(1)` and `not f(1)`, which hold for more
    answers than one.
    """
    if not isinstance(statement, ast.Assert):
        return None
    test = statement.test
    if isinstance(test, ast.Call):
        return _isclose(test, entry_point, parameters)
    if not isinstance(test, ast.Compare) or len(test.ops) != 1:
        return None
    sides = (test.left, test.comparators[0])
    for left, right in (sides, sides[::-1]):
        call = _entry_call(left, entry_point, parameters)
        if call is None or not isinstance(test.ops[0], ast.Eq | ast.Is):
            continue
        try:
            value = value_of(right)
        except NotLiteral:
            return None
        if isinstance(test.ops[0], ast.Is) and not (value is None or value in (0, 1)):
            return None
        return Asserted(case=Case(input=call, expected=value))
    return None


def _entry_call(
    node: ast.expr, entry_point: str, parameters: Sequence[str]
) -> Call | None:
    if called(node) != entry_point:
        return None
    return literal_call(node, parameters)


def _isclose(
    test: ast.Call, entry_point: str, parameters: Sequence[str]
) -> Asserted | None:
    if ast.unparse(test.func) not in ("math.isclose", "isclose"):
        return None
    if len(test.args) != 2:
        return None
    call = _entry_call(test.args[0], entry_point, parameters)
    try:
        expected = value_of(test.args[1])
        options = {k.arg: float(value_of(k.value)) for k in test.keywords if k.arg}
    except (NotLiteral, TypeError, ValueError):
        return None
    if call is None:
        return None
    return Asserted(
        case=Case(input=call, expected=expected),
        tolerance=(options.get("abs_tol", 0.0), options.get("rel_tol", 1e-9)),
    )


def tested_name(source: str) -> str | None:
    """Return the function that test code tests, as far as its text tells.

    A name imported from a module that is not of the standard library; else the name
    that asserts call most often and that is not built in, imported or defined there.
    """
    tree = parse(source)
    foreign, known = _imports(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            known.add(node.name)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            known.add(node.id)
        elif isinstance(node, ast.arg):
            known.add(node.arg)
    counts = Counter(_called_names(tree, known - foreign))
    imported = [name for name in counts if name in foreign]
    if imported or foreign:
        return imported[0] if imported else min(foreign)
    return counts.most_common(1)[0][0] if counts else None


def _called_names(tree: ast.Module, known: set[str]) -> Iterator[str]:
    for statement in ast.walk(tree):
        if not isinstance(statement, ast.Assert | ast.With | ast.Expr | ast.Assign):
            continue
        for node in ast.walk(statement):
            name = called(node) if isinstance(node, ast.expr) else None
            if name and _is_unknown(name, known):
                yield name


def _is_unknown(name: str, known: set[str]) -> bool:
    if name.startswith("Solution()."):
        return True
    return name not in known | {"Solution"} and not hasattr(builtins, name)


def _imports(tree: ast.Module) -> tuple[set[str], set[str]]:
    """Return the names from foreign modules, and all imported names."""
    foreign: set[str] = set()
    known: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            names = {alias.asname or alias.name for alias in node.names}
            known |= names
            if is_foreign(node.module):
                foreign |= names - {"*"}
        elif isinstance(node, ast.Import):
            known |= {
                alias.asname or alias.name.partition(".")[0] for alias in node.names
            }
    return foreign, known


def is_foreign(module: str | None) -> bool:
    """Whether a module can be the one that is to be written."""
    top = (module or "").partition(".")[0]
    usual = {"pytest", "hypothesis", "numpy", "typing_extensions", "__future__"}
    return top not in sys.stdlib_module_names and top not in usual
