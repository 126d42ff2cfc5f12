"""The test's end of the line to the candidate, and its record of what was called."""

from __future__ import annotations

import sys
import types
from collections import deque
from collections.abc import Callable, Iterator
from importlib import import_module
from itertools import islice
from typing import Any

from assay.judging.inside.short import short_call
from assay.judging.inside.values import (
    FILES,
    Packed,
    overwrite_file,
    pack,
    pack_file,
    unpack,
)

_EXCEPTION_MODULES = frozenset(
    {"builtins", "csv", "dataclasses", "decimal", "json.decoder", "queue", "statistics"}
)
MAX_ITEMS = 100_000  # of an iterator that a test passes to the candidate


class CandidateGone(BaseException):
    """The candidate ended: a limit, a crash, an exit. No `Exception`, so not hidden."""


class Link:
    """Sends what a test does with the candidate, and turns answers into values."""

    def __init__(self, request: Callable[[Any], Any]) -> None:
        self._request = request
        self._callbacks: list[Callable[..., Any]] = []
        self._numbers: dict[Any, int] = {}  # of the callbacks
        self._proxies: dict[int, Any] = {}
        self._exceptions: dict[str, type[BaseException]] = {}
        self.make_proxy: Callable[[Link, Packed], Any] = lambda _link, _packed: None
        self.calls: list[str] = []  # of the test that runs now
        self.n_asked = 0  # everything that was asked of the candidate, ever
        self.error: BaseException | None = None  # what the candidate raised last
        self.error_text = ""

    def evaluate(self, expression: str) -> Any:
        """Look up a name, or an entry point such as `Solution().name`."""
        return self._ask(("evaluate", 0, [expression], []), (), {})

    def do(self, operation: str, number: int, /, *args: Any, **kwargs: Any) -> Any:
        """Perform an operation on one of the candidate's objects."""
        packed = [pack(value, self._export) for value in args]
        named = [[key, pack(value, self._export)] for key, value in kwargs.items()]
        return self._ask((operation, number, packed, named), args, kwargs)

    def call(self, name: str, number: int, /, *args: Any, **kwargs: Any) -> Any:
        """Call one of the candidate's objects, and note that it was called."""
        self.calls.append(short_call(name, args, kwargs.items()))
        return self.do("call", number, *args, **kwargs)

    def exception_class(self, classes: list[list[str]]) -> type[BaseException]:
        """Find an exception's class, or make one of its name from its nearest base.

        Only the builtin ones and those of a few modules are found, so a candidate
        cannot raise what a test runner means by an exception of its own.
        """
        found = [kind for kind in map(_known_class, classes) if kind is not None]
        module, name = classes[0]
        if found and _known_class(classes[0]):
            return found[0]
        if f"{module}.{name}" not in self._exceptions:
            safe = name if name.isidentifier() else "CandidateError"
            base = found[0] if found else RuntimeError
            self._exceptions[f"{module}.{name}"] = type(safe, (base,), {})
        return self._exceptions[f"{module}.{name}"]

    def _ask(self, frame: Any, args: Any, kwargs: Any) -> Any:
        self.n_asked += 1
        reply = self._request(("candidate", frame))
        while reply[0] == "callback":
            reply = self._request(("candidate", self._call_back(*reply[1:])))
        if reply[0] == "gone":
            raise CandidateGone(reply[1])
        sys.stdout.write(reply[-1])
        if reply[0] == "raise":
            self.error = self._make_error(*reply[1:-1])
            raise self.error
        for key, packed in reply[2]:
            _overwrite(_argument(args, kwargs, key), unpack(packed, self._restore))
        if reply[1][0] == "a":
            return _argument(args, kwargs, reply[1][1])
        return unpack(reply[1], self._restore)

    def _call_back(self, number: int, args: Any, kwargs: Any) -> Any:
        values = [unpack(value, self._restore) for value in args]
        named = {key: unpack(value, self._restore) for key, value in kwargs}
        try:
            value = self._callbacks[number](*values, **named)
            return ("return", 0, [pack(value, self._export)], [])
        except Exception as error:
            told = (type(error).__name__, str(error))
            return ("throw", 0, [("p", told)], [])

    def _make_error(
        self, classes: list[list[str]], args: Any, attributes: Any, text: str
    ) -> BaseException:
        kind = self.exception_class(classes)
        try:
            error = kind(*args)
        except TypeError:  # a class of its own signature, as JSONDecodeError
            error = kind.__new__(kind, *args)
        for name, value in attributes.items():
            if not hasattr(error, name):
                setattr(error, name, value)
        self.error_text = f"{classes[0][1]}: {text}"
        return error

    def _export(self, value: Any) -> Packed:
        number = getattr(type(value), "_assay_number_of", None)
        if number is not None:
            return ("h", number(value))
        if type(value) in FILES:
            return pack_file(value)
        if type(value).__module__ == "numpy" and getattr(value, "shape", None) == ():
            return pack(value.item(), self._export)  # a number of numpy
        if callable(value):  # first, since a mock is an iterator too
            return ("c", self._number_of(value))
        if isinstance(value, Iterator):
            return ("i", pack(list(islice(value, MAX_ITEMS)), self._export))
        raise TypeError(
            f"a {type(value).__name__!r} object of the tests cannot be passed to a"
            " candidate, which runs in another sandbox; pass plain values or functions"
        )

    def _number_of(self, function: Callable[..., Any]) -> int:
        """The same for the same function: what was added can be removed."""
        key: Any = id(function)  # of an object that we hold, so no other gets it
        if type(function) is types.MethodType:  # made anew at each look
            key = (id(function.__self__), id(function.__func__))
        elif type(function) is types.BuiltinMethodType:  # and so are `seen.append`s
            key = (id(function.__self__), function.__name__)
        if key not in self._numbers:
            self._numbers[key] = len(self._callbacks)
            self._callbacks.append(function)
        return self._numbers[key]

    def _restore(self, packed: Packed) -> Any:
        number = packed[1]
        if number not in self._proxies:
            self._proxies[number] = self.make_proxy(self, packed)
        return self._proxies[number]


def _known_class(named: list[str]) -> type[BaseException] | None:
    module, name = named
    if module not in _EXCEPTION_MODULES:
        return None
    found = getattr(import_module(module), name, None)
    if not isinstance(found, type) or not issubclass(found, BaseException):
        return None
    # KeyboardInterrupt would end a test run; the candidate's exit is a fact to test.
    return found if issubclass(found, (Exception, SystemExit)) else None


def _argument(args: Any, kwargs: Any, key: Any) -> Any:
    return args[key] if type(key) is int else kwargs[key]


def _overwrite(target: Any, value: Any) -> None:
    """Make a list, dict, set or file of the test what the candidate made of it."""
    if type(target) is not type(value):
        return
    if type(target) in FILES:
        overwrite_file(target, value)
    if isinstance(target, deque):
        target.clear()
        target.extend(value)
    elif type(target) is list:
        target[:] = value
    elif isinstance(target, (dict, set)):
        target.clear()
        target.update(value)
