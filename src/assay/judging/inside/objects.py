"""A candidate as an object server: loaded once, then asked one thing at a time.

This runs in the candidate's own process, so nothing that it says can be trusted; it
only claims values, and the tests compare them elsewhere. An exchange is a tuple
`(operation, object's number, packed arguments, packed keyword arguments)`; its answer
is one of

- `("ok", value, arguments changed in place, printed text)`
- `("raise", the exception's classes, arguments, attributes, text, printed text)`, the
  classes as pairs of module and name
- `("callback", number, arguments, keyword arguments)`: a function that the test passed
  in is called; the next exchange is `("return", .., [value])` or `("throw", ..)`.
"""

from __future__ import annotations

import builtins
import io
import linecache
import operator
import queue
import sys
import threading
import traceback
import types
from collections import Counter, OrderedDict, defaultdict, deque
from collections.abc import Callable
from typing import Any

from assay.judging.inside.values import (
    FILES,
    Packed,
    copy,
    is_plain,
    pack,
    pack_file,
    unpack,
)

MAX_PRINTED = 65_536
FILE_NAME = "solution.py"

_BUILTINS = (
    *("abs", "bool", "bytes", "complex", "delattr", "divmod", "float", "format"),
    *("getattr", "hash", "int", "iter", "len", "next", "repr", "reversed", "round"),
    *("setattr", "str"),
)
_OPERATORS = (
    *("add", "and_", "floordiv", "lshift", "matmul", "mod", "mul", "or_", "pow"),
    *("rshift", "sub", "truediv", "xor", "eq", "ne", "lt", "le", "gt", "ge"),
    *("contains", "delitem", "getitem", "setitem", "index", "inv", "neg", "pos"),
)


_INPLACE = _OPERATORS[:13]
_CHANGEABLE = (list, dict, set, deque, Counter, OrderedDict, defaultdict)


