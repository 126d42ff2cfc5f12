"""What is left of a program whose end was cut off."""

from __future__ import annotations

import ast
import re

from assay.sampling.chunks import last_margin
from assay.sampling.syntax import Function, names_of, parse

_DEFINITION = re.compile(r"(?:async\s+def|def|class)\b")
_MEMBER = re.compile(r"^[ \t]+(?:async\s+def|def|@)")
_MAX_LINES_BACK = 60
_MAX_LINES = 1000  # of one statement; what is longer was no program


def trimmed(code: str) -> str | None:
    """The longest beginning of a program that is whole, or None.

    A function or method that was being written when the text ended is left out with
    all of it; other statements are kept as far as they can be read. A beginning that
    uses what was left out is no program.

    Args:
        code: The text up to the cut.
    """
    lines, next_indent = _whole_lines(code)
    start = last_margin(lines)
    head, tail = lines[:start], lines[start:]
    if parse("\n".join(head)) is None:
        return None
    beginning = "\n".join([*head, *_kept(tail, next_indent)]).rstrip() + "\n"
    rest = code[len(beginning.rstrip()) :]
    tree = parse(beginning)
    if tree is None or not tree.body or _misses(beginning, tree, rest):
        return None
    return beginning


def _whole_lines(code: str) -> tuple[list[str], int | None]:
    """The lines without a last one that may have had more to come, and its indent."""
    lines = code.split("\n")
    last = lines[-1].rstrip()
    if last and last[-1] not in ")]}\"'":
        return lines[:-1], _indent(last)
    return lines, None


def _kept(tail: list[str], next_indent: int | None) -> list[str]:
    """What can be kept of the last statement at the margin.

    Args:
        tail: Its lines.
        next_indent: The indentation of what follows, if anything does.
    """
    tree = parse("\n".join(tail))
    first = next((line for line in tail if not line.startswith("@")), "")
    if not _DEFINITION.match(first):
        return tail if tree is not None else _longest_statement(tail)
    if tree is not None and _is_finished(tree, next_indent):
        return tail
    return _whole_members(tail) if first.startswith("class") else []


def _longest_statement(tail: list[str]) -> list[str]:
    if len(tail) > _MAX_LINES:
        return []
    for end in range(len(tail) - 1, max(0, len(tail) - _MAX_LINES_BACK), -1):
        if parse("\n".join(tail[:end])) is not None:
            return tail[:end]
    return []


def _whole_members(tail: list[str]) -> list[str]:
    """A class without the method that was being written."""
    members = [i for i, line in enumerate(tail) if _MEMBER.match(line)]
    margin = min((_indent(tail[i]) for i in members), default=0)
    starts = [i for i in members if _indent(tail[i]) == margin]
    for start in reversed(starts[1:]):
        tree = parse("\n".join(tail[:start]))
        if tree is not None and not tail[start - 1].lstrip().startswith("@"):
            return tail[:start]
    return []


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def _is_finished(tree: ast.Module, next_indent: int | None) -> bool:
    """Whether the last function has an end: what follows, or that it is left."""
    last: ast.stmt | None = tree.body[-1] if tree.body else None
    while isinstance(last, ast.ClassDef):
        last = last.body[-1]
    if not isinstance(last, Function):
        return True
    followed = next_indent is not None and next_indent <= last.col_offset
    return followed or _leaves(last.body[-1])


def _leaves(node: ast.stmt) -> bool:
    if isinstance(node, ast.If):
        return bool(node.orelse) and _leaves(node.body[-1]) and _leaves(node.orelse[-1])
    if isinstance(node, ast.With):
        return _leaves(node.body[-1])
    return isinstance(node, ast.Return | ast.Raise)


def _misses(beginning: str, tree: ast.Module, rest: str) -> bool:
    """Whether the beginning uses a name that only the rest of the text defines."""
    own = {
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id == "self"
    }
    kept = {n.name for n in ast.walk(tree) if isinstance(n, Function)}
    begun = set(re.findall(r"\b(?:def|class)\s+(\w+)", rest))
    return bool(begun & (names_of(beginning).unbound | (own - kept)))
