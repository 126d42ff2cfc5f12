"""What crosses a sandbox's wall: plain values, by exact type, in counted frames.

A frame is a length of four bytes and a payload. A payload is JSON in which each array
begins with a number that names the type, so that a tuple stays a tuple and `True` never
becomes 1. Bytes and long sequences of numbers follow the JSON as they lie in memory,
each once and in the order in which the JSON names them. Only exact builtin types cross;
anything else arrives as `Opaque`, which equals nothing. Both sides use this file: the
judge to read what a hostile program wrote, so nothing here evaluates, unpickles, or
spends more than linear time.
"""

from __future__ import annotations

import json
import os
import struct
from array import array
from collections import Counter, OrderedDict, defaultdict
from collections.abc import Callable, Iterable
from functools import partial
from itertools import repeat
from json.encoder import encode_basestring_ascii as _quote
from typing import Any

MAX_DEPTH = 450  # one array a level, so far below any interpreter's recursion limit
HEADER = struct.Struct("<I")

_SMALL = 10**15  # larger ints travel as hex: linear time, and no limit on digits
_CHUNK = 1 << 16  # a longer buffer is asked of the kernel each time, which is dear
_LONG_CHUNK = 1 << 20
_LONG = 32  # numbers from which on raw memory is cheaper than JSON
_RAW = b"R"  # begins a payload that has more than JSON; no JSON text does
_MAX_COLLISIONS = 64  # equal hashes in one set or dict; honest ones have almost none

_LIST, _TUPLE, _SET, _FROZENSET, _DICT, _BYTES, _COMPLEX, _INT, _STR, _OPAQUE = range(
    10
)
_RAW_LISTS = {"q": 10, "d": 11, "i": 15}  # by the type code of an array
_RAW_TUPLES = {"q": 12, "d": 13, "i": 16}
_RAW_BYTES = 14

_ATOMS = frozenset({bool, float, type(None)})
_DICTS = frozenset({dict, OrderedDict, defaultdict, Counter})
_SETS: dict[type, int] = {set: _SET, frozenset: _FROZENSET}


class WireError(ValueError):
    """A value cannot cross the wall, or the bytes that came are not a value."""


class Opaque:
    """A value that is not plain. It equals nothing, not even another of its kind."""

    # Not a dataclass: importing those would cost every sandbox.
    __slots__ = ("type_name",)

    def __init__(self, type_name: str) -> None:
        self.type_name = type_name

    def __repr__(self) -> str:
        return f"Opaque({self.type_name!r})"


def pack(value: Any) -> bytes:
    """Encode a value by its exact type.

    Dicts of the standard library (`Counter`, `defaultdict`, `OrderedDict`) travel as
    dicts and named tuples as tuples, since they compare equal to those. Other
    subclasses of builtins, iterators and all other objects travel as `Opaque`.

    Raises:
        WireError: nested deeper than `MAX_DEPTH`, or contains itself.
    """
    kind = type(value)
    if kind is int and -_SMALL <= value <= _SMALL:
        return b"%d" % value
    if kind is str and value.isascii():
        return _quote(value).encode("ascii")
    raw: list[bytes] = []
    text = _to_json(_encode(value, 0, raw)).encode("ascii")
    if not raw:
        return text
    return b"".join((_RAW, HEADER.pack(len(text)), text, *raw))


def unpack(payload: bytes) -> Any:
    """Decode what `pack` made, from a side that need not be honest.

    A set or dict whose members were chosen to collide arrives as `Opaque`.

    Raises:
        WireError: the bytes are not what `pack` makes of any value.
    """
    try:
        raw = _Raw(payload) if payload[:1] == _RAW else _NO_RAW
        text = str(raw.text if raw is not _NO_RAW else payload, "ascii")
        node, end = _scan(text, 0)
        if end != len(text):
            raise WireError("more than one value")
        value = _decode(node, 0, raw) if type(node) in _NODES else node
        raw.must_be_used_up()
    except WireError:
        raise
    except (
        ValueError,
        TypeError,
        RecursionError,
        StopIteration,
        struct.error,
    ) as error:
        raise WireError(f"not a value: {type(error).__name__}") from error
    return value


