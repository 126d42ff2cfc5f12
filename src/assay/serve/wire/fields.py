"""Reads a JSON object field by field; every fault names the path of its field."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from assay.serve.wire.errors import Refused, invalid, shown

_KINDS = {
    bool: "a boolean",
    int: "an integer",
    float: "a number",
    str: "a string",
    list: "a list",
    dict: "an object",
    type(None): "null",
}


class Fields:
    """One object of a request. A field that is null is a field that is not there.

    It remembers which fields were asked for, so that the others can be told.

    >>> Fields({"n": 2, "mood": "good"}).unread()
    ('n', 'mood')
    """

    def __init__(self, values: Mapping[str, Any], path: str = "") -> None:
        self.values = values
        self.path = path
        self._read: set[str] = set()

    def at(self, name: object) -> str:
        """Return the path of a field, as `param` has it: 'messages.3.content'."""
        return f"{self.path}.{name}" if self.path else str(name)

    def raw(self, name: str) -> Any:
        """Return a field as it stands; None if it is not there."""
        self._read.add(name)
        return self.values.get(name)

    def text(self, name: str) -> str | None:
        """Return a string."""
        value = self.raw(name)
        if value is None or isinstance(value, str):
            return value
        raise self.wrong(name, "a string")

    def required_text(self, name: str) -> str:
        """Return a string that has to be there."""
        value = self.text(name)
        if value is None:
            raise self.missing(name)
        return value

    def flag(self, name: str, *, default: bool = False) -> bool:
        """Return a boolean."""
        value = self.raw(name)
        if value is None:
            return default
        if isinstance(value, bool):
            return value
        raise self.wrong(name, "a boolean")

    def whole(self, name: str, low: int, high: int) -> int | None:
        """Return an integer within its bounds. 2.0 is one, as in JSON Schema."""
        value = self.raw(name)
        if value is None:
            return None
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        if isinstance(value, bool) or not isinstance(value, int):
            raise self.wrong(name, "an integer")
        self._require_within(name, value, low, high)
        return value

    def number(self, name: str, low: float, high: float) -> float | None:
        """Return a number within its bounds."""
        value = self.raw(name)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise self.wrong(name, "a number")
        self._require_within(name, value, low, high)
        return float(value)

    def one_of(self, name: str, allowed: Collection[str]) -> str | None:
        """Return a string that is one of a few."""
        value = self.text(name)
        if value is None or value in allowed:
            return value
        raise self.refused(
            name, f"must be one of {', '.join(allowed)}, but is {shown(value)}"
        )

    def items(self, name: str) -> list[Any]:
        """Return a list; empty if it is not there."""
        value = self.raw(name)
        if value is None:
            return []
        if isinstance(value, list):
            return value
        raise self.wrong(name, "a list")

    def objects(self, name: str) -> Iterator[Fields]:
        """Go through a list of objects; through none if it is not there."""
        for index, value in enumerate(self.items(name)):
            path = f"{name}.{index}"
            if not isinstance(value, dict):
                raise self.wrong(path, "an object", value)
            yield Fields(value, self.at(path))

    def inner(self, name: str) -> Fields | None:
        """Return an object, to be read in turn."""
        value = self.raw(name)
        if value is None:
            return None
        if isinstance(value, dict):
            return Fields(value, self.at(name))
        raise self.wrong(name, "an object")

    def unread(self) -> tuple[str, ...]:
        """Return the names that nothing asked for, in their order."""
        return tuple(name for name in self.values if name not in self._read)

    def wrong(self, name: str, wanted: str, value: object = None) -> Refused:
        """Make the refusal of a field that has the wrong type."""
        given = self.values.get(name) if value is None else value
        kind = _KINDS.get(type(given), "something else")
        return self.refused(name, f"must be {wanted}, but is {kind}")

    def missing(self, name: str) -> Refused:
        """Make the refusal of an object without a field that it needs."""
        return self.refused(name, "is missing")

    def refused(self, name: str, why: str, *, code: str | None = None) -> Refused:
        """Make a refusal of a field; `why` is said of it."""
        path = self.at(name)
        return Refused(invalid(f"'{path}' {why}", param=path, code=code))

    def _require_within(self, name: str, value: float, low: float, high: float) -> None:
        if not low <= value <= high:
            raise self.refused(
                name, f"must be from {low} to {high}, but is {shown(value)}"
            )
