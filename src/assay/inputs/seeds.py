"""Inputs to start from: what the tests call, and what a signature would accept."""

from __future__ import annotations

import ast

from assay.types import Call, Input, IOMode, Problem, Value

_BY_TYPE: dict[str, tuple[Value, ...]] = {
    "int": (3, 0, 1, 10, -2),
    "float": (1.5, 0.0, -2.25, 10.0, 3.0),
    "bool": (True, False, True, False, True),
    "str": ("abc", "", "Hello World", "a1 b2", "level"),
    "bytes": (b"abc", b"", b"\x00\xff", b"a", b"zz"),
}
_BY_NAME: dict[str, str] = {
    **dict.fromkeys(("n", "k", "m", "x", "y", "a", "b", "num", "number"), "int"),
    **dict.fromkeys(("s", "t", "text", "string", "word", "st", "sentence"), "str"),
    **dict.fromkeys(("nums", "lst", "arr", "numbers", "array", "xs", "l"), "list[int]"),
}
N_SEEDS = 5


def seeds(problem: Problem) -> tuple[tuple[Input, ...], tuple[Input, ...]]:
    """Inputs whose answers were given, and inputs found elsewhere.

    Elsewhere means calls with literal arguments in the test code and, where there is
    nothing at all, values made up from the signature's annotations or its parameters'
    names. Nothing is executed.
    """
    given: tuple[Input, ...] = tuple(case.input for case in problem.cases)
    if problem.io_mode is IOMode.STDIN:
        return given, ()
    called = calls_in_tests(problem)
    found: tuple[Input, ...] = called
    if not given and not called:
        found = calls_from_signature(problem)
    return given, found


def function_name(problem: Problem) -> str:
    """The bare name that is called: `f` for `f`, `g` for `Solution().g`."""
    return (problem.entry_point or "").rpartition(".")[2]


def calls_in_tests(problem: Problem) -> tuple[Call, ...]:
    """Calls of the entry point with literal arguments in the given test code."""
    name = function_name(problem)
    calls: list[Call] = []
    for tests in problem.test_code:
        try:
            tree = ast.parse(tests.source)
        except (SyntaxError, ValueError):
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and _called_name(node) == name:
                call = _literal_call(node)
                if call is not None and call not in calls:
                    calls.append(call)
    return tuple(calls)


def _called_name(node: ast.Call) -> str:
    if isinstance(node.func, ast.Name):
        return node.func.id
    return node.func.attr if isinstance(node.func, ast.Attribute) else ""


def _literal_call(node: ast.Call) -> Call | None:
    if any(keyword.arg is None for keyword in node.keywords):
        return None
    try:
        args = tuple(ast.literal_eval(arg) for arg in node.args)
        kwargs = tuple((k.arg or "", ast.literal_eval(k.value)) for k in node.keywords)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return None
    return Call(args=args, kwargs=kwargs)


def parameters(problem: Problem) -> tuple[ast.arg, ...]:
    """The entry point's parameters in the starter code, `self` left out."""
    name = function_name(problem)
    for node in reversed(_functions(problem.starter_code)):
        if node.name == name:
            args = [*node.args.posonlyargs, *node.args.args]
            return tuple(a for a in args if a.arg != "self")
    return ()


def _functions(code: str) -> list[ast.FunctionDef]:
    for source in (code, code.rstrip() + "\n        pass\n", code + "\n    pass\n"):
        try:
            tree = ast.parse(source)
        except (SyntaxError, ValueError):
            continue
        return [n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef)]
    return []


def calls_from_signature(problem: Problem) -> tuple[Call, ...]:
    """Made-up calls; none if a parameter gives no hint of its type."""
    columns = [_values(arg) for arg in parameters(problem)]
    if not columns or any(not column for column in columns):
        return ()
    rows = zip(*columns, strict=True)
    return tuple(Call(args=tuple(row)) for row in rows)


def _values(arg: ast.arg) -> tuple[Value, ...]:
    if arg.annotation is not None:
        return _of_type(ast.unparse(arg.annotation))
    return _of_type(_BY_NAME.get(arg.arg.lower(), ""))


def _of_type(text: str) -> tuple[Value, ...]:
    """Five values of a type, by its annotation; none if it is not understood.

    >>> _of_type("List[int]")[:2]
    ([3, 0, 1, 10, -2], [])
    """
    base, _, inner = text.replace("typing.", "").partition("[")
    inner = inner.rstrip("]") if inner.count("[") == 0 else inner[:-1]
    base = base.lower()
    if base in _BY_TYPE:
        return _BY_TYPE[base]
    if base in ("optional", "union"):
        return _of_type(inner.partition(",")[0].strip())
    if base in ("list", "sequence", "iterable"):
        values = list(_of_type(inner) if inner else _BY_TYPE["int"])
        return (values, [], values[:1], values[::-1], values[:3]) if values else ()
    if base == "set":
        return tuple(set(row) for row in _of_type(f"list[{inner}]"))
    if base == "tuple" and inner:
        parts = [_of_type(p.strip()) for p in _split(inner) if p.strip() != "..."]
        return tuple(zip(*parts, strict=True)) if parts and all(parts) else ()
    if base == "dict" and inner:
        keys, values_ = (_of_type(p.strip()) for p in (_split(inner) * 2)[:2])
        if keys and values_:
            rows = [dict(zip(keys[:k], values_[:k], strict=True)) for k in range(5)]
            return tuple(rows[::-1])
    return ()


def _split(text: str) -> list[str]:
    """Split at commas outside brackets."""
    parts, depth = [""], 0
    for char in text:
        depth += (char == "[") - (char == "]")
        if char == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += char
    return parts
