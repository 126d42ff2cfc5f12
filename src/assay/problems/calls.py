"""Written calls and arguments -> `Call`, positional in the signature's order."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from assay.problems.literals import NotLiteral, value_of
from assay.problems.signature import Signature
from assay.types import Call, Value


def make_call(
    args: Sequence[Value],
    kwargs: Sequence[tuple[str, Value]],
    parameters: Sequence[str],
) -> Call:
    """Return a call, its keyword arguments made positional where the names allow it.

    >>> make_call((), (("b", 2), ("a", 1)), ("a", "b")).args
    (1, 2)
    """
    named = dict(kwargs)
    rest = list(parameters[len(args) :])
    positional = list(args)
    while rest and rest[0] in named:
        positional.append(named.pop(rest.pop(0)))
    if not set(named) <= set(rest) and parameters:
        named = {}  # names that the signature does not know: checked by the caller
    return Call(args=tuple(positional), kwargs=tuple(named.items()))


def named_call(
    pairs: Sequence[tuple[str, Value]], signature: Signature | None
) -> Call | None:
    """Return the call of arguments given by name, or None where it does not fit.

    Names that the signature does not have are taken in their order, if as many are
    given as it has parameters: statements often rename an argument.
    """
    if signature is None or not signature.parameters:
        return Call(kwargs=tuple(pairs))
    parameters = signature.parameters
    names = [name for name, _ in pairs]
    if set(names) <= set(parameters):
        given = len(names)
        return make_call((), pairs, parameters) if signature.takes(given) else None
    if len(names) == len(parameters) and not set(names) & set(parameters):
        return Call(args=tuple(value for _, value in pairs))
    overlap = [n for n, p in zip(names, parameters, strict=False) if n == p]
    if len(names) == len(parameters) and overlap:
        return Call(args=tuple(value for _, value in pairs))
    return None


def called(node: ast.expr) -> str | None:
    """Return what a call calls: `name`, or `Solution().name`; None for other calls."""
    if not isinstance(node, ast.Call):
        return None
    if isinstance(node.func, ast.Name):
        return node.func.id
    if isinstance(node.func, ast.Attribute) and isinstance(node.func.value, ast.Call):
        maker = node.func.value
        if isinstance(maker.func, ast.Name) and not maker.args and not maker.keywords:
            return f"{maker.func.id}().{node.func.attr}"
    return None


def literal_call(
    node: ast.expr,
    parameters: Sequence[str] = (),
    *,
    bare_words: bool = False,
    names: dict[str, ast.expr] | None = None,
) -> Call | None:
    """Return a call whose arguments are all literals, or None.

    Args:
        node: The call.
        parameters: Names by which keyword arguments become positional.
        bare_words: Take an unquoted word, which is no parameter, for a string.
        names: Expressions that names stand for.
    """
    if not isinstance(node, ast.Call):
        return None
    known = names or {}

    def value(argument: ast.expr) -> Value:
        if isinstance(argument, ast.Name):
            if argument.id in known:
                return value_of(known[argument.id])
            if bare_words and argument.id not in parameters:
                return argument.id
        return value_of(argument)

    try:
        args = [value(argument) for argument in node.args]
        kwargs = [(k.arg, value(k.value)) for k in node.keywords if k.arg]
    except NotLiteral:
        return None
    if len(kwargs) < len(node.keywords):
        return None
    return make_call(args, kwargs, parameters)
