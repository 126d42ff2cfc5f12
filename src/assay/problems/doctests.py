"""`>>>` examples of a docstring -> cases, and asserts for what is no plain call."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass

from assay.problems.calls import called, literal_call
from assay.problems.literals import NotLiteral, expression, literal, parse
from assay.problems.signature import Signature
from assay.types import Call, Case, TestCode, Value

_PROMPT = re.compile(r"^[ \t]*>>>[ \t]?(.*)$")
_MORE = re.compile(r"^[ \t]*\.\.\.(?:[ \t](.*))?$")
_NOTHING = object()


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompted:
    """One `>>>` entry: its source, and the lines that follow it."""

    source: str
    want: str


def prompted_in(text: str) -> tuple[Prompted, ...]:
    """Split a docstring's interactive examples, in their order."""
    found: list[Prompted] = []
    lines = text.expandtabs().split("\n")
    index = 0
    while index < len(lines):
        match = _PROMPT.match(lines[index])
        index += 1
        if not match:
            continue
        source = [match[1]]
        while index < len(lines) and (more := _MORE.match(lines[index])):
            source.append(more[1] or "")
            index += 1
        want = []
        while index < len(lines) and lines[index].strip():
            if _PROMPT.match(lines[index]):
                break
            want.append(lines[index])
            index += 1
        found.append(Prompted(source="\n".join(source), want="\n".join(want)))
    return tuple(found)


def doctest_cases(
    text: str, signature: Signature
) -> tuple[tuple[Case, ...], tuple[TestCode, ...]]:
    """Return the cases of plain calls, and test code for the other examples.

    A call with nothing after it is a case of None only where the function may return
    None by its annotation or its text; else it may simply lack its answer.
    """
    cases: list[Case] = []
    session: list[str] = []
    names: dict[str, ast.expr] = {}
    says_none = "None" in f"{signature.returns} {text}" or "Optional" in (
        signature.returns
    )
    for entry in prompted_in(text):
        wanted = _wanted(entry.want)
        call = _plain_call(entry.source, signature, names)
        if call is not None and wanted is _NOTHING and not entry.want and says_none:
            wanted = None
        if call is not None and wanted is not _NOTHING:
            cases.append(Case(input=call, expected=wanted))
        elif compared := _comparison(entry.source, signature):
            if wanted in (_NOTHING, True):
                cases.append(Case(input=compared[0], expected=compared[1]))
        elif line := _statement(entry, wanted, names, signature):
            session.append(line)
    return tuple(cases), _test_code(session)


def _wanted(want: str) -> Value:
    """Return the literal that an interpreter printed, or `_NOTHING`."""
    if not want.strip() or want.lstrip().startswith("Traceback"):
        return _NOTHING
    for text in (want, want.split("\n")[0]):
        try:
            return _python_literal(text.split("  # ")[0].strip())
        except NotLiteral:
            continue
    return _NOTHING


def _python_literal(text: str) -> Value:
    if text.startswith(("'", '"')) or text in ("true", "false", "null"):
        node = expression(text)
        if node is None:
            raise NotLiteral(text)
    return literal(text)


def _plain_call(
    source: str, signature: Signature, names: dict[str, ast.expr]
) -> Call | None:
    node = expression(source)
    if node is None or called(node) != signature.entry_point:
        return None
    return literal_call(node, signature.parameters, names=names)


def _comparison(source: str, signature: Signature) -> tuple[Call, Value] | None:
    node = expression(source)
    if (
        isinstance(node, ast.Compare)
        and len(node.ops) == 1
        and isinstance(node.ops[0], ast.Eq | ast.Is)
        and called(node.left) == signature.entry_point
    ):
        call = literal_call(node.left, signature.parameters)
        try:
            value = literal(ast.unparse(node.comparators[0]))
        except NotLiteral:
            return None
        return (call, value) if call is not None else None
    return None


def _statement(
    entry: Prompted, wanted: Value, names: dict[str, ast.expr], signature: Signature
) -> str | None:
    """Return the line of a test that stands for an example, or None."""
    try:
        body = parse(entry.source).body
    except SyntaxError:
        return None
    if not body:
        return None
    first = body[0]
    if entry.want.lstrip().startswith("Traceback"):
        return _raises(entry)
    if isinstance(first, ast.Expr):
        if wanted is not _NOTHING and _is_printing(first.value):
            return None
        if wanted is not _NOTHING:
            return f"assert ({ast.unparse(first.value)}) == {wanted!r}"
        return None if entry.want else entry.source if signature.is_class else None
    if (
        isinstance(first, ast.Assign)
        and len(first.targets) == 1
        and isinstance(first.targets[0], ast.Name)
    ):
        names[first.targets[0].id] = first.value
    return entry.source


def _is_printing(node: ast.expr) -> bool:
    return called(node) in ("print", "pprint")


def _raises(entry: Prompted) -> str | None:
    last = entry.want.strip().split("\n")[-1].strip()
    match = re.match(r"(?:\w+\.)*([A-Z]\w*)(?::|$)", last)
    if match is None:
        return None
    body = "\n    ".join(entry.source.split("\n"))
    return (
        f"try:\n    {body}\nexcept Exception as error:\n"
        f"    assert type(error).__name__ == {match[1]!r}\n"
        f"else:\n    raise AssertionError('{match[1]} was not raised')"
    )


def _test_code(session: list[str]) -> tuple[TestCode, ...]:
    """One test an assert, or one for all where they build on each other."""
    checks = [line for line in session if line.startswith(("assert ", "try:"))]
    if not checks:
        return ()
    sources = checks if len(checks) == len(session) else ["\n".join(session)]
    return tuple(TestCode(source=source + "\n") for source in sources)
