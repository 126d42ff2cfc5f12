"""Turn a script that reads its input line by line into the function that was asked."""

from __future__ import annotations

import ast

from assay.sampling.starter import Entry
from assay.sampling.syntax import DEFINITIONS, IMPORTS, parse, reads_input


def as_function(code: str, entry: Entry) -> str | None:
    """The script as a function, where it is sure which read is which argument.

    Sure means: each read is an assignment of its own to one name at the margin, there
    are as many as arguments, nothing else reads, and the script ends by printing one
    value on each path. None otherwise.
    """
    tree = parse(code)
    if tree is None or entry.class_name is not None or not entry.arity:
        return None
    outside = [n for n in tree.body if isinstance(n, (*DEFINITIONS, *IMPORTS))]
    script = [n for n in tree.body if n not in outside]
    reads = [n for n in script if _target(n)]
    others = [n for n in tree.body if n not in reads]
    if len(reads) != entry.arity or any(reads_input(n) for n in others):
        return None
    body = _returning([n for n in script if n not in reads])
    if body is None or _prints(body):
        return None
    function = ast.parse(f"def {entry.name}(): pass").body[0]
    assert isinstance(function, ast.FunctionDef)
    function.args.args = [ast.arg(arg=_target(n) or "") for n in reads]
    function.body = body
    module = ast.Module(body=[*outside, function], type_ignores=[])
    written = ast.unparse(ast.fix_missing_locations(module)) + "\n"
    return written if parse(written) is not None else None


def _target(node: ast.stmt) -> str | None:
    """The name that a statement reads one value into."""
    if not isinstance(node, ast.Assign) or len(node.targets) != 1:
        return None
    name = node.targets[0]
    calls = [c for c in ast.walk(node.value) if _is_read(c)]
    if len(calls) != 1 or not isinstance(name, ast.Name):
        return None
    return name.id


def _is_read(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and getattr(node.func, "id", "") == "input"


def _returning(body: list[ast.stmt]) -> list[ast.stmt] | None:
    """The statements with their last print made a return, on each path."""
    if not body:
        return None
    last = body[-1]
    if isinstance(last, ast.If) and last.orelse:
        yes, no = _returning(last.body), _returning(last.orelse)
        if yes is None or no is None:
            return None
        return [*body[:-1], ast.If(test=last.test, body=yes, orelse=no)]
    value = _printed(last)
    return [*body[:-1], ast.Return(value=value)] if value is not None else None


def _printed(node: ast.stmt) -> ast.expr | None:
    if not isinstance(node, ast.Expr) or not isinstance(node.value, ast.Call):
        return None
    call = node.value
    plain = len(call.args) == 1 and not call.keywords
    is_print = getattr(call.func, "id", "") == "print"
    if not plain or not is_print or isinstance(call.args[0], ast.Starred):
        return None
    return call.args[0]


def _prints(body: list[ast.stmt]) -> bool:
    nodes = (item for n in body for item in ast.walk(n))
    return any(isinstance(n, ast.Name) and n.id == "print" for n in nodes)
