"""A canonical text of a plain value, so that values compare without being hashed.

A candidate's answer is hostile: a set of a hundred thousand numbers of one hash makes
`==` quadratic. Texts are compared and sorted instead, which is `n log n` whatever the
values are.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import Any

from assay.types import Value

MAX_DEPTH = 480
"""Deeper values equal nothing. One Python frame a level, so this stays callable."""


class NotPlain(ValueError):
    """The value, or something in it, is no plain data or is nested too deep."""


def canonical(
    value: Value, *, alike: bool = False, text: Callable[[str], str] | None = None
) -> str:
    """Write a value so that equal values, and no others, have equal texts.

    Equal means Python's `==` on builtins, except that a bool is no number and that nan
    equals nan: `2`, `2.0` and `2+0j` share a text, `1` and `True` do not.

    `alike` writes tuples as lists; `text` is applied to each string first, so that less
    than all of it is compared.

    Raises:
        NotPlain: nothing can equal this value.

    >>> canonical([1, 2.0]) == canonical([1.0, 2])
    True
    >>> canonical((1,)) == canonical([1]), canonical((1,), alike=True) == canonical([1])
    (False, True)
    """
    return _encode(value, alike, text, 0)


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


def _encode(
    value: Any, alike: bool, text: Callable[[str], str] | None, depth: int
) -> str:
    kind = type(value)
    scalar = _scalar(value, kind, text)
    if scalar is not None:
        return scalar
    if depth >= MAX_DEPTH:
        raise NotPlain("nested too deep")
    # Loops, not comprehensions: those would cost a second frame a level.
    parts: list[str] = []
    if kind is list or kind is tuple:
        for item in value:
            parts.append(_encode(item, alike, text, depth + 1))  # noqa: PERF401
        return _join("[" if alike or kind is list else "(", parts)
    if kind is set or kind is frozenset:
        for item in value:
            parts.append(_encode(item, alike, text, depth + 1))  # noqa: PERF401
        return _join("{", sorted(parts))
    if kind is dict:
        for key, item in value.items():
            name = _encode(key, alike, text, depth + 1)
            parts.append(f"{name}={_encode(item, alike, text, depth + 1)}")
        return _join("<", sorted(parts))
    raise NotPlain(f"{kind.__name__} is not plain data")


def _scalar(value: Any, kind: type, text: Callable[[str], str] | None) -> str | None:
    if value is None or kind is bool:
        return str(value)
    if kind in (int, float):
        return _number(value)
    if kind is str:
        shown = text(value) if text else value
        return f"s{len(shown)}:{shown}"  # the length keeps neighbours apart
    if kind is bytes:
        return f"b{len(value)}:{value.hex()}"
    if kind is complex:
        real, imag = _number(value.real), _number(value.imag)
        return real if imag == "0x0" else f"c{real},{imag}"
    return None


def _number(value: int | float) -> str:
    # Hexadecimal, as writing a long int in decimal is quadratic (and refused).
    if isinstance(value, int):
        return hex(value)
    if math.isfinite(value):
        return hex(int(value)) if value.is_integer() else value.hex()
    return str(value)


def _join(opening: str, parts: Iterable[str]) -> str:
    return f"{opening}{','.join(parts)};"
