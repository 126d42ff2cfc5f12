"""Whether a value is what a return annotation says, where that is beyond doubt."""

from __future__ import annotations

import ast
from collections.abc import Callable

from assay.types import Value

_SETS = ("set", "frozenset", "abstractset")
_LISTS = ("list", "sequence", "iterable", "collection")


def conforms(value: Value, annotation: ast.expr) -> bool:
    """Whether a value may stand where the annotation stands. True if in doubt.

    As loose as the judge: a tuple may be a list, an int a float and a whole float an
    int. What the annotation means is guessed by its name, and a name that is not one of
    Python's own says nothing.

    >>> def check(value, text): return conforms(value, ast.parse(text).body[0].value)
    >>> check([1, 2], "List[int]"), check([1, "a"], "List[int]"), check(1, "str | None")
    (True, False, False)
    >>> check((1, "a"), "Tuple[int, str]"), check(None, "int"), check(object(), "Node")
    (True, False, True)
    """
    if isinstance(annotation, ast.Constant):
        return _is_constant(value, annotation)
    if isinstance(annotation, ast.BinOp) and isinstance(annotation.op, ast.BitOr):
        return conforms(value, annotation.left) or conforms(value, annotation.right)
    name, inner = _parts(annotation)
    if name == "optional":
        return value is None or all(conforms(value, each) for each in inner)
    if name == "union":
        return not inner or any(conforms(value, each) for each in inner)
    check = _CHECKS.get(name)
    if check is not None:
        return check(value)
    if name in _LISTS:
        return isinstance(value, list | tuple) and _members(value, inner)
    if name in _SETS:
        return isinstance(value, set | frozenset) and _members(value, inner)
    if name == "tuple":
        return isinstance(value, list | tuple) and _fields(value, inner)
    if name in ("dict", "mapping", "defaultdict"):
        return isinstance(value, dict) and _items(value, inner)
    return True


def _is_constant(value: Value, annotation: ast.Constant) -> bool:
    if annotation.value is None:
        return value is None
    if isinstance(annotation.value, str):  # an annotation in quotes
        try:
            inner = ast.parse(annotation.value, mode="eval").body
        except (SyntaxError, ValueError, MemoryError, RecursionError):
            return True
        return isinstance(inner, ast.Constant) or conforms(value, inner)
    return True


def _parts(annotation: ast.expr) -> tuple[str, list[ast.expr]]:
    """The bare name in small letters, and what stands in its brackets."""
    inner: list[ast.expr] = []
    if isinstance(annotation, ast.Subscript):
        index = annotation.slice
        inner = list(index.elts) if isinstance(index, ast.Tuple) else [index]
        annotation = annotation.value
    name = getattr(annotation, "attr", getattr(annotation, "id", ""))
    return name.lower() if name in _OWN_NAMES else "", inner


def _members(value: Value, inner: list[ast.expr]) -> bool:
    return len(inner) != 1 or all(conforms(member, inner[0]) for member in value)


def _fields(value: Value, inner: list[ast.expr]) -> bool:
    if len(inner) == 2 and _is_ellipsis(inner[1]):
        return _members(value, inner[:1])
    if not inner:
        return True
    return len(value) == len(inner) and all(map(conforms, value, inner))


def _is_ellipsis(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is ...


def _items(value: dict[Value, Value], inner: list[ast.expr]) -> bool:
    return len(inner) != 2 or all(
        conforms(k, inner[0]) and conforms(v, inner[1]) for k, v in value.items()
    )


def _is_whole(value: Value) -> bool:
    return isinstance(value, int) or (isinstance(value, float) and value.is_integer())


_CHECKS: dict[str, Callable[[Value], bool]] = {
    "bool": lambda value: isinstance(value, bool),
    "int": _is_whole,
    "float": lambda value: isinstance(value, int | float),
    "str": lambda value: isinstance(value, str),
    "bytes": lambda value: isinstance(value, bytes),
}
_OWN_NAMES = frozenset(
    {"bool", "int", "float", "str", "bytes", "list", "tuple", "set", "frozenset"}
    | {"dict", "defaultdict", "List", "Sequence", "Iterable", "Collection", "Tuple"}
    | {"Set", "FrozenSet", "AbstractSet", "Dict", "Mapping", "DefaultDict"}
    | {"Optional", "Union"}
)
