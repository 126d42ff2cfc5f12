"""Python's `==` and, where that fails, `numpy.allclose`, on plain values without numpy.

What EvalPlus's tests and many notebooks compare by. An answer that is not plain data
equals nothing; `==` on the rest runs no foreign code, and what came over the wire holds
few equal hashes, so that it takes linear time.

Source: numpy 2.3, `numpy/_core/numeric.py` (`isclose`, `allclose`).
Differs: text, bytes, None, sets and dicts are close to nothing, where numpy raises; so
are arrays of different shapes that cannot be broadcast, and ints beyond 64 bits.
"""

from __future__ import annotations

import math
from typing import Any

from assay.judging.plain import is_plain
from assay.types import Checker, Value

_Shape = tuple[int, ...]
_MOST_INT = 2**64
_MOST_DIMENSIONS = 64  # as numpy's own limit


class _NoArray(ValueError):
    """numpy would make no numeric array of this."""


def equal_or_close(checker: Checker, expected: Value, got: Value) -> bool:
    """Whether they are equal, or all their numbers close after broadcasting.

    `abs_tol` 0 means that only floats may differ, by 1e-6, and only where the expected
    value is a float or a flat sequence of floats. With `strict_types` what is close
    must be of one type and, a sequence, of one length.

    >>> rule = Checker(abs_tol=0.0, rel_tol=1e-7)
    >>> equal_or_close(rule, 1, True), equal_or_close(rule, [1.0], [1.0000001])
    (True, True)
    >>> equal_or_close(rule, [1], (1,)), equal_or_close(rule, [1.0, 1.0], 1.0)
    (False, True)
    """
    if not is_plain(got):
        return False
    if got == expected:
        return True
    atol = checker.abs_tol
    if atol == 0 and _is_floats(expected):
        atol = 1e-6
    if atol == 0 or (checker.strict_types and not _is_alike(got, expected)):
        return False
    return _allclose(got, expected, checker.rel_tol, atol)


def _is_alike(one: Value, other: Value) -> bool:
    if type(one) is not type(other):
        return False
    return not isinstance(one, list | tuple) or len(one) == len(other)


def _is_floats(value: Value) -> bool:
    if isinstance(value, list | tuple):
        return all(isinstance(item, float) for item in value)
    return isinstance(value, float)


def _allclose(got: Value, wanted: Value, rtol: float, atol: float) -> bool:
    try:
        (shape, numbers), (other, others) = _array(got), _array(wanted)
        whole = _broadcast(shape, other)
    except (_NoArray, RecursionError):
        return False
    one, two = _spread(numbers, shape, whole), _spread(others, other, whole)
    pairs = zip(one, two, strict=True)
    return all(_close(a, b, rtol, atol) for a, b in pairs)


def _close(a: Any, b: Any, rtol: float, atol: float) -> bool:
    try:
        if not math.isfinite(abs(b)) or not math.isfinite(abs(a)):
            return bool(a == b)
        return bool(abs(a - b) <= atol + rtol * abs(b))
    except OverflowError:
        return False


def _array(value: Value, depth: int = 0) -> tuple[_Shape, list[Any]]:
    """The shape and the flat numbers of nested sequences, as `numpy.asarray` has them.

    Raises:
        _NoArray: ragged, too deep, or not of numbers alone.
    """
    if type(value) in (bool, float, complex):
        return (), [value]
    if type(value) is int:
        if abs(value) >= _MOST_INT:
            raise _NoArray
        return (), [value]
    if type(value) not in (list, tuple) or depth == _MOST_DIMENSIONS:
        raise _NoArray
    inner: _Shape | None = None
    flat: list[Any] = []
    for item in value:
        shape, numbers = _array(item, depth + 1)
        if inner is not None and shape != inner:
            raise _NoArray
        inner = shape
        flat += numbers
    return (len(value), *(inner or ())), flat


def _broadcast(one: _Shape, other: _Shape) -> _Shape:
    """The common shape: from the right, lengths are equal or one of them is 1."""
    n = max(len(one), len(other))
    a, b = (1,) * (n - len(one)) + one, (1,) * (n - len(other)) + other
    if any(x != y and 1 not in (x, y) for x, y in zip(a, b, strict=True)):
        raise _NoArray
    return tuple(y if x == 1 else x for x, y in zip(a, b, strict=True))


def _spread(numbers: list[Any], shape: _Shape, whole: _Shape) -> list[Any]:
    """The numbers of an array as often as broadcasting repeats them, flat."""
    if shape == whole:
        return numbers
    padded = (1,) * (len(whole) - len(shape)) + shape
    for axis in reversed(range(len(whole))):
        if padded[axis] == whole[axis]:
            continue
        block = math.prod(whole[axis + 1 :])
        repeated: list[Any] = []
        for start in range(0, len(numbers), block or 1):
            repeated += numbers[start : start + block] * whole[axis]
        numbers = repeated
    return numbers