class _Raw:
    """What follows the JSON of a payload, taken from its start on, each byte once."""

    def __init__(self, payload: bytes) -> None:
        start = len(_RAW) + HEADER.size
        (length,) = HEADER.unpack_from(payload, len(_RAW)) if payload else (0,)
        self.text = payload[start : start + length]
        if payload and len(self.text) < length:
            raise WireError("less JSON than was said")
        self._rest = memoryview(payload)[start + length :]

    def take(self, size: Any) -> memoryview:
        """The next bytes."""
        if type(size) is not int or not 0 <= size <= len(self._rest):
            raise WireError("more raw bytes than there are")
        taken, self._rest = self._rest[:size], self._rest[size:]
        return taken

    def must_be_used_up(self) -> None:
        """Refuse bytes that nothing named."""
        if self._rest:
            raise WireError("raw bytes that belong to nothing")


def require_shallow(value: Any) -> None:
    """Refuse what `pack` would refuse for its depth, in a fraction of its time.

    Raises:
        WireError: nested deeper than `MAX_DEPTH`.
    """
    level = [value]
    for _ in range(MAX_DEPTH + 1):
        below: list[Any] = []
        for each in level:
            parts = each.values() if type(each) is dict else each
            if _one_type(parts) in _FLAT:
                continue
            if not _NESTING.isdisjoint(map(type, parts)):
                below += [part for part in parts if type(part) in _NESTING]
            if type(each) is dict:
                below += [key for key in each if type(key) in _NESTING]
        if not below:
            return
        level = below
    raise WireError(f"nested deeper than {MAX_DEPTH} levels")


def frame(payload: bytes) -> bytes:
    """A payload with its length before it."""
    return HEADER.pack(len(payload)) + payload


class Channel:
    """The child's end of a conversation with the judge: counted frames, in order."""

    def __init__(self, read_fd: int = 3, write_fd: int = 4) -> None:
        self._read_fd = read_fd
        self._write_fd = write_fd
        self._ahead = b""  # came with the last payload

    def receive(self) -> bytes:
        """Wait for the next payload.

        Raises:
            EOFError: the judge closed its end.
        """
        data = self._ahead
        while len(data) < HEADER.size:
            data += self._some(_CHUNK)
        end = HEADER.size + HEADER.unpack_from(data)[0]
        if len(data) < end:
            parts, size = [data], len(data)
            while size < end:
                parts.append(self._some(_LONG_CHUNK))
                size += len(parts[-1])
            data = b"".join(parts)
        self._ahead = data[end:]
        return data[HEADER.size : end]

    def send(self, payload: bytes) -> None:
        """Write one payload, all of it."""
        data = frame(payload)
        n_written = os.write(self._write_fd, data)
        while n_written < len(data):
            n_written += os.write(self._write_fd, memoryview(data)[n_written:])

    def _some(self, most: int) -> bytes:
        data = os.read(self._read_fd, most)
        if not data:
            raise EOFError
        return data


_NO_RAW = _Raw(b"")
_NESTING = frozenset({list, tuple, set, frozenset, dict})
_FLAT = frozenset({int, float, str})
_NODES = frozenset({list, dict})
_to_json = json.JSONEncoder(separators=(",", ":"), check_circular=False).encode
_scan: Callable[[str, int], tuple[Any, int]] = vars(json.JSONDecoder())["scan_once"]


