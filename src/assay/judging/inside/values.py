"""Values that cross between a test and a candidate, with objects in them as handles.

A packed value is plain data, a tuple with a tag: `("p", plain)`, `("l", [..])`,
`("t", [..])`, `("s", [..])`, `("f", [..])`, `("d", [[key, value], ..])`, `("x", type,
args)` for a few types of the standard library that are copied, `("b", name)` for one of
Python's own classes, `("m", type, content, position)` for a file in memory that the
tests pass, and whatever the exporting side makes of other objects, by convention a
tuple that begins with "h".
"""

from __future__ import annotations

import io
from collections.abc import Callable
from importlib import import_module
from typing import Any

Packed = tuple[Any, ...]
Export = Callable[[Any], Packed]
Restore = Callable[[Packed], Any]

MAX_DEPTH = 200  # a packed level is up to two levels of the wire's 450

FILES = frozenset({io.StringIO, io.BytesIO})  # of the tests, given to a candidate

_SCALARS = frozenset({type(None), bool, int, float, complex, str, bytes})
_TYPES: dict[str, type] = {
    kind.__name__: kind
    for kind in (
        *(bool, int, float, complex, str, bytes, bytearray, range, object),
        *(list, tuple, dict, set, frozenset),
    )
}
_TAGS: dict[type, str] = {list: "l", tuple: "t", set: "s", frozenset: "f"}
_SEQUENCES: dict[str, Callable[[Any], Any]] = {
    "l": list,
    "t": tuple,
    "s": set,
    "f": frozenset,
}
_COPIES: dict[str, Callable[[Any], tuple[Any, ...]]] = {
    "builtins.bytearray": lambda v: (bytes(v),),
    "builtins.slice": lambda v: (v.start, v.stop, v.step),
    "builtins.range": lambda v: (v.start, v.stop, v.step),
    "collections.Counter": lambda v: (dict(v),),
    "collections.OrderedDict": lambda v: (list(v.items()),),
    "collections.defaultdict": lambda v: (None, dict(v)),
    "collections.deque": lambda v: (list(v), v.maxlen),
    "datetime.date": lambda v: (v.year, v.month, v.day),
    "datetime.datetime": lambda v: v.timetuple()[:6] + (v.microsecond,),
    "datetime.time": lambda v: (v.hour, v.minute, v.second, v.microsecond),
    "datetime.timedelta": lambda v: (v.days, v.seconds, v.microseconds),
    "decimal.Decimal": lambda v: (str(v),),
    "fractions.Fraction": lambda v: (v.numerator, v.denominator),
}


def pack(value: Any, export: Export, depth: int = 0) -> Packed:
    """Write a value as plain data.

    Raises:
        ValueError: nested too deep, or containing itself.
    """
    kind = type(value)
    if kind in _SCALARS or is_plain(value, depth):
        return ("p", value)
    if depth >= MAX_DEPTH:
        raise ValueError(f"nested deeper than {MAX_DEPTH} levels")
    if kind in _TAGS:
        return (_TAGS[kind], [pack(item, export, depth + 1) for item in value])
    if kind is dict:
        pairs = value.items()
        return (
            "d",
            [
                [pack(k, export, depth + 1), pack(v, export, depth + 1)]
                for k, v in pairs
            ],
        )
    itself: Any = value
    if kind is type and _TYPES.get(itself.__name__) is itself:
        return ("b", value.__name__)
    name = f"{kind.__module__}.{kind.__qualname__}"
    if name in _COPIES and getattr(value, "tzinfo", None) is None:
        return ("x", name, pack(_COPIES[name](value), export, depth + 1))
    return export(value)


def unpack(packed: Packed, restore: Restore) -> Any:
    """Read what `pack` wrote; `restore` reads what `export` wrote."""
    tag = packed[0]
    if tag == "p":
        return packed[1]
    if tag in _SEQUENCES:
        return _SEQUENCES[tag]([unpack(item, restore) for item in packed[1]])
    if tag == "d":
        return {unpack(k, restore): unpack(v, restore) for k, v in packed[1]}
    if tag == "b":
        return _TYPES[packed[1]]
    if tag == "m":
        return _unpack_file(*packed[1:])
    if tag == "x" and packed[1] in _COPIES:
        module, _, name = packed[1].rpartition(".")
        return getattr(import_module(module), name)(*unpack(packed[2], restore))
    return restore(packed)


def pack_file(file: Any) -> Packed:
    """Write down a file in memory; closed, it has no content any more."""
    if file.closed:
        return ("m", type(file).__name__, None, 0)
    return ("m", type(file).__name__, file.getvalue(), file.tell())


def overwrite_file(file: Any, now: Any) -> None:
    """Make a file in memory what another one is."""
    if now.closed:
        file.close()
        return
    file.seek(0)
    file.truncate()
    file.write(now.getvalue())
    file.seek(now.tell())


def _unpack_file(name: str, content: Any, position: int) -> Any:
    kind = io.StringIO if name == "StringIO" else io.BytesIO
    file = kind()
    if content is None:
        file.close()
        return file
    file.write(content)
    file.seek(position)
    return file


def is_plain(value: Any, depth: int = 0) -> bool:
    """Whether a value holds exact builtins only. Raises `ValueError` if too deep."""
    kind = type(value)
    if kind in _SCALARS:
        return True
    if depth >= MAX_DEPTH:
        raise ValueError(f"nested deeper than {MAX_DEPTH} levels")
    if kind is dict:
        for key, item in value.items():
            if not (is_plain(key, depth + 1) and is_plain(item, depth + 1)):
                return False
        return True
    if kind not in _TAGS:
        return False
    for item in value:  # a loop: one frame a level
        if type(item) not in _SCALARS and not is_plain(item, depth + 1):
            return False
    return True


def copy(value: Any) -> Any:
    """Copy the lists, dicts and sets of a plain value, and what lies in them."""
    kind = type(value)
    if kind in (list, tuple):
        return kind([copy(item) for item in value])
    if kind is dict:
        return {key: copy(item) for key, item in value.items()}
    return set(value) if kind is set else value
