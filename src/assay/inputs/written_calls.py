"""What a model wrote -> calls with literal arguments, and what it expects of them.

Nothing here runs anything: text is parsed, and literals are read.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence

from assay.inputs.plain import MAX_BYTES, distinct, is_plain
from assay.inputs.seeds import function_name
from assay.inputs.signature import Signature, signature_of
from assay.sampling.blocks import answers, find_blocks
from assay.sampling.syntax import parse
from assay.types import Call, Input, Problem, Value

_MAX_CHARS = 100_000
_MAX_LINES = 400
_MARK = re.compile(r"\s*(?:(?:[-*+•]|\d+[.)]|>>>)\s+)?`?")
_TOO_DEEP = (ValueError, TypeError, SyntaxError, MemoryError, RecursionError)


def read_calls(text: str, problem: Problem) -> tuple[Input, ...]:
    '''Return the inputs in a text, without repeats and without given ones.

    A call of the entry point counts wherever it stands, so that of an assertion the
    arguments are taken and the result is not; so does a tuple of arguments, or for one
    argument its value. Dropped is what is no literal, does not fit the signature, or
    is longer than 2 KB.

    >>> from assay.types import IOMode
    >>> problem = Problem(id="", statement="", io_mode=IOMode.FUNCTION,
    ...     entry_point="f", starter_code="def f(a, b): ...")
    >>> read_calls("""```python
    ... f(1, [2])  # usual
    ... assert f(0, b=[]) == 5
    ... (3, [4])
    ... f(1)
    ... f(x, [0] * 9)
    ... ```""", problem)  # doctest: +NORMALIZE_WHITESPACE
    (Call(args=(1, [2]), kwargs=()), Call(args=(0, []), kwargs=()),
     Call(args=(3, [4]), kwargs=()))
    '''
    signature, name = signature_of(problem), function_name(problem)
    found = [
        call
        for statement in _statements(text)
        for call in _inputs_in(statement, name, signature)
        if call is not None
    ]
    known = tuple(case.input for case in problem.cases)
    return distinct(tuple(found), known=known)


def read_asserts(text: str, problem: Problem) -> tuple[tuple[Call, Value], ...]:
    r"""Return each asserted call with the value that it is said to return.

    >>> from assay.types import IOMode
    >>> problem = Problem(id="", statement="", io_mode=IOMode.FUNCTION,
    ...     entry_point="f", starter_code="def f(a) -> bool: ...")
    >>> read_asserts("assert f(1) == True, 'why'\nassert not f(2)", problem)
    ((Call(args=(1,), kwargs=()), True), (Call(args=(2,), kwargs=()), False))
    """
    signature, name = signature_of(problem), function_name(problem)
    found: list[tuple[Call, Value]] = []
    for statement in _statements(text):
        for test in _tests_in(statement):
            pair = _pair(test, name, signature)
            if pair is not None and distinct((pair[0],)) and _is_small(pair[1]):
                found.append(pair)
    return tuple(found)


def _is_small(value: Value) -> bool:
    return is_plain(value) and len(repr(value).encode()) <= MAX_BYTES


def _statements(text: str) -> list[ast.stmt]:
    """The statements of the code in a text; line by line where it does not parse."""
    for answer in answers(text[:_MAX_CHARS]):
        code = "\n".join(block.code for block in find_blocks(answer)) or answer
        tree = parse(code, whole=False)
        if tree is not None and tree.body:
            return tree.body
        found: list[ast.stmt] = []
        for line in code.split("\n")[:_MAX_LINES]:
            if len(line) <= 2 * MAX_BYTES:
                found += _in_line(line)
        if found:
            return found
    return []


def _in_line(line: str) -> list[ast.stmt]:
    bare = line[_MARK.match(line).end() :].strip()  # type: ignore[union-attr]
    tree = parse(bare.removesuffix("`").rstrip(",;"), whole=False)
    return tree.body if tree else []


def _inputs_in(
    statement: ast.stmt, name: str, signature: Signature
) -> Iterator[Call | None]:
    calls = [node for node in ast.walk(statement) if _is_call(node, name)]
    if calls:
        yield from (_to_call(call, signature) for call in calls)
    elif isinstance(statement, ast.Expr | ast.Assign) and statement.value is not None:
        yield from _arguments(statement, signature)


def _is_call(node: ast.AST, name: str) -> bool:
    """Whether a node calls the entry point, or `candidate` as HumanEval's tests do."""
    if not isinstance(node, ast.Call) or not name:
        return False
    called = getattr(node.func, "id", getattr(node.func, "attr", None))
    return called in (name, "candidate")


