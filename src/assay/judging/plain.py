"""A canonical text of a plain value, so that values compare without being hashed.

A candidate's answer is hostile: a set of a hundred thousand numbers of one hash makes
`==` quadratic. Texts are compared and sorted instead, which is `n log n` whatever the
values are.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from assay.types import Value

MAX_DEPTH = 480
"""Deeper values equal nothing. One Python frame a level, so this stays callable."""

_CONTAINERS: dict[type, str] = {list: "[", tuple: "[", set: "{", frozenset: "{"}
_FLAT = frozenset({int, float, str, bytes, bool, type(None)})
_PLAIN = _FLAT | {complex, dict, *_CONTAINERS}


class NotPlain(ValueError):
    """The value, or something in it, is no plain data or is nested too deep."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """Which values share a canonical text besides those that Python calls equal."""

    alike: bool = False  # a tuple is written as a list
    strict: bool = False  # the types of numbers and of sets are written too
    text: Callable[[str], str] | None = None  # applied to each string first


def canonical(value: Value, form: Form = Form(), *, depth: int = 0) -> str:  # noqa: B008 (frozen)
    """Write a value so that equal values, and no others, have equal texts.

    Equal means Python's `==` on builtins, except that a bool is no number and that nan
    equals nan: `2`, `2.0` and `2+0j` share a text, `1` and `True` do not.

    Args:
        depth: How deep in another value this one lies.

    Raises:
        NotPlain: nothing can equal this value.

    >>> canonical([1, 2.0]) == canonical([1.0, 2])
    True
    >>> canonical((1,)) == canonical([1])
    False
    >>> canonical((1,), Form(alike=True)) == canonical([1])
    True
    >>> canonical(1, Form(strict=True)) == canonical(1.0, Form(strict=True))
    False
    """
    kind = type(value)
    scalar = _scalar(value, kind, form)
    if scalar is not None:
        return scalar
    if depth >= MAX_DEPTH:
        raise NotPlain("nested too deep")
    if kind in _CONTAINERS:
        parts = _ints(value, form)
        if parts is None:
            parts = []
            # A loop, not a comprehension: that would cost a second frame a level.
            for item in value:
                parts.append(canonical(item, form, depth=depth + 1))
        return _join(_opening(kind, form), parts)
    if kind is dict:
        pairs = []
        for key, item in value.items():
            name = canonical(key, form, depth=depth + 1)
            pairs.append(f"{name}={canonical(item, form, depth=depth + 1)}")
        return _join("<", pairs)
    raise NotPlain(f"{kind.__name__} is not plain data")


def is_surely_equal(one: Value, other: Value) -> bool:
    """Whether two lists of one type of scalar are equal; False says nothing.

    A short cut for the commonest answers: among such lists `==` is linear, and what it
    calls equal has one canonical text in every form.
    """
    if type(one) is not type(other) or type(one) not in (list, tuple):
        return False
    if len(one) != len(other):
        return False
    kinds = set(map(type, one))
    if len(kinds) > 1 or not kinds <= _FLAT or kinds != set(map(type, other)):
        return False
    return bool(one == other)


def is_plain(value: Value) -> bool:
    """Whether a value and all in it are of exact builtin types, and not too deep.

    Then Python's own `==` on it runs nobody's code.
    """
    level: list[Any] = [[value]]
    for _ in range(MAX_DEPTH):
        below: list[Any] = []
        for items in level:
            kinds = set(map(type, items))
            if kinds <= _FLAT:
                continue
            if not kinds <= _PLAIN:
                return False
            for item in items:
                if type(item) is dict:
                    below += [item.keys(), item.values()]
                elif type(item) in _CONTAINERS:
                    below.append(item)
        if not below:
            return True
        level = below
    return False


def is_json_like(value: Value) -> bool:
    """Whether a value could have been read from JSON, which knows no tuple or set."""
    stack = [value]
    while stack:
        item = stack.pop()
        kind = type(item)
        if kind is list:
            stack.extend(item)
        elif kind is dict:
            if any(type(key) is not str for key in item):
                return False
            stack.extend(item.values())
        elif item is not None and kind not in (bool, int, float, str):
            return False
    return True


def _ints(items: Any, form: Form) -> list[str] | None:
    """The texts of items that are all ints, the commonest case, without a loop."""
    if form.strict or set(map(type, items)) != {int}:
        return None
    return list(map(hex, items))


def _scalar(value: Any, kind: type, form: Form) -> str | None:
    if value is None or kind is bool:
        return str(value)
    if kind is str:
        shown = form.text(value) if form.text else value
        return f"s{len(shown)}:{shown}"  # the length keeps neighbours apart
    if kind is bytes:
        return f"b{len(value)}:{value.hex()}"
    if kind in (int, float, complex):
        return f"{kind.__name__[0] if form.strict else ''}{_number(value, kind)}"
    return None


def _number(value: Any, kind: type) -> str:
    # Hexadecimal, as writing a long int in decimal is quadratic (and refused).
    if kind is int:
        return hex(value)
    if kind is complex:
        real, imag = _number(value.real, float), _number(value.imag, float)
        return real if imag == "0x0" else f"c{real},{imag}"
    if math.isfinite(value):
        return hex(int(value)) if value.is_integer() else float(value).hex()
    return str(value)


def _opening(kind: type, form: Form) -> str:
    if kind is frozenset and form.strict:
        return "}"
    return "(" if kind is tuple and not form.alike else _CONTAINERS[kind]


def _join(opening: str, parts: list[str]) -> str:
    if opening in "{}<":
        parts = sorted(parts)
    return f"{opening}{','.join(parts)};"
