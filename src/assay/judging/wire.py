"""What crosses a sandbox's wall: plain values, by exact type, in counted frames.

A frame is a length of four bytes and a payload. A payload is JSON in which each array
begins with a number that names the type, so that a tuple stays a tuple and `True` never
becomes 1. Only exact builtin types cross; anything else arrives as `Opaque`, which
equals nothing. Both sides use this file: the judge to read what a hostile program
wrote, so nothing here evaluates, unpickles, or spends more than linear time.
"""

from __future__ import annotations

import json
import os
import struct
from collections import Counter, OrderedDict, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import repeat
from typing import Any

MAX_DEPTH = 450  # one array a level, so far below any interpreter's recursion limit
HEADER = struct.Struct("<I")

_SMALL = 10**15  # larger ints travel as hex: linear time, and no limit on digits
_MAX_COLLISIONS = 64  # equal hashes in one set or dict; honest ones have almost none

_LIST, _TUPLE, _SET, _FROZENSET, _DICT, _BYTES, _COMPLEX, _INT, _STR, _OPAQUE = range(
    10
)

_ATOMS = frozenset({bool, float, type(None)})
_DICTS = frozenset({dict, OrderedDict, defaultdict, Counter})
_SEQUENCES: dict[type, int] = {
    list: _LIST,
    tuple: _TUPLE,
    set: _SET,
    frozenset: _FROZENSET,
}


class WireError(ValueError):
    """A value cannot cross the wall, or the bytes that came are not a value."""


@dataclass(frozen=True, slots=True, eq=False)
class Opaque:
    """A value that is not plain. It equals nothing, not even another of its kind."""

    type_name: str


def pack(value: Any) -> bytes:
    """Encode a value by its exact type.

    Dicts of the standard library (`Counter`, `defaultdict`, `OrderedDict`) travel as
    dicts and named tuples as tuples, since they compare equal to those. Other
    subclasses of builtins, iterators and all other objects travel as `Opaque`.

    Raises:
        WireError: nested deeper than `MAX_DEPTH`, or contains itself.
    """
    return _to_json(_encode(value, 0)).encode("ascii")


def unpack(payload: bytes) -> Any:
    """Decode what `pack` made, from a side that need not be honest.

    A set or dict whose members were chosen to collide arrives as `Opaque`.

    Raises:
        WireError: the bytes are not what `pack` makes of any value.
    """
    try:
        return _decode(json.loads(payload), 0)
    except WireError:
        raise
    except (ValueError, TypeError, RecursionError) as error:
        raise WireError(f"not a value: {type(error).__name__}") from error


def frame(payload: bytes) -> bytes:
    """A payload with its length before it."""
    return HEADER.pack(len(payload)) + payload


class Channel:
    """The child's end of a conversation with the judge: counted frames, in order."""

    def __init__(self, read_fd: int = 3, write_fd: int = 4) -> None:
        self._read_fd = read_fd
        self._write_fd = write_fd

    def receive(self) -> bytes:
        """Wait for the next payload.

        Raises:
            EOFError: the judge closed its end.
        """
        (length,) = HEADER.unpack(self._exactly(HEADER.size))
        return self._exactly(length)

    def send(self, payload: bytes) -> None:
        """Write one payload, all of it."""
        view = memoryview(frame(payload))
        while view:
            view = view[os.write(self._write_fd, view) :]

    def _exactly(self, size: int) -> bytes:
        data = os.read(self._read_fd, size)
        if len(data) == size:
            return data
        parts = [data]
        while data and size > sum(map(len, parts)):
            data = os.read(self._read_fd, size - sum(map(len, parts)))
            parts.append(data)
        if not data and size:
            raise EOFError
        return b"".join(parts)


_to_json = json.JSONEncoder(separators=(",", ":"), check_circular=False).encode