def _reflected(function: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    return lambda right, left: function(left, right)


def _call(function: Any, /, *args: Any, **kwargs: Any) -> Any:
    return function(*args, **kwargs)


def _enter(manager: Any) -> Any:
    return manager.__enter__()


def _leave(manager: Any, name: str | None, text: str) -> Any:
    if name is None:
        return manager.__exit__(None, None, None)
    kind: Any = getattr(builtins, name, None)
    is_error = isinstance(kind, type) and issubclass(kind, Exception)
    error = (kind if is_error else Exception)(text)
    return manager.__exit__(type(error), error, None)


OPERATIONS: dict[str, Callable[..., Any]] = {
    **{name: getattr(builtins, name) for name in _BUILTINS},
    **{name: getattr(operator, name) for name in _OPERATORS},
    **{f"r{name}": _reflected(getattr(operator, name)) for name in _OPERATORS[:13]},
    **{f"i{n.rstrip('_')}": getattr(operator, f"i{n.rstrip('_')}") for n in _INPLACE},
    "call": _call,
    "enter": _enter,
    "leave": _leave,
}


class Server:
    """The candidate's module, and the objects of it that tests hold handles of."""

    def __init__(self) -> None:
        self.module = types.ModuleType("solution")
        self._objects: list[Any] = [self.module]
        self._numbers: dict[int, int] = {id(self.module): 0}
        self._epoch = 0
        self._answers: queue.SimpleQueue[Packed] = queue.SimpleQueue()
        self._waiting: list[queue.SimpleQueue[Packed]] = []  # callbacks
        self._has_callbacks = False
        self._stubs: dict[int, Callable[..., Any]] = {}  # of the tests' functions

    def exchange(self, frame: tuple[Any, ...]) -> Packed:
        """Do what is asked and say what came of it."""
        operation, number, args, kwargs = frame
        printed = io.StringIO()
        sys.stdout = printed
        if operation in ("return", "throw"):
            self._waiting.pop().put((operation, args))
            return self._answers.get()
        self._has_callbacks = self._has_callbacks or _has_callback((args, kwargs))
        if not self._has_callbacks:
            return self._perform(operation, number, args, kwargs, printed)
        # A function of the test, which the candidate may have kept, can be called in
        # the middle of this exchange, and only a thread can wait there while the next
        # exchange brings the function's value.
        work = (operation, number, args, kwargs, printed)
        threading.Thread(
            target=lambda: self._answers.put(self._perform(*work)), daemon=True
        ).start()
        return self._answers.get()

    def _perform(
        self, operation: str, number: int, args: Any, kwargs: Any, printed: io.StringIO
    ) -> Packed:
        try:
            if operation == "load":
                return ("ok", ("p", self._load(number, *args)), [], "")
            if operation == "evaluate":
                value = self._evaluate(args[0])
                return ("ok", pack(value, self._export), [], "")
            return self._apply(operation, number, args, kwargs, printed)
        except BaseException as error:
            return _describe_error(error, printed)

    def _load(self, epoch: int, setup: str, code: str) -> bool:
        self._epoch = epoch  # numbers of an ended process must not name objects here
        self.module = types.ModuleType("solution")
        self._objects, self._numbers = [self.module], {id(self.module): 0}
        linecache.cache[FILE_NAME] = (len(code), None, code.splitlines(True), FILE_NAME)
        sys.modules["solution"] = self.module
        self.module.__file__ = FILE_NAME
        if setup:
            exec(
                compile(setup, "setup.py", "exec", dont_inherit=True), vars(self.module)
            )
        exec(compile(code, FILE_NAME, "exec", dont_inherit=True), vars(self.module))
        return True

    def _evaluate(self, expression: str) -> Any:
        names = vars(self.module)
        if expression.isidentifier() and expression not in names:
            # The method of a class, where one class of the program has it.
            kinds = [v for v in names.values() if isinstance(v, type)]
            owners = [v for v in kinds if v.__module__ == self.module.__name__]
            having = [v for v in owners if callable(getattr(v, expression, None))]
            if len(having) == 1:
                return getattr(having[0](), expression)
        return eval(expression, names)

    def _apply(
        self, operation: str, number: int, args: Any, kwargs: Any, printed: io.StringIO
    ) -> Packed:
        given = [unpack(value, self._restore) for value in args]
        named = {key: unpack(value, self._restore) for key, value in kwargs}
        watched: list[tuple[Any, Any]] = [*enumerate(given), *named.items()]
        lasting = [(k, v) for k, v in watched if type(v) in _CHANGEABLE]
        files = [(k, v, pack_file(v)) for k, v in watched if type(v) in FILES]
        before = {key: copy(value) for key, value in lasting if is_plain(value)}
        value = OPERATIONS[operation](self._object(number), *given, **named)
        changed = [
            [key, pack(now, self._export)]
            for key, now in lasting
            if key not in before or not _is_same(before[key], now)
        ]
        changed += [[k, pack_file(v)] for k, v, old in files if pack_file(v) != old]
        same = next((key for key, arg in lasting if arg is value), None)
        packed = pack(value, self._export) if same is None else ("a", same)
        return ("ok", packed, changed, printed.getvalue()[:MAX_PRINTED])

    def _object(self, number: int) -> Any:
        epoch, index = divmod(number, 1 << 32)
        if epoch != self._epoch and number != 0:
            raise RuntimeError("this object was lost when the program ended")
        return self._objects[index]

    def _export(self, value: Any) -> Packed:
        index = self._numbers.get(id(value))
        if index is None:
            index = self._numbers[id(value)] = len(self._objects)
            self._objects.append(value)
        number = (self._epoch << 32) + index
        return ("h", number, type(value).__name__, _nature(value), _twin(value))

    def _restore(self, packed: Packed) -> Any:
        if packed[0] == "h":
            return self._object(packed[1])
        if packed[0] == "i":
            return iter(unpack(packed[1], self._restore))
        if packed[1] not in self._stubs:
            self._stubs[packed[1]] = self._callback(packed[1])
        return self._stubs[packed[1]]

    def _callback(self, number: int) -> Callable[..., Any]:
        def call_the_test(*args: Any, **kwargs: Any) -> Any:
            values = [pack(value, self._export) for value in args]
            named = [[key, pack(value, self._export)] for key, value in kwargs.items()]
            replies: queue.SimpleQueue[Packed] = queue.SimpleQueue()
            self._waiting.append(replies)
            self._answers.put(("callback", number, values, named))
            kind, (reply,) = replies.get()
            value = unpack(reply, self._restore)
            if kind == "return":
                return value
            raise getattr(builtins, value[0], RuntimeError)(value[1])

        return call_the_test


def _has_callback(packed: Any) -> bool:
    if type(packed) in (list, tuple):
        if len(packed) == 2 and packed[0] == "p":
            return False
        return packed[:1] == ("c",) or any(map(_has_callback, packed))
    return False


def _is_same(before: Any, now: Any) -> bool:
    return is_plain(now) and bool(before == now) and repr(before) == repr(now)


def _nature(value: Any) -> tuple[str, Any]:
    if isinstance(value, type):
        if issubclass(value, BaseException):
            return ("exception", _class_names(value))
        return ("class", None)
    return ("function" if callable(value) else "object", None)


def _twin(value: Any) -> Any:
    """What an object of a subclass of a builtin is without its class, else None."""
    kinds: tuple[Any, ...] = (int, float, str, bytes, list, tuple, dict, set, frozenset)
    for kind in kinds:
        if isinstance(value, kind) and type(value) is not kind:
            plain = kind(value)
            return ("p", plain) if is_plain(plain) else None
    return None


def _class_names(kind: type) -> list[list[str]]:
    bases = [base for base in kind.__mro__ if base is not object]
    return [[str(base.__module__), str(base.__name__)] for base in bases]


def _describe_error(error: BaseException, printed: io.StringIO) -> Packed:
    lines = [
        frame.lineno
        for frame in traceback.extract_tb(error.__traceback__)
        if frame.filename == FILE_NAME
    ]
    if isinstance(error, SyntaxError) and error.filename == FILE_NAME:
        lines = [error.lineno]
    try:
        text = str(error)[:2000]
        args = tuple(v if is_plain(v) else str(v)[:2000] for v in error.args)
        public = {k: v for k, v in vars(error).items() if not k.startswith("_")}
        attributes = {k: v for k, v in public.items() if is_plain(v)}
    except Exception:  # the candidate's own classes may do anything here
        text, args, attributes = "", (), {}
    where = f" (line {lines[-1]})" if lines else ""
    return (
        "raise",
        _class_names(type(error)),
        args,
        attributes,
        text + where,
        printed.getvalue()[:MAX_PRINTED],
    )


_server = Server()
exchange = _server.exchange
