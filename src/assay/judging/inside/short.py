"""A bounded repr that is total on plain values and never writes out a long number."""

from __future__ import annotations

import re
import reprlib
from typing import Any

MAX_TEXT = 800
_ADDRESS = re.compile(r" at 0x[0-9a-f]+")


class ShortRepr(reprlib.Repr):
    """Python's own bounded repr, wide enough for facts."""

    def __init__(self) -> None:
        super().__init__()
        self.maxlevel = 40
        self.maxlist = self.maxtuple = self.maxset = self.maxfrozenset = 200
        self.maxdict = 100
        self.maxstring = self.maxother = MAX_TEXT

    def repr_int(self, x: int, level: int) -> str:
        """Python refuses to write very long ints, and is slow at long ones."""
        if x.bit_length() > 2000:
            return f"<int of {x.bit_length():,} bits>"
        return repr(x)

    def repr_bytes(self, x: bytes, level: int) -> str:
        """Write the beginning only."""
        return repr(x[:MAX_TEXT]) + ("..." if len(x) > MAX_TEXT else "")

    def repr_set(self, x: set[Any], level: int) -> str:
        """Sort by text, since the members need not be comparable."""
        return f"{{{self._items(x, level)}}}" if x else "set()"

    def repr_frozenset(self, x: frozenset[Any], level: int) -> str:
        """As `repr_set`."""
        return f"frozenset({{{self._items(x, level)}}})" if x else "frozenset()"

    def repr_instance(self, x: Any, level: int) -> str:
        """Leave out the address, which differs from run to run."""
        return _ADDRESS.sub("", super().repr_instance(x, level))

    def repr_Opaque(self, x: Any, level: int) -> str:  # noqa: N802 (reprlib's rule)
        """Name the type of what did not cross the wall."""
        return f"<{x.type_name} object>"

    def _items(self, items: Any, level: int) -> str:
        shown = sorted(self.repr1(v, level - 1) for v in list(items)[: self.maxset])
        return ", ".join(shown) + (", ..." if len(items) > self.maxset else "")


_SHORT = ShortRepr()


def short(value: Any) -> str:
    """Write a value as Python would, or less of it where it is long.

    >>> short([1, "a", (2.5,), set()])
    "[1, 'a', (2.5,), set()]"
    """
    return _SHORT.repr(value)


def short_call(name: str, args: Any, kwargs: Any) -> str:
    """Write a call as Python would; `kwargs` are pairs.

    >>> short_call("f", [1], [("key", "x")])
    "f(1, key='x')"
    """
    parts = [short(value) for value in args]
    parts += [f"{key}={short(value)}" for key, value in kwargs]
    return f"{name}({', '.join(parts)})"