def _to_call(node: ast.AST, signature: Signature) -> Call | None:
    assert isinstance(node, ast.Call)
    if any(keyword.arg is None for keyword in node.keywords):
        return None
    try:
        args = [ast.literal_eval(argument) for argument in node.args]
        kwargs = [(k.arg or "", ast.literal_eval(k.value)) for k in node.keywords]
    except _TOO_DEEP:
        return None
    return signature.call(args, kwargs)


def _arguments(
    statement: ast.Expr | ast.Assign, signature: Signature
) -> Iterator[Call | None]:
    """Tuples of arguments, bare or in a list; the one argument of a unary function."""
    try:
        value = ast.literal_eval(statement.value)
    except _TOO_DEEP:
        return
    is_bare = isinstance(statement, ast.Expr)
    if isinstance(value, list) and value and _are_tuples(value):
        yield from (signature.call(member) for member in value)
    elif is_bare and isinstance(value, tuple):
        yield signature.call(value)
    elif is_bare and signature.is_unary:
        yield signature.call((value,))


def _are_tuples(members: Sequence[Value]) -> bool:
    return all(isinstance(member, tuple) for member in members)


def _tests_in(statement: ast.stmt) -> list[ast.expr]:
    nodes = list(ast.walk(statement))
    asserted = [node.test for node in nodes if isinstance(node, ast.Assert)]
    if not asserted and isinstance(statement, ast.Expr):
        return [statement.value] if isinstance(statement.value, ast.Compare) else []
    return asserted


def _pair(test: ast.expr, name: str, signature: Signature) -> tuple[Call, Value] | None:
    sides = _sides(test, name, signature)
    if sides is None or not _is_call(sides[0], name):
        return None
    call = _to_call(sides[0], signature)
    try:
        return None if call is None else (call, ast.literal_eval(sides[1]))
    except _TOO_DEEP:
        return None


def _sides(
    test: ast.expr, name: str, signature: Signature
) -> tuple[ast.expr, ast.expr] | None:
    """The call and the expected expression of one assertion."""
    if isinstance(test, ast.Compare) and len(test.ops) == 1:
        left, right = test.left, test.comparators[0]
        if isinstance(test.ops[0], ast.Eq | ast.Is):
            return (left, right) if _is_call(left, name) else (right, left)
        if isinstance(test.ops[0], ast.Lt | ast.LtE):
            return _close_sides(left)
        return None
    if isinstance(test, ast.Call) and not _is_call(test, name):
        is_close = getattr(test.func, "attr", "") == "isclose"
        return (test.args[0], test.args[1]) if is_close and len(test.args) > 1 else None
    said = ast.Constant(not isinstance(test, ast.UnaryOp))
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        test = test.operand
    answers_yes_or_no = getattr(signature.returns, "id", "") == "bool"
    return (test, said) if answers_yes_or_no else None


def _close_sides(node: ast.expr) -> tuple[ast.expr, ast.expr] | None:
    """Of `abs(f(x) - y)`, the call and `y`."""
    is_abs = isinstance(node, ast.Call) and getattr(node.func, "id", "") == "abs"
    if not is_abs or len(node.args) != 1:  # type: ignore[attr-defined]
        return None
    inner = node.args[0]  # type: ignore[attr-defined]
    if isinstance(inner, ast.BinOp) and isinstance(inner.op, ast.Sub):
        return inner.left, inner.right
    return None
