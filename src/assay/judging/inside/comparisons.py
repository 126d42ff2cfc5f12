"""Remembers both sides of the comparison that an assert makes.

Python drops them: a failed `assert f(2) == 5` does not know the 4. So the test of an
assert is rewritten to a call that notes its sides and gives back what it would have
given; evaluation order and everything else stay. Of `self.assertEqual(f(2), 5)` each
side is noted when it has been evaluated.
"""

from __future__ import annotations

import ast
import operator
from dataclasses import dataclass
from typing import Any

from assay.judging.inside.short import short
from assay.judging.inside.trees import walk

_OPERATORS: dict[type[ast.cmpop], str] = {
    ast.Eq: "eq",
    ast.NotEq: "ne",
    ast.Lt: "lt",
    ast.LtE: "le",
    ast.Gt: "gt",
    ast.GtE: "ge",
    ast.Is: "is_",
    ast.IsNot: "is_not",
}
_SIGNS = {"ne": "not ", "lt": "< ", "le": "<= ", "gt": "> ", "ge": ">= "}
_COMPARE, _TRUTH = "__assay_compare__", "__assay_truth__"
_FIRST, _SECOND = "__assay_first__", "__assay_second__"
_EQUALITIES = frozenset(
    f"assert{kind}Equal"
    for kind in ("", "Almost", "Count", "Dict", "List", "MultiLine", "Sequence", "Set")
) | {"assertEquals", "assertTupleEqual"}
"""Methods of unittest that want their first two arguments to be the same."""


@dataclass(frozen=True)
class Sides:
    """An assert's comparison: the sources of its sides and how it relates them."""

    line: int
    given: str  # source of the side that calls something
    given_is_local: bool  # it needs names of its surroundings to be understood
    relation: str
    swapped: bool


class Comparisons:
    """Rewrites the asserts of a file, and knows the last one that was evaluated."""

    def __init__(self) -> None:
        self._sides: list[Sides] = []
        self._last: tuple[Sides, Any, Any] | None = None
        self._first: Any = None

    @property
    def names(self) -> dict[str, Any]:
        """What the rewritten code needs among its globals."""
        return {
            _COMPARE: self._compare,
            _TRUTH: self._truth,
            _FIRST: self._note_first,
            _SECOND: self._note_second,
        }

    def forget(self) -> None:
        """Start a test."""
        self._last = None

    def facts(self, line: int | None) -> tuple[str, str, str] | None:
        """What was asserted of what, and what came, if the last assert was there.

        Returns:
            The source of what was called ("" if its surroundings are needed), the
            expected and the given value.
        """
        if self._last is None or (line is not None and self._last[0].line != line):
            return None
        sides, expected, got = self._last
        wanted = "a true value" if sides.relation == "true" else ""
        wanted = "a false value" if sides.relation == "false" else wanted
        wanted = wanted or _SIGNS.get(sides.relation, "") + short(expected)
        return ("" if sides.given_is_local else sides.given, wanted, short(got))

    def rewrite(self, node: ast.stmt) -> None:
        """Rewrite the asserts in a statement, in place."""
        for part in list(walk(node)):
            if isinstance(part, ast.Assert):
                part.test = self._new_test(part)
            elif isinstance(part, ast.Call) and _is_equality(part):
                self._note_arguments(part)

    def _note_arguments(self, call: ast.Call) -> None:
        left, right, *rest = call.args
        swapped = _calls(right) and not _calls(left)
        self._note(right if swapped else left, call, "eq", swapped)
        call.args = [
            self._replacement(_FIRST, left, [left]),
            self._replacement(_SECOND, right, [right]),
            *rest,
        ]

    def _new_test(self, node: ast.Assert) -> ast.expr:
        test = node.test
        if isinstance(test, ast.Compare) and _is_simple(test):
            return self._rewritten(test)
        if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
            return self._single(test.operand, node, "false")
        if isinstance(test, ast.Constant | ast.Tuple):
            return test
        return self._single(test, node, "true")

    def _rewritten(self, test: ast.Compare) -> ast.expr:
        left, right = test.left, test.comparators[0]
        swapped = _calls(right) and not _calls(left)
        given = right if swapped else left
        relation = _OPERATORS[type(test.ops[0])]
        self._note(given, test, relation, swapped)
        return self._replacement(_COMPARE, test, [left, right])

    def _single(self, value: ast.expr, node: ast.stmt, relation: str) -> ast.expr:
        self._note(value, node, relation, False)
        return self._replacement(_TRUTH, value, [value])

    def _note(
        self, given: ast.expr, node: ast.stmt | ast.expr, relation: str, swapped: bool
    ) -> None:
        local = _needs_surroundings(given)
        source = ast.unparse(given)
        self._sides.append(Sides(node.lineno, source, local, relation, swapped))

    def _replacement(self, name: str, node: ast.expr, args: list[ast.expr]) -> ast.expr:
        index = ast.Constant(len(self._sides) - 1)
        call = ast.Call(ast.Name(name, ast.Load()), [index, *args], [])
        return ast.fix_missing_locations(ast.copy_location(call, node))

    def _compare(self, index: int, left: Any, right: Any) -> Any:
        sides = self._sides[index]
        expected, got = (left, right) if sides.swapped else (right, left)
        self._last = (sides, expected, got)
        return getattr(operator, sides.relation)(left, right)

    def _note_first(self, _index: int, value: Any) -> Any:
        self._first = value
        return value

    def _note_second(self, index: int, value: Any) -> Any:
        sides = self._sides[index]
        pair = (self._first, value) if sides.swapped else (value, self._first)
        self._last = (sides, *pair)
        return value

    def _truth(self, index: int, value: Any) -> Any:
        self._last = (self._sides[index], None, value)
        return not value if self._sides[index].relation == "false" else value


def _is_equality(call: ast.Call) -> bool:
    function, args = call.func, call.args
    return (
        isinstance(function, ast.Attribute)
        and function.attr in _EQUALITIES
        and len(args) >= 2
        and not any(isinstance(arg, ast.Starred) for arg in args[:2])
    )


def _is_simple(test: ast.Compare) -> bool:
    return len(test.ops) == 1 and type(test.ops[0]) in _OPERATORS


def _calls(node: ast.expr) -> bool:
    return any(isinstance(inner, ast.Call) for inner in walk(node))


def _needs_surroundings(node: ast.expr) -> bool:
    """Whether a source such as `f(x)` says too little, because of `x`."""
    heads = [n.func for n in walk(node) if isinstance(n, ast.Call)]
    called = {n for head in heads for n in walk(head)}
    names = [n for n in walk(node) if isinstance(n, ast.Name)]
    return any(n not in called or n.id == "candidate" for n in names)
