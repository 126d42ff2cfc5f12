"""Stand-ins for a candidate's objects, in the sandbox where the tests run.

A test's comparison must not be decided by the candidate. So an operator that would
show the candidate a plain value of the test is not passed on: `==` with plain data
compares the data that a subclass of a builtin holds and is false for all other objects;
order, arithmetic and `in` work on that data too. They cross only between two objects
of the candidate, or where the tests name the object's class (with a capital letter):
then the class and its operators are what is tested.

Not covered: tests that ask the candidate for the verdict, as `assert check_it(x)`, or
by comparing two objects of classes that the candidate wrote.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator
from typing import Any

from assay.judging.inside.link import Link
from assay.judging.inside.values import Packed

BINARY = (
    *("add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "matmul"),
    *("and_", "or_", "xor", "lshift", "rshift", "lt", "le", "gt", "ge"),
)
UNARY = ("neg", "pos", "abs", "inv", "index")
CONVERSIONS = ("len", "int", "float", "complex", "bytes", "reversed", "round")

# Written to the object itself, before any proxy method is in the way.
_set = object.__setattr__
_get = object.__getattribute__


class Proxy:
    """An object of the candidate: a number, the name of its type, perhaps its data."""

    __slots__ = (
        *("_assay_link", "_assay_named", "_assay_number"),
        *("_assay_twin", "_assay_type"),
    )

    def __init__(self, link: Link, packed: Packed, named: frozenset[str]) -> None:
        _, number, type_name, _, twin = packed
        _set(self, "_assay_link", link)
        _set(self, "_assay_number", number)
        _set(self, "_assay_type", type_name)
        _set(self, "_assay_twin", twin)
        _set(self, "_assay_named", type_name in named and type_name[:1].isupper())

    def _assay_number_of(self) -> int:
        return int(_get(self, "_assay_number"))

    @property  # type: ignore[misc]  # isinstance(x, dict) holds for a subclass's object
    def __class__(self) -> Any:
        twin = _get(self, "_assay_twin")
        return type(self) if twin is None else type(twin[1])

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") and name not in ("__name__", "__doc__", "__dict__"):
            raise AttributeError(name)
        return _do(self, "getattr", name)

    def __setattr__(self, name: str, value: Any) -> None:
        _do(self, "setattr", name, value)

    def __delattr__(self, name: str) -> None:
        _do(self, "delattr", name)

    def __eq__(self, other: object) -> Any:
        return _equal(self, other, "eq")

    def __ne__(self, other: object) -> Any:
        return _equal(self, other, "ne")

    def __hash__(self) -> int:
        twin = _get(self, "_assay_twin")
        return hash(twin[1]) if twin is not None else int(_do(self, "hash"))

    def __bool__(self) -> bool:
        return bool(_do(self, "bool"))

    def __str__(self) -> str:
        return str(_do(self, "str"))

    def __repr__(self) -> str:
        return str(_do(self, "repr"))

    def __format__(self, how: str) -> str:
        return str(_do(self, "format", how))

    def __iter__(self) -> Iterator[Any]:
        iterator = _do(self, "iter")
        return iterator if isinstance(iterator, Proxy) else iter(iterator)

    def __next__(self) -> Any:
        return _do(self, "next")

    def __getitem__(self, key: Any) -> Any:
        return _do(self, "getitem", key)

    def __setitem__(self, key: Any, value: Any) -> None:
        _do(self, "setitem", key, value)

    def __delitem__(self, key: Any) -> None:
        _do(self, "delitem", key)

    def __contains__(self, item: Any) -> bool:
        if _get(self, "_assay_named") or isinstance_proxy(item):
            return bool(_do(self, "contains", item))
        return any(item is mine or item == mine for mine in self)

    def __enter__(self) -> Any:
        return _do(self, "enter")

    def __exit__(self, kind: Any, error: Any, trace: Any) -> bool:
        if kind is None:
            return bool(_do(self, "leave", None, ""))
        suppressed = bool(_do(self, "leave", kind.__name__, str(error)))
        # What the tests assert in the block is not the candidate's to forgive.
        mine = isinstance(error, Exception) and not isinstance(error, AssertionError)
        return suppressed and mine and bool(_get(self, "_assay_named"))


class CallableProxy(Proxy):
    """A function or a class of the candidate."""

    __slots__ = ("_assay_name",)

    def __init__(self, link: Link, packed: Packed, named: frozenset[str]) -> None:
        super().__init__(link, packed, named)
        _set(self, "_assay_name", None)

    def __call__(self, /, *args: Any, **kwargs: Any) -> Any:
        """Call it there."""
        link: Link = _get(self, "_assay_link")
        if _get(self, "_assay_name") is None:
            _set(self, "_assay_name", _name_of(self))
        return link.call(
            _get(self, "_assay_name"), self._assay_number_of(), *args, **kwargs
        )

    def __instancecheck__(self, value: Any) -> bool:
        if not isinstance_proxy(value):
            return False
        mine = _do(self, "getattr", "__name__")
        kind = _do(value, "getattr", "__class__")
        return any(base == self for base in _do(kind, "getattr", "__mro__")) or (
            mine == _get(value, "_assay_type")
        )


def isinstance_proxy(value: Any) -> bool:
    """Whether a value stands for an object of the candidate."""
    return issubclass(type(value), Proxy)


def make_proxy_factory(named: frozenset[str]) -> Callable[[Link, Packed], Any]:
    """Say how handles become proxies; `named` are the names that the tests use."""

    def make(link: Link, packed: Packed) -> Any:
        nature, classes = packed[3]
        if nature == "exception":
            return link.exception_class(classes)
        kind = CallableProxy if nature in ("class", "function") else Proxy
        return kind(link, packed, named)

    return make


def _do(proxy: Proxy, operation: str, *args: Any) -> Any:
    return _get(proxy, "_assay_link").do(operation, proxy._assay_number_of(), *args)


def _name_of(proxy: Proxy) -> str:
    try:
        return str(_do(proxy, "getattr", "__name__"))
    except Exception:  # any callable object may lack a name
        return str(_get(proxy, "_assay_type"))


def _equal(proxy: Proxy, other: Any, operation: str) -> Any:
    if proxy is other:
        return operation == "eq"
    if isinstance_proxy(other):
        return bool(_do(proxy, operation, other))
    twin = _get(proxy, "_assay_twin")
    return (
        NotImplemented if twin is None else getattr(operator, operation)(twin[1], other)
    )


def _binary(operation: str, reflected: bool) -> Callable[[Proxy, Any], Any]:
    function = getattr(operator, operation)

    def method(self: Proxy, other: Any) -> Any:
        twin = _get(self, "_assay_twin")
        if twin is not None:
            theirs = _get(other, "_assay_twin") if isinstance_proxy(other) else None
            plain = theirs[1] if theirs else other
            return function(plain, twin[1]) if reflected else function(twin[1], plain)
        if not isinstance_proxy(other) and not _get(self, "_assay_named"):
            return NotImplemented
        return _do(self, f"r{operation}" if reflected else operation, other)

    return method


def _in_place(operation: str) -> Callable[[Proxy, Any], Any]:
    def method(self: Proxy, other: Any) -> Any:
        is_theirs = isinstance_proxy(other) or _get(self, "_assay_named")
        if _get(self, "_assay_twin") is not None or not is_theirs:
            return NotImplemented  # then the operator that makes a new value is tried
        return _do(self, f"i{operation.rstrip('_')}", other)

    return method


def _unary(operation: str) -> Callable[..., Any]:
    def method(self: Proxy, *args: Any) -> Any:
        return _do(self, operation, *args)

    return method


def _add_operators() -> None:
    for name in BINARY:
        stem = name.rstrip("_")
        setattr(Proxy, f"__{stem}__", _binary(name, reflected=False))
        if stem not in ("lt", "le", "gt", "ge"):
            setattr(Proxy, f"__r{stem}__", _binary(name, reflected=True))
            setattr(Proxy, f"__i{stem}__", _in_place(name))
    for name in (*UNARY, *CONVERSIONS):
        stem = {"inv": "invert"}.get(name, name)
        setattr(Proxy, f"__{stem}__", _unary(name))


_add_operators()
