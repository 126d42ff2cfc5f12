"""Wrong programs made from a right one: what a dataset's tests must tell from it.

Each is deterministic, and none of them is known to be wrong: a mutant may compute the
same by another way, and a constant may be the right answer to every question asked.

Source: mutation operators as in Offutt et al., "An experimental determination of
sufficient mutant operators", 1996 (relational, arithmetic, constant, statement).
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import TypeVar

from assay.bench.datasets.parsing import parsed
from assay.bench.tasks import Reference, Task
from assay.types import IOMode

T = TypeVar("T")

CONSTANTS: tuple[object, ...] = (None, 0, "", [], True)

_Change = Callable[[ast.AST], None]
_SWAPPED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.GtE,
    ast.LtE: ast.Gt,
    ast.Gt: ast.LtE,
    ast.GtE: ast.Lt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
}
_BOUNDARY: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
}
_OPERATORS: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Add,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.FloorDiv,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
    ast.BitXor: ast.BitAnd,
    ast.LShift: ast.RShift,
    ast.RShift: ast.LShift,
}
_SIGNS: dict[type[ast.cmpop], str] = {
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.Eq: "==",
    ast.NotEq: "!=",
}
_DROPPABLE = (ast.Assign, ast.AugAssign, ast.Expr, ast.Return, ast.Continue, ast.Break)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Site:
    """A place in a program, by its position in `ast.walk`, and what changes there."""

    position: int
    kind: str
    change: _Change


def wrong_programs(
    task: Task, *, n_mutants: int = 8
) -> tuple[tuple[str, Reference], ...]:
    """The empty program, constants, and mutants of the reference, each with its kind.

    Constants are functions whose every body returns one, or programs that print one.
    Mutants are made of references in Python only. Equal programs come once.
    """
    made = [("empty program", Reference(code=""))]
    made += [(f"constant {value!r}", each) for value, each in _constants(task)]
    reference = task.reference
    if reference is not None and reference.language == "python":
        made += [
            (f"mutant: {kind}", Reference(code=code))
            for kind, code in mutants(reference.code, n_mutants)
        ]
    seen: dict[str, tuple[str, Reference]] = {}
    for kind, program in made:
        seen.setdefault(program.code, (kind, program))
    return tuple(seen.values())


def _constants(task: Task) -> Iterator[tuple[object, Reference]]:
    problem = task.problem
    if problem.io_mode is IOMode.STDIN:
        for value in CONSTANTS:
            yield value, Reference(code=f"print({value!r})\n")
        return
    if problem.language != "python":
        return
    for value in CONSTANTS:
        code = _constant_function(task, value)
        if code is not None:
            yield value, Reference(code=code)


def _constant_function(task: Task, value: object) -> str | None:
    """The reference, or where there is none the entry point, answering one value."""
    reference = task.reference
    if reference is not None and reference.language == "python":
        tree = _tree(reference.code)
        return None if tree is None else _returning(tree, value)
    owner, _, name = (task.problem.entry_point or "").rpartition("().")
    if not name:
        return None
    body = f"def {name}(*args, **kwargs):\n    return {value!r}\n"
    if not owner:
        return body
    inner = "".join(f"    {line}\n" for line in body.splitlines())
    return f"class {owner}:\n    @staticmethod\n{inner}"


def _returning(tree: ast.Module, value: object) -> str:
    answer = ast.parse(repr(value), mode="eval").body
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            is_own = node.name.startswith("__") and node.name.endswith("__")
            node.body = [ast.Pass() if is_own else ast.Return(answer)]
    return ast.unparse(ast.fix_missing_locations(tree)) + "\n"


def mutants(source: str, n_mutants: int = 8) -> tuple[tuple[str, str], ...]:
    r"""At most `n_mutants` changed programs, spread evenly over the places to change.

    >>> mutants("def f(n):\n    return n < 1")[1]
    ('< swapped on line 2', 'def f(n):\n    return n >= 1\n')
    """
    tree = _tree(source)
    if tree is None or n_mutants < 1:
        return ()
    original, found = ast.unparse(tree), dict[str, str]()
    for site in _spread(tuple(_sites(tree)), 4 * n_mutants):
        changed = copy.deepcopy(tree)
        site.change(next(islice(ast.walk(changed), site.position, None)))
        code = ast.unparse(ast.fix_missing_locations(changed))
        if code != original:
            found.setdefault(f"{code}\n", site.kind)
    made = tuple((kind, code) for code, kind in found.items())
    return _spread(made, n_mutants)


def _spread(every: tuple[T, ...], wanted: int) -> tuple[T, ...]:
    """At most `wanted`, evenly spaced."""
    if len(every) <= wanted:
        return every
    return tuple(every[index * len(every) // wanted] for index in range(wanted))


def _tree(source: str) -> ast.Module | None:
    try:
        return parsed(source)
    except (SyntaxError, ValueError, RecursionError):
        return None


def _sites(tree: ast.Module) -> Iterator[_Site]:
    left_out = _annotations(tree)
    for position, node in enumerate(ast.walk(tree)):
        if id(node) in left_out:
            continue
        for kind, change in (*_changes(node), *_dropped(node)):
            yield _Site(position=position, kind=kind, change=change)


def _annotations(tree: ast.Module) -> set[int]:
    """The nodes of annotations: changing them changes nothing that runs."""
    notes: list[ast.AST] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.arg | ast.AnnAssign) and node.annotation:
            notes.append(node.annotation)
        elif isinstance(node, ast.FunctionDef) and node.returns:
            notes.append(node.returns)
    return {id(inner) for note in notes for inner in ast.walk(note)}


def _changes(node: ast.AST) -> Iterator[tuple[str, _Change]]:
    line = f"on line {getattr(node, 'lineno', 0)}"
    match node:
        case ast.Compare(ops=[op, *_]):
            sign = _SIGNS.get(type(op), type(op).__name__)
            if type(op) in _SWAPPED:
                yield f"{sign} swapped {line}", _set_first_op(_SWAPPED[type(op)])
            if type(op) in _BOUNDARY:
                yield f"boundary of {sign} {line}", _set_first_op(_BOUNDARY[type(op)])
        case ast.Constant(value=bool() as value):
            yield f"{value!r} turned {line}", _set("value", not value)
        case ast.Constant(value=int() | float() as value):
            yield f"{value!r} + 1 {line}", _set("value", value + 1)
            yield f"{value!r} - 1 {line}", _set("value", value - 1)
        case ast.BinOp(op=op) | ast.AugAssign(op=op) if type(op) in _OPERATORS:
            other = _OPERATORS[type(op)]
            kind = f"{other.__name__} for {type(op).__name__} {line}"
            yield kind, _set("op", other())
        case ast.BoolOp(op=op):
            turned = ast.Or() if isinstance(op, ast.And) else ast.And()
            yield f"and, or swapped {line}", _set("op", turned)
        case ast.If() | ast.IfExp():
            yield f"condition turned {line}", _turn_condition
        case _:
            return


def _dropped(node: ast.AST) -> Iterator[tuple[str, _Change]]:
    body = getattr(node, "body", None)
    for index, statement in enumerate(body if isinstance(body, list) else ()):
        value = getattr(statement, "value", None)
        is_text = isinstance(statement, ast.Expr) and isinstance(value, ast.Constant)
        if isinstance(statement, _DROPPABLE) and not is_text:
            yield f"line {statement.lineno} dropped", _drop(index)


def _set(field: str, value: object) -> _Change:
    return lambda node: setattr(node, field, value)


def _set_first_op(kind: type[ast.cmpop]) -> _Change:
    def change(node: ast.AST) -> None:
        assert isinstance(node, ast.Compare)
        node.ops[0] = kind()

    return change


def _turn_condition(node: ast.AST) -> None:
    assert isinstance(node, ast.If | ast.IfExp)
    node.test = ast.UnaryOp(op=ast.Not(), operand=node.test)


def _drop(index: int) -> _Change:
    def change(node: ast.AST) -> None:
        node.body[index] = ast.Pass()  # type: ignore[attr-defined]

    return change
