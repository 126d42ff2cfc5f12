"""Text -> plain Python values, by parsing alone. Nothing here runs anything."""

from __future__ import annotations

import ast
import json
import re
import warnings

from assay.types import Value

_WORDS = {
    "True": True, "true": True, "TRUE": True,
    "False": False, "false": False, "FALSE": False,
    "None": None, "none": None, "null": None, "NULL": None,
}  # fmt: skip
_NUMBER = re.compile(r"[-+]?(?:\d[\d_]*\.\d+|\d[\d_]*|\.\d+)(?:[eE][-+]?\d+)?j?")
_OPEN = {"(": ")", "[": "]", "{": "}"}


class NotLiteral(ValueError):
    """An expression is more than a plain value."""


def parse(source: str) -> ast.Module:
    """Parse Python, quietly.

    Raises:
        SyntaxError: also where the parser itself gives up (nesting, memory, NUL).
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return ast.parse(source)
        except (RecursionError, MemoryError, ValueError) as error:
            raise SyntaxError(f"it is nested too deeply or too large ({error})") from (
                error
            )


def expression(source: str) -> ast.expr | None:
    """Return the one expression that a text is, or None."""
    try:
        body = parse(source.strip()).body
    except SyntaxError:
        return None
    if len(body) == 1 and isinstance(body[0], ast.Expr):
        return body[0].value
    return None


def value_of(node: ast.expr) -> Value:
    """Return the value of a literal, of JSON's words, `set()` or `float("inf")`.

    Raises:
        NotLiteral: for anything that would have to be run.
    """
    try:
        return ast.literal_eval(_Words().visit(node))
    except (ValueError, TypeError, MemoryError, RecursionError, SyntaxError) as error:
        special = _special(node)
        if special is not None:
            return special
        raise NotLiteral(ast.dump(node)[:80]) from error


class _Words(ast.NodeTransformer):
    """Makes constants of `true`, `false` and `null`."""

    def visit_Name(self, node: ast.Name) -> ast.expr:  # noqa: N802
        """Replace one name, if it is such a word."""
        if node.id in _WORDS:
            return ast.copy_location(ast.Constant(_WORDS[node.id]), node)
        return node


def _special(node: ast.expr) -> Value:
    source = ast.unparse(node).replace('"', "'")
    if match := re.fullmatch(r"(-?)(?:float\('([-+]?)inf'\)|math\.inf|inf)", source):
        sign = -1 if "-" in (match[1], match[2] or "") else 1
        return sign * float("inf")
    if (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in ("set", "frozenset")
        and not node.keywords
        and len(node.args) <= 1
    ):
        try:
            items = ast.literal_eval(node.args[0]) if node.args else ()
            return {"set": set, "frozenset": frozenset}[node.func.id](items)
        except (ValueError, TypeError):
            return None
    return None


def literal(text: str) -> Value:
    """Return the value that a whole text is, written in Python or in JSON.

    >>> literal("[1, null, 'a']")
    [1, None, 'a']

    Raises:
        NotLiteral: the text is something else.
    """
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        node = expression(text)
    if node is None:
        raise NotLiteral(text[:80])
    return value_of(node)


def closing(text: str, start: int, limit: int = 20_000) -> int | None:
    """Return the index after the bracket that closes the one at `start`.

    Brackets inside strings do not count.

    >>> closing('f("(", [1]) == 2', 1)
    11
    """
    wanted: list[str] = []
    index = start
    while index < min(len(text), start + limit):
        char = text[index]
        if char in "\"'":
            end = _string_end(text, index)
            if end is None:
                return None
            index = end
            continue
        if char in _OPEN:
            wanted.append(_OPEN[char])
        elif char in ")]}":
            if not wanted or wanted.pop() != char:
                return None
            if not wanted:
                return index + 1
        index += 1
    return None


def _string_end(text: str, start: int) -> int | None:
    quote = text[start]
    index = start + 1
    while index < len(text) and text[index] != "\n":
        if text[index] == "\\":
            index += 1
        elif text[index] == quote:
            return index + 1
        index += 1
    return None


def leading(text: str, start: int) -> tuple[Value, int] | None:
    """Return the literal that begins at `start`, and the index after it.

    >>> leading("x -> [1, 2] # why", 5)
    ([1, 2], 11)
    """
    end = _extent(text, start)
    if end is None:
        return None
    node = expression(text[start:end])
    if node is None:
        return None
    try:
        return value_of(node), end
    except NotLiteral:
        return None


def _extent(text: str, start: int) -> int | None:
    if start >= len(text):
        return None
    if text[start] in _OPEN:
        return closing(text, start)
    if match := re.compile(r"[bBrR]{0,2}(?=[\"'])").match(text, start):
        return _string_end(text, match.end())
    if match := _NUMBER.match(text, start):
        return match.end()
    if match := re.compile(r"[A-Za-z]+\b").match(text, start):
        return match.end() if match[0] in _WORDS else None
    return None


def assignments(text: str) -> tuple[tuple[str, Value], ...] | None:
    """Return the names and values of `n = 7, queries = [[0, 5]]`, or None.

    Separated by commas or line ends; JSON's words and `name : value` are accepted.

    >>> assignments('n = 7, ok = true')
    (('n', 7), ('ok', True))
    """
    found: list[tuple[str, Value]] = []
    index = 0
    name = re.compile(r"[\s,;]*([A-Za-z_]\w*)\s*[=:]\s*(?!=)")
    while match := name.match(text, index):
        got = leading(text, match.end())
        if got is None:
            return None
        value, index = got
        found.append((match[1], value))
        if not re.compile(r"\s*(?:[,;\n]|$|(?=\n))").match(text, index):
            return None
    if not found or text[index:].strip(" \t\n,;."):
        return None
    if len({n for n, _ in found}) != len(found):
        return None
    return tuple(found)