def _encode(value: Any, depth: int, raw: list[bytes]) -> Any:
    kind = type(value)
    if kind in _ATOMS:
        return value
    if kind is int:
        return value if -_SMALL <= value <= _SMALL else [_INT, hex(value)]
    if kind is str:
        return value if _is_json_safe(value) else [_STR, _utf8(value).hex()]
    if depth >= MAX_DEPTH:
        raise WireError(f"nested deeper than {MAX_DEPTH} levels")
    if kind is list or kind is tuple:
        numbers = _raw_numbers(kind, value, raw) if len(value) >= _LONG else None
        tag = _LIST if kind is list else _TUPLE
        return numbers or [tag, *_encode_all(value, depth + 1, raw)]
    if kind in _SETS:
        return [_SETS[kind], *_encode_all(value, depth + 1, raw)]
    if kind in _DICTS:
        flat = [part for pair in dict.items(value) for part in pair]
        return [_DICT, *_encode_all(flat, depth + 1, raw)]
    if kind is bytes:
        return _encode_bytes(value, raw)
    if kind is complex:
        return [_COMPLEX, value.real, value.imag]
    if _is_named_tuple(kind):
        return [_TUPLE, *_encode_all(tuple.__iter__(value), depth + 1, raw)]
    name = kind.__name__
    return [_OPAQUE, name[:80] if type(name) is str else "object"]


def _raw_numbers(kind: type, value: Any, raw: list[bytes]) -> list[int] | None:
    """Put numbers of one type behind the JSON; None if these cannot be."""
    kind_of_all = _one_type(value)
    for code in "iq" if kind_of_all is int else "d" if kind_of_all is float else "":
        try:
            raw.append(array(code, value).tobytes())
        except OverflowError:  # an int that no word of this size holds
            continue
        return [(_RAW_LISTS if kind is list else _RAW_TUPLES)[code], len(value)]
    return None


def _one_type(values: Any) -> type | None:
    """The type of all of them, if it is one; a list counts faster than a set forms."""
    if type(values) not in (list, tuple) or not values:
        return None
    kinds = list(map(type, values))
    return kinds[0] if kinds.count(kinds[0]) == len(kinds) else None


def _encode_bytes(value: bytes, raw: list[bytes]) -> Any:
    if len(value) < _LONG:
        return [_BYTES, value.hex()]
    raw.append(value)
    return [_RAW_BYTES, len(value)]


def _encode_all(values: Iterable[Any], depth: int, raw: list[bytes]) -> list[Any]:
    items = list(values)
    kinds = set(map(type, items))
    if kinds <= _ATOMS:
        return items
    if kinds == {int} and min(items) >= -_SMALL and max(items) <= _SMALL:
        return items
    if kinds == {str} and all(map(str.isascii, items)):
        return items
    # map: one frame a level
    return list(map(_encode, items, repeat(depth), repeat(raw)))


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


def _decode(node: Any, depth: int, raw: _Raw) -> Any:
    if type(node) is dict:
        raise WireError("a JSON object is never sent")
    if type(node) is not list:
        return node
    if not node or type(node[0]) is not int or depth > MAX_DEPTH:
        raise WireError("an array without a type, or nested too deep")
    tag, rest = node[0], node[1:]
    if tag in _RAW_DECODERS:
        (count,) = rest
        return _RAW_DECODERS[tag](raw, count)
    decode = _DECODERS.get(tag)
    if decode is None:
        raise WireError(f"unknown type {tag}")
    kinds = set(map(type, rest))
    if list in kinds or dict in kinds:
        rest = list(map(_decode, rest, repeat(depth + 1), repeat(raw)))
    return decode(rest)


def _numbers(code: str, raw: _Raw, count: Any) -> list[Any]:
    if type(count) is not int:
        raise WireError("a count expected")
    numbers = array(code)
    numbers.frombytes(raw.take(numbers.itemsize * count))
    return numbers.tolist()


def _tuple_of_numbers(code: str, raw: _Raw, count: Any) -> tuple[Any, ...]:
    return tuple(_numbers(code, raw, count))


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
_RAW_DECODERS: dict[int, Callable[[_Raw, Any], Any]] = {
    _RAW_BYTES: lambda raw, count: bytes(raw.take(count)),
}
for _code in _RAW_LISTS:
    _RAW_DECODERS[_RAW_LISTS[_code]] = partial(_numbers, _code)
    _RAW_DECODERS[_RAW_TUPLES[_code]] = partial(_tuple_of_numbers, _code)
