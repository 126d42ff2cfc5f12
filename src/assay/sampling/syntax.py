"""What can be seen in a program without running it."""

from __future__ import annotations

import ast
import builtins
import symtable
import warnings
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

Function = ast.FunctionDef | ast.AsyncFunctionDef
DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
IMPORTS = (ast.Import, ast.ImportFrom)
TOO_MUCH = (RecursionError, MemoryError, SystemError)
"""What `ast` raises for text that is nested too deeply to look at."""

_BUILTINS = frozenset(dir(builtins))
_READERS = frozenset({"input", "raw_input", "stdin", "fileinput"})
_WRITERS = frozenset({"print", "stdout", "write", "writelines"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """The module-level names of a piece of a program."""

    bound: frozenset[str] = frozenset()
    used_now: frozenset[str] = frozenset()  # read while the module is being run
    used_later: frozenset[str] = frozenset()  # read when a function is called

    @property
    def used(self) -> frozenset[str]:
        """Names that are read at any time, bound here or not."""
        return self.used_now | self.used_later

    @property
    def unbound(self) -> frozenset[str]:
        """Names that are read, bound nowhere here and no builtins."""
        missing = self.used - self.bound - _BUILTINS
        return frozenset(name for name in missing if not name.startswith("__"))


@lru_cache(maxsize=32)
def parse(code: str, *, whole: bool = True) -> ast.Module | None:
    """The tree of a program, or None if it is not one.

    The tree is shared by all who ask for this text and must not be changed.

    Args:
        code: The text. Nothing of it is run.
        whole: Demand that it would compile, so that a `return` outside of a function
            is refused too. If not, the grammar is enough.
    """
    return fresh_tree(code, whole=whole)


def fresh_tree(code: str, *, whole: bool = True) -> ast.Module | None:
    """As `parse`, but a tree of the caller's own."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            tree = ast.parse(code)
            if whole:
                compile(tree, "<candidate>", "exec", dont_inherit=True)
        except (SyntaxError, ValueError, *TOO_MUCH):
            return None
    return tree


def first_error(code: str) -> SyntaxError | None:
    """Where and why reading the program fails; None where it does not."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            ast.parse(code)
        except SyntaxError as error:
            return error
        except (ValueError, *TOO_MUCH):
            return None
    return None


@lru_cache(maxsize=32)
def names_of(code: str) -> Names:
    """The names that a program binds and reads at module level.

    Empty for a text that is no program.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            top = symtable.symtable(code, "<candidate>", "exec")
        except (SyntaxError, ValueError, *TOO_MUCH):
            return Names()
    bound: set[str] = set()
    now: set[str] = set()
    later: set[str] = set()
    tables = [(top, False)]
    while tables:
        table, in_function = tables.pop()
        for symbol in table.get_symbols():
            outer = table is top or symbol.is_global()
            if not outer:
                continue
            name = symbol.get_name()
            if symbol.is_referenced():
                (later if in_function else now).add(name)
            if symbol.is_assigned() or symbol.is_imported():
                bound.add(name)
        for child in table.get_children():
            deferred = isinstance(child, symtable.Function) and not _at_once(child)
            tables.append((child, in_function or deferred))
    return Names(
        bound=frozenset(bound), used_now=frozenset(now), used_later=frozenset(later)
    )


def _at_once(table: symtable.SymbolTable) -> bool:
    """Whether a function-like scope is a comprehension, which runs where it stands."""
    return table.get_name() in {"listcomp", "setcomp", "dictcomp", "genexpr"}


def without_nodes(code: str, nodes: Iterable[ast.stmt]) -> str:
    """The program without some of its top-level statements.

    Comments that stand directly above a removed statement go with it, and so does all
    that follows the last statement if that one is removed. The rest keeps its text.
    """
    tree = parse(code)
    gone = {(node.lineno, node.col_offset) for node in nodes}
    if tree is None or not gone:
        return code
    keep = [node for node in tree.body if (node.lineno, node.col_offset) not in gone]
    if _shares_lines(tree.body):
        return ast.unparse(ast.Module(body=keep, type_ignores=[])) + "\n"
    lines = code.split("\n")
    dropped: set[int] = set()
    for node in tree.body:
        if (node.lineno, node.col_offset) in gone:
            dropped.update(range(first_line(node) - 1, node.end_lineno or node.lineno))
            above = first_line(node) - 2
            while above >= 0 and lines[above].startswith("#"):
                dropped.add(above)
                above -= 1
    if tree.body and tree.body[-1] not in keep:
        dropped.update(range(tree.body[-1].end_lineno or 0, len(lines)))
    kept = "\n".join(line for i, line in enumerate(lines) if i not in dropped)
    return kept.rstrip() + "\n"


def first_line(node: ast.stmt) -> int:
    """The first line of a statement, with its decorators."""
    decorators = getattr(node, "decorator_list", [])
    return min((int(d.lineno) for d in decorators), default=node.lineno)


def _shares_lines(body: list[ast.stmt]) -> bool:
    ends = zip(body, body[1:], strict=False)
    return any((a.end_lineno or a.lineno) >= first_line(b) for a, b in ends)


def segments(code: str, tree: ast.Module) -> list[str]:
    """The text of each top-level statement, decorators included."""
    lines = code.split("\n")
    if _shares_lines(tree.body):
        return [ast.unparse(node) for node in tree.body]
    return [
        "\n".join(lines[first_line(node) - 1 : node.end_lineno]) for node in tree.body
    ]


def functions(tree: ast.Module) -> list[Function]:
    """The functions at the top level, in their order."""
    return [node for node in tree.body if isinstance(node, Function)]


def classes(tree: ast.Module) -> list[ast.ClassDef]:
    """The classes at the top level, in their order."""
    return [node for node in tree.body if isinstance(node, ast.ClassDef)]


def methods(node: ast.ClassDef) -> list[Function]:
    """The methods of a class, in their order."""
    return [item for item in node.body if isinstance(item, Function)]


def is_stub(node: Function) -> bool:
    """Whether a function does nothing: a docstring, `pass`, `...` or not implemented.

    >>> is_stub(ast.parse("def f(x): ...").body[0])
    True
    """
    return all(_does_nothing(statement) for statement in node.body)


def _does_nothing(node: ast.stmt) -> bool:
    if isinstance(node, ast.Raise):
        return node.exc is not None and "NotImplemented" in ast.dump(node.exc)
    if isinstance(node, ast.Expr):
        return isinstance(node.value, ast.Constant)
    return isinstance(node, ast.Pass)


def reads_input(node: ast.AST) -> bool:
    """Whether there is a read of the standard input in it, run or not."""
    return any(
        _mentions(item, _READERS) or _opens_zero(item) for item in ast.walk(node)
    )


def writes_output(node: ast.AST) -> bool:
    """Whether there is something that may write to the standard output in it."""
    return any(_mentions(item, _WRITERS) for item in ast.walk(node))


def _mentions(node: ast.AST, names: frozenset[str]) -> bool:
    if isinstance(node, ast.Name):
        return isinstance(node.ctx, ast.Load) and node.id in names
    return isinstance(node, ast.Attribute) and node.attr in names


def _opens_zero(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "open"
        and bool(node.args)
        and isinstance(node.args[0], ast.Constant)
        and node.args[0].value in (0, "/dev/stdin")
    )