def _encode(value: Any, depth: int) -> Any:
    kind = type(value)
    if kind in _ATOMS:
        return value
    if kind is int:
        return value if -_SMALL <= value <= _SMALL else [_INT, hex(value)]
    if kind is str:
        return value if _is_json_safe(value) else [_STR, _utf8(value).hex()]
    if depth >= MAX_DEPTH:
        raise WireError(f"nested deeper than {MAX_DEPTH} levels")
    if kind in _SEQUENCES:
        return [_SEQUENCES[kind], *_encode_all(value, depth + 1)]
    if kind in _DICTS:
        flat = [part for pair in dict.items(value) for part in pair]
        return [_DICT, *_encode_all(flat, depth + 1)]
    if kind is bytes:
        return [_BYTES, value.hex()]
    if kind is complex:
        return [_COMPLEX, value.real, value.imag]
    if _is_named_tuple(kind):
        return [_TUPLE, *_encode_all(tuple.__iter__(value), depth + 1)]
    name = kind.__name__
    return [_OPAQUE, name[:80] if type(name) is str else "object"]


def _encode_all(values: Iterable[Any], depth: int) -> list[Any]:
    items = list(values)
    kinds = set(map(type, items))
    if kinds <= _ATOMS:
        return items
    if kinds == {int} and min(items) >= -_SMALL and max(items) <= _SMALL:
        return items
    if kinds == {str} and all(map(str.isascii, items)):
        return items
    return list(map(_encode, items, repeat(depth)))  # map: one frame a level


def _is_json_safe(text: str) -> bool:
    """Whether JSON gives this text back: it joins lone surrogates that meet."""
    if text.isascii():
        return True
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _utf8(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _is_named_tuple(kind: type) -> bool:
    return (
        kind.__mro__ == (kind, tuple, object)
        and hasattr(kind, "_fields")
        and "__eq__" not in vars(kind)
    )


def _decode(node: Any, depth: int) -> Any:
    if type(node) is dict:
        raise WireError("a JSON object is never sent")
    if type(node) is not list:
        return node
    if not node or type(node[0]) is not int or depth > MAX_DEPTH:
        raise WireError("an array without a type, or nested too deep")
    decode = _DECODERS.get(node[0])
    if decode is None:
        raise WireError(f"unknown type {node[0]}")
    rest = node[1:]
    kinds = set(map(type, rest))
    if list in kinds or dict in kinds:
        rest = list(map(_decode, rest, repeat(depth + 1)))
    return decode(rest)


def _has_collisions(keys: list[Any]) -> bool:
    return len(keys) - len(set(map(hash, keys))) > _MAX_COLLISIONS


def _decode_set(items: list[Any]) -> Any:
    return Opaque("set") if _has_collisions(items) else set(items)


def _decode_frozenset(items: list[Any]) -> Any:
    return Opaque("frozenset") if _has_collisions(items) else frozenset(items)


def _decode_dict(flat: list[Any]) -> Any:
    keys, values = flat[::2], flat[1::2]
    if _has_collisions(keys):
        return Opaque("dict")
    return dict(zip(keys, values, strict=True))


def _decode_complex(parts: list[Any]) -> complex:
    real, imag = parts
    if type(real) is not float or type(imag) is not float:
        raise WireError("a complex number of other parts than two floats")
    return complex(real, imag)


def _decode_text(parts: list[Any]) -> str:
    (text,) = parts
    if type(text) is not str:
        raise WireError("digits or a name expected")
    return text


_DECODERS: dict[int, Callable[[list[Any]], Any]] = {
    _LIST: lambda items: items,
    _TUPLE: tuple,
    _SET: _decode_set,
    _FROZENSET: _decode_frozenset,
    _DICT: _decode_dict,
    _BYTES: lambda parts: bytes.fromhex(_decode_text(parts)),
    _COMPLEX: _decode_complex,
    _INT: lambda parts: int(_decode_text(parts), 16),
    _STR: lambda parts: bytes.fromhex(_decode_text(parts)).decode(
        "utf-8", "surrogatepass"
    ),
    _OPAQUE: lambda parts: Opaque(_decode_text(parts)),
}
