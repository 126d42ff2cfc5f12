"""EvalPlus's released test code read as what it is: a table of inputs and results.

Running that code calls a candidate across two sandboxes for each of some thousand rows
of the table. Read as cases, the calls are made in one go and compared outside.

Source: evalplus/humanevalplus_release, evalplus/mbppplus_release (the `-OriginFmt`
files).
Differs: nothing where a table is found; whatever else a file's code does is left to
run.
"""

from __future__ import annotations

import ast
import json
import re
from dataclasses import dataclass
from typing import Any

from assay.bench.datasets.parsing import parsed

_COMPARES = (
    """
exact_match = out == exp
if atol == 0 and is_floats(exp):
    atol = 1e-6
if not exact_match and atol != 0:
    assert np.allclose(out, exp, rtol=1e-07, atol=atol)
else:
    assert exact_match
""",
    """
if atol == 0 and is_floats(exp):
    atol = 1e-6
if out != exp and atol != 0:
    assert np.allclose(out, exp, rtol=1e-07, atol=atol)
else:
    assert out == exp, f"out: {out}, exp: {exp}"
""",
)
_FLOATS = """
if isinstance(x, float):
    return True
if isinstance(x, (list, tuple)):
    return all(isinstance(i, float) for i in x)
if isinstance(x, np.ndarray):
    return x.dtype == np.float64 or x.dtype == np.float32
return False
"""
PROGRAM = "ref_func"
_ATOL = r"(?P<atol>\d+|\d*\.\d+|\d+(\.\d+)?e-\d+)"
_LOOP = re.compile(
    rf"""inputs\ =\ 0\n
    (results\ =\ 0\n
     for\ i,\ \(inp,\ exp\)\ in\ enumerate\(zip\(inputs,\ results\)\):\n
    |for\ i,\ inp\ in\ enumerate\(inputs\):\n)
    \ \ \ \ assertion\(\w+\(\*inp\),\ (exp|(?P<by>{PROGRAM})\(\*inp\)),\ {_ATOL}\)""",
    re.VERBOSE,
)
_COLUMNS = {
    name: re.compile(rf"^(?P<name> *{name}) = (.*)$", re.MULTILINE)
    for name in ("inputs", "results")
}
_NOT_JSON = re.compile(r"\\|true|false|null|NaN|Infinity")
_NOT_RUN = (ast.Import, ast.ImportFrom, ast.FunctionDef)


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Arguments and results, row by row, and the absolute tolerance of a number."""

    inputs: tuple[tuple[Any, ...], ...]
    results: tuple[Any, ...] | None  # None: what `program` returns
    atol: float
    program: str = ""  # defines `PROGRAM`


def table_of(source: str) -> Table | None:
    """Read the table that test code loops over; None if it does anything besides.

    >>> table_of("assert f(1) == 2") is None
    True
    """
    columns = {name: column.findall(source) for name, column in _COLUMNS.items()}
    if any(len(found) > 1 for found in columns.values()):
        return None
    for column in _COLUMNS.values():
        source = column.sub(r"\g<name> = 0", source)
    try:
        frame = _frame_of(parsed(source).body)
        if frame is None:
            return None
        atol, program = frame
        read = {name: _literal(found[0][1]) for name, found in columns.items() if found}
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return None
    given, wanted = read["inputs"], read.get("results", [])
    if not isinstance(given, list) or not isinstance(wanted, list) or not given:
        return None
    if not all(isinstance(args, list | tuple) for args in given):
        return None
    if not program and len(given) != len(wanted):
        return None
    return Table(
        inputs=tuple(tuple(args) for args in given),
        results=None if program else tuple(wanted),
        atol=atol,
        program=program,
    )


def _frame_of(body: list[ast.stmt]) -> tuple[float, str] | None:
    """Of test code without its columns: the tolerance, and the program that answers.

    None if it is of none of the two known forms.
    """
    rest = [node for node in body if not isinstance(node, _NOT_RUN)]
    functions = [node for node in body if isinstance(node, ast.FunctionDef)]
    named = {node.name: _without_docstring(node.body) for node in functions}
    check = named.pop("check", None)
    if check is not None:
        if len(rest) != 1 or not _is_check(rest[0]):
            return None
        rest = check
    if not named.keys() >= {"is_floats", "assertion"}:
        return None
    if _shape(named["is_floats"]) != _FLOATS_SHAPE:
        return None
    if _shape(named["assertion"]) not in _COMPARE_SHAPES:
        return None
    loop = _LOOP.fullmatch("\n".join(ast.unparse(node) for node in rest))
    if loop is None or (loop["by"] is None) != (len(named) == 2):
        return None
    if loop["by"] is None:
        return float(loop["atol"]), ""
    program = [node for node in body if _is_of_program(node)]
    return float(loop["atol"]), "\n\n".join(map(ast.unparse, program)) + "\n"


def _is_of_program(node: ast.stmt) -> bool:
    if isinstance(node, ast.Import):
        return all(alias.name != "numpy" for alias in node.names)
    if isinstance(node, ast.FunctionDef):
        return node.name not in ("is_floats", "assertion", "check")
    return isinstance(node, ast.ImportFrom)


def _literal(text: str) -> Any:
    """A literal, `inf` and `nan` included. As JSON where that is the same: far faster.

    Raises:
        ValueError, SyntaxError: it is none.
    """
    if not _NOT_JSON.search(text):
        try:
            return json.loads(text)
        except ValueError:
            pass
    node = ast.parse(text.strip(), mode="eval").body
    return ast.literal_eval(_Infinities().visit(node))


class _Infinities(ast.NodeTransformer):
    """Writes `inf` and `nan` as literals: the files import them from `math`."""

    def visit_Name(self, node: ast.Name) -> ast.expr:  # noqa: N802 (ast's own name)
        """Replace the two names, and leave the others for the reader to refuse."""
        return ast.Constant(float(node.id)) if node.id in ("inf", "nan") else node


def _is_check(node: ast.stmt) -> bool:
    call = node.value if isinstance(node, ast.Expr) else None
    return (
        isinstance(call, ast.Call)
        and isinstance(call.func, ast.Name)
        and call.func.id == "check"
        and len(call.args) == 1
        and isinstance(call.args[0], ast.Name)
    )


def _without_docstring(body: list[ast.stmt]) -> list[ast.stmt]:
    first = body[0]
    is_text = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
    return body[1:] if is_text else body


def _inner(source: str) -> list[ast.stmt]:
    """Parse statements that are legal within a function only."""
    lines = "".join(f"    {line}\n" for line in source.strip().splitlines())
    (function,) = ast.parse(f"def f():\n{lines}").body
    assert isinstance(function, ast.FunctionDef)
    return function.body


def _shape(body: list[ast.stmt]) -> str:
    return "\n".join(ast.dump(node) for node in body)


_FLOATS_SHAPE = _shape(_inner(_FLOATS))
_COMPARE_SHAPES = frozenset(_shape(_inner(each)) for each in _COMPARES)
