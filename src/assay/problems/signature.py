"""Python source -> what must be written: the entry point and its parameters."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass

from assay.problems.literals import parse

_DEF = (ast.FunctionDef, ast.AsyncFunctionDef)


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """A function, a method of `Solution`, or a class, as its stub shows it."""

    entry_point: str  # `name`, `Solution().name`, or a class
    parameters: tuple[str, ...] = ()
    annotations: tuple[str, ...] = ()  # of the parameters, "" where there is none
    required: int = 0  # parameters without a default
    variadic: bool = False  # takes *args or **kwargs
    returns: str = ""
    docstring: str = ""
    raw_docstring: str = ""  # between its quotes, escapes as written
    is_class: bool = False
    is_stub: bool = True
    others: frozenset[str] = frozenset()  # further functions of the same file

    @property
    def name(self) -> str:
        """The bare name, without `Solution().`."""
        return self.entry_point.rpartition(".")[2]

    def takes(self, n_arguments: int) -> bool:
        """Whether a call with so many arguments can be meant."""
        return self.variadic or self.required <= n_arguments <= len(self.parameters)

    @property
    def text(self) -> str:
        """The name with its parameters, as a user reads it."""
        if self.is_class:
            return f"class {self.entry_point}"
        return f"{self.entry_point}({', '.join(self.parameters)})"


def completed(source: str) -> str:
    """Source that parses: a last header without a body gets one.

    Raises:
        SyntaxError: it is not Python in another way.
    """
    try:
        parse(source)
    except SyntaxError:
        lines = source.rstrip().split("\n")
        header = next(
            (
                line
                for line in reversed(lines)
                if re.match(r"\s*(?:async\s+def|def|class)\s", line)
            ),
            None,
        )
        if header is None:
            raise
        indent = re.match(r"\s*", header)
        filled = f"{source.rstrip()}\n{indent[0] if indent else ''}    pass\n"
        parse(filled)
        return filled
    return source


def read_signature(source: str, entry_point: str | None = None) -> Signature | None:
    """Find what is to be written in Python source, or None where nothing is.

    The named entry point; else the last function or class whose body is missing
    (`pass`, `...`, only a docstring, `raise NotImplementedError`); else the last one.

    Raises:
        SyntaxError: the source is not Python.
    """
    source = completed(source)
    found = _signatures(parse(source), source)
    if entry_point is not None:
        bare = entry_point.rpartition(".")[2]
        named = [s for s in found if s.entry_point == entry_point or s.name == bare]
        return named[-1] if named else None
    stubs = [s for s in found if s.is_stub] or found
    return stubs[-1] if stubs else None


def _signatures(tree: ast.Module, source: str) -> list[Signature]:
    found: list[Signature] = []
    names = {n.name for n in tree.body if isinstance(n, _DEF)}
    for node in tree.body:
        if isinstance(node, _DEF):
            found.append(_function(node, source, "", names - {node.name}))
        elif isinstance(node, ast.ClassDef):
            found.append(_class(node, source))
    return found


def _class(node: ast.ClassDef, source: str) -> Signature:
    methods = [n for n in node.body if isinstance(n, _DEF)]
    public = [m for m in methods if not m.name.startswith("_")]
    if node.name == "Solution" and public:
        chosen = ([m for m in public if _is_stub(m)] or public)[-1]
        return _function(chosen, source, "Solution().", set())
    doc, raw = _docstring(node, source)
    return Signature(
        entry_point=node.name,
        docstring=doc,
        raw_docstring=raw,
        is_class=True,
        is_stub=_is_stub(node) or any(_is_stub(m) for m in methods),
    )


def _function(
    node: ast.FunctionDef | ast.AsyncFunctionDef,
    source: str,
    prefix: str,
    others: set[str],
) -> Signature:
    arguments = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
    if prefix and arguments and arguments[0].arg == "self":
        arguments = arguments[1:]
    doc, raw = _docstring(node, source)
    defaults = len(node.args.defaults) + sum(
        default is not None for default in node.args.kw_defaults
    )
    return Signature(
        entry_point=prefix + node.name,
        required=len(arguments) - defaults,
        variadic=bool(node.args.vararg or node.args.kwarg),
        parameters=tuple(a.arg for a in arguments),
        annotations=tuple(
            ast.unparse(a.annotation) if a.annotation else "" for a in arguments
        ),
        returns=ast.unparse(node.returns) if node.returns else "",
        docstring=doc,
        raw_docstring=raw,
        is_stub=_is_stub(node),
        others=frozenset(others),
    )


def _is_stub(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> bool:
    return all(_is_nothing(statement) for statement in node.body)


def _is_nothing(statement: ast.stmt) -> bool:
    if isinstance(statement, ast.Pass):
        return True
    if isinstance(statement, ast.Expr):
        return isinstance(statement.value, ast.Constant)
    if isinstance(statement, ast.Raise) and statement.exc is not None:
        return "NotImplemented" in ast.unparse(statement.exc)
    return False


def _docstring(
    node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef, source: str
) -> tuple[str, str]:
    doc = ast.get_docstring(node, clean=False)
    first = node.body[0]
    if doc is None or not isinstance(first, ast.Expr):
        return "", ""
    segment = ast.get_source_segment(source, first.value) or ""
    match = re.fullmatch(r"""(?s)[rRuU]?("{3}|'{3}|"|')(.*)\1""", segment)
    return doc, match[2] if match else doc
